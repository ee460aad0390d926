package api

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	l := newLimiter(Rate{Count: 2, Per: time.Minute, Burst: 3})
	for i := range 3 {
		if _, ok := l.take(now, "a"); !ok {
			t.Fatalf("refused at %d", i)
		}
	}
	if wait, ok := l.take(now, "a"); ok || wait != 30*time.Second {
		t.Errorf("the fourth: %v, wait %s", ok, wait)
	}
	if _, ok := l.take(now, "b"); !ok {
		t.Error("another key was refused")
	}
	if wait, ok := l.free(now.Add(10*time.Second), "a"); ok || wait != 20*time.Second {
		t.Errorf("after ten seconds: %v, wait %s", ok, wait)
	}
	if _, ok := l.free(now.Add(-time.Hour), "a"); ok {
		t.Error("a clock set back filled the bucket")
	}
	if _, ok := l.take(now.Add(30*time.Second), "a"); !ok {
		t.Error("refused after thirty seconds")
	}
	later := now.Add(24 * time.Hour)
	for range 3 {
		l.spend(later, "a")
	}
	l.spend(later, "a") // below nothing it does not go
	if wait, ok := l.free(later, "a"); ok || wait != 30*time.Second {
		t.Errorf("after a day and four failures: %v, wait %s", ok, wait)
	}
}

// Whoever comes from ever new addresses does not fill the memory.
func TestLimiterForgets(t *testing.T) {
	l := newLimiter(Rate{Count: 1, Per: time.Hour, Burst: 1})
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	for i := range maxBuckets + 10 {
		l.take(now, strconv.Itoa(i))
	}
	if n := l.buckets.Len(); n != maxBuckets {
		t.Errorf("%d buckets, want %d", n, maxBuckets)
	}
	for i := range 1000 {
		l.free(now, "unseen "+strconv.Itoa(i))
	}
	if _, ok := l.free(now, strconv.Itoa(maxBuckets)); ok {
		t.Error("looking at keys pushed out one that counts")
	}
}

func TestGate(t *testing.T) {
	g := newGate(3, 2)
	for _, s := range []struct {
		key  string
		want bool
	}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"c", false}} {
		if got := g.enter(s.key); got != s.want {
			t.Errorf("%s: %v", s.key, got)
		}
	}
	g.leave("a")
	if !g.enter("c") || g.enter("b") {
		t.Error("the place given back is one place, for anybody")
	}
	g.leave("a")
	g.leave("b")
	g.leave("c")
	if len(g.of) != 0 || g.open != 0 {
		t.Errorf("left over: %v, %d", g.of, g.open)
	}
}

func TestNetworkOf(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "::1": "::/64", "": "", "@": "@",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestRevocations(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	r := newRevocations(15 * time.Minute)
	r.add("a", now)
	if !r.has("a", now.Add(15*time.Minute)) || r.has("a", now.Add(15*time.Minute+1)) || r.has("b", now) {
		t.Error("a revocation lasts as long as the tokens")
	}
	r.add("b", now.Add(time.Hour))
	if len(r.until) != 1 {
		t.Errorf("%d kept, want 1", len(r.until))
	}
}
