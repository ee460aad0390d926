package egress

import (
	"errors"
	"net/netip"
	"testing"
	"time"
)

// refuser is a kernel that can do less than it said when the socket was opened.
type refuser struct{ void }

func (*refuser) send(*Batch, []bundle) (int, error) { return 0, errors.ErrUnsupported }
func (*refuser) single([]byte, netip.AddrPort)      {}
func (*refuser) judge(error) verdict                { return never }

func TestTheSnapshotSaysHowASocketSendsAtPresent(t *testing.T) {
	s := &Socket{method: Segmented}
	b := newBatch(&refuser{}, maxSegments, &s.counts)
	for _, want := range []Method{Many, Single, Single} {
		b.commit(10, netip.MustParseAddrPort("192.0.2.1:9"))
		b.flush()
		if got := s.Snapshot().Method; got != want {
			t.Errorf("after a refusal it sends by %s, want %s", got, want)
		}
	}
	if got := (&Socket{method: Many}).Snapshot().Method; got != Many {
		t.Errorf("where nothing was refused it sends by %s", got)
	}
}

func TestTheBatchOfAClosedSocketIsLetGoOf(t *testing.T) {
	shard, _ := still()
	gone, stays := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	shard.batch(gone)
	shard.batch(stays)
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	shard.flush()
	if _, ok := shard.batches[gone]; ok || len(shard.batches) != 1 {
		t.Errorf("%d batches are left, that of the closed socket: %v", len(shard.batches), ok)
	}
}

// A thousand who join at once: each finds its own taker, and none copies all the others.
func TestManyTakers(t *testing.T) {
	s, most := &Socket{}, 0
	for i := range 4000 {
		s.Divert(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 9, byte(i >> 8), byte(i)}), 40000), func(time.Time, []byte) bool { return i%2 == 0 })
	}
	for i := range s.diversions.parts {
		most = max(most, len(*s.diversions.parts[i].Load()))
	}
	if n := s.Snapshot().Takers; n != 4000 || most > 40 {
		t.Errorf("%d takers, %d in one part", n, most)
	}
	control := []byte{0x80, 201, 0, 1, 0, 0, 0, 0}
	for i := range 4000 {
		if s.divert(time.Now(), control, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 9, byte(i >> 8), byte(i)}), 40000)) != (i%2 == 0) {
			t.Fatalf("address %d has another's taker", i)
		}
	}
}
