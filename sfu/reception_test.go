package sfu_test

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// loses drops every n-th of a stream's packets on the way up.
func (s *sender) loses(n int) {
	if int(s.raw.SequenceNumber)%n == 0 {
		s.raw.SequenceNumber++
	}
}

// repairs answers what was asked for since the last call on the stream's RTX, which is RTCP already answered.
type repairs struct {
	sender *sender
	taker  sfu.Stream
	seen   int
}

func (s *sender) repaired() *repairs {
	id := s.id
	id.Repair, id.SSRC, id.Codec = true, id.SSRC+1, codec.Unknown
	return &repairs{sender: s, taker: s.person.up.Ingress.Stream(id)}
}

func (r *repairs) answer() {
	told := r.sender.person.up.Told()
	for _, message := range told[r.seen:] {
		nack, ok := message.(*rtcp.TransportLayerNack)
		if !ok || nack.MediaSSRC != uint32(r.sender.id.SSRC) {
			continue
		}
		for _, pair := range nack.Nacks {
			for _, number := range pair.PacketList() {
				raw := packet.Raw{SSRC: r.sender.id.SSRC + 1, Codec: r.sender.raw.Codec, Timestamp: r.sender.raw.Timestamp}
				raw.Payload = append([]byte{byte(number >> 8), byte(number)}, pictureOf(raw.Codec, false)...)
				r.taker.Receive(time.Now(), raw)
			}
		}
	}
	r.seen = len(told)
}

func TestTheUpstreamIsJudgedByWhatIsMissing(t *testing.T) {
	for _, test := range []struct {
		name             string
		repairs          bool
		lossMin, lossMax float64
		repaired         float64
	}{
		{"lost for good", false, 0.08, 0.12, 0},
		{"repaired", true, 0, 0.02, 0.08},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				t := c.t
				ada := c.join("ada")
				ada.publishes(7, sfu.Camera)
				ada.up.SetRTT(30 * time.Millisecond)
				camera := ada.sends("0", 100, codec.VP8, "")
				camera.picture(true)
				back := camera.repaired()
				for range 500 {
					camera.loses(10)
					camera.picture(false)
					c.settle(10 * time.Millisecond)
					if test.repairs {
						back.answer()
					}
				}
				in, ok := c.server.PublicationOf("room", 7).Quality()
				if !ok || in.Loss < test.lossMin || in.Loss > test.lossMax || in.Repaired < test.repaired || in.RTT != 30*time.Millisecond {
					t.Errorf("%+v, %v", in, ok)
				}
				p := c.publication(7)
				if p.Received == nil || test.repairs != (p.Counts.Recovered > 40) {
					t.Errorf("%+v", p.Counts)
				}
			})
		})
	}
}

func TestSoundIsAskedForWhereItHelps(t *testing.T) {
	for _, test := range []struct {
		name string
		kind codec.Kind
		nack bool
		rtt  time.Duration
		want bool
	}{
		{"near", codec.Opus, true, 40 * time.Millisecond, true},
		{"far", codec.Opus, true, 120 * time.Millisecond, false},
		{"who knows", codec.Opus, true, 0, false},
		{"with RED", codec.RED, true, 40 * time.Millisecond, false},
		{"not agreed", codec.Opus, false, 40 * time.Millisecond, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				ada := c.join("ada")
				ada.publishes(7, sfu.Microphone)
				ada.up.SetRTT(test.rtt)
				voice := ada.sends("0", 100, test.kind, "")
				voice.id.NACK = test.nack
				for range 500 {
					voice.loses(20)
					voice.raw.Timestamp += 960
					voice.packet(pictureOf(test.kind, false), nil)
					c.settle(20 * time.Millisecond)
				}
				nacked, plis, _ := ada.told()
				// Some 25 packets are lost, each of which is asked for twice at most.
				if plis != 0 || test.want != (nacked > 20) || nacked > 52 {
					c.t.Errorf("asked for %d packets and %d key frames", nacked, plis)
				}
			})
		})
	}
}

func TestRatesAreExpectedAsAnnounced(t *testing.T) {
	for _, test := range []struct {
		name       string
		kind       codec.Kind
		rids       []string
		allocation []byte
	}{
		// Streams, which layers of each, temporal layers less one, kbit/s in groups of 7 bits.
		{"simulcast", codec.VP8, []string{"q", "h", "f"}, []byte{0x21, 0, 0x96, 1, 0xf4, 3, 0xdc, 0xb}},
		{"SVC: each layer comes with those below", codec.VP9, nil, []byte{0x07, 0, 0x96, 1, 0xde, 2, 0xe8, 7}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				t := c.t
				ada := c.join("ada")
				ada.publishes(7, sfu.Camera)
				rid := ""
				if len(test.rids) > 0 {
					rid = test.rids[2]
				}
				camera := ada.sends("0", 100, test.kind, rid, test.rids...)
				payload := pictureOf(test.kind, true)
				if test.kind == codec.VP9 { // sizes of three layers
					payload = append([]byte{0x80 | 0x20 | 0x08 | 0x04 | 0x02, 1, 0, 1, 2<<5 | 0x10, 1, 64, 0, 180, 2, 128, 1, 104, 5, 0, 2, 208}, payload...)
				}
				camera.packet(payload, func(raw *packet.Raw) { raw.Allocation = test.allocation })
				camera.packet(payload, func(raw *packet.Raw) { raw.Allocation = []byte{0xff} })
				c.settle(10 * time.Millisecond)
				p := c.publication(7)
				if len(p.Layers) != 3 || p.Counts.Malformed != 1 {
					t.Fatalf("%+v", p)
				}
				for i, want := range []int64{150_000, 500_000, 1_500_000} {
					if l := p.Layers[i]; l.Planned != want || l.Rate != want {
						t.Errorf("layer %d: %+v, want %d", i, l, want)
					}
				}
			})
		})
	}
}

func TestAStreamThatBeginsIsAnsweredAtOnce(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.join("ada")
		ada.publishes(7, sfu.Camera)
		camera := ada.sends("0", 100, codec.VP8, "")
		for range 20 {
			c.settle(1100 * time.Millisecond) // nothing comes, and the loop looks rarely
			before, _, _ := ada.told()
			camera.picture(true)
			camera.raw.SequenceNumber++
			camera.picture(false)
			ada.up.Ingress.Arrived(time.Now(), 100, camera.raw.SequenceNumber)
			c.settle(60 * time.Millisecond)
			if after, _, _ := ada.told(); after == before {
				c.t.Fatal("60 ms after the loss nobody has asked for the packet")
			}
			feedback := 0
			for _, message := range ada.up.Told() {
				if _, ok := message.(*rtcp.TransportLayerCC); ok {
					feedback++
				}
			}
			if feedback == 0 {
				c.t.Fatal("no feedback after 60 ms")
			}
		}
	})
}
