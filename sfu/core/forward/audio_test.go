package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// speaking is an audio slot and the voice in it.
func speaking(t *testing.T) (b *bench, s *stream) {
	t.Helper()
	b, s = newAudio(t), &stream{publication: 1, audio: true}
	b.voice(1)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	return b, s
}

func TestTheNewVoiceTakesOverAtOnce(t *testing.T) {
	b := newAudio(t)
	a, c := &stream{publication: 1, audio: true}, &stream{publication: 2, audio: true, zero: 1 << 40}
	b.voice(1)
	b.gets(a, a.at(b.now, false), forward.Forwarded)
	b.timestamp(1000)
	b.after(20 * ms)
	b.gets(a, a.at(b.now, false), forward.Forwarded)
	b.timestamp(1960)

	b.voice(2)
	b.gets(a, a.at(b.now, false), forward.OtherPublication)
	if publication, layer := b.slot.Current(); publication != 0 || layer != packet.None {
		t.Errorf("shows %d/%d before the newcomer's first packet", publication, layer)
	}
	b.after(3 * ms)
	b.gets(c, c.at(b.now, false), forward.TooFarAhead) // it would lead by 17 ms
	b.after(20 * ms)
	b.gets(c, c.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + 48*43)
	if !b.last.Switched || b.last.Marker || b.last.Sequence != 102 || b.last.Publication != 2 {
		t.Errorf("got %+v", b.last)
	}
	b.after(20 * ms)
	b.gets(c, c.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + 48*63)
}

func TestASmallLeadIsAllowed(t *testing.T) {
	b := newAudio(t)
	a, c := &stream{publication: 1, audio: true}, &stream{publication: 2, audio: true, zero: 99}
	b.voice(1)
	b.gets(a, a.at(b.now, false), forward.Forwarded)
	b.voice(2)
	b.after(15 * ms)
	b.gets(c, c.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + 960) // one packet beyond the last, 5 ms ahead
}

// TestVoicesThatAlternateDoNotRunAway holds the rule that two clocks in fixed phase do
// neither add up to a lead nor shut one of them out.
func TestVoicesThatAlternateDoNotRunAway(t *testing.T) {
	b := newAudio(t)
	voices := []*stream{{publication: 1, audio: true}, {publication: 2, audio: true, zero: 1 << 20}}
	got := [2]int{}
	shown := -1
	for n := range 6000 { // a minute in steps of 10 ms: the voices' packets alternate
		b.after(10 * ms)
		if turn := n / 100 % 2; turn != shown { // a switch every second
			shown = turn
			b.voice(voices[turn].publication)
		}
		v := voices[n%2]
		out, reason := b.slot.Forward(b.now, v.publication, v.at(b.now, false))
		if reason != forward.Forwarded {
			continue
		}
		got[n%2]++
		lead := time.Duration(out.Timestamp-1000)*time.Second/48000 - b.now.Sub(begin)
		if lead > 15*ms || lead < -30*ms {
			t.Fatalf("after %v the slot leads by %v", b.now.Sub(begin), lead)
		}
	}
	for i, n := range got {
		if n < 1400 {
			t.Errorf("voice %d got through %d times of 1500", i, n)
		}
	}
}

func TestADriftingClockCostsTheNextVoiceNothing(t *testing.T) {
	b := newAudio(t)
	fast, c := &stream{publication: 1, audio: true}, &stream{publication: 2, audio: true, zero: 5}
	b.voice(1)
	for range 1000 { // its clock runs 1 % fast: 200 ms ahead after 20 s
		b.gets(fast, fast.at(b.now, false), forward.Forwarded)
		fast.zero += 10
		b.after(20 * ms)
	}
	b.voice(2)
	refused := 0
	for range 10 {
		b.after(20 * ms)
		if _, reason := b.slot.Forward(b.now, 2, c.at(b.now, false)); reason == forward.TooFarAhead {
			refused++
		}
	}
	if refused > 1 {
		t.Errorf("refused %d packets of 20 ms", refused)
	}
}

func TestTheSameVoiceComesBack(t *testing.T) {
	b, s := speaking(t)
	b.voice(0)
	for range 50 {
		b.after(20 * ms)
		b.gets(s, s.at(b.now, false), forward.Empty)
	}
	b.voice(1)
	b.after(20 * ms)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	if b.last.Sequence != 101 {
		t.Errorf("what the slot did not carry became a hole: number %d", b.last.Sequence)
	}
	b.timestamp(1000 + 48*1020)
}

func TestUnmuteClosesTheGap(t *testing.T) {
	b, s := speaking(t)
	late := s.at(b.now, false)
	s.seq += 100 // dropped while muted
	s.feed++
	b.after(2 * time.Second)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	if b.last.Sequence != 101 {
		t.Errorf("number %d", b.last.Sequence)
	}
	b.timestamp(1000 + 96000)
	b.gets(s, late, forward.Late)
}

func TestSilenceIsNoLoss(t *testing.T) {
	b, s := speaking(t)
	b.after(5 * time.Second) // DTX
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	if b.last.Sequence != 101 {
		t.Errorf("number %d", b.last.Sequence)
	}
	b.timestamp(1000 + 5*48000)
}

func TestAClockThatStoodStillCatchesUp(t *testing.T) {
	b, s := speaking(t)
	late := s.at(b.now, false)
	b.after(time.Minute)
	s.zero -= 59 * 48000 // no samples were counted for 59 s
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + 60*48000)
	b.gets(s, late, forward.Late) // of the clock before
}

func TestAudioWants(t *testing.T) {
	b := newAudio(t)
	b.voice(1)
	if got := b.slot.Wants(1); got != 1 {
		t.Errorf("wants %b", got)
	}
	if got := b.slot.Wants(2); got != 0 {
		t.Errorf("wants %b of another", got)
	}
	if _, _, ok := b.slot.KeyFrameWanted(b.now); ok {
		t.Error("asks for a key frame")
	}
	if _, ok := b.slot.Deadline(); ok {
		t.Error("has a deadline")
	}
	b.gets(&stream{publication: 1}, &packet.Packet{Seq: 1}, forward.PaddingOnly)
}
