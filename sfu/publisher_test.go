package sfu_test

import (
	"context"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

// Payload types of the codecs that the fake downstream does not know by itself.
const (
	vp9Payload  = 98
	av1Payload  = 45
	h264Payload = 102
)

// sender sends one stream packet by packet, whatever the test wants in it.
type sender struct {
	person *person
	id     sfu.StreamID
	taker  sfu.Stream
	raw    packet.Raw // of the packet before: number, timestamp, codec
	svc    *dependency.Pattern
	asked  int // key frames so far
	height int // of VP8 pictures, 0 for the usual
}

// sends begins a stream of a person's m-line.
func (p *person) sends(mid string, ssrc packet.SSRC, kind codec.Kind, rid string, rids ...string) *sender {
	s := &sender{person: p, id: sfu.StreamID{MID: mid, RID: rid, SSRC: ssrc, Codec: kind, RIDs: rids}}
	s.raw = packet.Raw{SSRC: ssrc, Codec: kind, SequenceNumber: 65000, Timestamp: 1 << 30}
	return s
}

// simulcasts begins a camera's three streams, smallest first.
func (p *person) simulcasts(ssrc packet.SSRC, kind codec.Kind) (layers []*sender) {
	for i, rid := range []string{"q", "h", "f"} {
		layer := p.sends("0", ssrc+packet.SSRC(i), kind, rid, "q", "h", "f") //nolint:gosec // a handful
		layer.height = 180 << i
		layers = append(layers, layer)
	}
	return layers
}

// scales begins a camera that sends its three layers in one stream.
func (p *person) scales(ssrc packet.SSRC) *sender {
	camera := p.sends("0", ssrc, codec.AV1, "")
	camera.svc = dependency.NewPattern(dependency.KeyOnly, 3, 3, 320, 180, 640, 360, 1280, 720)
	return camera
}

// packet sends a payload in the next packet; edit may change everything about it.
func (s *sender) packet(payload []byte, edit func(*packet.Raw)) {
	s.raw.SequenceNumber++
	raw := s.raw
	raw.Payload = payload
	if edit != nil {
		edit(&raw)
	}
	s.send(raw)
}

func (s *sender) send(raw packet.Raw) {
	if s.taker == nil {
		s.taker = s.person.up.Ingress.Stream(s.id)
	}
	if s.taker != nil {
		s.taker.Receive(time.Now(), raw)
	}
}

// picture sends a picture of one packet in the stream's codec.
func (s *sender) picture(key bool) {
	s.raw.Timestamp += 3000
	payload := pictureOf(s.raw.Codec, key)
	if key && s.height > 0 && s.raw.Codec == codec.VP8 {
		payload[11], payload[12] = byte(s.height), byte(s.height>>8)
	}
	s.packet(payload, func(raw *packet.Raw) { raw.Marker = true })
}

// scaled sends a picture of a scalable stream, one packet for each layer frame of 1000 bytes.
func (s *sender) scaled(key bool) {
	s.raw.Timestamp += 3000
	frames := s.svc.Picture(key)
	for i, f := range frames {
		descriptor := s.svc.Structure().Append(nil, f)
		s.packet(append([]byte{0x90}, make([]byte, 1000)...), func(raw *packet.Raw) {
			raw.Dependency, raw.Marker = descriptor, i == len(frames)-1
		})
	}
}

// wanted reports whether a key frame was asked for since the last call.
func (s *sender) wanted() bool {
	_, plis, _ := s.person.told()
	wanted := plis > s.asked
	s.asked = plis
	return wanted
}

// report sends a sender report that says that the stream's present timestamp was captured at ntp.
func (s *sender) report(ntp uint64) {
	s.person.up.Ingress.SenderReport(time.Now(), s.id.SSRC, ntp, s.raw.Timestamp)
}

// pictureOf is a picture of one packet.
func pictureOf(kind codec.Kind, key bool) []byte {
	body := make([]byte, 100)
	switch kind {
	case codec.VP8:
		if key {
			return append([]byte{0x90, 0x80, 1, 0x00, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}, body...)
		}
		return append([]byte{0x90, 0x80, 1, 0x01}, body...)
	case codec.VP9:
		if key {
			return append([]byte{0x80 | 0x20 | 0x08 | 0x04 | 0x02, 1, 0, 1, 0x10, 0x02, 0x80, 0x01, 0x68}, body...)
		}
		return append([]byte{0x80 | 0x40 | 0x20 | 0x08 | 0x04, 1, 0, 1}, body...)
	case codec.H264:
		if key {
			return append([]byte{24, 0, 4, 0x67, 0x42, 0xc0, 0x1f, 0, 2, 0x68, 0xce, 0, 101, 0x65, 0x88}, body[:99]...)
		}
		return append([]byte{0x41, 0x9a}, body...)
	case codec.RED:
		return append([]byte{111, 0x78}, body...)
	case codec.Opus, codec.AV1, codec.Unknown:
	}
	return append([]byte{0x78}, body...)
}

// receivesAll offers two video slots (v0 v1) and an audio slot (a0) with every codec and the dependency descriptor.
func (p *person) receivesAll() {
	p.call.t.Helper()
	p.offersAll()
	p.down.Open()
	p.call.settle(0)
}

// offersAll is receivesAll before the slots are open.
func (p *person) offersAll() {
	p.call.t.Helper()
	before := len(p.call.transport.Downstreams())
	slots := []sfu.SlotSpec{{MID: "v0", Kind: sfu.VideoSlot}, {MID: "v1", Kind: sfu.VideoSlot}, {MID: "a0", Kind: sfu.AudioSlot}}
	if _, err := p.peer.OfferDownstream(context.Background(), "offer of "+p.name+" for all", slots); err != nil {
		p.call.t.Fatal(err)
	}
	p.down = p.call.transport.Downstreams()[before]
	for _, mid := range []string{"v0", "v1"} {
		slot := p.down.Slot(mid)
		for kind, payload := range map[codec.Kind]uint8{codec.VP9: vp9Payload, codec.AV1: av1Payload, codec.H264: h264Payload} {
			slot.Line.Payloads[kind] = egress.PayloadTypes{Media: payload, RTX: sfutest.RTXPayload}
		}
		slot.Line.Dependency = 5
	}
}

// publication explains the publication of that number.
func (c *call) publication(number uint32) sfu.PublicationSnapshot {
	c.t.Helper()
	room, _ := c.server.Snapshot("room")
	for _, p := range room.Publications {
		if p.Number == number {
			return p
		}
	}
	c.t.Fatalf("no publication %d", number)
	return sfu.PublicationSnapshot{}
}

// continuous checks that no number of a slot's packets is missing or sent twice, and that their clock never runs back.
func continuous(t testing.TB, packets []rtp.Packet) {
	t.Helper()
	for i := 1; i < len(packets); i++ {
		if packets[i].SequenceNumber != packets[i-1].SequenceNumber+1 {
			t.Errorf("packet %d has number %d after %d", i, packets[i].SequenceNumber, packets[i-1].SequenceNumber)
		}
		if int32(packets[i].Timestamp-packets[i-1].Timestamp) < 0 { //nolint:gosec // a difference
			t.Errorf("packet %d is older than the one before", i)
		}
	}
}

// told counts what the publisher was told, by kind.
func (p *person) told() (nacked, plis, reports int) {
	for _, message := range p.up.Told() {
		switch m := message.(type) {
		case *rtcp.TransportLayerNack:
			for _, pair := range m.Nacks {
				nacked += len(pair.PacketList())
			}
		case *rtcp.PictureLossIndication:
			plis++
		case *rtcp.ReceiverReport:
			reports++
		}
	}
	return nacked, plis, reports
}

func TestAScalableCameraFillsASlot(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(720)
		camera := ada.scales(100)
		for n := range 100 {
			camera.scaled(n == 0 || camera.wanted())
			c.settle(40 * time.Millisecond)
		}
		p := c.publication(7)
		if !p.Scalable || len(p.Layers) != 3 || p.Codec != "AV1" {
			t.Fatalf("%+v", p)
		}
		for i, l := range p.Layers {
			// Of K-SVC a viewer is sent one layer of each picture.
			if want := int64(1001 * 8 * 25); l.Rate < want*8/10 || l.Rate > want*12/10 || l.FPS < 23 || l.FPS > 27 || !l.Flows {
				t.Errorf("layer %d: %+v", i, l)
			}
			if l.Height != 180<<i {
				t.Errorf("layer %d is %d tall", i, l.Height)
			}
		}
		packets := bob.sees("v0")
		if len(packets) < 90 || packets[0].PayloadType != av1Payload || len(packets[0].GetExtension(5)) < 4 {
			t.Fatalf("%d packets", len(packets))
		}
		continuous(t, packets)
	})
}

func TestACodecMayChangeOnOneSSRC(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(720)
		camera := ada.sends("0", 100, codec.VP8, "")
		types := map[codec.Kind]uint8{codec.VP8: sfutest.VP8Payload, codec.VP9: vp9Payload, codec.H264: h264Payload}
		for round, kind := range []codec.Kind{codec.VP8, codec.VP9, codec.H264, codec.VP8} {
			camera.raw.Codec = kind
			for n := range 50 {
				camera.picture(n == 5)
				c.settle(33 * time.Millisecond)
			}
			packets := bob.sees("v0")
			if last := packets[len(packets)-1]; last.PayloadType != types[kind] {
				t.Fatalf("round %d: payload type %d, want %s", round, last.PayloadType, kind)
			}
		}
		continuous(t, bob.sees("v0"))
		if p := c.publication(7); p.Counts.Refused != 0 || p.Codec != "VP8" {
			t.Errorf("%+v", p)
		}
	})
}

func TestTheLayersOfSimulcastChangeCodecTogether(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.film(180)
		layers := ada.simulcasts(100, codec.VP8)
		play := func(kind codec.Kind, streams ...int) {
			for n := range 60 {
				for _, i := range streams {
					layers[i].raw.Codec = kind
					layers[i].picture(n == 0)
				}
				c.settle(33 * time.Millisecond)
			}
		}
		play(codec.VP8, 0, 1, 2)
		play(codec.VP9, 0, 1) // the highest is paused meanwhile
		play(codec.VP8, 0, 1, 2)
		p := c.publication(7)
		for i, l := range p.Layers {
			if !l.Flows {
				t.Errorf("layer %d was left behind", i)
			}
		}
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
		play(codec.VP8, 0, 1, 2)
		continuous(t, bob.sees("v0"))
	})
}

func TestOpusBetweenREDIsOneStream(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.join("ada"), c.join("bob")
		ada.publishes(7, sfu.Microphone)
		bob.receives()
		voice := ada.sends("0", 100, codec.RED, "")
		for n := range 200 {
			voice.raw.Timestamp += 960
			kind := codec.RED
			if n%3 == 1 {
				kind = codec.Opus
			}
			voice.packet(pictureOf(kind, false), func(raw *packet.Raw) {
				raw.Codec, raw.PayloadType, raw.HasLevel, raw.Level = kind, 111, true, 30
			})
			c.settle(20 * time.Millisecond)
		}
		var heard []rtp.Packet
		for _, mid := range []string{"a0", "a1"} {
			heard = append(heard, bob.sees(mid)...)
		}
		if len(heard) < 190 {
			t.Fatalf("heard %d packets of 200", len(heard))
		}
		continuous(t, heard)
		for _, p := range heard {
			if p.PayloadType != sfutest.OpusPayload || p.Payload[0] != 0x78 {
				t.Fatalf("payload type %d, payload % x", p.PayloadType, p.Payload[:2])
			}
		}
		if p := c.publication(7); p.Counts.Refused+p.Counts.Malformed+p.Counts.Late != 0 {
			t.Errorf("%+v", p.Counts)
		}
	})
}

// How many layers there are is known from the first key frame on: a slot that was bound before must learn of it.
func TestAScalableCameraShowsItsTopLayer(t *testing.T) {
	inCall(t, func(c *call) {
		ada, bob := c.film(720)
		camera := ada.scales(100)
		for n := range 200 {
			camera.scaled(n == 0 || camera.wanted())
			c.settle(40 * time.Millisecond)
		}
		if got := bob.shows("v0"); got != 2 {
			t.Errorf("layer %d is shown, want the top one", got)
		}
	})
}

func TestAReloadedPageIsKnown(t *testing.T) {
	for _, test := range []struct {
		name   string
		away   time.Duration
		reload func(c *call, ada *filmed)
		known  bool
	}{
		{"another connection", 0, func(*call, *filmed) {}, true},
		{"another session", 5 * time.Second, (*call).loses, true},
		{"much later", 2 * time.Minute, (*call).loses, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				ada := c.filmed()
				c.join("bob") // who stays
				ada.film(3 * time.Second)
				before := c.publication(7).Layers
				for i := range before {
					if before[i].Rate == 0 || before[i].FPS == 0 {
						c.t.Fatalf("layer %d was not measured: %+v", i, before[i])
					}
				}
				test.reload(c, ada)
				c.settle(test.away)
				if test.away > 0 {
					ada.person = c.join("ada")
				}
				ada.publishes(7, sfu.Camera)
				ada.connects()
				ada.layers[0].picture(true) // the first packet of the new connection
				for i, l := range c.publication(7).Layers {
					if known := l.Rate == before[i].Rate && l.FPS == before[i].FPS && l.Height == before[i].Height; known != test.known {
						c.t.Errorf("layer %d after a reload: %+v, before it: %+v", i, l, before[i])
					}
					if l.Flows != (i == 0) {
						c.t.Errorf("layer %d flows: %v", i, l.Flows)
					}
				}
				// Another codec costs something else.
				ada.publishes(7, sfu.Camera)
				ada.sends("0", 900, codec.H264, "").picture(true)
				if l := c.publication(7).Layers; len(l) != 1 || l[0].Rate != 0 {
					c.t.Errorf("another codec: %+v", l)
				}
			})
		})
	}
}

// loses has ada's page go.
func (c *call) loses(ada *filmed) {
	ada.peer.Close()
	c.settle(0)
}
