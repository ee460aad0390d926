package prefetch_test

import (
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/prefetch"
)

// The end of a page of ours may be followed by nobody's: asking for it must not be an access.
func TestWhatIsAskedForNeedNotBeThere(t *testing.T) {
	content := []byte{1, 2, 3}
	prefetch.Of(&content[0], 1<<16)
	prefetch.Of[int](nil, 2)
	prefetch.Of(&content[0], 0)
	prefetch.Of(&content[0], -1)
	if content[0] != 1 || content[2] != 3 {
		t.Errorf("it became %v", content)
	}
}

func BenchmarkOf(b *testing.B) {
	content := make([]byte, 64<<10)
	for b.Loop() {
		prefetch.Of(&content[0], 8)
	}
}
