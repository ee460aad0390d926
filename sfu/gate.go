package sfu

import (
	"context"
	"runtime"
)

// gate lets a few negotiations in at a time, however many join at once: setting a connection up takes milliseconds of a
// processor, which the media of those who are in the call needs meanwhile. It makes the edges wait, never a loop.
type gate chan struct{}

// newGate leaves half of the processors to media.
func newGate() gate { return make(gate, max(1, runtime.GOMAXPROCS(0)/2)) }

// through runs step when its turn comes. It gives up when nobody waits for it any more.
func (g gate) through(ctx context.Context, closing <-chan struct{}, step func() (string, error)) (string, error) {
	select {
	case g <- struct{}{}:
	case <-closing:
		return "", ErrClosed
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-g }()
	return step()
}
