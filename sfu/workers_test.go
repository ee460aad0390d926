package sfu

import (
	"testing"
	"testing/synctest"
)

// turns is a loop that waits in the middle if it is told to.
type turns struct {
	done int
	wait chan struct{}
}

func (l *turns) loop() {
	if l.wait != nil {
		<-l.wait
	}
	l.done++
}

// Loops that run one after the other share a goroutine, those that run at once do not wait for each other, and of those
// that are done a few wait for more.
func TestLoopsShareGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorkers()
		defer w.close()
		quick := &turns{}
		for n := range 3 * mostWaiting {
			w.run(quick)
			synctest.Wait()
			if quick.done != n+1 || len(w.places) != 1 {
				t.Fatalf("after %d turns, one after the other, %d are done and %d wait", n+1, quick.done, len(w.places))
			}
		}
		slow := make([]turns, 3*mostWaiting)
		for i := range slow {
			slow[i].wait = make(chan struct{})
			w.run(&slow[i])
		}
		w.run(quick)
		synctest.Wait()
		if quick.done != 3*mostWaiting+1 {
			t.Error("a loop waits for others")
		}
		for i := range slow {
			close(slow[i].wait)
		}
		synctest.Wait()
		for i := range slow {
			if slow[i].done != 1 {
				t.Errorf("a loop ran %d times", slow[i].done)
			}
		}
		if len(w.places) != mostWaiting {
			t.Errorf("%d wait, want %d", len(w.places), mostWaiting)
		}
	})
}
