package loadtest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bound is what a quantity of the report must not go beyond.
type Bound struct {
	Quantity string
	AtMost   bool // else at least
	Limit    float64
	Group    string // of bots that it is for, empty for all
}

// quantity is something a report can be asked for.
type quantity struct {
	unit  unit
	value func(*Report) (float64, bool)
}

// unit says how figures are written. Times are in seconds, shares between 0 and 1.
type unit int

const (
	plain unit = iota
	seconds
	share
	kilobytes
)

var quantities = measured()

func measured() map[string]quantity {
	all := map[string]quantity{
		"inside":  {plain, func(r *Report) (float64, bool) { return float64(r.Total.Joined), true }},
		"failed":  {plain, func(r *Report) (float64, bool) { return float64(r.Total.Failed), true }},
		"dropped": {plain, func(r *Report) (float64, bool) { return float64(r.Total.Dropped), true }},
		"blind":   {plain, func(r *Report) (float64, bool) { return float64(r.Total.Blind), true }},
		"loss":    {share, func(r *Report) (float64, bool) { return r.Total.Loss(), r.Total.Packets > 0 }},
		"freeze":  {share, func(r *Report) (float64, bool) { return r.Total.Frozen(), r.Total.Watched > 0 }},
		"packets-per-second": {plain, func(r *Report) (float64, bool) {
			return float64(r.Window.Packets) / max(r.Window.Seconds, 1e-9), r.Window.Seconds > 0
		}},
		"server.cpu-per-packet": {seconds, func(r *Report) (float64, bool) { return r.cpuPerPacket() }},
		"server.memory-per-bot": {kilobytes, func(r *Report) (float64, bool) { return r.memoryPerBot() }},
	}
	for name, of := range map[string]func(*Report) *Histogram{
		"join":        func(r *Report) *Histogram { return &r.Total.Join },
		"connect":     func(r *Report) *Histogram { return &r.Total.Connect },
		"first-frame": func(r *Report) *Histogram { return &r.Total.FirstFrame },
		"latency":     func(r *Report) *Histogram { return &r.Total.Latency },
		"audio-gap":   func(r *Report) *Histogram { return &r.Total.AudioGap },
	} {
		for part, q := range map[string]float64{"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99} {
			all[name+"."+part] = quantity{seconds, func(r *Report) (float64, bool) {
				h := of(r)
				return h.Quantile(q).Seconds(), h.Count() > 0
			}}
		}
		all[name+".max"] = quantity{seconds, func(r *Report) (float64, bool) {
			h := of(r)
			return h.Max().Seconds(), h.Count() > 0
		}}
	}
	return all
}

func quantityNames() []string { return slices.Sorted(maps.Keys(quantities)) }

// ParseBound reads a bound such as "join.p95 <= 2s", "loss <= 0.5%", "latency.p99 of call <= 15ms" or "inside >= 100".
func ParseBound(text string) (Bound, error) {
	name, limit, most := strings.Cut(text, "<=")
	if !most {
		var least bool
		if name, limit, least = strings.Cut(text, ">="); !least {
			return Bound{}, fmt.Errorf("is %q, must be a bound such as 'join.p95 <= 2s'", text)
		}
	}
	of, group, _ := strings.Cut(name, " of ")
	b := Bound{Quantity: strings.TrimSpace(of), AtMost: most, Group: strings.TrimSpace(group)}
	q, known := quantities[b.Quantity]
	if !known {
		return Bound{}, fmt.Errorf("%q is not measured; known are %s", b.Quantity, list(quantityNames()))
	}
	var err error
	if b.Limit, err = q.unit.parse(strings.TrimSpace(limit)); err != nil {
		return Bound{}, fmt.Errorf("%q: %w", text, err)
	}
	return b, nil
}

func (u unit) parse(text string) (float64, error) {
	switch u {
	case seconds:
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, fmt.Errorf("%q is no time such as 250ms", text)
		}
		return d.Seconds(), nil
	case share:
		number, percent := strings.CutSuffix(text, "%")
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !percent {
			return 0, fmt.Errorf("%q is no share such as 0.5%%", text)
		}
		return v / 100, nil
	case kilobytes:
		number, kb := strings.CutSuffix(text, "KB")
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !kb {
			return 0, fmt.Errorf("%q is no size such as 150KB", text)
		}
		return v, nil
	case plain:
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return v, nil
}

func (u unit) format(v float64) string {
	switch u {
	case seconds:
		return duration(time.Duration(v * float64(time.Second)))
	case share:
		return strconv.FormatFloat(v*100, 'f', 2, 64) + "%"
	case kilobytes:
		return strconv.FormatFloat(v, 'f', 0, 64) + " KB"
	case plain:
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// duration with three figures.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return strconv.FormatFloat(float64(d.Nanoseconds())/1e3, 'f', 1, 64) + "µs"
	case d < 10*time.Millisecond:
		return strconv.FormatFloat(d.Seconds()*1e3, 'f', 2, 64) + "ms"
	case d < time.Second:
		return strconv.FormatFloat(d.Seconds()*1e3, 'f', 0, 64) + "ms"
	default:
		return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + "s"
	}
}

// String writes a bound as ParseBound reads it.
func (b Bound) String() string {
	sign := ">="
	if b.AtMost {
		sign = "<="
	}
	of := b.Quantity
	if b.Group != "" {
		of += " of " + b.Group
	}
	return fmt.Sprintf("%s %s %s", of, sign, quantities[b.Quantity].unit.format(b.Limit))
}

// Verdict is a bound with what was measured.
type Verdict struct {
	Bound    string `json:"bound"`
	Measured string `json:"measured"`
	Passed   bool   `json:"passed"`
}

// judge holds a report against a bound. What could not be measured has not passed.
func (b Bound) judge(r *Report) Verdict {
	if b.Group != "" {
		r = r.of(b.Group)
	}
	q := quantities[b.Quantity]
	v, ok := q.value(r)
	if !ok {
		return Verdict{Bound: b.String(), Measured: "not measured"}
	}
	passed := v >= b.Limit
	if b.AtMost {
		passed = v <= b.Limit
	}
	return Verdict{Bound: b.String(), Measured: q.unit.format(v), Passed: passed}
}

// of is the report of one group alone, of which the server's figures are not known.
func (r *Report) of(group string) *Report {
	alone := &Report{}
	for i := range r.Groups {
		if r.Groups[i].Group == group {
			alone.Total = r.Groups[i]
		}
	}
	return alone
}
