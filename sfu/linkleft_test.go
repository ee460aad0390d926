package sfu

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
)

// feed gives a link ten seconds of feedback about 2 Mbit/s that all arrive, each by arrived.
func feed(l *link, began time.Time, arrived func(now time.Time, results []estimate.Result)) {
	number := int64(0)
	for at := began; at.Before(began.Add(10 * time.Second)); at = at.Add(50 * time.Millisecond) {
		var results []estimate.Result
		for i := range 11 {
			sent := at.Add(time.Duration(i) * 4 * time.Millisecond)
			number++
			results = append(results, estimate.Result{
				Sent: sent, Arrived: sent.Sub(began) + time.Second, Number: number, Size: 1200, Received: true,
			})
		}
		arrived(at.Add(60*time.Millisecond), results)
	}
}

// A shard serves others as well: it does not wait for a loop that has the link, and nothing of what it leaves is lost.
func TestFeedbackThatFindsTheLoopAtWorkIsLeftForIt(t *testing.T) {
	began := time.Unix(1000, 0)
	open := func() *link {
		l := newLink()
		l.way.Promise()
		return l
	}
	straight, left := open(), open()
	feed(straight, began, func(now time.Time, results []estimate.Result) { straight.arrived(now, results) })
	n := 0
	feed(left, began, func(now time.Time, results []estimate.Result) {
		n++
		if n%3 == 0 {
			left.arrived(now, results)
			return
		}
		left.mu.Lock()
		_, then := left.arrived(now, results)
		left.mu.Unlock()
		if then != takeUp {
			t.Fatalf("feedback that cannot be taken now is answered with %d", then)
		}
		clear(results) // they are the shard's again
		if n%3 == 2 {
			left.takeUp(now)
		}
	})
	if straight.rate() == newLink().way.Estimate().Rate() {
		t.Fatal("the feedback says nothing, so the comparison says nothing either")
	}
	if straight.rate() != left.rate() || straight.quality().RTT != left.quality().RTT {
		t.Errorf("%d bit/s with what was left, %d with what was taken at once", left.rate(), straight.rate())
	}
}
