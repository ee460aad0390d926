package loadtest

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Merge joins reports of bots that were on one server at one time, from several machines. Groups of one name are taken
// as one group; the window is as long as the shortest.
func Merge(reports []*Report) (*Report, error) {
	if len(reports) == 0 {
		return nil, errors.New("there is no report to merge")
	}
	first := reports[0]
	m := &Report{
		Version: reportVersion, Scenario: first.Scenario, About: first.About, URL: first.URL, Started: first.Started,
		Faults: map[string]int{}, Verdicts: []Verdict{},
	}
	line := map[time.Time]*Second{}
	for _, r := range reports {
		if r.Scenario != first.Scenario {
			return nil, fmt.Errorf("reports of different scenarios: %s and %s", first.Scenario, r.Scenario)
		}
		m.Machines = append(m.Machines, r.Machines...)
		if r.Started.Before(m.Started) {
			m.Started = r.Started
		}
		if m.Partial == "" {
			m.Partial = r.Partial
		}
		for i := range r.Groups {
			m.group(&r.Groups[i])
		}
		m.Total.add(&r.Total)
		m.Window.add(&r.Window)
		if m.Server == nil {
			m.Server = r.Server
		}
		for fault, n := range r.Faults {
			m.Faults[fault] += n
		}
		for _, s := range r.Line {
			addSecond(line, s)
		}
	}
	for _, s := range line {
		m.Line = append(m.Line, *s)
	}
	slices.SortFunc(m.Line, func(a, b Second) int { return a.At.Compare(b.At) })
	if err := m.judgeAnew(reports); err != nil {
		return nil, err
	}
	return m, nil
}

func (r *Report) group(o *Outcome) {
	for i := range r.Groups {
		if r.Groups[i].Group == o.Group {
			r.Groups[i].add(o)
			return
		}
	}
	r.Groups = append(r.Groups, *o)
}

func (w *Window) add(other *Window) {
	if w.Seconds == 0 || other.Seconds < w.Seconds {
		w.Seconds = other.Seconds
	}
	w.Packets += other.Packets
	w.Bytes += other.Bytes
	w.Lost += other.Lost
	w.Bots += other.Bots
	w.Freezes += other.Freezes
	w.BotCPU += other.BotCPU
	w.Latency.Merge(&other.Latency)
	w.Direct.Merge(&other.Direct)
}

// addSecond adds what several machines saw in the same second of their clocks.
func addSecond(line map[time.Time]*Second, s Second) {
	at := s.At.Truncate(time.Second)
	sum := line[at]
	if sum == nil {
		s.At = at
		line[at] = &s
		return
	}
	sum.Inside += s.Inside
	sum.Failed += s.Failed
	sum.Packets += s.Packets
	sum.Bytes += s.Bytes
	sum.Lost += s.Lost
	sum.Frames += s.Frames
	sum.Freezes += s.Freezes
	sum.BotCPU += s.BotCPU
	for i := range layers {
		sum.Layers[i] += s.Layers[i]
	}
	sum.P50, sum.P99 = max(sum.P50, s.P50), max(sum.P99, s.P99)
	sum.CPU, sum.Memory = max(sum.CPU, s.CPU), max(sum.Memory, s.Memory)
}

// judgeAnew holds the whole against the bounds of its parts.
func (r *Report) judgeAnew(parts []*Report) error {
	var bounds []Bound
	for _, part := range parts {
		for _, v := range part.Verdicts {
			b, err := ParseBound(v.Bound)
			if err != nil {
				return fmt.Errorf("a bound of the report: %w", err)
			}
			if !slices.Contains(bounds, b) {
				bounds = append(bounds, b)
			}
		}
	}
	r.judge(bounds)
	return nil
}
