package forward_test

import (
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// guesses count what Hopeless said right before Forward decided.
type guesses struct {
	hopeless, wrong int // packets that seemed to be kept back, and that were sent all the same
	back            int // packets that were kept back
}

func (g *guesses) note(hopeless, sent bool) {
	if hopeless {
		g.hopeless++
	}
	switch {
	case !sent:
		g.back++
	case hopeless:
		g.wrong++
	}
}

func (g *guesses) add(other guesses) {
	g.hopeless, g.wrong, g.back = g.hopeless+other.hopeless, g.wrong+other.wrong, g.back+other.back
}

// check bounds the wrong guesses: rests of frames that were begun before the wish changed.
func (g *guesses) check(t *testing.T) {
	t.Helper()
	t.Logf("%d of %d packets that were kept back had seemed hopeless, and %d that were sent", g.hopeless-g.wrong, g.back, g.wrong)
	if g.wrong*200 > g.hopeless || (g.hopeless-g.wrong)*2 < g.back {
		t.Errorf("%+v", *g)
	}
}

func (b *bench) hopeless(s *stream, p *packet.Packet, first, want bool) {
	b.t.Helper()
	if got := b.slot.Hopeless(s.publication, p, first); got != want {
		b.t.Errorf("layer %d, T%d, key %t, first %t: hopeless is %t", p.Spatial, p.Temporal, p.Descriptor.Key, first, got)
	}
}

func TestWhatIsNotShownIsHopelessUnlessItStartsAKeyFrame(t *testing.T) {
	b := newVideo(t)
	low, high := &stream{publication: 1}, &stream{publication: 1, spatial: 1}
	b.show(1, 2, 0)
	b.hopeless(low, low.at(b.now, false), true, true)
	b.hopeless(low, low.at(b.now, false), false, false) // a key frame may wait before it
	b.hopeless(low, low.at(b.now, true), true, false)
	b.gets(low, low.at(b.now, true), forward.Forwarded)
	b.hopeless(low, low.at(b.now, false), true, false)
	b.hopeless(high, high.at(b.now, false), true, true)
	missed := low.at(b.now, false)
	b.slot.Missed(b.now, 1, missed)
	b.hopeless(low, low.at(b.now, false), true, true)
	padding := low.at(b.now, false)
	padding.Payload = nil
	b.hopeless(low, padding, false, true)
}

func TestLayersAboveWhatIsShownAndWantedAreHopeless(t *testing.T) {
	b, s := newVideo(t), newScalable(1, codec.AV1, 3, 3)
	look := func(target packet.Layer, want [3][3]bool) {
		t.Helper()
		b.slot.SetTarget(b.now, target)
		for range 4 {
			for _, p := range s.at(t, b.now, false) {
				for _, first := range []bool{false, true} {
					b.hopeless(&stream{publication: 1}, p, first, want[p.Spatial][p.Temporal])
				}
			}
		}
	}
	b.slot.Show(b.now, s.source(), whole(1))
	for _, p := range s.at(t, b.now, true) {
		b.hopeless(&stream{publication: 1}, p, false, p.Spatial > 1)
		b.slot.Forward(b.now, 1, p)
	}
	all, none := [3]bool{}, [3]bool{true, true, true}
	look(whole(1), [3][3]bool{all, all, none})
	look(packet.Layer{Spatial: 0, Temporal: 0}, [3][3]bool{all, all, none}) // S1 and T2 are shown until a frame says otherwise
	look(whole(2), [3][3]bool{all, all, all})
	look(packet.None, [3][3]bool{none, none, none})
}

func TestSoundIsNeverHopeless(t *testing.T) {
	b, s := speaking(t)
	b.hopeless(s, s.at(b.now, false), true, false)
	s.publication = 9
	b.hopeless(s, s.at(b.now, false), true, false)
}

// What was dropped before the slot saw it leaves no hole in the numbers.
func TestSkippedPacketsHaveNoNumbers(t *testing.T) {
	b, s := newVideo(t), &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	before := b.gets(s, s.at(b.now, false), forward.Forwarded).Sequence
	for range 20 {
		b.after(33 * ms)
		s.at(b.now, false)
	}
	key := s.at(b.now, true)
	b.slot.Skipped(b.now, 1, key)
	if out := b.gets(s, key, forward.Forwarded); out.Sequence != before+1 || !out.Switched {
		t.Errorf("number %d after %d, switched: %t", out.Sequence, before, out.Switched)
	}
	b.slot.Missed(b.now, 2, key)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
}

func TestResendableSpendsNothing(t *testing.T) {
	b, s := newVideo(t), &stream{publication: 1}
	if _, ok := b.slot.Resendable(b.now, 100); ok {
		t.Error("an empty slot sends again")
	}
	b.show(1, 1, 0)
	out := b.gets(s, s.at(b.now, true), forward.Forwarded)
	for range 100 {
		size, ok := b.slot.Resendable(b.now, out.Sequence)
		if want := len(out.Descriptor) + len(out.Payload); !ok || size != want {
			t.Fatalf("%d bytes, %t, want %d", size, ok, want)
		}
	}
	if _, ok := b.slot.Resend(b.now, out.Sequence); !ok {
		t.Error("refused")
	}
	if _, ok := b.slot.Resendable(b.now, out.Sequence); ok {
		t.Error("again within a round trip")
	}
	if _, ok := b.slot.Resendable(b.now, out.Sequence+1); ok {
		t.Error("what was never sent is sent again")
	}
}
