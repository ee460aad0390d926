package metrics

import (
	"io/fs"
	"math"
	"path"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"strconv"
	"strings"
)

// MemoryTaken is what Go has of the system and not given back, in bytes.
func MemoryTaken() uint64 {
	samples := []runtimemetrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	runtimemetrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

// memoryLimit is what this process may take, in bytes, read from the root of a Linux system: the least of GOMEMLIMIT, of what the
// cgroups allow that it is in (a container's limit is one), and of what the machine has. 0 if nothing says so.
func memoryLimit(root fs.FS) uint64 {
	least := uint64(math.MaxUint64)
	if soft := debug.SetMemoryLimit(-1); soft < math.MaxInt64 {
		least = uint64(soft)
	}
	least = min(least, installed(root))
	for group := cgroup(root); ; group = path.Dir(group) {
		least = min(least, number(root, path.Join("sys/fs/cgroup", group, "memory.max")))
		if group == "." || group == "/" {
			break
		}
	}
	if least == math.MaxUint64 {
		return 0
	}
	return least
}

// cgroup of this process (version 2), as a path below where cgroups are mounted.
func cgroup(root fs.FS) string {
	text, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(text)) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/"); ok {
			return path.Clean(group)
		}
	}
	return "."
}

// installed is the memory of the machine.
func installed(root fs.FS) uint64 {
	text, _ := fs.ReadFile(root, "proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "MemTotal:" {
			if kilobytes, err := strconv.ParseUint(words[1], 10, 53); err == nil {
				return kilobytes << 10
			}
		}
	}
	return math.MaxUint64
}

// number in a file; what is none, such as "max", limits nothing.
func number(root fs.FS, name string) uint64 {
	text, _ := fs.ReadFile(root, name)
	if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
		return n
	}
	return math.MaxUint64
}
