package quality_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/quality"
)

const ms = time.Millisecond

func TestRaw(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    quality.Input
		want  float64
		grade quality.Grade
	}{
		{"nothing known", quality.Input{}, 100, quality.Good},
		{"a good link", quality.Input{RTT: 40 * ms, Jitter: 5 * ms}, 99.25, quality.Good},
		{"delay at the bend", quality.Input{RTT: 320 * ms}, 96, quality.Good},
		{"a satellite", quality.Input{RTT: 640 * ms, Jitter: 20 * ms}, 76, quality.Fair},
		{"1 % of loss", quality.Input{Loss: 0.01}, 90, quality.Good},
		{"5 % of loss", quality.Input{Loss: 0.05}, 50, quality.Fair},
		{"5 % that came again in time", quality.Input{Repaired: 0.05}, 95, quality.Good},
		{"20 % of loss", quality.Input{Loss: 0.2}, 0, quality.Lost},
		{"half the rate", quality.Input{Expected: 1_000_000, Actual: 500_000}, 86.137, quality.Good},
		{"a tenth of the rate", quality.Input{Expected: 1_000_000, Actual: 100_000}, 53.948, quality.Fair},
		{"nothing comes", quality.Input{Expected: 1_000_000}, 0, quality.Lost},
		{"more than expected", quality.Input{Expected: 1_000_000, Actual: 2_000_000}, 100, quality.Good},
		{"one layer less than wished", quality.Input{Missing: 1}, 65, quality.Fair},
		{"two layers less", quality.Input{Missing: 2}, 30, quality.Poor},
		{"video is paused", quality.Input{Paused: true}, 20, quality.Poor},
		{"the worst counts, not the sum", quality.Input{Missing: 1, Loss: 0.03}, 65, quality.Fair},
		{"nonsense", quality.Input{RTT: -ms, Jitter: -ms, Loss: math.NaN(), Repaired: -3, Missing: -1, Expected: -5}, 100, quality.Good},
		{"more nonsense", quality.Input{RTT: math.MaxInt64, Loss: 12, Missing: 99, Expected: math.MaxInt64, Actual: 1}, 0, quality.Lost},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := quality.Raw(c.in)
			if math.Abs(got-c.want) > 0.01 {
				t.Errorf("%.3f, want %.3f", got, c.want)
			}
			if grade := quality.GradeOf(int(math.Round(got))); grade != c.grade {
				t.Errorf("that is %v, want %v", grade, c.grade)
			}
		})
	}
}

func TestScoreFallsFastAndRisesSlowly(t *testing.T) {
	var s quality.Score
	if s.Value() != 100 {
		t.Errorf("begins at %d", s.Value())
	}
	bad, good := quality.Input{Loss: 0.1}, quality.Input{}
	var got []int
	for _, in := range []quality.Input{bad, bad, good, good, good, good, good, good} {
		got = append(got, s.Update(in))
	}
	want := []int{20, 4, 42, 65, 79, 88, 93, 96}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

func TestScoreStaysInRange(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var s quality.Score
	before := s.Value()
	for range 100_000 {
		in := quality.Input{
			RTT: time.Duration(rng.Int64N(int64(3 * time.Second))), Jitter: time.Duration(rng.Int64N(int64(time.Second))),
			Loss: rng.Float64() * rng.Float64(), Missing: rng.IntN(4), Paused: rng.IntN(10) == 0,
		}
		raw, now := quality.Raw(in), s.Update(in)
		if raw < 0 || raw > 100 || now < 0 || now > 100 {
			t.Fatalf("%+v scores %f, smoothed %d", in, raw, now)
		}
		// It goes towards the measurement, and never beyond.
		if low, high := min(float64(before), raw), max(float64(before), raw); float64(now) < low-1 || float64(now) > high+1 {
			t.Fatalf("from %d to %d by a measurement of %.1f", before, now, raw)
		}
		before = now
	}
}

func TestBlame(t *testing.T) {
	for _, c := range []struct {
		yours, theirs int
		want          string
	}{
		{100, 100, ""},
		{80, 80, ""},
		{79, 95, "your connection"},
		{95, 79, "their connection"},
		{30, 60, "your connection"},
		{60, 30, "their connection"},
		{50, 50, "both connections"},
		{50, 70, "both connections"},
		{0, 0, "both connections"},
		{0, 100, "your connection"},
		{100, 0, "their connection"},
	} {
		if got := quality.Blame(c.yours, c.theirs).String(); got != c.want {
			t.Errorf("yours %d, theirs %d: %q, want %q", c.yours, c.theirs, got, c.want)
		}
	}
}

func TestWorseInputIsNeverBetter(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 10_000 {
		in := quality.Input{
			RTT: time.Duration(rng.Int64N(int64(time.Second))), Jitter: time.Duration(rng.Int64N(int64(200 * ms))),
			Loss: rng.Float64() / 10, Repaired: rng.Float64() / 10, Expected: 1_000_000, Actual: 900_000, Missing: rng.IntN(2),
		}
		worse := in
		switch rng.IntN(6) {
		case 0:
			worse.RTT += 50 * ms
		case 1:
			worse.Jitter += 10 * ms
		case 2:
			worse.Loss += 0.01
		case 3:
			worse.Repaired += 0.01
		case 4:
			worse.Actual /= 2
		case 5:
			worse.Missing++
		}
		if a, b := quality.Raw(in), quality.Raw(worse); b > a {
			t.Fatalf("%+v scores %f, %+v %f", in, a, worse, b)
		}
	}
}
