package main

import (
	"strings"
	"testing"
)

// Who waits for a server to be empty is told when the last one has left, and is not kept for longer than they wish.
func TestADrainWaitsUntilNobodyIsLeft(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	ada := a.enter("Ada")
	if out := a.online("drain", "--wait=1ms"); !strings.Contains(out, "gets nobody new; 1 people in 1 meetings") {
		t.Errorf("after a wait that is over at once: %s", out)
	}
	said := make(chan string, 1)
	go func() {
		code, out, errs := runPlenum(a.ctx, append([]string{"admin"}, a.reached(a.key, []string{"drain", "--wait=5m"})...)...)
		if code != 0 {
			out = errs
		}
		said <- out
	}()
	ada.Close()
	select {
	case out := <-said:
		// A command that did not wait would have seen her still there.
		if !strings.Contains(out, "gets nobody new; 0 people") {
			t.Errorf("after the last one left: %s", out)
		}
	case <-a.ctx.Done():
		t.Fatal("the command waits for nobody")
	}
}
