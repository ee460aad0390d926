package scenario

import (
	"slices"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
)

// window is a rate over the last second.
type window struct {
	slices [10]int64 // bytes in 100 ms each
	at     int64     // number of the newest
}

const slice = 100 * time.Millisecond

func (w *window) roll(now time.Time) {
	at := now.UnixNano() / int64(slice)
	for w.at < at {
		w.at = max(w.at+1, at-int64(len(w.slices)))
		w.slices[w.at%int64(len(w.slices))] = 0
	}
}

func (w *window) add(now time.Time, size int) {
	w.roll(now)
	w.slices[w.at%int64(len(w.slices))] += int64(size)
}

// rate in bit/s.
func (w *window) rate(now time.Time) float64 {
	w.roll(now)
	sum := int64(0)
	for _, s := range w.slices {
		sum += s
	}
	return float64(sum) * 8 / (float64(len(w.slices)) * slice.Seconds())
}

// sampleEvery is the grain of series and plots.
const sampleEvery = 200 * time.Millisecond

// Sample is one flow at one time.
type Sample struct {
	At       time.Duration
	Arrived  float64 // bit/s since the sample before
	Estimate float64 // bit/s, 0 of a flow without
	Queue    float64 // ms, the mean that packets sent since the sample before had to wait
	Height   int     // of the pictures shown, the sum over slots
	State    estimate.State
}

// wait is what a packet had before it.
type wait struct {
	at   time.Duration
	long time.Duration
}

// series is what is known of a flow.
type series struct {
	world   *World
	name    string
	viewer  *Viewer // nil of TCP
	samples []Sample
	waits   []wait
	recent  window  // what arrived
	bytes   []int64 // arrived by sample

	open      int64 // bytes arrived since the latest sample
	waited    time.Duration
	waiting   int
	heights   map[int]int
	freezes   []freeze
	frames    []time.Duration
	changes   []time.Duration // of a picture's height
	sentBytes int64
	came      int64

	media, audio, audioCame    int // packets
	unrecovered, overtaken     int
	repairBytes, paddingBytes  int64
	nacked, plis, probes       int
	pacerDropped               int
	reportedLost, reportedSent int
}

type freeze struct {
	at   time.Duration
	long float64 // seconds
}

func newSeries(w *World, name string) *series {
	s := &series{world: w, name: name, heights: map[int]int{}}
	w.flows = append(w.flows, s)
	w.Every(sampleEvery, s.sample)
	return s
}

func (s *series) watch(v *Viewer) { s.viewer = v }

func (s *series) sent(size int, waits time.Duration) {
	s.sentBytes += int64(size)
	s.waits = append(s.waits, wait{s.world.Since(), waits})
	s.waited += waits
	s.waiting++
}

func (s *series) arrived(size int) {
	s.came += int64(size)
	s.open += int64(size)
	s.recent.add(s.world.Now(), size)
}

func (s *series) reported(results []estimate.Result) {
	for _, r := range results {
		switch {
		case r.Again:
			s.reportedLost--
		case !r.Received:
			s.reportedLost++
			s.reportedSent++
		default:
			s.reportedSent++
		}
	}
}

func (s *series) shown(slot, height int) {
	if before := s.heights[slot]; before != height && before != 0 {
		s.changes = append(s.changes, s.world.Since())
	}
	s.heights[slot] = height
	s.frames = append(s.frames, s.world.Since())
}

func (s *series) froze(long float64) { s.freezes = append(s.freezes, freeze{s.world.Since(), long}) }

func (s *series) sample() {
	x := Sample{At: s.world.Since(), Arrived: float64(s.open) * 8 / sampleEvery.Seconds()}
	if s.waiting > 0 {
		x.Queue = s.waited.Seconds() * 1000 / float64(s.waiting)
	}
	if s.viewer != nil {
		x.Estimate, x.State = float64(s.viewer.link.Estimate().Rate()), s.viewer.link.Estimate().State()
		for _, slot := range s.viewer.slots {
			if s.world.Now().Sub(slot.player.shown) < time.Second {
				x.Height += s.heights[slot.number]
			}
		}
	}
	s.samples = append(s.samples, x)
	s.bytes = append(s.bytes, s.open)
	s.open, s.waited, s.waiting = 0, 0, 0
}

// between are the samples from one time to another.
func (s *series) between(from, to time.Duration) []Sample {
	var in []Sample
	for _, x := range s.samples {
		if x.At > from && x.At <= to {
			in = append(in, x)
		}
	}
	return in
}

// rate is what arrived between two times, in bit/s.
func (s *series) rate(from, to time.Duration) float64 {
	sum, n := 0.0, 0
	for _, x := range s.between(from, to) {
		sum += x.Arrived
		n++
	}
	return sum / float64(max(n, 1))
}

// queue is a percentile of the waits of packets sent between two times.
func (s *series) queue(from, to time.Duration, percent int) time.Duration {
	var longs []time.Duration
	for _, w := range s.waits {
		if w.at >= from && w.at < to {
			longs = append(longs, w.long)
		}
	}
	if len(longs) == 0 {
		return 0
	}
	slices.Sort(longs)
	return longs[(len(longs)-1)*percent/100]
}

// frozen is the share of the time between two times without a new picture.
func (s *series) frozen(from, to time.Duration) float64 {
	sum := 0.0
	for _, f := range s.freezes {
		if f.at > from && f.at <= to {
			sum += f.long
		}
	}
	return sum / (to - from).Seconds()
}
