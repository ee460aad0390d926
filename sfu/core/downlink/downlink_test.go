package downlink

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// camera has one layer of that rate.
func camera(rate packet.Bitrate) allocate.Input {
	return allocate.Input{Slots: []allocate.Slot{{
		ID: 1, Publication: 7, Height: 720, Current: packet.None,
		Layers: []allocate.Layer{{Rate: rate, Height: 720, FPS: 30, Live: true}},
	}}}
}

func TestAClientWithoutFeedbackIsNotStarved(t *testing.T) {
	d := New()
	if d.Rate() != Unlimited || d.Probes(start) != nil {
		t.Error("a client that promised nothing is held back")
	}
	if news, ok := d.News(); !ok || news.Rate != Unlimited {
		t.Errorf("%+v, %v", news, ok)
	}
	if news, ok := d.News(); ok {
		t.Errorf("told twice: %+v", news)
	}
	d.Promise()
	if d.Rate() != estimate.Default().Start {
		t.Errorf("rate %d", d.Rate())
	}
	if d.Waiting(start, 2*time.Second); !d.Measurable() {
		t.Error("given up after 2 s")
	}
	if !d.Waiting(start, 3*time.Second) || d.Measurable() || d.Rate() != Unlimited {
		t.Error("a promise that is not kept holds the client back")
	}
	d.Arrived(start, []estimate.Result{{Number: 1, Sent: start, Size: 1000, Received: true}})
	if !d.Measurable() {
		t.Error("late feedback is no feedback")
	}
	d.Waiting(start.Add(time.Minute), time.Minute)
	if !d.Measurable() {
		t.Error("who fell silent never gave feedback")
	}
}

func TestWhatDoesNotFitIsProbedFor(t *testing.T) {
	d := New()
	d.Promise()
	if plan := d.Share(start, camera(1_500_000)); plan.Slots[0].Reason.Kind != allocate.Paused || plan.Next == 0 {
		t.Fatalf("%+v", plan)
	}
	if clusters := d.Probes(start); len(clusters) == 0 || clusters[0].Rate < 1_500_000 {
		t.Errorf("%+v", clusters)
	}
	d = New()
	d.Promise()
	d.Share(start, camera(150_000))
	if clusters := d.Probes(start); len(clusters) != 0 {
		t.Errorf("all is shown, and it probes: %+v", clusters)
	}
	if clusters := d.ProbesFor(start, 3_000_000); len(clusters) == 0 {
		t.Error("another goal is not probed for")
	}
}

func TestNewsIsWhatMoved(t *testing.T) {
	d := New()
	d.Promise()
	if news, ok := d.News(); !ok || news.Rate != estimate.Default().Start || news.RepairShare == 0 {
		t.Errorf("%+v, %v", news, ok)
	}
	if news, ok := d.News(); ok {
		t.Errorf("nothing moved: %+v", news)
	}
	// Packets that nobody answers any more.
	d.Arrived(start, []estimate.Result{{Number: 1, Sent: start, Size: 1000, Received: true}})
	d.News()
	at, ok := start.Add(3*time.Second), false
	if d.Waiting(at, 3*time.Second); d.Rate() >= estimate.Default().Start {
		t.Fatalf("rate %d", d.Rate())
	}
	if _, ok = d.News(); !ok {
		t.Error("a rate that fell is no news")
	}
	if due, ok := d.Deadline(); !ok || due.Before(at) {
		t.Errorf("due %v (%v)", due, ok)
	}
}
