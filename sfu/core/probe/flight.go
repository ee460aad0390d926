package probe

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	validShare = 0.8 // of packets and bytes that have to arrive
	mostLoss   = 0.4 // that is allowed for
	// fullShare of the sent rate is what a link that is not full delivers.
	fullShare  = 0.9
	fullResult = 0.95 // of what arrived, so that the queue of the probe drains
	// mostFaster than it was sent no probe arrives, unless something bunched it.
	mostFaster    = 2.0
	mostOvershoot = 1.2
	clumped       = 1.5 // times the asked rate
	mostSpan      = time.Second
)

// flight is a probe on its way.
type flight struct {
	Cluster
	expires time.Time
	loss    float64        // of the link when it was sent
	most    packet.Bitrate // to take from a full link

	answered, received           int // packets
	answeredBytes, receivedBytes int
	firstSent, lastSent          time.Time // of the received
	lastSize                     int       // of the one sent last
	firstArrived, lastArrived    time.Duration
	firstSize                    int // of the one that arrived first
	passed                       bool
	newest                       time.Time // sent of any of its packets
}

// add takes one result, of this probe or not.
func (f *flight) add(r *estimate.Result) {
	if r.Cluster != f.ID {
		f.passed = f.passed || f.answered > 0 && r.Sent.After(f.newest)
		return
	}
	if !r.Again {
		f.answered++
		f.answeredBytes += r.Size
		f.newest = later(f.newest, r.Sent)
	}
	if !r.Received {
		return
	}
	if f.received == 0 || r.Sent.Before(f.firstSent) {
		f.firstSent = r.Sent
	}
	if f.received == 0 || !r.Sent.Before(f.lastSent) {
		f.lastSent, f.lastSize = r.Sent, r.Size
	}
	if f.received == 0 || r.Arrived < f.firstArrived {
		f.firstArrived, f.firstSize = r.Arrived, r.Size
	}
	if f.received == 0 || r.Arrived > f.lastArrived {
		f.lastArrived = r.Arrived
	}
	f.received++
	f.receivedBytes += r.Size
}

// over reports whether all that is to come of it has come.
func (f *flight) over() bool {
	return f.passed || f.answered >= f.Packets && f.answeredBytes >= f.Bytes
}

// outcome measures the probe. The rate is 0 if too little of it arrived or its spacing is nonsense.
func (f *flight) outcome() estimate.Outcome {
	o := estimate.Outcome{Cluster: f.ID, Asked: f.Rate}
	enough := validShare * (1 - min(f.loss, mostLoss))
	if float64(f.received) < enough*float64(f.Packets) || float64(f.receivedBytes) < enough*float64(f.Bytes) {
		return o
	}
	leaving, arriving := f.lastSent.Sub(f.firstSent), f.lastArrived-f.firstArrived
	if leaving <= 0 || leaving > mostSpan || arriving <= 0 || arriving > mostSpan {
		return o
	}
	sent := 8 * float64(f.receivedBytes-f.lastSize) / leaving.Seconds()
	got := 8 * float64(f.receivedBytes-f.firstSize) / arriving.Seconds()
	switch {
	case got > mostFaster*sent:
		return o
	case got < fullShare*sent && got < float64(f.Rate):
		o.Rate, o.Full = min(packet.Bitrate(fullResult*got), f.most), true
	default:
		// What the link loses anyway had its place in the burst.
		o.Rate = packet.Bitrate(min(sent, got) / (1 - min(f.loss, mostLoss)))
	}
	o.Rate = min(o.Rate, packet.Bitrate(mostOvershoot*float64(f.Rate)))
	if sent > clumped*float64(f.Rate) {
		// A frame that went out at once: it had the link for itself.
		o.Rate = min(o.Rate, f.most)
	}
	return o
}
