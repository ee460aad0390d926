package sfu_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

const (
	// bystander is what the line of the one who must not notice an attack carries, in bit/s: three times what he watches.
	bystander = 1_000_000
	// longestGap is how long the picture of somebody else may stand still for an attack, in virtual time: that much may wait
	// in the line's queue.
	longestGap = 300 * time.Millisecond
)

// underAttack is a call in which mallory publishes what the test says while bob watches ada in v0 and mallory in v1, on a
// line that is measured and not wide. Whatever it is, every picture of ada arrives at bob, and all counts are bounded.
func underAttack(t *testing.T, attack func(c *call, mallory *person)) {
	t.Helper()
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, mallory := c.join("ada"), c.join("bob"), c.join("mallory")
		ada.publishes(7, sfu.Camera)
		mallory.publishes(20, sfu.Camera, sfu.Microphone)
		bob.offersAll()
		path := bob.down.Through(
			link.New(narrow(bystander), time.Now(), 1, 0), link.New(link.Always(link.Conditions{Delay: 20}), time.Now(), 1, 1),
		)
		defer path.Close()
		bob.down.Open()
		c.settle(0)
		bob.peer.Wish([]sfu.Wish{
			{MID: "v0", Participant: "ada", Source: sfu.Camera, Height: 720},
			{MID: "v1", Participant: "mallory", Source: sfu.Camera, Height: 720},
		})
		camera := ada.sends("0", 1, codec.VP8, "")
		camera.film(true)
		c.settle(time.Second)
		sent, stop := 1, make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				case <-time.After(33 * time.Millisecond):
					camera.film(false)
					sent++
				}
			}
		}()
		c.settle(2 * time.Second)
		attack(c, mallory)
		c.settle(500 * time.Millisecond)
		close(stop)
		<-done
		c.settle(500 * time.Millisecond)
		packets, gap := pictures(path.Arrived(time.Time{}), bob.down.Slot("v0"))
		if len(packets) < sent-1 {
			t.Errorf("bob got %d of ada's %d pictures", len(packets), sent)
		}
		if gap > longestGap {
			t.Errorf("ada's picture stood still for %v", gap)
		}
		continuous(t, packets)
		if ada.peer == nil || mallory.closed() {
			t.Log("mallory was closed") // and may be
		}
	})
}

func (p *person) closed() bool {
	return p.count(func(e sfu.Event) bool { _, ok := e.(sfu.PeerClosed); return ok }) > 0
}

// film sends a picture of one full packet: 260 kbit/s.
func (s *sender) film(key bool) {
	s.raw.Timestamp += 3000
	payload := append(pictureOf(s.raw.Codec, key), make([]byte, 900)...)
	s.packet(payload, func(raw *packet.Raw) { raw.Marker = true })
}

// pictures are the packets of media that arrived on a line, and the longest time between two of them.
func pictures(arrived []sfutest.Passage, line *sfutest.Slot) (packets []rtp.Packet, gap time.Duration) {
	var latest time.Time
	for _, p := range arrived {
		if p.Line != line || p.Padding {
			continue
		}
		if len(packets) > 1 { // the first is long before the second
			gap = max(gap, p.At.Sub(latest))
		}
		latest = p.At
		packets = append(packets, rtp.Packet{Header: p.Header})
	}
	return packets, gap
}

func noise(rng *rand.Rand, most int) []byte {
	b := make([]byte, rng.IntN(most+1))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func TestHeadersThatMakeNoSenseAreCounted(t *testing.T) {
	for _, kind := range []codec.Kind{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		t.Run(kind.String(), func(t *testing.T) {
			underAttack(t, func(c *call, mallory *person) {
				rng := c.random()
				pattern := dependency.NewPattern(dependency.Full, 3, 3)
				s := mallory.sends("0", 100, kind, "")
				for range 20_000 {
					s.raw.Timestamp += rng.Uint32() >> rng.IntN(32)
					s.packet(noise(rng, 40), func(raw *packet.Raw) {
						raw.Marker = rng.IntN(2) == 0
						switch rng.IntN(4) {
						case 0:
							raw.Dependency = noise(rng, 255)
						case 1:
							// One that is nearly right.
							raw.Dependency = pattern.Structure().Append(nil, pattern.Picture(rng.IntN(3) == 0)[0])
							raw.Dependency[rng.IntN(len(raw.Dependency))] ^= 1 << rng.IntN(8)
						}
						if rng.IntN(4) == 0 {
							raw.Allocation = noise(rng, 64)
						}
					})
					if rng.IntN(20) == 0 {
						c.settle(time.Millisecond)
					}
				}
				if counts := c.publication(20).Counts; counts.Malformed < 1000 {
					c.t.Errorf("%+v", counts)
				}
			})
		})
	}
}

func TestAFloodOfStreamsIsRefused(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		taken := 0
		for n := range 20_000 {
			id := sfu.StreamID{MID: "0", SSRC: packet.SSRC(1000 + n), Codec: codec.VP8, Repair: n%2 == 1}
			if n%3 == 0 {
				id.RIDs, id.RID = []string{"q", "h", "f"}, []string{"q", "h", "f", "x"}[n%4]
			}
			stream := mallory.up.Ingress.Stream(id)
			if stream == nil {
				continue
			}
			taken++
			for i := range 10 {
				raw := packet.Raw{SSRC: id.SSRC, Codec: codec.VP8, SequenceNumber: uint16(i), Payload: pictureOf(codec.VP8, true)}
				stream.Receive(time.Now(), raw)
			}
		}
		if taken > 128 {
			c.t.Errorf("%d streams were taken", taken)
		}
		if mallory.up.Ingress.Stream(sfu.StreamID{MID: "nowhere", SSRC: 1, Codec: codec.VP8}) != nil {
			c.t.Error("a stream of an m-line that was not offered was taken")
		}
		if mallory.up.Ingress.Stream(sfu.StreamID{MID: "1", SSRC: 2, Codec: codec.VP8}) != nil {
			c.t.Error("a microphone sends pictures")
		}
	})
}

func TestAPublisherThatFlipsItsCodecIsLimited(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		s := mallory.sends("0", 100, codec.VP8, "")
		for n := range 2000 {
			s.raw.Codec = []codec.Kind{codec.VP8, codec.VP9, codec.H264, codec.AV1, codec.RED, codec.Unknown}[n%6]
			s.picture(true)
			c.settle(time.Millisecond)
		}
		p := c.publication(20)
		if p.Counts.Refused < 500 || p.Counts.Packets > 1000 {
			c.t.Errorf("%+v", p.Counts)
		}
		// Once it has settled, it is seen again.
		c.settle(2 * time.Second)
		s.raw.Codec = codec.VP9
		for n := range 60 {
			s.picture(n%30 == 0)
			c.settle(33 * time.Millisecond)
		}
		if p := c.publication(20); p.Codec != "VP9" || !p.Layers[0].Flows {
			c.t.Errorf("%+v", p)
		}
	})
}

func TestAClockThatJumpsMovesNoOther(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		rng := c.random()
		s := mallory.sends("0", 100, codec.VP8, "")
		for n := range 600 {
			if n%20 == 10 {
				s.raw.Timestamp += rng.Uint32()
			}
			s.picture(n%30 == 0)
			s.report(rng.Uint64())
			c.settle(33 * time.Millisecond)
		}
		room, _ := c.server.Snapshot("room")
		for _, peer := range room.Peers {
			for _, slot := range peer.Slots {
				if slot.MID == "v1" && slot.Sent.Packets < 500 {
					c.t.Errorf("%+v", slot)
				}
			}
		}
	})
}

func TestNumbersThatJumpCostLittle(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		rng := c.random()
		s := mallory.sends("0", 100, codec.VP8, "")
		for range 5000 {
			s.raw.SequenceNumber += uint16(rng.IntN(1 << rng.IntN(17)))
			s.picture(rng.IntN(10) == 0)
			if rng.IntN(10) == 0 {
				c.settle(time.Millisecond)
			}
		}
		nacked, plis, _ := mallory.told()
		// In half a second, of a list of 1000 that is asked for every 110 ms at most, and a request each 200 ms.
		if nacked > 10_000 || plis > 10 {
			c.t.Errorf("mallory was asked for %d packets and %d key frames", nacked, plis)
		}
	})
}

func TestPaddingAloneIsNoStream(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		s := mallory.sends("0", 100, codec.VP8, "")
		for range 200 {
			s.packet(nil, func(raw *packet.Raw) { raw.Padding = 255 })
			c.settle(10 * time.Millisecond)
		}
		if p := c.publication(20); p.Layers[0].Flows || p.Layers[0].Rate != 0 || p.Requests.Missing {
			c.t.Errorf("%+v", p)
		}
		if nacked, _, _ := mallory.told(); nacked != 0 {
			c.t.Errorf("asked for %d packets of padding", nacked)
		}
	})
}

func TestRepairsOfWhatWasNeverLostAreIgnored(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		rng := c.random()
		repairs := mallory.up.Ingress.Stream(sfu.StreamID{MID: "0", SSRC: 101, Repair: true})
		s := mallory.sends("0", 100, codec.VP8, "")
		for n := range 3000 {
			s.picture(n%100 == 0)
			for range 3 {
				raw := packet.Raw{SSRC: 101, Codec: codec.VP8, Timestamp: rng.Uint32(), Payload: noise(rng, 30)}
				repairs.Receive(time.Now(), raw)
			}
			c.settle(time.Millisecond)
		}
		if counts := c.publication(20).Counts; counts.Packets > 3000+counts.Recovered {
			c.t.Errorf("%+v", counts)
		}
	})
}

func TestAStormOfSenderReportsIsDamped(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		s := mallory.sends("0", 100, codec.VP8, "")
		s.picture(true)
		for n := range 10_000 {
			s.report(uint64(n) << 40)
			mallory.up.Ingress.SenderReport(time.Now(), packet.SSRC(n), 1, 1) // of no stream
			if n%10 == 0 {
				c.settle(time.Millisecond)
			}
		}
		if counts := c.publication(20).Counts; counts.Reports < 9900 {
			c.t.Errorf("%d reports of 10000 in a second were dropped", counts.Reports)
		}
	})
}

func TestTransportNumbersThatMakeNoSense(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		rng := c.random()
		for n := range 20_000 {
			mallory.up.Ingress.Arrived(time.Now(), packet.SSRC(rng.Uint32()), uint16(rng.IntN(1<<(1+rng.IntN(16)))))
			if n%50 == 0 {
				c.settle(20 * time.Millisecond)
			}
		}
		size := 0
		for _, told := range mallory.up.Told() {
			size += told.MarshalSize()
		}
		// Each feedback describes 2^15 numbers at most, in runs.
		if size > 20_000*100 {
			c.t.Errorf("the feedback has %d bytes", size)
		}
	})
}

// A picture that is more than the line carries in a second, again and again, is for its own slot to wait for.
func TestPicturesWithoutMeasureCostNobodyElse(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		camera := sfutest.NewPublisher(mallory.up, "0", codec.VP8)
		for n := range 900 {
			size := 500 // until its rate is known
			if n > 60 && n%15 == 0 {
				size = 300_000
			}
			camera.Frame(time.Now(), "", n%15 == 0, 720, size)
			c.settle(33 * time.Millisecond)
		}
	})
}

// One that never ends is not waited for.
func TestAPictureThatNeverEndsCostsNobodyElse(t *testing.T) {
	underAttack(t, func(c *call, mallory *person) {
		s := mallory.sends("0", 100, codec.VP8, "")
		for n := range 60 {
			s.picture(n == 0)
			c.settle(33 * time.Millisecond)
		}
		s.raw.Timestamp += 3000
		for n := range 5000 {
			payload := append(pictureOf(codec.VP8, false), make([]byte, 1000)...)
			if n > 0 {
				payload[0] &^= 0x10 // no start
			}
			s.packet(payload, nil)
			c.settle(2 * time.Millisecond)
		}
	})
}

func TestACameraThatFallsSilentIsNotAskedForEver(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, _ := c.film(720)
		for _, layer := range ada.simulcasts(100, codec.VP8) {
			layer.picture(false)
		}
		c.settle(25 * time.Second) // the slot insists for 10 s, and its last request is open for as long
		_, before, _ := ada.told()
		c.settle(time.Minute)
		_, after, _ := ada.told()
		if before < 10 || after != before {
			t.Errorf("asked %d times in 25 s, and %d times in the minute after", before, after-before)
		}
		p := c.publication(7)
		for i, l := range p.Layers {
			if l.Flows {
				t.Errorf("layer %d flows", i)
			}
		}
		if p.Requests.Missing {
			t.Error("who sends nothing is not to blame for its key frames")
		}
	})
}

func TestAPublisherWithoutKeyFramesIsSaidSo(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, _ := c.film(720)
		camera := ada.sends("0", 100, codec.VP8, "")
		play := func(d time.Duration) {
			for range int(d / (33 * time.Millisecond)) {
				camera.picture(false)
				c.settle(33 * time.Millisecond)
			}
		}
		play(9 * time.Second)
		if p := c.publication(7); p.Requests.Missing || p.Requests.Waiting < 8*time.Second {
			t.Errorf("after 9 s: %+v", p.Requests)
		}
		play(3 * time.Second)
		if p := c.publication(7); !p.Requests.Missing || p.Requests.Unanswered == 0 {
			t.Errorf("after 12 s: %+v", p.Requests)
		}
		camera.picture(true)
		c.settle(33 * time.Millisecond)
		if p := c.publication(7); p.Requests.Missing {
			t.Errorf("after a key frame: %+v", p.Requests)
		}
	})
}

// Layers that come and go with every picture, structures that contradict what is in force, and frames that lean on numbers
// that never were, are for the slot of their own stream to wait through.
func TestLayersThatContradictThemselvesCostNobodyElse(t *testing.T) {
	for _, kind := range []codec.Kind{codec.VP9, codec.AV1} {
		t.Run(kind.String(), func(t *testing.T) {
			underAttack(t, func(c *call, mallory *person) {
				rng := c.random()
				s := mallory.sends("0", 100, kind, "")
				first := dependency.NewPattern(dependency.Full, 3, 3)
				s.svc = first
				s.scaled(true)
				for n := range 2000 {
					switch rng.IntN(4) {
					case 0:
						s.svc = dependency.NewPattern(dependency.Mode(rng.IntN(3)), 1+rng.IntN(3), 1+rng.IntN(3))
						s.scaled(rng.IntN(2) == 0)
					case 1: // no structure was ever said for these
						s.svc = dependency.NewPattern(dependency.Full, 1+rng.IntN(3), 1+rng.IntN(3))
						for range rng.IntN(5) {
							s.svc.Picture(false)
						}
						s.scaled(false)
					case 2:
						s.svc = first
						for range rng.IntN(1 << rng.IntN(12)) { // frames that nobody sees
							s.svc.Picture(false)
						}
						s.scaled(n%7 == 0)
					default:
						s.raw.SequenceNumber += uint16(rng.IntN(1 << rng.IntN(16)))
						s.raw.Timestamp -= rng.Uint32() >> rng.IntN(32)
						s.scaled(false)
					}
					c.settle(10 * time.Millisecond)
				}
				p := c.publication(20)
				if p.Counts.Packets < 2000 || len(p.Layers) > 4 {
					c.t.Errorf("%+v", p)
				}
				if _, plis, _ := mallory.told(); plis > 200 { // in 20 s
					c.t.Errorf("asked %d times for a key frame", plis)
				}
			})
		})
	}
}
