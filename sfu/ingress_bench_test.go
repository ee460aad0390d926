package sfu_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

// BenchmarkIngress is one packet from the transport's hands to the ring of its feed, which nobody watches.
func BenchmarkIngress(b *testing.B) {
	pattern := dependency.NewPattern(dependency.Full, 3, 3)
	structure := pattern.Structure()
	key := structure.Append(nil, pattern.Picture(true)[0])
	delta := structure.Append(nil, pattern.Picture(false)[0])
	body := make([]byte, 1100)
	for _, test := range []struct {
		name       string
		kind       codec.Kind
		payload    []byte
		descriptor []byte
	}{
		{"opus", codec.Opus, append([]byte{0x78}, body[:80]...), nil},
		{"VP8", codec.VP8, append([]byte{0x90, 0x80, 1, 0x01}, body...), nil},
		{"AV1_L3T3", codec.AV1, append([]byte{0x90}, body...), delta},
	} {
		b.Run(test.name, func(b *testing.B) {
			transport := &sfutest.Transport{}
			server, err := sfu.NewServer(sfu.Default(), transport, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer server.Close()
			peer, err := server.Join("room", "ada", func(sfu.Event) {})
			if err != nil {
				b.Fatal(err)
			}
			source := sfu.Camera
			if test.kind == codec.Opus {
				source = sfu.Microphone
			}
			published := []sfu.PublishedSource{{MID: "0", Source: source, Number: 7}}
			if _, err := peer.OfferUpstream(context.Background(), "offer", published); err != nil {
				b.Fatal(err)
			}
			ingress := transport.Upstreams()[0].Ingress
			stream := ingress.Stream(sfu.StreamID{MID: "0", SSRC: 1, Codec: test.kind})
			raw := packet.Raw{SSRC: 1, Codec: test.kind, Payload: test.payload, Dependency: key, Level: 30, HasLevel: true}
			now := time.Now()
			stream.Receive(now, raw)
			raw.Dependency = test.descriptor
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(time.Millisecond)
				raw.SequenceNumber++
				raw.Timestamp += 90
				ingress.Arrived(now, 1, raw.SequenceNumber)
				stream.Receive(now, raw)
			}
		})
	}
}
