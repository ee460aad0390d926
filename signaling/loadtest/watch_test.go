package loadtest

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

// film plays frames of three packets into a watch, one every 40 ms.
type film struct {
	watch
	now      time.Time
	sequence uint16
	shown    int
}

func newFilm() *film { return &film{now: time.Unix(1000, 0), sequence: 65500} }

// frame plays the next frame less the packets that are lost.
func (f *film) frame(key bool, lost ...int) {
	f.now = f.now.Add(40 * time.Millisecond)
	for i := range 3 {
		f.sequence++
		keep := true
		for _, l := range lost {
			keep = keep && l != i
		}
		if keep {
			f.give(f.sequence, i == 2, key && i == 0)
		}
	}
}

func (f *film) give(sequence uint16, last, key bool) {
	if shown, _ := f.packet(f.now, &client.Packet{Sequence: sequence, Marker: last}, key); shown {
		f.shown++
	}
}

func (f *film) play(n int) {
	for range n {
		f.frame(false)
	}
}

func TestNothingIsShownBeforeAKeyFrame(t *testing.T) {
	f := newFilm()
	f.play(5)
	if f.frames != 0 {
		t.Errorf("%d frames were shown without a key frame", f.frames)
	}
	f.frame(true)
	f.play(9)
	if f.frames != 10 || f.keys != 1 || f.freezes != 0 {
		t.Errorf("%d frames, %d of them key frames, %d freezes; want 10, 1, 0", f.frames, f.keys, f.freezes)
	}
}

func TestALostPacketStopsThePictureUntilItComesOrAKeyFrameDoes(t *testing.T) {
	f := newFilm()
	f.frame(true)
	f.play(20)
	f.frame(false, 1)
	missing := f.sequence - 1
	f.play(3)
	if f.frames != 21 {
		t.Fatalf("%d frames were shown, the one that lacks a packet among them", f.frames)
	}
	f.give(missing, false, false)
	if f.frames != 25 {
		t.Errorf("the packet came, and %d of 25 frames were shown", f.frames)
	}
	f.frame(false, 0)
	f.play(30)
	if f.frames != 25 || !f.stuck(f.now) {
		t.Errorf("%d frames, stuck %v: nothing could be shown for a second", f.frames, f.stuck(f.now))
	}
	f.frame(true)
	f.play(1)
	if f.frames != 27 || f.stuck(f.now) {
		t.Errorf("after a key frame: %d frames, want 27; stuck %v", f.frames, f.stuck(f.now))
	}
	// The first hole was shorter than what counts as a freeze.
	if f.freezes != 1 || f.frozen < 1200*time.Millisecond || f.frozen > 1500*time.Millisecond {
		t.Errorf("%d freezes of %s", f.freezes, f.frozen)
	}
}

func TestAFreezeThatLastsToTheEndCounts(t *testing.T) {
	f := newFilm()
	f.frame(true)
	f.play(10)
	f.finish(f.now.Add(2 * time.Second))
	if f.freezes != 1 || f.frozen != 2*time.Second {
		t.Errorf("%d freezes of %s", f.freezes, f.frozen)
	}
}

func TestAnotherPublicationIsNoFreeze(t *testing.T) {
	f := newFilm()
	f.frame(true)
	f.play(10)
	f.now = f.now.Add(3 * time.Second)
	f.restart()
	f.frame(true)
	f.play(10)
	if f.freezes != 0 || f.frames != 22 {
		t.Errorf("%d freezes, %d frames", f.freezes, f.frames)
	}
}

func TestALongHoleIsLeftBehind(t *testing.T) {
	f := newFilm()
	f.frame(true)
	f.sequence += 3000
	f.play(400)
	f.frame(true)
	f.play(1)
	if f.frames != 3 {
		t.Errorf("%d frames, want the three that could be shown", f.frames)
	}
}
