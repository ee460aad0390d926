package loss

import (
	"testing"
	"time"
)

func TestKeyFrames(t *testing.T) {
	var k KeyFrames
	now := time.Unix(1000, 0)
	due := func(name string, want bool) {
		t.Helper()
		if got := k.Due(now); got != want {
			t.Errorf("%s: due %v, want %v", name, got, want)
		}
	}
	due("nothing requested", false)
	if _, ok := k.Deadline(); ok {
		t.Error("a deadline without a request")
	}
	k.Request(now)
	k.Request(now)
	if at, ok := k.Deadline(); !ok || at != now {
		t.Errorf("deadline %v, %v", at, ok)
	}
	due("the first request goes out at once", true)
	due("one for all", false)

	now = now.Add(50 * ms)
	k.Request(now)
	due("a request inside the interval waits", false)
	if at, ok := k.Deadline(); !ok || at.Sub(now) != 150*ms {
		t.Errorf("deadline %v, %v", at, ok)
	}
	now = now.Add(150 * ms)
	due("and is sent at its end", true)

	now = now.Add(50 * ms)
	k.Request(now)
	k.Seen(now)
	now = now.Add(time.Second)
	due("a key frame came meanwhile", false)
	k.Request(now)
	due("a later request goes out at once", true)
}
