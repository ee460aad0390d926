package metrics

import (
	"math"
	"testing"
	"testing/fstest"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/egress"
)

const ms = time.Millisecond

func TestStressIsTheLargestPart(t *testing.T) {
	for _, c := range []struct {
		name string
		of   Burden
		want float64
	}{
		{"nothing to do", Burden{}, 0},
		{"the processor", Burden{Processor: 0.8, Shards: 0.1, Connections: 0.2, Meetings: 0.1, Memory: 0.3}, 0.8},
		{"late shards", Burden{Processor: 0.8, Shards: 1.5}, 1.5},
		{"many people", Burden{Connections: 0.4, Memory: 0.3}, 0.4},
		{"many meetings", Burden{Meetings: 1}, 1},
		{"little memory", Burden{Processor: 0.2, Memory: 0.9}, 0.9},
	} {
		if got := c.of.Stress(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestShardsAreUnderStressWhenLate(t *testing.T) {
	for _, c := range []struct {
		name   string
		shards []egress.ShardLoad
		silent bool
		want   float64
	}{
		{"none", nil, false, 0},
		{"the latest counts", []egress.ShardLoad{{Delay: 3 * ms}, {Delay: 15 * ms}}, false, 0.5},
		{"as late as may be", []egress.ShardLoad{{Delay: 30 * ms}}, false, 1},
		{"hopelessly late", []egress.ShardLoad{{Delay: time.Minute}}, false, 2},
		{"pictures are left out", []egress.ShardLoad{{Delay: ms}, {Level: shed.Frames}}, false, 1},
		{"one does not answer", []egress.ShardLoad{{Delay: ms}}, true, 2},
	} {
		if got := shardsUnder(delayOf(c.shards, c.silent), c.shards); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAShareOfAnUnknownLimitIsNothing(t *testing.T) {
	if got := share(5, 0); got != 0 {
		t.Errorf("of nothing known: %v", got)
	}
	if got := share(5, 20); got != 0.25 {
		t.Errorf("a quarter: %v", got)
	}
}

// Of four processors two are busy for a minute, then none.
func TestTheProcessorIsSmoothed(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, spent := smooth{at: now}, time.Duration(0)
	looks := func(n int, busy time.Duration, delay float64) {
		for range n {
			now, spent = now.Add(time.Second), spent+busy
			s.saw(now, spent, 4, delay)
		}
	}
	looks(1, 2*time.Second, 0.03)
	if s.processor > 0.1 || s.delay > 0.005 {
		t.Errorf("one second is taken for a state: %v, %v", s.processor, s.delay)
	}
	looks(60, 2*time.Second, 0.03)
	if math.Abs(s.processor-0.5) > 0.01 || math.Abs(s.delay-0.03) > 0.001 {
		t.Errorf("after a minute: %v, %v", s.processor, s.delay)
	}
	// Who asks often changes nothing.
	before := s
	s.saw(now.Add(ms), spent, 4, 10)
	if s != before {
		t.Errorf("a second look at once: %v, %v", s.processor, s.delay)
	}
	// Who asks seldom gets what was since: here a minute of nothing.
	now = now.Add(time.Minute)
	if s.saw(now, spent, 4, 0); s.processor > 0.01 || s.delay > 0.001 {
		t.Errorf("after a minute of rest: %v, %v", s.processor, s.delay)
	}
}

func TestMemoryIsLimitedByTheLeast(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	machine := file("MemTotal:        8000000 kB\nMemFree:         1000000 kB\n")
	for _, c := range []struct {
		name string
		root fstest.MapFS
		want uint64
	}{
		{"no such files", fstest.MapFS{}, 0},
		{"the machine", fstest.MapFS{"proc/meminfo": machine}, 8000000 << 10},
		{"a container", fstest.MapFS{"proc/meminfo": machine, "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("2147483648\n")}, 2 << 30},
		{"a service", fstest.MapFS{
			"proc/meminfo": machine, "proc/self/cgroup": file("1:name=x:/y\n0::/system.slice/plenum.service\n"),
			"sys/fs/cgroup/system.slice/plenum.service/memory.max": file("max\n"), "sys/fs/cgroup/system.slice/memory.max": file("1073741824\n"),
		}, 1 << 30},
		{"no limit", fstest.MapFS{"proc/meminfo": machine, "proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("max\n")}, 8000000 << 10},
	} {
		if got := memoryLimit(c.root); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// A shard that waits for longer than late leaves pictures out.
func TestLateIsWhatShardsTakeForLate(t *testing.T) {
	for waited, want := range map[time.Duration]shed.Level{late: shed.Nothing, late + ms: shed.Frames} {
		var s shed.Shedder
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s.Saw(now, waited)
		if s.Saw(now.Add(time.Second), waited); s.Level() != want {
			t.Errorf("after a second of %s: level %d, want %d", waited, s.Level(), want)
		}
	}
}
