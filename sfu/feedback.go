package sfu

import (
	"runtime/debug"
	"slices"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	// feedbackTick is how often an upstream that receives pictures, or misses something, looks for NACKs, feedback and reports
	// that are due.
	feedbackTick = 20 * time.Millisecond
	// calmTick is how often another one looks. Sound alone is told of as rarely as libwebrtc does at such rates.
	calmTick = 250 * time.Millisecond
	// feedbackInterval and feedbackPackets bound the time between transport-wide feedback packets.
	feedbackInterval = 50 * time.Millisecond
	feedbackPackets  = 20
	// reportInterval is the time between receiver reports.
	reportInterval = time.Second
	// assumedRTT stands in until a round trip is measured.
	assumedRTT = 100 * time.Millisecond
	// audioRTT is the longest round trip at which lost audio is asked for: later it is of no use.
	audioRTT = 100 * time.Millisecond
	// audioTries is how often: one buffer of a player covers no more. After audioUse all players have gone on without.
	audioTries = 2
	audioUse   = 500 * time.Millisecond
	// tellInterval is how often what is wanted less is looked at; what is wanted more is told at once.
	tellInterval = 100 * time.Millisecond
	// maxReports is what one receiver report can hold (RFC 3550 §6.4.2).
	maxReports = 31
	// maxNacks is how many number pairs fit a packet.
	maxNacks = 250
	// ourSSRC is the sender of our RTCP: the server publishes nothing on an upstream connection.
	ourSSRC = 1
)

// Arrived records a packet for transport-wide feedback.
func (u *upstream) Arrived(now time.Time, ssrc packet.SSRC, transportCC uint16) {
	u.mu.Lock()
	u.arrivals.record(now, ssrc, transportCC)
	if l := u.layers[ssrc]; l == nil || l.publication.source.video() {
		u.stir()
	}
	u.mu.Unlock()
}

// stir says, under the mutex, that the loop has more to do than tell of sound: it must not sleep through the beginning of a
// stream.
func (u *upstream) stir() {
	u.stirred = true
	if u.calm {
		u.calm = false
		u.wake()
	}
}

func (u *upstream) requestKeyFrame(now time.Time, publication *Publication, receiver uint64, stream int8) {
	u.mu.Lock()
	if asked := u.keyFrames[publication]; asked != nil {
		asked.Request(now, receiver, stream)
	}
	u.mu.Unlock()
	u.wake()
}

func (u *upstream) expectKeyFrame(now time.Time, publication *Publication, stream int8) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if asked := u.keyFrames[publication]; asked != nil {
		asked.Expect(now, stream)
	}
}

// wake has the loop look at once.
func (u *upstream) wake() {
	select {
	case u.urgent <- struct{}{}:
	default:
	}
}

// run tells the publisher what is due: key frame requests at once, the rest by the tick. It sleeps while nothing arrives.
func (u *upstream) run() {
	defer func() {
		if cause := recover(); cause != nil {
			u.log.Error("upstream panicked", "cause", cause, "stack", string(debug.Stack()))
			u.Ended(ReasonInternal)
		}
	}()
	timer := time.NewTimer(feedbackTick)
	defer timer.Stop()
	var told time.Time
	for {
		select {
		case <-u.stop:
			return
		case <-u.urgent:
		case <-timer.C:
		}
		now := time.Now()
		packets, tick := u.due(now, u.conn.RTT())
		if len(packets) > 0 {
			if err := u.conn.WriteRTCP(packets); err != nil {
				u.log.Debug("feedback not sent", "error", err)
			}
		}
		if now.Sub(told) >= tellInterval {
			told = now
			for _, publication := range u.publications() {
				publication.tell(now)
				publication.freshen(now)
			}
		}
		timer.Reset(tick)
	}
}

// publications that the connection feeds.
func (u *upstream) publications() []*Publication {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := make([]*Publication, 0, len(u.keyFrames))
	for publication := range u.keyFrames {
		if publication.feeder.Load() == u {
			list = append(list, publication)
		}
	}
	return list
}

// due gathers what the publisher is to be told now, and says when to look again.
func (u *upstream) due(now time.Time, rtt time.Duration) (packets []rtcp.Packet, tick time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	packets = u.reports(now, rtt)
	packets = append(packets, u.pictureRequests(now, rtt)...)
	packets = append(packets, u.nacks(now, rtt)...)
	if n := u.arrivals.unsent; n > 0 && (n >= feedbackPackets || now.Sub(u.lastFeedback) >= feedbackInterval) {
		packets = append(packets, u.arrivals.feedback()...)
		u.lastFeedback = now
	}
	u.calm = !u.stirred && !u.missing()
	u.stirred = u.arrivals.unsent > 0 && u.stirred
	if u.calm {
		return packets, calmTick
	}
	return packets, feedbackTick
}

// missing reports whether anything will be asked for again.
func (u *upstream) missing() bool {
	for _, l := range u.layers {
		if l.misses() {
			return true
		}
	}
	return false
}

func (u *upstream) reports(now time.Time, rtt time.Duration) []rtcp.Packet {
	if now.Sub(u.lastReport) < reportInterval || len(u.layers) == 0 {
		return nil
	}
	u.lastReport = now
	blocks := make([]rtcp.ReceptionReport, 0, len(u.layers))
	received := map[*Publication]*reception{}
	for ssrc, l := range u.layers {
		blocks = append(blocks, l.loss.Report(now, uint32(ssrc)))
		if received[l.publication] == nil {
			received[l.publication] = &reception{}
		}
		received[l.publication].add(l.loss.Interval())
	}
	for publication, r := range received {
		publication.received.Store(r.quality(now, rtt, publication))
	}
	var reports []rtcp.Packet
	for some := range slices.Chunk(blocks, maxReports) {
		reports = append(reports, &rtcp.ReceiverReport{SSRC: ourSSRC, Reports: some})
	}
	return reports
}

// pictureRequests asks for the key frames that are due, mostly once per publication: browsers answer a request on one
// encoding with key frames on all.
func (u *upstream) pictureRequests(now time.Time, rtt time.Duration) (packets []rtcp.Packet) {
	for publication, asked := range u.keyFrames {
		asked.SetRTT(rtt)
		asked.SetFlows(publication.streams(now))
		for _, l := range u.layers {
			if l.publication == publication && publication.source.video() && l.loss.NeedsKeyFrame() {
				asked.Request(now, loss.Server, l.stream)
			}
		}
		for {
			stream, ok := asked.Due(now)
			if !ok {
				break
			}
			if ssrc, ok := u.source(publication, stream); ok {
				packets = append(packets, &rtcp.PictureLossIndication{SenderSSRC: ourSSRC, MediaSSRC: uint32(ssrc)})
				publication.counts.keyFramesAsked.Add(1)
			}
		}
		u.giveUp(now, publication, asked.GaveUp())
	}
	return packets
}

// giveUp says of a publisher who sends, but no key frame, that nobody new can see it.
func (u *upstream) giveUp(now time.Time, publication *Publication, streams uint8) {
	feed := publication.feed.Load()
	if streams == 0 || feed == nil || feed.Flows(now) == 0 {
		return
	}
	publication.counts.keyFramesMissing.Add(1)
	if !publication.keyless.Swap(true) {
		u.log.Warn("publisher sends no key frame", "source", publication.source, "codec", feed.Codec)
	}
}

// source is the SSRC of a publication's stream, or of the lowest that there is.
func (u *upstream) source(publication *Publication, stream int8) (ssrc packet.SSRC, ok bool) {
	var best *encoding
	for id, l := range u.layers {
		if l.publication != publication || l.feed != publication.feed.Load() {
			continue
		}
		if best == nil || best.stream != stream && (l.stream == stream || l.stream < best.stream) {
			best, ssrc = l, id
		}
	}
	return ssrc, best != nil
}

func (u *upstream) nacks(now time.Time, rtt time.Duration) (packets []rtcp.Packet) {
	for ssrc, l := range u.layers {
		l.repaired = l.asksAgain(rtt)
		if !l.repaired {
			continue
		}
		wait := rtt
		if wait <= 0 {
			wait = assumedRTT
		}
		missing := l.loss.Nacks(now, wait, nil)
		if len(missing) == 0 {
			continue
		}
		l.publication.counts.nacked.Add(uint64(len(missing)))
		for some := range slices.Chunk(rtcp.NackPairsFromSequenceNumbers(missing), maxNacks) {
			packets = append(packets, &rtcp.TransportLayerNack{SenderSSRC: ourSSRC, MediaSSRC: uint32(ssrc), Nacks: some})
		}
	}
	return packets
}

// asksAgain reports whether lost packets are asked for: of video always, of audio where it helps.
func (l *encoding) asksAgain(rtt time.Duration) bool {
	if l.publication.source.video() {
		return true
	}
	return l.id.NACK && rtt > 0 && rtt < audioRTT && l.reader.Codec() != codec.RED
}

// misses reports whether something will be asked for again.
func (l *encoding) misses() bool {
	_, missing := l.loss.Deadline()
	return missing && l.repaired
}
