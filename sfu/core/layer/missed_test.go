package layer

import (
	"testing"
	"time"
)

func TestMissedIsAskedForAtThePaceOfRequests(t *testing.T) {
	b := showing(t, 1)
	for range 5 {
		b.s.Missed(b.now, 1, b.packet(1, 1, false))
		b.asks(true)
		b.s.Missed(b.now, 1, b.packet(1, 1, false))
		b.asks(false)
		b.key(1, 1, Switch)
		b.s.Missed(b.now, 1, b.packet(1, 1, false))
		b.asks(false) // another so soon would not help either
		b.after(askLeast)
		b.asks(true)
		b.key(1, 1, Switch)
		b.delta(1, 1, Forward)
		b.after(askLeast)
	}
}

// Nothing of the stream reaches the slot for longer than a stream is believed to flow: it does all the same.
func TestMissedKeepsAsking(t *testing.T) {
	b := showing(t, 1)
	asked := 0
	for range 150 {
		b.after(33 * time.Millisecond)
		b.s.Missed(b.now, 1, b.packet(1, 1, false))
		if b.s.KeyFrameWanted(b.now) {
			asked++
		}
	}
	if asked < 20 || asked > 26 {
		t.Errorf("asked %d times in 5 s", asked)
	}
}

func TestMissedOfWhatIsNotShownBreaksNothing(t *testing.T) {
	b := showing(t, 1)
	b.s.Missed(b.now, 1, b.packet(1, 0, false))
	b.s.Missed(b.now, 2, b.packet(1, 1, false))
	old := b.packet(1, 1, false)
	old.Feed = 7
	b.s.Missed(b.now, 1, old)
	b.delta(1, 1, Forward)
	b.asks(false)
}

// What was skipped before a key frame is replaced by it, and needs no other.
func TestSkippedGoesOnWithTheKeyFrameThatIsHere(t *testing.T) {
	b := showing(t, 1)
	b.s.Skipped(b.now, 1, b.packet(1, 1, false))
	b.asks(false)
	b.delta(1, 1, WaitsForKeyFrame)
	b.key(1, 1, Switch)
	b.delta(1, 1, Forward)
}

// Packets of the shown stream wait somewhere, and others pass them by.
func TestAStreamThatWaitsHasNotStopped(t *testing.T) {
	b := showing(t, 1)
	for range 60 {
		b.after(33 * time.Millisecond)
		b.s.Saw(b.now, 1, b.packet(1, 1, false))
		b.delta(1, 0, OtherLayer)
	}
	b.asks(false)
	b.key(1, 0, OtherLayer)
}
