package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/forward"
)

func TestResendsKeepTheLinksPace(t *testing.T) {
	for _, test := range []struct{ rtt, pace time.Duration }{{time.Millisecond, 10 * ms}, {40 * ms, 40 * ms}, {300 * ms, 100 * ms}} {
		b, s := newVideo(t), &stream{publication: 1}
		b.slot.SetLink(test.rtt, 0.5)
		b.show(1, 1, 0)
		b.gets(s, s.at(b.now, true), forward.Forwarded)
		for _, step := range []struct {
			after time.Duration
			want  bool
		}{{0, true}, {test.pace - ms, false}, {ms, true}} {
			b.after(step.after)
			if _, ok := b.slot.Resend(b.now, 100); ok != step.want {
				t.Errorf("round trip %v, after %v: %v", test.rtt, step.after, ok)
			}
		}
	}
}

func TestResendsKeepTheLinksShare(t *testing.T) {
	for _, share := range []float64{0.15, 0.4} {
		b, s := newVideo(t), &stream{publication: 1}
		b.slot.SetLink(5*ms, share)
		b.show(1, 1, 0)
		b.gets(s, s.at(b.now, true), forward.Forwarded)
		sent, resent := 0, 0
		for range 5000 { // 10 s at 4 Mbit/s, of which the viewer asks for everything
			b.after(2 * ms)
			p := s.at(b.now, false)
			p.Payload = append(p.Payload, make([]byte, 1000)...)
			b.gets(s, p, forward.Forwarded)
			sent++
			if _, ok := b.slot.Resend(b.now, b.last.Sequence); ok {
				resent++
			}
		}
		if got := float64(resent) / float64(sent); got > share*1.2 || got < share*0.8 {
			t.Errorf("%.2f of what was sent was resent, the share is %.2f", got, share)
		}
	}
}

func TestWhatAViewerAskedAKeyFrameForIsNotResent(t *testing.T) {
	b, s := newVideo(t), &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	b.slot.KeyFrameAsked(b.now)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	for number, want := range map[uint16]bool{100: false, 101: false, 102: true} {
		if _, ok := b.slot.Resend(b.now, number); ok != want {
			t.Errorf("number %d: %v", number, ok)
		}
	}
	b.after(600 * ms) // the request was deferred, or lost
	if _, ok := b.slot.Resend(b.now, 101); !ok {
		t.Error("neither a key frame comes nor what is missing")
	}
}

func TestAKeyFrameOfLongAgoForbidsNothing(t *testing.T) {
	b, s := newVideo(t), &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	b.slot.KeyFrameAsked(b.now)
	for range 40000 { // more than half of all numbers
		b.after(ms)
		b.gets(s, s.at(b.now, false), forward.Forwarded)
	}
	if _, ok := b.slot.Resend(b.now, b.last.Sequence); !ok {
		t.Error("the latest packet is not resent")
	}
}

func TestALayerThatIsLeftIsNotRepairedUnderCongestion(t *testing.T) {
	b := newVideo(t)
	low, high := &stream{publication: 1}, &stream{publication: 1, spatial: 1}
	b.show(1, 2, 1)
	b.gets(high, high.at(b.now, true), forward.Forwarded)
	b.gets(high, high.at(b.now, false), forward.Forwarded)
	b.slot.Cut(b.now, whole(0))
	if _, ok := b.slot.Resend(b.now, 100); !ok {
		t.Error("not resent while the link has room")
	}
	b.slot.SetCongested(true)
	if _, ok := b.slot.Resend(b.now, 101); ok {
		t.Error("resent on a congested link")
	}
	b.after(33 * ms)
	b.gets(low, low.at(b.now, true), forward.Forwarded)
	if _, ok := b.slot.Resend(b.now, 101); ok {
		t.Error("resent when it was left")
	}
}
