//go:build linux

package egress

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCloseWakesTheReader(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	reads := make(chan struct{})
	s.Divert(s.Address(), func(time.Time, []byte) bool {
		close(reads)
		return true
	})
	ended := make(chan error, 1)
	go func() {
		_, _, err := s.ReadFromAddrPort(make([]byte, 10))
		ended <- err
	}()
	if _, err := s.WriteToAddrPort([]byte{0x80, 200, 0, 1, 0, 0, 0, 1}, s.Address()); err != nil {
		t.Fatal(err)
	}
	<-reads // one datagram is handled, and it waits for the next
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, io.EOF) {
			t.Errorf("reader ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the reader still waits")
	}
	if _, err := s.WriteToAddrPort([]byte("x"), netip.MustParseAddrPort("127.0.0.1:9")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("writing to a closed socket: %v", err)
	}
}

// arrived is one datagram as a test tells them apart.
type arrived struct {
	length int
	first  byte
	number byte
}

// datagrams reads so many, and from whom they came.
func datagrams(t *testing.T, s *Socket, n int) (got []arrived, senders map[netip.AddrPort]int) {
	t.Helper()
	senders = map[netip.AddrPort]int{}
	late := time.AfterFunc(10*time.Second, func() { _ = s.Close() })
	defer late.Stop()
	buffer := make([]byte, stride)
	for range n {
		size, from, err := s.ReadFromAddrPort(buffer)
		if err != nil {
			t.Fatalf("after %d datagrams: %v", len(got), err)
		}
		for _, c := range buffer[2:size] {
			if c != buffer[0]^buffer[1] {
				t.Fatalf("datagram %d is mixed with another", len(got))
			}
		}
		got, senders[from] = append(got, arrived{size, buffer[0], buffer[1]}), senders[from]+1
	}
	return got, senders
}

// put commits a datagram that can be told from others.
func put(b *Batch, n int, first, number byte, to netip.AddrPort) arrived {
	room := b.room(0)[:n]
	for i := range room {
		room[i] = first ^ number
	}
	room[0], room[1] = first, number
	b.commit(n, to)
	return arrived{n, first, number}
}

// Each method of sending, over both families: all arrives, whole and in order.
func TestBatchesArriveByEveryMethod(t *testing.T) {
	sizes := []int{1200, 1200, 1200, 900, 1200, 100, 100, 100, 100, 99, 1500, 1500, 3, 1400, 1400, 1400, 1400, 1399}
	for _, method := range []Method{Segmented, Many, Single} {
		for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
			t.Run(string(method)+" "+strings.Trim(at, ":0"), func(t *testing.T) {
				sender, one, two := listen(t, at), listen(t, at), listen(t, at)
				sender.method = method
				b := sender.newBatch()
				var toOne, toTwo []arrived
				for round := range byte(3) {
					for i, n := range sizes {
						toOne = append(toOne, put(b, n, 'a'+round, byte(i), one.Address())) //nolint:gosec // a handful
					}
					b.skip()
					for i, n := range sizes {
						toTwo = append(toTwo, put(b, n, 'k'+round, byte(i), two.Address()))     //nolint:gosec // a handful
						toOne = append(toOne, put(b, n/2+2, 'u'+round, byte(i), one.Address())) //nolint:gosec // a handful
					}
					b.flush()
				}
				for _, receiver := range []struct {
					socket *Socket
					want   []arrived
				}{{one, toOne}, {two, toTwo}} {
					got, senders := datagrams(t, receiver.socket, len(receiver.want))
					if !slices.Equal(got, receiver.want) {
						t.Errorf("%v came, want %v", got, receiver.want)
					}
					if len(senders) != 1 || senders[sender.Address()] != len(got) {
						t.Errorf("they came from %v", senders)
					}
				}
				all := uint64(len(toOne) + len(toTwo))
				snapshot := sender.Snapshot()
				if snapshot.Sent != all || snapshot.Batched != all || snapshot.Dropped != 0 || snapshot.WriteErrors != 0 || snapshot.Flushes != 3 {
					t.Errorf("counted %+v of %d", snapshot, all)
				}
				if bundled := snapshot.Bundles < all; bundled != (method == Segmented) {
					t.Errorf("%d packets in %d bundles", all, snapshot.Bundles)
				}
			})
		}
	}
}

// What the kernel has merged on arrival is handed out as it was sent, to the datagram and its sender.
func TestMergedDatagramsAreSplit(t *testing.T) {
	reader := listen(t, "127.0.0.1:0")
	if reader.method != Segmented {
		t.Logf("this kernel sends by %s: nothing is merged", reader.method)
	}
	var want []arrived
	from := map[netip.AddrPort]int{}
	for i := range byte(4) {
		sender := listen(t, "127.0.0.1:0")
		b := sender.newBatch()
		for k := range i + 2 {
			want = append(want, put(b, 1000, i, k, reader.Address()))
		}
		want = append(want, put(b, 10+int(i), i, 99, reader.Address()))
		from[sender.Address()] = int(i) + 3
		b.flush()
	}
	got, senders := datagrams(t, reader, len(want))
	if !slices.Equal(got, want) {
		t.Errorf("%v came, want %v", got, want)
	}
	for at, n := range from {
		if senders[at] != n {
			t.Errorf("%d came from %v, want %d", senders[at], at, n)
		}
	}
	if merged := reader.incoming.came < len(want); merged != (reader.method == Segmented) {
		t.Errorf("%d datagrams came as %d messages", len(want), reader.incoming.came)
	}
}

func TestABatchOfAClosedSocketGoesNowhere(t *testing.T) {
	for _, method := range []Method{Segmented, Many, Single} {
		socket, other := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
		socket.method = method
		b := socket.newBatch()
		if err := socket.Close(); err != nil {
			t.Fatal(err)
		}
		for i := range byte(20) {
			put(b, 100, 'a', i, other.Address())
			put(b, 100, 'b', i, other.Address())
		}
		b.flush()
		b.out.wait()
		if sent := socket.Snapshot().Sent; sent != 0 || !b.holds(maxBundles) {
			t.Errorf("%s: %d packets were sent, the batch is empty: %v", method, sent, b.holds(maxBundles))
		}
	}
}
