package loadtest

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQuantilesAreRightToThreePercent(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // a test is to run the same way again
	var h Histogram
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(dice.ExpFloat64() * float64(20*time.Millisecond)).Round(time.Microsecond)
		all = append(all, d)
		h.Add(d)
	}
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 1} {
		want := all[max(0, int(q*float64(len(all))+0.5)-1)]
		got := h.Quantile(q)
		if got < want || float64(got-want) > 0.035*float64(want)+1000 {
			t.Errorf("quantile %v is %s, want %s", q, got, want)
		}
	}
	if h.Count() != 10_000 || h.Max() != all[len(all)-1] {
		t.Errorf("counted %d, longest %s", h.Count(), h.Max())
	}
}

func TestEachTimeIsInItsBucket(t *testing.T) {
	for us := int64(0); us < 1<<31; us += 1 + us/50 {
		d := time.Duration(us) * time.Microsecond
		i := bucket(d)
		if i > 0 && upper(i-1) >= d || upper(i) < d {
			t.Fatalf("%s is in bucket %d, from %s to %s", d, i, upper(i-1), upper(i))
		}
	}
	if bucket(100*time.Hour) != buckets-1 || bucket(-time.Second) != 0 {
		t.Error("what is beyond the ends belongs into the first and the last bucket")
	}
}

func TestHistogramsAddUpAndComeBackFromJSON(t *testing.T) {
	var a, b, both Histogram
	for i := range 100 {
		a.Add(time.Duration(i) * time.Millisecond)
		b.Add(time.Duration(i) * time.Second)
		both.Add(time.Duration(i) * time.Millisecond)
		both.Add(time.Duration(i) * time.Second)
	}
	earlier := a
	a.Merge(&b)
	if a != both {
		t.Error("merged is not the same as counted together")
	}
	later := a.Since(&earlier)
	if later.counts != b.counts || later.n != b.n {
		t.Error("what came later is not what was added")
	}
	text, err := json.Marshal(&a)
	if err != nil {
		t.Fatal(err)
	}
	var back Histogram
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back != a {
		t.Error("JSON lost something")
	}
	if err := json.Unmarshal([]byte(`{"buckets":{"99999":1}}`), &back); err == nil {
		t.Error("a bucket that does not exist was taken")
	}
}
