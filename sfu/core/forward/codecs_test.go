package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// scalable makes the packets of a publication with dependency descriptors: one packet for each frame.
type scalable struct {
	publication uint32
	kind        codec.Kind
	pattern     *dependency.Pattern
	inForce     *dependency.Structure
	first       uint16 // frame number
	seq         packet.Seq
	picture     int64
}

func newScalable(publication uint32, kind codec.Kind, spatial, temporal int) *scalable {
	return &scalable{
		publication: publication, kind: kind, first: uint16(publication * 30000),
		pattern: dependency.NewPattern(dependency.Full, spatial, temporal),
	}
}

func (s *scalable) source() forward.Source {
	return forward.Source{Publication: s.publication, Clock: 90000, Codec: s.kind, Layers: 3, Scalable: true}
}

func (s *scalable) at(t testing.TB, now time.Time, key bool) (out []*packet.Packet) {
	t.Helper()
	s.picture++
	frames := s.pattern.Picture(key)
	for i, f := range frames {
		f.Number += s.first
		says, err := dependency.Parse(s.pattern.Structure().Append(nil, f), s.inForce)
		if err != nil {
			t.Fatal(err)
		}
		if says.Attached {
			s.inForce = says.Structure
		}
		s.seq++
		frame := &truth{id: s.picture, spatial: says.Spatial, temporal: says.Temporal, key: key}
		p := &packet.Packet{
			Arrival: now, Seq: s.seq, Spatial: says.Spatial, Temporal: says.Temporal, Dependency: &says, Marker: i == len(frames)-1,
			Timestamp: packet.Timestamp(packet.Ticks(now.Sub(begin), 90000)) + 5000,
			Payload:   payload(s.kind, style{picture: true, long: true}, &origin{frame: frame, picture: s.picture}, true, true),
		}
		p.Descriptor, _ = codec.Parse(s.kind, p.Payload)
		out = append(out, p)
	}
	return out
}

// says reads the descriptor that went out.
func says(t *testing.T, out forward.Out, inForce *dependency.Structure) dependency.Descriptor {
	t.Helper()
	d, err := dependency.Parse(out.Dependency, inForce)
	if err != nil {
		t.Fatalf("descriptor %x: %v", out.Dependency, err)
	}
	return d
}

// TestOneSlotCarriesEveryCodec changes codec at every turn: the numbers of each go on where they were.
func TestOneSlotCarriesEveryCodec(t *testing.T) {
	b := &bench{t: t, now: begin, slot: forward.NewVideo(forward.Start{Sequence: 100, Timestamp: 1000, PictureID: 50, Frame: 65530})}
	turns := []*scalable{
		newScalable(1, codec.AV1, 3, 2), newScalable(2, codec.VP9, 2, 1), newScalable(3, codec.H264, 1, 3), newScalable(4, codec.VP8, 1, 1),
	}
	frame, sequence := uint16(65529), uint16(99)
	pictures := map[codec.Kind]uint16{codec.VP8: 49, codec.VP9: 49}
	for turn := range 12 {
		s := turns[turn%len(turns)]
		b.slot.Show(b.now, s.source(), packet.Layer{Spatial: 2, Temporal: forward.All})
		for n := range 3 {
			b.after(33 * ms)
			for i, p := range s.at(t, b.now, n == 0) {
				out, reason := b.slot.Forward(b.now, s.publication, p)
				if reason != forward.Forwarded || out.Codec != s.kind || out.Switched != (n == 0 && i == 0) {
					t.Fatalf("%v, picture %d: %v, %+v", s.kind, n, reason, out)
				}
				d := says(t, out, s.inForce)
				frame++
				sequence++
				if d.Number != frame || out.Sequence != sequence || d.Attached != out.Switched {
					t.Errorf("%v, picture %d: frame %d, number %d, attached %v; want %d, %d",
						s.kind, n, d.Number, out.Sequence, d.Attached, frame, sequence)
				}
				last, numbered := pictures[s.kind]
				if !numbered {
					continue
				}
				if i == 0 {
					last++
					pictures[s.kind] = last
				}
				got, err := codec.Parse(s.kind, append(out.Descriptor, out.Payload...))
				if err != nil || got.PictureID != last {
					t.Errorf("%v: picture id %d (%v), want %d", s.kind, got.PictureID, err, last)
				}
			}
		}
	}
}

func TestTheReceiverIsToldWhichTargetsAreSent(t *testing.T) {
	b, s := newVideo(t), newScalable(1, codec.AV1, 3, 2)
	b.slot.Show(b.now, s.source(), packet.Layer{Spatial: 1, Temporal: 0})
	top := int8(1)
	check := func(key bool, want uint32, told bool) {
		t.Helper()
		b.after(33 * ms)
		for _, p := range s.at(t, b.now, key) {
			out, reason := b.slot.Forward(b.now, 1, p)
			if reason != forward.Forwarded {
				continue
			}
			d := says(t, out, s.inForce)
			if d.Active != want || p.Spatial == 0 && d.HasActive != told {
				t.Errorf("S%d: active %b (%v), want %b (%v)", p.Spatial, d.Active, d.HasActive, want, told)
			}
			if out.Spatial != p.Spatial || out.Marker != (p.Spatial == top) {
				t.Errorf("S%d goes out as S%d with marker %v", p.Spatial, out.Spatial, out.Marker)
			}
		}
	}
	within := s.pattern.Structure().Within
	check(true, within(1, 0), true)
	check(false, within(1, 0), true)
	b.slot.SetTarget(b.now, packet.Layer{Spatial: 1, Temporal: forward.All})
	check(false, within(1, 1), true)
	b.slot.SetTarget(b.now, packet.Layer{Spatial: 2, Temporal: forward.All})
	if _, _, ok := b.slot.KeyFrameWanted(b.now); !ok {
		t.Error("does not ask for the key frame that leads up")
	}
	top = 2
	check(true, s.pattern.Structure().All(), true)
	check(false, s.pattern.Structure().All(), false)
	if _, shown := b.slot.Current(); shown != (packet.Layer{Spatial: 2, Temporal: 1}) {
		t.Errorf("shows %v", shown)
	}
}

func TestResentDescriptorsAreTheOnesFirstSent(t *testing.T) {
	b, s := newVideo(t), newScalable(1, codec.AV1, 3, 1)
	b.slot.Show(b.now, s.source(), packet.Layer{Spatial: 1, Temporal: forward.All})
	key := s.at(t, b.now, true)
	out, _ := b.slot.Forward(b.now, 1, key[0])
	first := string(out.Dependency)
	b.slot.Forward(b.now, 1, key[1])
	b.slot.SetTarget(b.now, packet.Layer{Temporal: forward.All})
	b.after(33 * ms)
	b.slot.Forward(b.now, 1, s.at(t, b.now, false)[0])
	sent, ok := b.slot.Resend(b.now, out.Sequence)
	if !ok || !sent.Of(key[0]) {
		t.Fatalf("got %+v, %v", sent, ok)
	}
	if again := b.slot.Rebuild(sent, out.Sequence, key[0]); string(again.Dependency) != first {
		t.Errorf("descriptor %x, first %x", again.Dependency, first)
	}
}

func TestAnIncompletePictureShowsAsAHole(t *testing.T) {
	b := newVideo(t)
	a, c := &stream{publication: 1}, &stream{publication: 2}
	b.show(1, 1, 0)
	b.gets(a, a.at(b.now, true), forward.Forwarded)
	half := a.at(b.now, false)
	half.Marker = false
	b.gets(a, half, forward.Forwarded)
	b.show(2, 1, 0)
	b.after(10 * ms)
	b.gets(c, c.at(b.now, true), forward.Forwarded)
	if b.last.Sequence != 103 {
		t.Errorf("number %d, want one left out", b.last.Sequence)
	}
}

func TestTheHeldPublicationKeepsItsCodec(t *testing.T) {
	b := newVideo(t)
	held, next := &stream{publication: 1}, newScalable(2, codec.AV1, 1, 1)
	b.show(1, 1, 0)
	b.gets(held, held.at(b.now, true), forward.Forwarded)
	b.slot.Show(b.now, next.source(), whole(0))
	held.seq += 2000 // so large a hole begins anew at a key frame
	b.after(33 * ms)
	b.gets(held, held.at(b.now, true), forward.Forwarded)
	if b.last.Codec != codec.VP8 || len(b.last.Descriptor) == 0 {
		t.Errorf("goes out as %v", b.last.Codec)
	}
}

// A receiver takes how far apart the timestamps are for the time that has passed: what goes out at once has timestamps
// that are close to each other, and what follows is on the wall clock.
func TestAReplayedStartLandsOnTheWallClock(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	cached := []*packet.Packet{s.at(b.now, true)}
	for range 30 {
		b.after(33 * ms)
		cached = append(cached, s.at(b.now, false))
	}
	b.show(1, 1, 0)
	for i, p := range cached {
		b.gets(s, p, forward.Forwarded)
		b.timestamp(1000 + uint32(i)*22)
	}
	b.after(33 * ms)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + 2970)
	b.gets(s, cached[30], forward.Duplicate) // it was on its way to the slot as well

	c := &stream{publication: 2}
	b.show(2, 1, 0)
	b.gets(c, c.at(b.now, true), forward.Forwarded)
	b.timestamp(1000 + 2970 + 90) // and the next picture is not thrown ahead
}

// Where the line is narrow the past goes out a little at a time, and live pictures wait behind it: none is dated back.
func TestAPacedReplayIsDatedByWhenItGoesOut(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	pictures := []*packet.Packet{s.at(b.now, true)}
	for range 12 {
		b.after(33 * ms)
		pictures = append(pictures, s.at(b.now, false))
	}
	b.show(1, 1, 0)
	began, lost := b.now, pictures[5]
	for i := 0; i < len(pictures); i++ {
		if pictures[i] != lost {
			b.gets(s, pictures[i], forward.Forwarded)
			if b.now.Sub(pictures[i].Arrival) > 50*ms {
				b.timestamp(1000 + uint32(i)*900)
			}
		}
		b.after(10 * ms)
		if i%3 == 2 {
			pictures = append(pictures, s.at(b.now, false)) // comes while the past goes out
		}
	}
	b.gets(s, lost, forward.Forwarded)
	b.timestamp(1000 + 4*900 + 1) // between its neighbours
	b.after(33 * ms)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + uint32(packet.Ticks(b.now.Sub(began), 90000)))
}

func TestAReplayedStartDoesNotGoBack(t *testing.T) {
	b := newVideo(t)
	a, c, d := &stream{publication: 1}, &stream{publication: 2}, &stream{publication: 3}
	b.show(1, 1, 0)
	b.gets(a, a.at(b.now, true), forward.Forwarded)
	cached := c.at(b.now, true)
	for range 10 {
		b.after(33 * ms)
		b.gets(a, a.at(b.now, false), forward.Forwarded)
	}
	last, live := b.last.Timestamp, c.at(b.now, false)
	b.show(2, 1, 0)
	b.gets(c, cached, forward.Forwarded)
	b.timestamp(last + 90) // right behind what was shown
	b.gets(c, live, forward.Forwarded)
	b.timestamp(last + 90 + 22)
	b.after(33 * ms)
	b.gets(c, c.at(b.now, false), forward.Forwarded)
	b.timestamp(last + 90 + 2970) // on the slot's clock again
	// So it is if the slot has been empty for longer.
	b.show(0, 0, 0)
	b.after(time.Second)
	cached = d.at(b.now, true)
	b.after(500 * ms)
	b.show(3, 1, 0)
	b.gets(d, cached, forward.Forwarded)
	b.timestamp(1000 + 90*1863) // when it goes out, not when it came
}

func TestAKeyFrameThatWasOvertakenStartsNothing(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	key := s.at(b.now, true)
	key.Overtaken = true
	b.show(1, 1, 0)
	b.gets(s, key, forward.WaitsForKeyFrame) // what came since went by before the slot looked
}
