package packet

import (
	"math/rand/v2"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

func TestUnwrap(t *testing.T) {
	tests := []struct {
		name string
		in   []uint16
		want []Seq // less the first cycle
	}{
		{"in order", []uint16{5, 6, 7}, []Seq{5, 6, 7}},
		{"over the wrap", []uint16{65534, 65535, 0, 1}, []Seq{65534, 65535, 65536, 65537}},
		{"late over the wrap", []uint16{65535, 1, 0, 65534}, []Seq{65535, 65537, 65536, 65534}},
		{"older than the first", []uint16{0, 65535}, []Seq{0, -1}},
		{"far ahead", []uint16{0, 32767}, []Seq{0, 32767}},
		{"half a cycle is behind", []uint16{0, 32768}, []Seq{0, -32768}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var u Unwrapper
			for i, v := range test.in {
				if got := u.Unwrap(v) - 1<<16; got != test.want[i] {
					t.Errorf("%d: got %d, want %d", v, got, test.want[i])
				}
			}
		})
	}
}

func TestUnwrapFollowsAnyWalk(t *testing.T) {
	seed := seeds.One()
	rng := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d", seed)
	var seqs Unwrapper
	var timestamps TimestampUnwrapper
	seq, ts := int64(rng.IntN(1<<16)), int64(rng.Uint32())
	seqZero, tsZero := seqs.Unwrap(uint16(seq))-Seq(seq), timestamps.Unwrap(uint32(ts))-Timestamp(ts)
	for range 10000 {
		seq += int64(rng.IntN(30000))
		ts += int64(rng.IntN(1 << 30))
		late := int64(rng.IntN(30000))
		if got := seqs.Unwrap(uint16(seq)) - seqZero; got != Seq(seq) {
			t.Fatalf("number %d became %d", seq, got)
		}
		if got := seqs.Unwrap(uint16(seq-late)) - seqZero; got != Seq(seq-late) {
			t.Fatalf("late number %d became %d", seq-late, got)
		}
		if got := timestamps.Unwrap(uint32(ts)) - tsZero; got != Timestamp(ts) {
			t.Fatalf("timestamp %d became %d", ts, got)
		}
	}
}
