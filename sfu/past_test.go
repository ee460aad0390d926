package sfu

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// A room in which nobody else leaves keeps nothing of those who left long ago.
func TestThePastIsForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p past
		leave := func(number uint32) {
			gone := &Publication{number: number}
			gone.past.Store(egress.NewFeed(0, number, codec.VP8, 1, 0, time.Second, nil))
			p.keep(time.Now(), gone)
		}
		kept := func() int {
			synctest.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.feeds)
		}
		leave(1)
		leave(2)
		<-time.After(pastFor / 2)
		if leave(3); kept() != 3 {
			t.Fatalf("%d are kept of three who left within a minute", kept())
		}
		<-time.After(2 * pastFor)
		if n := kept(); n != 0 {
			t.Errorf("%d are kept two minutes after", n)
		}
		// And again after it has been empty.
		leave(4)
		if n := kept(); n != 1 {
			t.Errorf("%d are kept of one", n)
		}
		<-time.After(2 * pastFor)
		if n := kept(); n != 0 {
			t.Errorf("%d are kept two minutes after", n)
		}
	})
}
