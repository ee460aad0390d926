package egress

import (
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/pion/srtp/v3"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/calibration"
)

// benchAddress is where the packets of BenchmarkEgress come from; they go to the addresses after it. In a network
// namespace with an ifb device (task bench:egress) nothing but sending is measured, on loopback the kernel's
// receiving too.
const benchAddress = "PLENUM_BENCH_ADDRESS"

// frame is how many packets a picture has: 2.4 Mbit/s at 30 pictures a second.
const frame = 9

// BenchmarkEgress sends pictures of nine packets back to back to viewers that each have a route, an estimate's history
// and a pacer. Reported is processor time per packet, beside raw AES-128-GCM and the floor: the same packets, encrypted
// and sent with no SFU around it.
func BenchmarkEgress(b *testing.B) {
	for _, viewers := range []int{50, 1000} {
		b.Run(fmt.Sprintf("%d_viewers", viewers), func(b *testing.B) {
			s, feed, socket := busyShard(b, viewers)
			now := time.Now()
			pictures := make([]*packet.Packet, 0, 64*frame)
			came := make([]message, frame)
			sent, n := uint64(0), 0
			var used time.Duration
			for b.Loop() {
				if n*frame%cap(pictures) == 0 {
					b.StopTimer()
					pictures = pictures[:0]
					for i := range cap(pictures) {
						pictures = append(pictures, part(b, feed, n*frame+i))
					}
					b.StartTimer()
				}
				now = now.Add(33 * time.Millisecond)
				for i := range came {
					came[i] = message{feed: feed, packet: pictures[n*frame%cap(pictures)+i]}
				}
				before := processorTime()
				s.pass(now, came)
				s.flush()
				used += processorTime() - before
				n++
			}
			snapshot := socket.Snapshot()
			sent = snapshot.Sent
			if want := uint64(n * frame * viewers); sent < want*99/100 || snapshot.WriteErrors > 0 {
				b.Fatalf("sent %d packets of %d: %+v", sent, want, snapshot)
			}
			b.ReportMetric(float64(used.Nanoseconds())/float64(sent), "cpu-ns/packet")
			b.ReportMetric(float64(snapshot.Batched)/float64(snapshot.Bundles), "packets/bundle")
			b.ReportMetric(float64(calibration.Seal().Nanoseconds()), "ns/seal")
		})
	}
}

// processorTime that this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// part is one packet of a picture of nine, as long as a browser makes it.
func part(tb testing.TB, feed *Feed, number int) *packet.Packet {
	p := picture(tb, number, false)
	p.Timestamp = packet.Timestamp(3000 * (number / frame))
	p.Marker = number%frame == frame-1
	p.Payload = p.Payload[:len(p.Payload)-number%frame/5] // the first five are a byte longer
	feed.Rings[0].Put(p)
	return p
}

func busyShard(b *testing.B, viewers int) (*Shard, *Feed, *Socket) {
	b.Helper()
	s, feed := still()
	from := netip.MustParseAddr("127.0.0.1")
	if text := os.Getenv(benchAddress); text != "" {
		from = netip.MustParseAddr(text)
	}
	socket, err := ListenUDP(netip.AddrPortFrom(from, 0))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = socket.Close() })
	now, to := time.Now(), from
	for i := range viewers {
		cipher, err := srtp.CreateContext(make([]byte, 16), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm)
		if err != nil {
			b.Fatal(err)
		}
		route := NewRoute(cipher)
		to = to.Next()
		route.Move(socket, netip.AddrPortFrom(to, 40000))
		peer := newPeer(s, stranger{failed: func() { b.Error("a peer failed") }})
		s.peers[peer] = struct{}{}
		slot := peer.open(fmt.Sprint(i), true, Line{
			SSRC: packet.SSRC(2*i + 1), RTX: packet.SSRC(2*i + 2), TransportCC: 3, Route: route,
			Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96, RTX: 97}},
		})
		slot.show(now, feed, packet.Layer{}, MaxLayers)
		s.refresh(now, slot)
	}
	key := picture(b, -1, true)
	feed.Rings[0].Put(key)
	s.pass(now, []message{{feed: feed, packet: key}})
	s.flush()
	return s, feed, socket
}
