package scenario

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	feedbackShare  = 0.05 // of what arrives, as libwebrtc has it
	feedbackUsual  = 68   // bytes
	feedbackLeast  = 50 * time.Millisecond
	feedbackMost   = 250 * time.Millisecond
	feedbackWire   = 28 + 10 // IP, UDP, SRTCP
	deltaStep      = 250 * time.Microsecond
	referenceStep  = 64 * time.Millisecond
	symbolsOfChunk = 7
	mostReported   = 1000 // numbers in one feedback

	stuckAfter = 3 * time.Second // without a picture the browser asks for a key frame
	kept       = 2 * time.Second // what came later than this was of no use
)

// receiver is the transport side of a browser: it tells what came when.
type receiver struct {
	viewer *Viewer
	unwrap packet.Unwrapper
	came   [remembered]arrival
	from   int64 // first number that was not reported, 0: nothing came yet
	newest int64
	count  uint8
}

// remembered is a power of two, and more than one feedback reports.
const remembered = 4096

// arrival is when a number came, 0 is no number.
type arrival struct {
	number int64
	at     time.Time
}

func newReceiver(v *Viewer) *receiver {
	r := &receiver{viewer: v}
	v.world.After(feedbackLeast, r.report)
	return r
}

func (r *receiver) arrive(number uint16) {
	n := int64(r.unwrap.Unwrap(number))
	slot := &r.came[n%remembered]
	if slot.number >= n {
		return // twice, or long forgotten
	}
	if r.from == 0 {
		r.from = n
	}
	// What comes late is reported late, with what was reported already in between.
	r.from = max(min(r.from, n), r.newest-mostReported)
	*slot = arrival{n, r.viewer.world.Now()}
	r.newest = max(r.newest, n)
}

func (r *receiver) sound() { r.viewer.series.audioCame++ }

// report sends feedback and comes back when the next is due.
func (r *receiver) report() {
	v := r.viewer
	rate := v.series.recent.rate(v.world.Now())
	interval := feedbackMost
	if rate > 0 {
		interval = min(max(time.Duration(feedbackUsual*8/(feedbackShare*rate)*float64(time.Second)), feedbackLeast), feedbackMost)
	}
	v.world.After(interval, r.report)
	if r.from == 0 || r.from > r.newest {
		return
	}
	fb := r.feedback()
	r.from = r.newest + 1
	v.up.Send(fb.MarshalSize()+feedbackWire, v.extra, func() { v.feedback(fb) })
}

// feedback encodes what came (draft-holmer-rmcat-transport-wide-cc-extensions-01).
func (r *receiver) feedback() *rtcp.TransportLayerCC {
	fb := &rtcp.TransportLayerCC{
		Header:             rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback},
		BaseSequenceNumber: uint16(r.from), PacketStatusCount: uint16(r.newest - r.from + 1), FbPktCount: r.count, //nolint:gosec // bounded
	}
	r.count++
	var clock time.Duration // of the latest packet reported
	var symbols []uint16
	for n := r.from; n <= r.newest; n++ {
		came := r.came[n%remembered]
		if came.number != n {
			symbols = append(symbols, rtcp.TypeTCCPacketNotReceived)
			continue
		}
		since := came.at.Sub(begin)
		if len(fb.RecvDeltas) == 0 {
			fb.ReferenceTime = uint32(since / referenceStep) //nolint:gosec // hours
			clock = since.Truncate(referenceStep)
		}
		delta := (since - clock).Round(deltaStep) / deltaStep
		clock += delta * deltaStep //nolint:durationcheck // a number of steps
		symbol := rtcp.TypeTCCPacketReceivedSmallDelta
		if delta < 0 || delta > 255 {
			symbol = rtcp.TypeTCCPacketReceivedLargeDelta
		}
		symbols = append(symbols, symbol)
		fb.RecvDeltas = append(fb.RecvDeltas, &rtcp.RecvDelta{Type: symbol, Delta: int64(delta) * rtcp.TypeTCCDeltaScaleFactor})
	}
	for len(symbols) > 0 {
		chunk := make([]uint16, symbolsOfChunk)
		n := copy(chunk, symbols)
		symbols = symbols[n:]
		fb.PacketChunks = append(fb.PacketChunks, &rtcp.StatusVectorChunk{
			Type: rtcp.TypeTCCStatusVectorChunk, SymbolSize: rtcp.TypeTCCSymbolSizeTwoBit, SymbolList: chunk,
		})
	}
	return fb
}

// fragment is a media packet as the browser sees it.
type fragment struct {
	sequence    uint16
	timestamp   uint32
	made        time.Time
	marker, key bool
	stream      int8
}

// player is one slot in the browser: it asks for what is missing and shows the frames that are whole, so much later than
// they were made that few come too late for it.
type player struct {
	slot    *slot
	loss    *loss.Receiver
	unwrap  packet.Unwrapper
	sent    packet.Unwrapper // of the numbers that the server sent
	waiting map[int64]fragment
	missing map[int64]time.Time // sent, and not come: since when
	next    int64               // number that the decoder waits for, 0: a key frame
	asked   time.Time
	shown   time.Time     // the latest frame
	spacing float64       // seconds between frames, smoothed
	behind  time.Duration // from the making of a frame to its showing: the slowest of late, and slowly less
	woken   time.Time
}

// forgetting is how much less of behind is left after a frame that came sooner.
const forgetting = 0.002

func newPlayer(s *slot) *player {
	p := &player{slot: s, loss: loss.NewReceiver(90000), waiting: map[int64]fragment{}, missing: map[int64]time.Time{}}
	s.viewer.world.Every(time.Second, p.giveUp)
	return p
}

// expect counts a packet that the server sent for the first time.
func (p *player) expect(sequence uint16) {
	p.missing[int64(p.sent.Unwrap(sequence))] = p.slot.viewer.world.Now()
}

// giveUp counts what did not come in time.
func (p *player) giveUp() {
	now := p.slot.viewer.world.Now()
	for n, since := range p.missing {
		if now.Sub(since) > kept {
			p.slot.viewer.series.unrecovered++
			delete(p.missing, n)
		}
	}
	if p.next != 0 && now.Sub(p.shown) > stuckAfter && now.Sub(p.asked) > stuckAfter && !p.slot.camera.stopped {
		p.requestKey()
	}
}

// overtake counts what is worth nothing any more for the key frame that begins at key.
func (p *player) overtake(key int64) {
	for n := range p.missing {
		if n < key {
			p.slot.viewer.series.overtaken++
			delete(p.missing, n)
		}
	}
}

func (p *player) requestKey() {
	v := p.slot.viewer
	p.asked = v.world.Now()
	v.up.Send(pliWire, v.extra, func() { v.pli(p.slot) })
}

func (p *player) arrive(f fragment, recovered bool) {
	now := p.slot.viewer.world.Now()
	var ok bool
	var seq packet.Seq
	if recovered {
		seq, ok = p.loss.Recovered(now, f.sequence)
	} else {
		seq, ok = p.loss.Received(now, f.sequence, f.timestamp)
	}
	n := int64(p.unwrap.Unwrap(f.sequence))
	delete(p.missing, n)
	if !ok {
		return
	}
	if f.key {
		p.loss.KeyFrame(seq)
		p.overtake(n)
	}
	p.waiting[n] = f
	p.decode()
	p.ask()
}

// decode shows the frames that can be shown, in order, and goes on at the newest key frame that is whole.
func (p *player) decode() {
	for p.whole(p.next) {
	}
	key := int64(0)
	for n, f := range p.waiting {
		if n < p.next {
			delete(p.waiting, n)
		} else if f.key && n > key && p.follows(n) {
			key = n
		}
	}
	if key != 0 {
		p.next = key
		for p.whole(p.next) {
		}
	}
}

// follows reports whether the frame that begins at n is there.
func (p *player) follows(n int64) bool {
	for ; ; n++ {
		f, ok := p.waiting[n]
		if !ok || f.marker {
			return ok
		}
	}
}

// whole shows the frame at n and moves on, if all of it is there.
func (p *player) whole(n int64) bool {
	if n == 0 || !p.follows(n) {
		return false
	}
	var f fragment
	for !f.marker {
		f = p.waiting[n]
		delete(p.waiting, n)
		n++
	}
	p.next = n
	p.show(f)
	return true
}

// show counts a freeze as browsers do: a gap of at least 3 δ, or δ + 150 ms.
func (p *player) show(f fragment) {
	s, now := p.slot.viewer.series, p.slot.viewer.world.Now()
	p.behind = max(p.behind-time.Duration(forgetting*float64(p.behind)), now.Sub(f.made))
	at := f.made.Add(p.behind)
	s.shown(p.slot.number, p.slot.camera.encodings[f.stream].Height)
	if !p.shown.IsZero() {
		gap := at.Sub(p.shown).Seconds()
		if p.spacing > 0 && gap >= max(3*p.spacing, p.spacing+0.15) && !p.slot.camera.stopped {
			s.froze(gap)
		} else {
			p.spacing += (gap - p.spacing) / 30
		}
	}
	if p.spacing == 0 {
		p.spacing = 1.0 / frameRate
	}
	p.shown = at
}

// ask sends the NACKs that are due.
func (p *player) ask() {
	v := p.slot.viewer
	now := v.world.Now()
	if numbers := p.loss.Nacks(now, v.link.Estimate().RTT(), nil); len(numbers) > 0 {
		v.series.nacked += len(numbers)
		v.up.Send(nackWire+4*len(numbers), v.extra, func() { v.nack(p.slot, numbers) })
	}
	if p.loss.NeedsKeyFrame() {
		p.requestKey()
	}
	if due, ok := p.loss.Deadline(); ok && (!p.woken.After(now) || due.Before(p.woken)) {
		p.woken = due
		v.world.At(due, p.ask)
	}
}
