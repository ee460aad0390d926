package main

import (
	"bufio"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// results are the values of each benchmark and unit, one for each time that it ran.
type results map[string]map[string][]float64

// A benchmark's name ends with the number of processors.
var processors = regexp.MustCompile(`-\d+$`)

const variantMark = "# variant "

// read adds what go test printed.
func (r results) read(from io.Reader) error {
	variant := ""
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, variantMark); ok {
			variant = strings.TrimSpace(name) + ": "
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		r.add(variant+strings.TrimPrefix(processors.ReplaceAllString(fields[0], ""), "Benchmark"), fields[2:])
	}
	return lines.Err()
}

// add takes pairs of value and unit.
func (r results) add(name string, pairs []string) {
	if r[name] == nil {
		r[name] = map[string][]float64{}
	}
	for ; len(pairs) >= 2; pairs = pairs[2:] {
		if value, err := strconv.ParseFloat(pairs[0], 64); err == nil {
			r[name][pairs[1]] = append(r[name][pairs[1]], value)
		}
	}
}

// least of what was measured, false if nothing was.
func (r results) least(name, unit string) (float64, bool) {
	values := r[name][unit]
	if len(values) == 0 {
		return 0, false
	}
	return slices.Min(values), true
}

// median of the medians that the benchmark gave, or of its values.
func (r results) median(name, unit string) (float64, bool) {
	values := r[name][unit+"-median"]
	if len(values) == 0 {
		values = r[name][unit]
	}
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2], true
}
