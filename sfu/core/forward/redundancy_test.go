package forward_test

import (
	"bytes"
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// said is a voice's packet with a frame of so many bytes, all n.
func said(s *stream, b *bench, n byte, size int) *packet.Packet {
	p := s.at(b.now, false)
	p.Payload = bytes.Repeat([]byte{n}, size)
	return p
}

// blocks reads what goes out; Data is given as its first byte, its length and its age in ms.
func blocks(t *testing.T, out forward.Out) (got [][3]int) {
	t.Helper()
	whole := append(bytes.Clone(out.Descriptor), out.Payload...)
	if out.Codec == codec.Opus {
		return [][3]int{{int(whole[0]), len(whole), 0}}
	}
	all, err := codec.SplitRED(nil, whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		if b.PayloadType != 63 {
			t.Errorf("block of payload type %d", b.PayloadType)
		}
		got = append(got, [3]int{int(b.Data[0]), len(b.Data), int(b.Offset) / 48})
	}
	return got
}

func same(a, b [][3]int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (b *bench) hears(source forward.Source) {
	source.Publication, source.Clock, source.Layers = 1, 48000, 1
	b.slot.Show(b.now, source, whole(0))
}

func TestAVoiceIsProtectedOnALossyLink(t *testing.T) {
	for _, test := range []struct {
		name     string
		red      uint8
		distance int
		want     [][][3]int
	}{
		{"the receiver takes no RED", 0, 2, [][][3]int{{{1, 10, 0}}, {{2, 10, 0}}, {{3, 10, 0}}}},
		{"no loss", 63, 0, [][][3]int{{{1, 10, 0}}, {{2, 10, 0}}, {{3, 10, 0}}}},
		{"some loss", 63, 1, [][][3]int{{{1, 10, 0}}, {{1, 10, 20}, {2, 10, 0}}, {{2, 10, 20}, {3, 10, 0}}}},
		{"much loss", 63, 9, [][][3]int{{{1, 10, 0}}, {{1, 10, 20}, {2, 10, 0}}, {{1, 10, 40}, {2, 10, 20}, {3, 10, 0}}}},
	} {
		b, s := newAudio(t), &stream{publication: 1, audio: true}
		b.slot.SetProtection(test.distance)
		b.hears(forward.Source{Codec: codec.Opus, RED: test.red})
		for i, want := range test.want {
			out := b.gets(s, said(s, b, byte(i+1), 10), forward.Forwarded)
			if got := blocks(t, out); !same(got, want) {
				t.Errorf("%s, packet %d: %v, want %v", test.name, i, got, want)
			}
			if wantRED := test.red != 0 && test.distance > 0; (out.Codec == codec.RED) != wantRED {
				t.Errorf("%s: goes out as %v", test.name, out.Codec)
			}
			b.after(20 * ms)
		}
	}
}

func TestProtectionFollowsTheLoss(t *testing.T) {
	present := 0
	for i, step := range []struct {
		loss float64
		want int
	}{{0.02, 0}, {0.03, 1}, {0.02, 1}, {0.01, 0}, {0.2, 2}, {0.07, 2}, {0.05, 1}, {0, 0}} {
		if present = forward.Protection(step.loss, present); present != step.want {
			t.Errorf("step %d, %.0f %% lost: %d, want %d", i, 100*step.loss, present, step.want)
		}
	}
}

func TestWhatIsNotWorthRepeating(t *testing.T) {
	b, s := newAudio(t), &stream{publication: 1, audio: true}
	b.slot.SetProtection(2)
	b.hears(forward.Source{Codec: codec.Opus, RED: 63})
	b.gets(s, said(s, b, 1, 900), forward.Forwarded) // too large
	b.after(20 * ms)
	b.gets(s, said(s, b, 2, 10), forward.Forwarded)
	b.after(400 * ms) // silence: what was said before it has been heard
	late := said(s, b, 3, 10)
	if got := blocks(t, b.gets(s, said(s, b, 4, 10), forward.Forwarded)); !same(got, [][3]int{{4, 10, 0}}) {
		t.Errorf("after silence: %v", got)
	}
	if got := blocks(t, b.gets(s, late, forward.Forwarded)); !same(got, [][3]int{{3, 10, 0}}) {
		t.Errorf("late: %v", got)
	}
	// Another voice is not mixed with this one.
	c := &stream{publication: 2, audio: true}
	b.slot.Show(b.now, forward.Source{Publication: 2, Clock: 48000, Codec: codec.Opus, Layers: 1, RED: 63}, whole(0))
	b.after(40 * ms)
	if got := blocks(t, b.gets(c, said(c, b, 5, 10), forward.Forwarded)); !same(got, [][3]int{{5, 10, 0}}) {
		t.Errorf("the next voice: %v", got)
	}
}

func TestREDIsConvertedPerReceiver(t *testing.T) {
	older := []codec.Block{{Offset: 1920, Data: []byte{1, 1}}, {Offset: 960, Data: []byte{2, 2, 2}}}
	payload := codec.AppendRED(nil, 111, older, []byte{3, 3, 3, 3})
	for _, test := range []struct {
		red  uint8
		as   codec.Kind
		want [][3]int
	}{
		{0, codec.Opus, [][3]int{{3, 4, 0}}},
		{63, codec.RED, [][3]int{{1, 2, 40}, {2, 3, 20}, {3, 4, 0}}},
	} {
		b, s := newAudio(t), &stream{publication: 1, audio: true}
		b.slot.SetProtection(2)
		b.hears(forward.Source{Codec: codec.RED, RED: test.red})
		p := s.at(b.now, false)
		p.Payload = payload
		out := b.gets(s, p, forward.Forwarded)
		if got := blocks(t, out); out.Codec != test.as || !same(got, test.want) {
			t.Errorf("%v: %v, want %v", out.Codec, got, test.want)
		}
		sent, ok := b.slot.Resend(b.now, out.Sequence)
		if !ok {
			t.Fatal("not resent")
		}
		if again := b.slot.Rebuild(sent, out.Sequence, p); again.Codec != test.as || !same(blocks(t, again), test.want) {
			t.Errorf("again: %v, %v", again.Codec, blocks(t, again))
		}
	}
	if payload[0] != 0x80|111 {
		t.Error("the shared payload was written to")
	}
}

func TestAProtectedVoiceIsResentPlainly(t *testing.T) {
	b, s := newAudio(t), &stream{publication: 1, audio: true}
	b.slot.SetProtection(2)
	b.hears(forward.Source{Codec: codec.Opus, RED: 63})
	b.gets(s, said(s, b, 1, 10), forward.Forwarded)
	b.after(20 * ms)
	p := said(s, b, 2, 10)
	out := b.gets(s, p, forward.Forwarded)
	sent, ok := b.slot.Resend(b.now, out.Sequence)
	if again := b.slot.Rebuild(sent, out.Sequence, p); !ok || again.Codec != codec.Opus || !same(blocks(t, again), [][3]int{{2, 10, 0}}) {
		t.Errorf("again: %+v", again)
	}
}
