package egress

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
)

type sink struct{ bytes int }

func (s *sink) WriteRTP(_ *rtp.Header, payload []byte) (int, error) {
	s.bytes += len(payload)
	return len(payload), nil
}

// stranger is an owner whom nothing interests.
type stranger struct{ failed func() }

func (stranger) WriteRTCP([]rtcp.Packet) error        { return nil }
func (stranger) Arrived(time.Time, []estimate.Result) {}
func (stranger) Waiting(time.Time, time.Duration)     {}
func (stranger) Shows(string, *Feed, packet.Layer)    {}
func (stranger) Clocked(string, uint64, uint32)       {}
func (stranger) Strained(shed.Level)                  {}
func (s stranger) Failed()                            { s.failed() }

type nobody struct{}

func (nobody) RequestKeyFrame(time.Time, uint64, int8) {}
func (nobody) Subscribe(*Shard)                        {}
func (nobody) Unsubscribe(*Shard)                      {}

// picture is a VP8 picture of one packet.
func picture(tb testing.TB, number int, key bool) *packet.Packet {
	payload := append([]byte{0x90, 0xe0, 0x80 | byte(number>>8)&0x7f, byte(number), byte(number), 0x20, 0x01}, make([]byte, 1100)...)
	if key {
		payload[6] = 0
		copy(payload[9:], []byte{0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01})
	}
	descriptor, err := codec.Parse(codec.VP8, payload)
	if err != nil {
		tb.Fatal(err)
	}
	return &packet.Packet{
		Seq: packet.Seq(number), Timestamp: packet.Timestamp(3000 * number), Marker: true, Payload: payload, Descriptor: descriptor,
	}
}

// still is a shard without its goroutine, and a feed of one layer.
func still() (*Shard, *Feed) {
	feed := &Feed{ID: 1, Number: 7, Codec: codec.VP8, Clock: 90000, Streams: 1, Publisher: nobody{}}
	feed.Rings[0] = history.NewRing(512)
	return &Shard{
		log: slog.New(slog.DiscardHandler), peers: map[*Peer]struct{}{}, slots: map[*Feed][]*Slot{},
		timer: time.NewTimer(time.Hour), pulsing: map[*Peer]struct{}{}, pulses: time.NewTimer(time.Hour),
		batches: map[*Socket]*Batch{},
	}, feed
}

// fanOut is a shard without its goroutine, with slots that all show one feed.
func fanOut(tb testing.TB, slots int) (*Shard, *Feed, *sink) {
	s, feed := still()
	out := &sink{}
	line := Line{SSRC: 1, RTX: 2, Writer: out, Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96, RTX: 97}}}
	now := time.Now()
	for i := range slots {
		peer := newPeer(s, stranger{failed: func() { tb.Error("a peer failed") }})
		s.peers[peer] = struct{}{}
		slot := newSlot(peer, fmt.Sprint(i), true, line)
		peer.slots[slot.MID] = slot
		slot.show(now, feed, packet.Layer{}, MaxLayers)
		s.refresh(now, slot)
	}
	s.pass(now, []message{{feed: feed, packet: picture(tb, 0, true)}})
	return s, feed, out
}

func TestFanOutDoesNotAllocate(t *testing.T) {
	for _, slots := range []int{1, 50, 500} {
		s, feed, out := fanOut(t, slots)
		next := 1
		pictures := make([]*packet.Packet, 200)
		for i := range pictures {
			pictures[i] = picture(t, i+1, false)
		}
		came := make([]message, 1)
		before := out.bytes
		now := time.Now()
		allocations := testing.AllocsPerRun(100, func() {
			now = now.Add(33 * time.Millisecond)
			came[0] = message{feed: feed, packet: pictures[next-1]}
			s.pass(now, came)
			next++
		})
		if out.bytes == before {
			t.Fatalf("%d slots: nothing was sent", slots)
		}
		if allocations != 0 {
			t.Errorf("%d slots: %v allocations per packet", slots, allocations)
		}
	}
}

func BenchmarkFanOut(b *testing.B) {
	for _, slots := range []int{1, 50, 500} {
		b.Run(fmt.Sprintf("%d_slots", slots), func(b *testing.B) {
			s, feed, _ := fanOut(b, slots)
			came := make([]message, 64)
			pictures := make([]*packet.Packet, len(came))
			now, n := time.Now(), 0
			b.ReportAllocs()
			for b.Loop() {
				if n%len(came) == 0 {
					b.StopTimer()
					for i := range pictures {
						pictures[i] = picture(b, n+i+1, false)
					}
					b.StartTimer()
				}
				now = now.Add(33 * time.Millisecond)
				came[0] = message{feed: feed, packet: pictures[n%len(came)]}
				s.pass(now, came[:1])
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*slots), "ns/forwarded")
		})
	}
}
