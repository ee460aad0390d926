package forward_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// oracle watches a slot's output as a strict receiver would, and knows the truth besides. It
// keeps everything, and computes each number anew from the start of its segment: the slow
// and obvious version of what the forwarder does.
type oracle struct {
	audio   bool
	red     bool // the receiver takes it
	start   forward.Start
	born    time.Time // first packet
	seq     packet.Unwrapper
	ts      packet.TimestampUnwrapper
	started bool

	newestOut packet.Seq
	newest    *seen // the packet with the newest number
	sent      map[packet.Seq]*seen
	resent    map[packet.Seq]resends
	picture   numbers // newest of each cyclic number
	vp9       numbers
	number    uint16                // newest frame number in a dependency descriptor
	inForce   *dependency.Structure // that the receiver knows
	active    uint32
	segment   segment
	decoder   decoder

	first   packet.Timestamp
	played  time.Duration // ahead of the wall clock, by playing faster or slower
	checked time.Time

	forwarded, switches, late, resendCount int
}

// numbers are what a receiver reads from a descriptor.
type numbers struct{ picture, tl0, key int }

type seen struct {
	out        forward.Out
	descriptor []byte
	dependency []byte
	packet     *packet.Packet
	origin     *origin
	timestamp  packet.Timestamp
	descr      codec.Descriptor
	says       dependency.Descriptor
	voice      []byte // the newest frame
}

type resends struct {
	count int
	last  time.Time
}

// segment is the time between two switches: one source.
type segment struct {
	first   *seen
	numbers map[packet.Seq]packet.Seq // source number to slot number, holes included
	newest  packet.Seq                // source number
	next    packet.Seq                // slot number
	closed  map[packet.Seq]bool       // padding and what was dropped on purpose, if it came in order
	latest  packet.Seq                // of them
	shown   map[int64]bool            // pictures of which something went out
	dropped map[int64]bool            // pictures none of which goes out
	moved   packet.Timestamp          // what timestamps are moved by
	past    bool                      // it began with pictures from before, and they go on
	squeeze map[packet.Timestamp]packet.Timestamp
	frames  uint16 // offset of the frame numbers …
	bound   bool   // … once one was sent
}

func newOracle(start forward.Start, audio bool) *oracle {
	return &oracle{
		audio:   audio,
		start:   start,
		picture: numbers{int(start.PictureID) - 1, int(start.TL0) - 1, int(start.KeyIndex) - 1},
		vp9:     numbers{int(start.PictureID) - 1, int(start.TL0) - 1, 0},
		number:  start.Frame - 1,
		sent:    map[packet.Seq]*seen{},
		resent:  map[packet.Seq]resends{},
		decoder: newDecoder(),
	}
}

// refused notes a packet of any source that was not forwarded, and why.
func (o *oracle) refused(publication uint32, p *packet.Packet, from *origin, reason forward.Reason) {
	g := &o.segment
	switch reason {
	case forward.PaddingOnly, forward.AboveTarget, forward.DependsOnDropped, forward.Discarded, forward.WaitsForKeyFrame:
	default:
		return
	}
	if !o.started || !o.same(publication, p) || p.Seq <= g.newest || p.Seq <= g.latest {
		return
	}
	g.closed[p.Seq] = true
	g.latest = p.Seq
	if !p.PaddingOnly() && !g.shown[from.picture] {
		g.dropped[from.picture] = true
	}
}

func (o *oracle) same(publication uint32, p *packet.Packet) bool {
	first := o.segment.first
	return first.out.Publication == publication && first.packet.Stream == p.Stream && first.packet.Feed == p.Feed
}

// check takes a forwarded packet.
func (o *oracle) check(now time.Time, kind codec.Kind, out forward.Out, p *packet.Packet, from *origin) error {
	s := &seen{
		out: out, descriptor: bytes.Clone(out.Descriptor), dependency: bytes.Clone(out.Dependency),
		packet: p, origin: from, timestamp: o.ts.Unwrap(out.Timestamp),
	}
	seq := o.seq.Unwrap(out.Sequence)
	if o.audio {
		return o.checkVoice(now, seq, kind, s)
	}
	payload := append(bytes.Clone(s.descriptor), out.Payload...)
	var err error
	if s.descr, err = codec.Parse(kind, payload); err != nil {
		return fmt.Errorf("output does not parse: %w", err)
	}
	if s.descr.HasPictureID && !s.descr.LongPictureID {
		return fmt.Errorf("picture id is not 15 bits wide")
	}
	if p.Marker && !out.Marker || out.Publication != from.publication || out.Codec != kind {
		return fmt.Errorf("marker, publication or codec changed: %+v", out)
	}
	if !bytes.Equal(out.Payload, p.Payload[p.Descriptor.Size:]) {
		return fmt.Errorf("payload changed")
	}
	if err = o.checkDependency(s, !o.started || out.Switched); err != nil {
		return fmt.Errorf("dependency descriptor: %w", err)
	}
	return o.checkNumbers(now, seq, s)
}

// checkNumbers checks all that has to go on without a seam.
func (o *oracle) checkNumbers(now time.Time, seq packet.Seq, s *seen) (err error) {
	if old, twice := o.sent[seq]; twice {
		return fmt.Errorf("number %d twice: %+v, then %+v", seq, old.origin, s.origin)
	}
	if !o.started || s.out.Switched {
		err = o.begin(now, seq, s)
	} else {
		err = o.goOn(now, seq, s)
	}
	if err != nil {
		return err
	}
	o.sent[seq] = s
	o.forwarded++
	return o.checkLead(now, s)
}

// checkDependency reads the descriptor as the receiver would.
func (o *oracle) checkDependency(s *seen, begins bool) (err error) {
	if s.out.Dependency == nil {
		if begins && s.packet.Dependency != nil && s.packet.Dependency.Attached {
			return fmt.Errorf("missing where a source begins")
		}
		return nil
	}
	if s.says, err = dependency.Parse(s.dependency, o.inForce); err != nil {
		return fmt.Errorf("does not parse: %w", err)
	}
	from, g := s.packet.Dependency, &o.segment
	if s.says.Attached {
		o.inForce, o.active = s.says.Structure, s.says.Structure.All()
	}
	if s.says.HasActive {
		o.active = s.says.Active
	}
	needed := false
	for i, indication := range s.says.Indications {
		needed = needed || o.active>>i&1 != 0 && indication != dependency.NotPresent
	}
	if !needed {
		return fmt.Errorf("a frame that no active target has: %b", o.active)
	}
	if begins || !g.bound {
		if s.says.Number != o.number+1 {
			return fmt.Errorf("frame number %d after %d", s.says.Number, o.number)
		}
		g.frames, g.bound = s.says.Number-from.Number, true
		if begins {
			defer func() { o.segment.frames, o.segment.bound = s.says.Number-from.Number, true }()
		}
	}
	if s.says.Number-from.Number != g.frames && !begins {
		return fmt.Errorf("frame number moved by %d, not %d", s.says.Number-from.Number, g.frames)
	}
	if begins || int16(s.says.Number-o.number) > 0 {
		o.number = s.says.Number
	}
	return nil
}

// begin checks the first packet of another source.
func (o *oracle) begin(now time.Time, seq packet.Seq, s *seen) error {
	if !s.packet.Descriptor.Key {
		return fmt.Errorf("switch to %+v is not at a key frame", s.origin)
	}
	if o.started {
		o.switches++
		next := o.newestOut + 1
		if !o.audio && !o.newest.out.Marker {
			next++ // says that the last picture is incomplete
		}
		if seq != next {
			return fmt.Errorf("switch: number %d after %d", seq, o.newestOut)
		}
		if s.timestamp <= o.newest.timestamp {
			return fmt.Errorf("switch: timestamp %d after %d", s.timestamp, o.newest.timestamp)
		}
	} else {
		o.first, o.born = s.timestamp, now
		if s.out.Sequence != o.start.Sequence || s.out.Timestamp != o.start.Timestamp {
			return fmt.Errorf("first packet is %d at %d, want %+v", s.out.Sequence, s.out.Timestamp, o.start)
		}
	}
	moved, past := o.place(now, s)
	former := o.picture
	if s.out.Codec == codec.VP9 {
		former = o.vp9
	}
	if err := o.follow(s.descr, numbers{1, 1, 1}, former); err != nil {
		return fmt.Errorf("switch: %w", err)
	}
	o.started = true
	o.segment = segment{
		first: s, newest: s.packet.Seq, next: seq + 1,
		numbers: map[packet.Seq]packet.Seq{s.packet.Seq: seq},
		closed:  map[packet.Seq]bool{},
		shown:   map[int64]bool{s.origin.picture: true},
		dropped: map[int64]bool{},
		moved:   moved, past: past, squeeze: map[packet.Timestamp]packet.Timestamp{},
		frames: o.segment.frames, bound: s.out.Dependency != nil,
	}
	if past {
		o.segment.squeeze[s.packet.Timestamp] = s.timestamp
	}
	o.renew(seq, s)
	return nil
}

const (
	pastFrom = 50 * time.Millisecond  // how long ago pictures came that are squeezed …
	replayed = 100 * time.Millisecond // … behind others of their publication
)

// place says what the timestamps of a source are moved by, of which this is the first packet, and whether it is of the past.
func (o *oracle) place(now time.Time, s *seen) (moved packet.Timestamp, past bool) {
	at := s.timestamp
	age := now.Sub(s.packet.Arrival)
	switch {
	case age <= pastFrom:
	case !o.started, o.newest.out.Publication != s.out.Publication || o.newest.packet.Feed != s.packet.Feed, age > replayed:
		at, past = at-packet.Timestamp(packet.Ticks(age, 90000)), true
	}
	return at - s.packet.Timestamp, past
}

// checkTimestamp checks that all packets of a picture have one timestamp, and that it is where the picture is, but for pictures
// of the past: those are behind each other, and not before the moment at which they go out.
func (o *oracle) checkTimestamp(now time.Time, s *seen, newest bool) error {
	g, in := &o.segment, s.packet.Timestamp
	if want, ok := g.squeeze[in]; ok {
		if s.timestamp != want {
			return fmt.Errorf("timestamp %d of the past: got %d, want %d", in, s.timestamp, want)
		}
		return nil
	}
	var last, before packet.Timestamp // pictures of the past
	between := false
	for other, out := range g.squeeze {
		last = max(last, out)
		if other < in {
			before = max(before, out)
		}
		between = between || other > in
	}
	want := in + g.moved
	if between {
		want = before + 1
		g.squeeze[in] = want
	} else if late := now.Sub(s.packet.Arrival) > pastFrom; newest && g.past && (late || want <= last) {
		if s.timestamp <= last || !late && s.timestamp != last+22 {
			return fmt.Errorf("timestamp %d of the past: got %d after %d", in, s.timestamp, last)
		}
		g.squeeze[in] = s.timestamp
		return nil
	}
	g.past = g.past && !newest
	if off := s.timestamp - want; off < -1 || off > 1 || off != 0 && len(g.squeeze) == 0 {
		return fmt.Errorf("source timestamp %d: got %d, want %d", in, s.timestamp, want)
	}
	return nil
}

// goOn checks a packet of the same source, in order or late.
func (o *oracle) goOn(now time.Time, seq packet.Seq, s *seen) error {
	g := &o.segment
	if !o.same(s.out.Publication, s.packet) {
		return fmt.Errorf("source changed without a switch: %+v after %+v", s.origin, g.first.origin)
	}
	newest := s.packet.Seq > g.newest
	for g.newest < s.packet.Seq {
		g.newest++
		if !g.closed[g.newest] {
			g.numbers[g.newest] = g.next
			g.next++
		}
	}
	if want, ok := g.numbers[s.packet.Seq]; !ok || want != seq {
		return fmt.Errorf("source number %d: got %d, want %d (%v)", s.packet.Seq, seq, want, ok)
	}
	if err := o.checkTimestamp(now, s, newest); err != nil {
		return err
	}
	first := g.first.origin
	moved := numbers{int(s.origin.picture - first.picture), int(s.origin.tl0 - first.tl0), int(s.origin.key - first.key)}
	if s.out.Codec == codec.VP8 {
		moved.picture -= g.droppedBefore(s.origin.picture)
	}
	start := numbers{int(g.first.descr.PictureID), int(g.first.descr.TL0), int(g.first.descr.KeyIndex)}
	if err := o.follow(s.descr, moved, start); err != nil {
		return err
	}
	g.shown[s.origin.picture] = true
	if newest {
		o.renew(seq, s)
	} else {
		o.late++
	}
	return nil
}

// droppedBefore is how many dropped pictures of the segment are older.
func (g *segment) droppedBefore(picture int64) (n int) {
	for dropped := range g.dropped {
		if dropped < picture {
			n++
		}
	}
	return n
}

// follow checks that each number of d is start + moved.
func (o *oracle) follow(d codec.Descriptor, moved, start numbers) error {
	cycle := 1 << 15
	if o.started && moved != (numbers{1, 1, 1}) && !o.segment.first.packet.Descriptor.LongPictureID {
		cycle = 1 << 7 // a source with 7 bits cannot tell more
	}
	if d.HasPictureID && (int(d.PictureID)-start.picture-moved.picture)%cycle != 0 {
		return fmt.Errorf("picture id %d, want %d + %d", d.PictureID, start.picture, moved.picture)
	}
	if d.HasTL0 && (int(d.TL0)-start.tl0-moved.tl0)%256 != 0 {
		return fmt.Errorf("TL0PICIDX %d, want %d + %d", d.TL0, start.tl0, moved.tl0)
	}
	if d.HasKeyIndex && (int(d.KeyIndex)-start.key-moved.key)%32 != 0 {
		return fmt.Errorf("KEYIDX %d, want %d + %d", d.KeyIndex, start.key, moved.key)
	}
	return nil
}

func (o *oracle) renew(seq packet.Seq, s *seen) {
	o.newestOut, o.newest = seq, s
	last := &o.picture
	if s.out.Codec == codec.VP9 {
		last = &o.vp9
	}
	if s.descr.HasPictureID {
		last.picture = int(s.descr.PictureID)
	}
	if s.descr.HasTL0 {
		last.tl0 = int(s.descr.TL0)
	}
	if s.descr.HasKeyIndex {
		last.key = int(s.descr.KeyIndex)
	}
}

// checkLead checks that the slot's clock does not run away from the wall clock: what it leads
// by waits in the receiver's buffer, which plays a little faster until it is gone, and slower
// when it runs dry.
func (o *oracle) checkLead(now time.Time, s *seen) error {
	clock := time.Duration(90000)
	if o.audio {
		clock = 48000
	}
	lead := time.Duration(s.timestamp-o.first)*time.Second/clock - now.Sub(o.born) - o.played
	if !o.checked.IsZero() {
		most := max(now.Sub(o.checked), 0) / 8
		faster := max(min(lead, most), -most)
		o.played += faster
		lead -= faster
	}
	if now.After(o.checked) {
		o.checked = now
	}
	if lead > maxSlotLead || lead < -maxSlotLag {
		return fmt.Errorf("slot's clock leads the wall clock by %v", lead)
	}
	return nil
}

// checkResend checks what Resend gave for a number.
func (o *oracle) checkResend(now time.Time, number uint16, f *forward.Forwarder) error {
	got, ok := f.Resend(now, number)
	if !ok {
		return nil
	}
	seq := o.newestOut + packet.Seq(int16(number-uint16(o.newestOut)))
	first, sent := o.sent[seq]
	if !sent {
		return fmt.Errorf("resend of %d, which was never sent", seq)
	}
	again := f.Rebuild(got, number, first.packet)
	if o.audio && !bytes.Equal(newestBlock(again.Codec, again.Descriptor, again.Payload), first.voice) {
		return fmt.Errorf("resend of %d is another frame", seq)
	}
	if protected := o.audio && again.Codec != first.out.Codec; protected {
		first = &seen{out: again, packet: first.packet} // without what was repeated before it
	}
	if !got.Of(first.packet) || again.Publication != first.out.Publication || again.Timestamp != first.out.Timestamp ||
		again.Marker != first.out.Marker || again.Codec != first.out.Codec ||
		!bytes.Equal(again.Dependency, first.dependency) || !bytes.Equal(again.Descriptor, first.descriptor) || !bytes.Equal(again.Payload, first.out.Payload) {
		return fmt.Errorf("resend of %d: %+v, first sent as %+v", seq, got, first)
	}
	r := o.resent[seq]
	if r.count == 8 || r.count > 0 && now.Sub(r.last) < 49*time.Millisecond {
		return fmt.Errorf("resend %d of %d after %v", r.count+1, seq, now.Sub(r.last))
	}
	o.resent[seq] = resends{count: r.count + 1, last: now}
	o.resendCount++
	return nil
}
