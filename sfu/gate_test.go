package sfu

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFewNegotiateAtATimeAndAllGetTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := make(gate, 2)
		var inside, most, served atomic.Int32
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				_, err := g.through(t.Context(), nil, func() (string, error) {
					most.Store(max(most.Load(), inside.Add(1)))
					time.Sleep(5 * time.Millisecond) //nolint:forbidigo // synctest's clock
					inside.Add(-1)
					served.Add(1)
					return "", nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if served.Load() != 1000 || most.Load() != 2 {
			t.Errorf("%d of 1000 were served, %d at a time", served.Load(), most.Load())
		}
	})
}

func TestWhoLeavesTheQueueHoldsNobodyUp(t *testing.T) {
	g := make(gate, 1)
	g <- struct{}{} // somebody is inside
	never := func() (string, error) { t.Error("it ran"); return "", nil }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.through(ctx, nil, never); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	closing := make(chan struct{})
	close(closing)
	if _, err := g.through(t.Context(), closing, never); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	<-g
	refused := errors.New("refused")
	for range 3 { // what fails gives its place back
		if _, err := g.through(t.Context(), nil, func() (string, error) { return "", refused }); !errors.Is(err, refused) {
			t.Errorf("failed: %v", err)
		}
	}
}
