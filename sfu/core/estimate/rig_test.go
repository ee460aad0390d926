package estimate_test

import (
	"slices"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
	"github.com/plenum-meet/plenum/sfu/sfutest/virtual"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// rig is senders that share one link, in virtual time.
type rig struct {
	clock *virtual.Clock
	down  *link.Link
	up    *link.Link
	waits []wait
}

// wait is how long a packet sent at a time waited in the link's queue.
type wait struct{ at, long time.Duration }

func newRig(down, up link.Plan, seed uint64) *rig {
	return &rig{clock: virtual.NewClock(epoch), down: link.New(down, epoch, seed, 1), up: link.New(up, epoch, seed, 2)}
}

func (r *rig) now() time.Time { return r.clock.Now() }

func (r *rig) at(t time.Time, do func()) { r.clock.At(t, do) }

func (r *rig) since() time.Duration { return r.clock.Since() }

// run goes on until a time since the beginning.
func (r *rig) run(until time.Duration) { r.clock.Run(until) }

// send hands a packet to the shared link.
func (r *rig) send(size int, arrive func()) {
	r.waits = append(r.waits, wait{r.since(), r.down.Waiting(r.now())})
	for _, at := range r.down.Send(r.now(), size) {
		r.at(at, arrive)
	}
}

// queueing returns a percentile of the waits between two times.
func (r *rig) queueing(from, to time.Duration, percent int) time.Duration {
	var longs []time.Duration
	for _, w := range r.waits {
		if w.at >= from && w.at < to {
			longs = append(longs, w.long)
		}
	}
	if len(longs) == 0 {
		return 0
	}
	slices.Sort(longs)
	return longs[(len(longs)-1)*percent/100]
}

const (
	mediaSize    = 1200
	paddingSize  = 280
	feedbackTime = 100 * time.Millisecond
	sendTick     = 5 * time.Millisecond
)

// flow is one Plenum sender with its receiver.
type flow struct {
	rig       *rig
	history   *estimate.History
	estimator *estimate.Estimator
	probes    *probe.Controller
	// source is the media that is to be sent at present, by the estimate, and the rate at
	// which there would be more of it.
	source func(at time.Duration, rate packet.Bitrate) (send, goal packet.Bitrate)
	drift  float64 // of the receiver's clock
	// eats says which feedback is lost.
	eats func(at time.Duration) bool

	budget    float64 // bytes
	cluster   probe.Cluster
	left      int // bytes of the cluster
	packets   int
	probesRun int

	arrivals  [remembered]arrival
	unwrap    packet.Unwrapper
	window    int64 // the first number of the next feedback
	newest    int64
	feedbacks uint8

	got   []delivery
	rates []sample
	puts  []delivery
}

// remembered is a power of two, and more than one feedback reports.
const remembered = 4096

// arrival is when a number came.
type arrival struct {
	number int64
	at     time.Time
}

type delivery struct {
	at   time.Duration
	size int
}

type sample struct {
	at   time.Duration
	rate packet.Bitrate
}

func (r *rig) flow(cfg estimate.Config, source func(time.Duration, packet.Bitrate) (packet.Bitrate, packet.Bitrate)) *flow {
	f := &flow{
		rig: r, history: estimate.NewHistory(), estimator: estimate.New(cfg), probes: probe.New(), source: source,
		window: -1, newest: -1,
	}
	return f
}

// start begins to send after a time.
func (f *flow) start(after time.Duration) {
	f.rig.at(epoch.Add(after), f.tick)
	f.rig.at(epoch.Add(after+feedbackTime), f.report)
}

// elastic is media that takes all there is.
func elastic(goal packet.Bitrate) func(time.Duration, packet.Bitrate) (packet.Bitrate, packet.Bitrate) {
	return func(_ time.Duration, rate packet.Bitrate) (packet.Bitrate, packet.Bitrate) { return rate, goal }
}

// layered is media in layers: the highest that fits is sent, with sound beside it.
func layered(sound packet.Bitrate, layers ...packet.Bitrate) func(time.Duration, packet.Bitrate) (packet.Bitrate, packet.Bitrate) {
	return func(_ time.Duration, rate packet.Bitrate) (send, goal packet.Bitrate) {
		send = sound
		for _, l := range layers {
			if l > rate {
				return send, l
			}
			send = l
		}
		return send, 0
	}
}

func (f *flow) tick() {
	now := f.rig.now()
	send, goal := f.source(f.rig.since(), f.estimator.Rate())
	f.estimator.Unanswered(now, f.history.Unanswered(now))
	f.probes.Update(now, probe.Input{
		Estimate: f.estimator.Rate(), Acked: f.estimator.Acked(), Goal: goal, AppLimited: f.estimator.AppLimited(now),
		Overusing: f.estimator.Strained(),
		Paused:    send <= 30_000, Loss: f.estimator.Loss(), RTT: f.estimator.RTT(), Jitter: f.estimator.Jitter(),
	})
	if f.left <= 0 {
		if c, ok := f.probes.Next(now); ok {
			f.cluster, f.left, f.packets, f.probesRun = c, c.Bytes, c.Packets, f.probesRun+1
		}
	}
	f.budget += float64(send) / 8 * sendTick.Seconds()
	burst := 0.0
	if f.left > 0 {
		burst = float64(f.cluster.Rate) / 8 * sendTick.Seconds()
	}
	for f.budget >= mediaSize {
		f.budget -= mediaSize
		burst -= mediaSize
		f.put(mediaSize, estimate.Media)
	}
	for burst > 0 && f.left > 0 {
		burst -= paddingSize
		f.put(paddingSize, estimate.Padding)
	}
	f.rates = append(f.rates, sample{f.rig.since(), f.estimator.Rate()})
	f.rig.at(now.Add(sendTick), f.tick)
}

func (f *flow) put(size int, kind estimate.Kind) {
	cluster := uint16(0)
	if f.left > 0 {
		cluster = f.cluster.ID
		f.left -= size
	}
	number := int64(f.unwrap.Unwrap(f.history.Put(f.rig.now(), size, kind, cluster)))
	f.puts = append(f.puts, delivery{f.rig.since(), size})
	f.rig.send(size, func() {
		came := &f.arrivals[number%remembered]
		if came.number >= number {
			return // twice, or long forgotten
		}
		*came = arrival{number, f.rig.now()}
		f.got = append(f.got, delivery{f.rig.since(), size})
		if f.window < 0 || number < f.window {
			f.window = number
		}
		f.newest = max(f.newest, number)
	})
}

// clock is the receiver's.
func (f *flow) clock(t time.Time) time.Duration {
	d := t.Sub(epoch)
	return 12345*time.Second + d + time.Duration(f.drift*float64(d))
}

// report sends feedback as browsers do: from where the last one ended, or from the oldest late packet.
func (f *flow) report() {
	f.rig.at(f.rig.now().Add(feedbackTime), f.report)
	if f.window < 0 || f.newest < f.window {
		return
	}
	fb := encode(f.window, f.newest, f.feedbacks, func(n int64) (time.Duration, bool) {
		came := f.arrivals[n%remembered]
		return f.clock(came.at), came.number == n
	})
	f.feedbacks++
	f.window = f.newest + 1
	if f.eats != nil && f.eats(f.rig.since()) {
		return
	}
	for _, at := range f.rig.up.Send(f.rig.now(), fb.MarshalSize()+28) {
		f.rig.at(at, func() { f.take(fb) })
	}
}

func (f *flow) take(fb *rtcp.TransportLayerCC) {
	now := f.rig.now()
	results := f.history.Match(now, fb)
	f.estimator.Feedback(now, results)
	if o, ok := f.probes.Feedback(now, results); ok {
		f.estimator.Probed(now, o)
	}
}

// encode writes feedback for [from, to].
func encode(from, to int64, count uint8, arrival func(int64) (time.Duration, bool)) *rtcp.TransportLayerCC {
	const tick = 250 * time.Microsecond
	fb := &rtcp.TransportLayerCC{BaseSequenceNumber: uint16(from), PacketStatusCount: uint16(to - from + 1), FbPktCount: count}
	started := false
	var last time.Duration
	var symbols []uint16
	for n := from; n <= to; n++ {
		at, ok := arrival(n)
		if !ok {
			symbols = append(symbols, rtcp.TypeTCCPacketNotReceived)
			continue
		}
		if !started {
			started = true
			last = at.Truncate(64 * time.Millisecond)
			fb.ReferenceTime = uint32(last.Milliseconds()/64) & (1<<24 - 1)
		}
		step := (at - last).Round(tick)
		last += step
		delta := step.Microseconds() / 250
		symbol := rtcp.TypeTCCPacketReceivedSmallDelta
		if delta < 0 || delta > 255 {
			symbol = rtcp.TypeTCCPacketReceivedLargeDelta
		}
		symbols = append(symbols, symbol)
		fb.RecvDeltas = append(fb.RecvDeltas, &rtcp.RecvDelta{Type: symbol, Delta: delta * 250})
	}
	for len(symbols) > 0 {
		run := 1
		for run < len(symbols) && symbols[run] == symbols[0] {
			run++
		}
		if run >= 7 || run == len(symbols) {
			fb.PacketChunks = append(fb.PacketChunks, &rtcp.RunLengthChunk{PacketStatusSymbol: symbols[0], RunLength: uint16(run)})
			symbols = symbols[run:]
			continue
		}
		n := min(7, len(symbols))
		fb.PacketChunks = append(fb.PacketChunks, &rtcp.StatusVectorChunk{
			Type: rtcp.TypeTCCStatusVectorChunk, SymbolSize: rtcp.TypeTCCSymbolSizeTwoBit,
			SymbolList: append(slices.Clone(symbols[:n]), make([]uint16, 7-n)...),
		})
		symbols = symbols[n:]
	}
	fb.Header = rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback}
	return fb
}

// delivered is the rate that arrived between two times.
func (f *flow) delivered(from, to time.Duration) float64 { return rateOf(f.got, from, to) }

// sentBetween is the rate that was sent between two times.
func (f *flow) sentBetween(from, to time.Duration) float64 { return rateOf(f.puts, from, to) }

func rateOf(deliveries []delivery, from, to time.Duration) float64 {
	bytes := 0
	for _, d := range deliveries {
		if d.at >= from && d.at < to {
			bytes += d.size
		}
	}
	return 8 * float64(bytes) / (to - from).Seconds()
}

// settled returns how long after from the rate was as it should be, and stayed so until to.
func (f *flow) settled(from, to time.Duration, ok func(packet.Bitrate) bool) (time.Duration, bool) {
	at, found := from, false
	for _, s := range f.rates {
		if s.at < from || s.at >= to {
			continue
		}
		if !ok(s.rate) {
			found = false
		} else if !found {
			at, found = s.at, true
		}
	}
	return at - from, found
}

// mean is the estimate's mean between two times.
func (f *flow) mean(from, to time.Duration) float64 {
	sum, n := 0.0, 0
	for _, s := range f.rates {
		if s.at >= from && s.at < to {
			sum += float64(s.rate)
			n++
		}
	}
	return sum / float64(n)
}

// path is a link of a rate with a queue and half of the round trip each way.
func path(rate int64, queue, rtt time.Duration) (down, up link.Plan) {
	half := link.Milliseconds(rtt.Seconds() * 1000 / 2)
	return link.Always(link.Conditions{Rate: rate, Queue: link.Milliseconds(queue.Seconds() * 1000), Delay: half}), link.Always(link.Conditions{Delay: half})
}
