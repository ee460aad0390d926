package scenario

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// Case is one scenario.
type Case struct {
	Name  string // of its plot's file
	Title string
	// Length of the run; what is judged begins at From.
	From, Length time.Duration
	// Stage puts flows and ways into a world. The first way is the one whose capacity is plotted.
	Stage func(w *World) []*Way
}

// Result is what a case came to.
type Result struct {
	Case
	Flows   []*Flow
	Ways    []link.Counts
	carries []Sample // Arrived is what the first way carries, 0 without limit
}

// Flow is one flow's part in a result.
type Flow struct {
	Name   string
	series *series
	from   time.Duration
	to     time.Duration
}

// Run lets a case happen. The same seed gives the same result.
func (c Case) Run(seed uint64) *Result {
	w := NewWorld(seed)
	ways := c.Stage(w)
	r := &Result{Case: c}
	look := func() {
		r.carries = append(r.carries, Sample{At: w.Since(), Arrived: float64(ways[0].link.Rate(w.Now()))})
	}
	look()
	w.Every(sampleEvery, look)
	w.Run(c.Length)
	for _, s := range w.flows {
		r.Flows = append(r.Flows, &Flow{Name: s.name, series: s, from: c.From, to: c.Length})
	}
	for _, way := range ways {
		r.Ways = append(r.Ways, way.link.Counts())
	}
	return r
}

// capacity is what the first way could carry on average between two times, in bit/s; 0 is without limit.
func (r *Result) capacity(from, to time.Duration) float64 {
	sum, n := 0.0, 0
	for _, c := range r.carries {
		if c.At >= from && c.At < to {
			sum += c.Arrived
			n++
		}
	}
	return sum / float64(max(n, 1))
}

// Capacity is what the first way could carry from the time that counts on, in bit/s; 0 is without limit.
func (r *Result) Capacity() float64 { return r.capacity(r.From, r.Length) }

// Alone reports whether all flows were ours.
func (r *Result) Alone() bool {
	for _, f := range r.Flows {
		if !f.Media() {
			return false
		}
	}
	return true
}

// Used is the share of the first way's capacity that all flows took, from the time that counts on.
func (r *Result) Used() float64 {
	sum := 0.0
	for _, f := range r.Flows {
		sum += f.Rate()
	}
	if c := r.Capacity(); c > 0 {
		return sum / c
	}
	return 0
}

// Rate is what arrived, in bit/s.
func (f *Flow) Rate() float64 { return f.series.rate(f.from, f.to) }

// RateBetween is what arrived between two times.
func (f *Flow) RateBetween(from, to time.Duration) float64 { return f.series.rate(from, to) }

// Queue is a percentile of what packets waited.
func (f *Flow) Queue(percent int) time.Duration { return f.series.queue(f.from, f.to, percent) }

// QueueBetween is a percentile of what packets sent between two times waited.
func (f *Flow) QueueBetween(from, to time.Duration, percent int) time.Duration {
	return f.series.queue(from, to, percent)
}

// Media reports whether the flow is one of ours, and not TCP.
func (f *Flow) Media() bool { return f.series.viewer != nil }

// Loss is the share of packets that did not arrive at first, over the whole run.
func (f *Flow) Loss() float64 { return share(f.series.reportedLost, f.series.reportedSent) }

// Unrecovered is the share of media packets that never came, over the whole run. What was lost before a key frame that
// came does not count: nobody asks for it any more.
func (f *Flow) Unrecovered() float64 { return share(f.series.unrecovered, f.series.media) }

// Overtaken is the share of media packets that never came and that a later key frame made worthless.
func (f *Flow) Overtaken() float64 { return share(f.series.overtaken, f.series.media) }

// Repair is the share of bytes sent that were resends, Padding that of probes without media.
func (f *Flow) Repair() float64 { return share(f.series.repairBytes, f.series.sentBytes) }

// Padding is the share of bytes sent that carried nothing.
func (f *Flow) Padding() float64 { return share(f.series.paddingBytes, f.series.sentBytes) }

// Frozen is the share of the time without a new picture.
func (f *Flow) Frozen() float64 { return f.series.frozen(f.from, f.to) }

// Changes is how often a picture changed its height.
func (f *Flow) Changes() int {
	n := 0
	for _, at := range f.series.changes {
		if at >= f.from && at < f.to {
			n++
		}
	}
	return n
}

// Samples is the flow's course between two times.
func (f *Flow) Samples(from, to time.Duration) []Sample { return f.series.between(from, to) }

// Dark is for how long between two times no picture had been shown for a second.
func (f *Flow) Dark(from, to time.Duration) (dark time.Duration) {
	for _, x := range f.series.between(from, to) {
		if x.Height == 0 {
			dark += sampleEvery
		}
	}
	return dark
}

// FPS is how many pictures were shown in a second, in all slots.
func (f *Flow) FPS() float64 {
	n := 0
	for _, at := range f.series.frames {
		if at >= f.from && at < f.to {
			n++
		}
	}
	return float64(n) / (f.to - f.from).Seconds()
}

// Settled is how long after from the flow's estimate was first such that it stayed so until to.
func (f *Flow) Settled(from, to time.Duration, so func(Sample) bool) (time.Duration, bool) {
	since, ok := time.Duration(0), false
	for _, x := range f.series.between(from, to) {
		switch {
		case !so(x):
			ok = false
		case !ok:
			since, ok = x.At-from, true
		}
	}
	return since, ok
}

func share[N int | int64](part, whole N) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Table writes results for people: a row for each flow.
func Table(w io.Writer, results []*Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "case\tflow\tkbit/s\tof capacity\tqueue p50\tp95\tmax\tlost\trepair\tunrecovered\tovertaken\tpadding\tfrozen\tfps\tchanges\t")
	for _, r := range results {
		capacity := r.Capacity()
		for _, f := range r.Flows {
			used := "-"
			if capacity > 0 {
				used = fmt.Sprintf("%.0f %%", 100*f.Rate()/capacity)
			}
			ms := func(percent int) string { return fmt.Sprintf("%d ms", f.Queue(percent).Milliseconds()) }
			fmt.Fprintf(t, "%s\t%s\t%.0f\t%s\t%s\t%s\t%s\t", r.Name, f.Name, f.Rate()/1000, used, ms(50), ms(95), ms(100))
			if !f.Media() {
				fmt.Fprintf(t, "\t\t\t\t\t\t\t\t\n")
				continue
			}
			fmt.Fprintf(t, "%.2f %%\t%.1f %%\t%.3f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.0f\t%d\t\n",
				100*f.Loss(), 100*f.Repair(), 100*f.Unrecovered(), 100*f.Overtaken(), 100*f.Padding(), 100*f.Frozen(), f.FPS(), f.Changes())
		}
	}
	return t.Flush()
}
