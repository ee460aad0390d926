package sfu_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// uplink is a way up that loses packets in both directions, with a publisher at its end who answers NACKs.
type uplink struct {
	rng    *rand.Rand
	loss   float64
	delay  time.Duration
	camera *sender
	repair sfu.Stream
	told   int
	queue  []event // by time
}

// event is something that arrives at one of the ends.
type event struct {
	at time.Time
	do func()
}

func (u *uplink) later(do func()) {
	if u.rng.Float64() >= u.loss {
		u.queue = append(u.queue, event{time.Now().Add(u.delay), do})
	}
}

// step lets 2 ms pass.
func (u *uplink) step() {
	told := u.camera.person.up.Told()
	for _, message := range told[u.told:] {
		if nack, ok := message.(*rtcp.TransportLayerNack); ok {
			u.later(func() { u.answer(nack) })
		}
	}
	u.told = len(told)
	u.camera.person.call.settle(2 * time.Millisecond)
	slices.SortStableFunc(u.queue, func(a, b event) int { return a.at.Compare(b.at) })
	for len(u.queue) > 0 && !u.queue[0].at.After(time.Now()) {
		next := u.queue[0]
		u.queue = u.queue[1:]
		next.do()
	}
}

func (u *uplink) answer(nack *rtcp.TransportLayerNack) {
	for _, pair := range nack.Nacks {
		for _, number := range pair.PacketList() {
			raw := packet.Raw{Codec: codec.VP8, Timestamp: u.camera.raw.Timestamp}
			raw.Payload = append([]byte{byte(number >> 8), byte(number)}, pictureOf(codec.VP8, false)...)
			u.later(func() { u.repair.Receive(time.Now(), raw) })
		}
	}
}

// TestWhatIsLostOnTheWayUpIsRepaired is 24 s of a camera over a round trip of 40 ms. Key frames are rare: they would hide what
// was not repaired.
func TestWhatIsLostOnTheWayUpIsRepaired(t *testing.T) {
	for _, test := range []struct{ loss, most float64 }{
		{0.01, 0.0005}, {0.05, 0.0005}, {0.1, 0.001}, {0.2, 0.003}, {0.3, 0.01},
	} {
		t.Run(fmt.Sprintf("%.0f %%", 100*test.loss), func(t *testing.T) {
			seed := seeds.One()
			inCall(t, func(c *call) {
				ada := c.join("ada")
				ada.publishes(7, sfu.Camera)
				ada.up.SetRTT(40 * time.Millisecond)
				u := &uplink{rng: rand.New(rand.NewPCG(seed, 9)), loss: test.loss, delay: 20 * time.Millisecond}
				u.camera = ada.sends("0", 100, codec.VP8, "")
				u.camera.picture(true)
				u.repair = ada.up.Ingress.Stream(sfu.StreamID{MID: "0", SSRC: 101, Repair: true})
				const packets = 6000
				for range packets {
					u.camera.raw.SequenceNumber++
					u.camera.raw.Timestamp += 360
					raw := u.camera.raw
					raw.Payload, raw.Marker = pictureOf(codec.VP8, false), true
					u.later(func() { u.camera.send(raw) })
					u.step()
					u.step()
				}
				for range 500 {
					u.step()
				}
				counts := c.publication(7).Counts
				nacked, plis, _ := ada.told()
				missing := float64(packets+1-int(counts.Packets)) / packets //nolint:gosec // packets
				c.t.Logf("seed %d: %d repaired, %.3f %% missing, %d NACKs, %d key frames asked for", seed, counts.Recovered, 100*missing, nacked, plis)
				if missing > test.most {
					c.t.Errorf("want %.3f %% at most", 100*test.most)
				}
			})
		})
	}
}
