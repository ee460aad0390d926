package mailbox

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTakeReturnsMessagesInOrder(t *testing.T) {
	box := New[int](10)
	for i := range 3 {
		box.Put(i)
	}
	<-box.Ready()
	if got := box.Take(); !slices.Equal(got, []int{0, 1, 2}) {
		t.Fatalf("took %v", got)
	}
	if got := box.Take(); len(got) != 0 {
		t.Fatalf("took %v from an empty mailbox", got)
	}
}

func TestPutRefusesBeyondTheLimit(t *testing.T) {
	box := New[int](2)
	got := []bool{box.Put(1), box.Put(2), box.Put(3)}
	if want := []bool{true, true, false}; !slices.Equal(got, want) {
		t.Fatalf("put answered %v, want %v", got, want)
	}
	if box.Dropped() != 1 {
		t.Fatalf("dropped %d, want 1", box.Dropped())
	}
}

func TestALowerLimitLeavesRoomForOthers(t *testing.T) {
	box := New[int](2)
	got := []bool{box.PutWithin(1, 1), box.PutWithin(1, 2), box.Put(3)}
	if want := []bool{true, false, true}; !slices.Equal(got, want) {
		t.Fatalf("put answered %v, want %v", got, want)
	}
}

func TestNothingIsLostBetweenManyWritersAndOneReader(t *testing.T) {
	const writers, each = 8, 1000
	box := New[int](writers * each)
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for i := range each {
				box.Put(i)
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	sum, finished := 0, false
	for !finished || len(box.Ready()) > 0 {
		select {
		case <-box.Ready():
			for range box.Take() {
				sum++
			}
		case <-done:
			finished, done = true, nil
		}
	}
	if sum += len(box.Take()); sum != writers*each {
		t.Fatalf("got %d messages, want %d", sum, writers*each)
	}
}

func TestWhatIsHeldWaitsForWhatFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, began := New[int](10), time.Now()
		box.Hold(10, time.Second, 1)
		box.Hold(10, time.Second, 2)
		time.Sleep(time.Second / 2) //nolint:forbidigo // of a bubble
		box.Put(3)
		<-box.Ready()
		if got := box.Take(); !slices.Equal(got, []int{1, 2, 3}) || time.Since(began) != time.Second/2 {
			t.Fatalf("took %v after %s", got, time.Since(began))
		}
		// The patience of what was taken is over.
		box.Hold(10, time.Second, 4)
		<-box.Ready()
		if got := box.Take(); !slices.Equal(got, []int{4}) || time.Since(began) != 3*time.Second/2 {
			t.Fatalf("took %v after %s", got, time.Since(began))
		}
		time.Sleep(time.Minute) //nolint:forbidigo // of a bubble
		if len(box.Ready()) > 0 {
			t.Fatal("the reader is called to nothing")
		}
	})
}

func TestTheLeastPatienceCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, began := New[int](10), time.Now()
		for i, patience := range []time.Duration{time.Minute, time.Second, time.Hour} {
			box.Hold(10, patience, i)
		}
		<-box.Ready()
		if got := box.Take(); len(got) != 3 || time.Since(began) != time.Second {
			t.Fatalf("took %v after %s", got, time.Since(began))
		}
	})
}

func TestNothingIsHeldBehindACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := New[int](2)
		box.Put(1)
		box.Hold(2, time.Hour, 2)
		if box.Hold(2, time.Hour, 3) {
			t.Fatal("there is room beyond the limit")
		}
		<-box.Ready()
		if got := box.Take(); !slices.Equal(got, []int{1, 2}) {
			t.Fatalf("took %v", got)
		}
	})
}
