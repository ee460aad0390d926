package seeds

import (
	"slices"
	"testing"
)

func TestSeedsAreTheSameInEachRunUnlessFreshOnesAreAskedFor(t *testing.T) {
	n := Of(10)
	first, again := Draw(10, 7, 99), Draw(10, 7, 99)
	if !slices.Equal(first, again) || uint64(len(first)) != max(n, 2) || first[0] != 7 || first[1] != 99 {
		t.Errorf("%v, then %v", first, again)
	}
	if rest := first[2:]; slices.Contains(rest, 7) || slices.Contains(rest, 0) {
		t.Errorf("%v", first)
	}
	*alone = 5
	if got := Draw(10); !slices.Equal(got, []uint64{5}) || One() != 5 {
		t.Errorf("one alone: %v", got)
	}
	*alone, *random, *count = 0, true, 30
	if got := Draw(10); len(got) != 30 || slices.Equal(got, Draw(10)) {
		t.Errorf("fresh: %v", got)
	}
	*random, *count = false, 0
}
