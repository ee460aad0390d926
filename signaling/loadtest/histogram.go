package loadtest

import (
	"encoding/json"
	"math/bits"
	"strconv"
	"time"
)

const (
	// fine is how many buckets there are for each doubling: they are at most 3 % wide.
	fineBits = 5
	fine     = 1 << fineBits
	// buckets reach from 1 µs to about 70 minutes.
	buckets = 28 * fine
)

// Histogram counts times in buckets of microseconds whose width grows with them, so that those of many bots and
// machines can be added. The zero Histogram is empty.
type Histogram struct {
	counts [buckets]uint32
	n      uint64
	max    time.Duration
}

// bucket of a time: below fine one for each microsecond, above as many for each doubling.
func bucket(d time.Duration) int {
	us := uint64(max(0, d.Microseconds()))
	if us < fine {
		return int(us)
	}
	shift := bits.Len64(us) - 1 - fineBits
	return min(buckets-1, (shift+1)*fine+int(us>>shift)-fine)
}

// upper is the largest time of a bucket.
func upper(i int) time.Duration {
	if i < fine {
		return time.Duration(i) * time.Microsecond
	}
	shift := i/fine - 1
	us := uint64(i%fine+fine+1)<<shift - 1
	return time.Duration(us) * time.Microsecond
}

// Add counts one time.
func (h *Histogram) Add(d time.Duration) {
	h.counts[bucket(d)]++
	h.n++
	h.max = max(h.max, d)
}

// Merge adds what another histogram counted.
func (h *Histogram) Merge(other *Histogram) {
	for i, c := range other.counts {
		h.counts[i] += c
	}
	h.n += other.n
	h.max = max(h.max, other.max)
}

// Since is what was counted after an earlier state of the same histogram.
func (h *Histogram) Since(earlier *Histogram) *Histogram {
	d := &Histogram{n: h.n - earlier.n, max: h.max}
	for i := range h.counts {
		d.counts[i] = h.counts[i] - earlier.counts[i]
	}
	return d
}

// Count is how many times were added.
func (h *Histogram) Count() uint64 { return h.n }

// Max is the longest.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile is a time that the share q of all do not exceed, to 3 %.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := max(1, uint64(q*float64(h.n)+0.5))
	var seen uint64
	for i, c := range h.counts {
		if seen += uint64(c); seen >= rank {
			return min(upper(i), h.max)
		}
	}
	return h.max
}

// histogramJSON has the filled buckets by number.
type histogramJSON struct {
	// Max, P50, P95 and P99 in milliseconds are for whoever reads the file; only Max and Buckets are read back.
	Max     float64           `json:"maxMs"`
	P50     float64           `json:"p50Ms"`
	P95     float64           `json:"p95Ms"`
	P99     float64           `json:"p99Ms"`
	Count   uint64            `json:"count"`
	Buckets map[string]uint32 `json:"buckets,omitempty"`
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// MarshalJSON writes the filled buckets and a few figures.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	out := histogramJSON{
		Max: milliseconds(h.max), P50: milliseconds(h.Quantile(0.5)), P95: milliseconds(h.Quantile(0.95)),
		P99: milliseconds(h.Quantile(0.99)), Count: h.n, Buckets: map[string]uint32{},
	}
	for i, c := range h.counts {
		if c > 0 {
			out.Buckets[strconv.Itoa(i)] = c
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (h *Histogram) UnmarshalJSON(text []byte) error {
	var in histogramJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*h = Histogram{max: time.Duration(in.Max * float64(time.Millisecond))}
	for name, c := range in.Buckets {
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= buckets {
			return strconv.ErrRange
		}
		h.counts[i] = c
		h.n += uint64(c)
	}
	return nil
}
