package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/loadtest"
)

func TestProgressIsOneLineThatChanges(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, live: true, width: func() int { return 60 }}
	long := loadtest.Progress{Phase: "measuring", Elapsed: 12 * time.Second, Left: time.Minute, Bots: 300, Dropped: 2, Second: loadtest.Second{Inside: 298, Failed: 1, Packets: 50_000, Bytes: 1 << 20}}
	p.second(long)
	p.second(loadtest.Progress{Phase: "leaving", Bots: 300})
	p.end()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\r")
	if len(lines) != 3 || strings.Contains(out.String()[:out.Len()-1], "\n") {
		t.Fatalf("%q", out.String())
	}
	if len(lines[1]) != 59 || len(lines[2]) < len(lines[1]) {
		t.Errorf("lines of %d and %d characters: the second has to cover the first, and neither may break", len(lines[1]), len(lines[2]))
	}
	if !strings.HasPrefix(lines[1], "measuring  12s  298 of 300 inside, 1 failed, 2 dropped") {
		t.Errorf("%q", lines[1])
	}
}

func TestProgressIsALineNowAndThenWhereItCannotChange(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	for i := range 25 {
		phase := "coming in"
		if i >= 5 {
			phase = "measuring"
		}
		p.second(loadtest.Progress{Phase: phase, Elapsed: time.Duration(i) * time.Second})
	}
	p.end()
	// The 1st, 11th and 21st second, and the one in which the phase changes.
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}
