package sfu_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/sfu/sfutest"
)

func (c *call) load() sfu.Load {
	c.settle(0)
	return c.server.Load(context.Background())
}

// sent sums up the video of all shards.
func sent(load sfu.Load) (all egress.SlotCounts) {
	for _, shard := range load.Shards {
		all.Packets += shard.Video.Packets
		all.Bytes += shard.Video.Bytes
	}
	return all
}

func TestLoadSaysWhoIsThereAndWhatTheyGet(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		_, bob, _ := seen(c)
		load := c.load()
		if len(load.Rooms) != 1 || len(load.Rooms[0].Peers) != 2 || load.Rooms[0].Publications[sfu.Camera] != 1 {
			t.Fatalf("%+v", load.Rooms)
		}
		slots := map[sfu.SlotState]int{}
		for _, peer := range load.Rooms[0].Peers {
			for state, n := range peer.Slots {
				slots[state] += n
			}
		}
		for state, want := range map[sfu.SlotState]int{
			{Kind: "audio", Reason: "empty"}: 2, {Kind: "video", Reason: "empty"}: 1, {Kind: "screen", Reason: "empty"}: 1,
		} {
			if slots[state] != want {
				t.Errorf("%d slots are %v, want %d: %v", slots[state], state, want, slots)
			}
		}
		if got := load.Received[sfu.Camera]; got.Packets != 2 || got.Bytes == 0 {
			t.Errorf("of cameras came %+v", got)
		}
		if got, want := sent(load).Packets, uint64(len(bob.sees("v0"))); got != want || want == 0 {
			t.Errorf("shards sent %d packets, of which %d arrived", got, want)
		}
		if len(load.Shards) != 2 || load.Shards[0].Peers+load.Shards[1].Peers != 1 || load.Shards[0].Slots+load.Shards[1].Slots != 5 {
			t.Errorf("%+v", load.Shards)
		}
	})
}

// What Prometheus takes for a counter never falls: not when a publisher goes, nor a viewer, nor the room with them.
func TestWhatWasCountedStaysCounted(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob, _ := seen(c)
		before := c.load()
		for _, p := range []*person{ada, bob} {
			p.peer.Close()
			after := c.load()
			if got, want := after.Received[sfu.Camera], before.Received[sfu.Camera]; got != want {
				t.Errorf("after %s left, of cameras came %+v, and %+v before", p.name, got, want)
			}
			if got, want := sent(after), sent(before); got != want || want.Packets == 0 {
				t.Errorf("after %s left, %+v was sent, and %+v before", p.name, got, want)
			}
		}
		if load := c.load(); len(load.Rooms) != 0 {
			t.Errorf("%+v is still there", load.Rooms)
		}
	})
}

// So it is for each kind of publication, and what comes of the next one is added to it: nothing is lost, and nothing counted twice.
func TestWhatCameOfEachKindIsCountedOnce(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		want := map[sfu.Source]uint64{}
		for turn, name := range []string{"ada", "bob"} {
			p := c.join(name)
			p.publishes(uint32(10*turn+1), sfu.Sources...)
			for i, source := range sfu.Sources {
				kind, payload := codec.VP8, pictureOf(codec.VP8, true)
				if source == sfu.Microphone || source == sfu.ScreenAudio {
					kind, payload = codec.Opus, []byte{0xfc, 1, 2}
				}
				stream := p.sends(strconv.Itoa(i), packet.SSRC(1000*(turn+1)+i), kind, "")
				for range 3 + i {
					stream.packet(payload, nil)
					want[source]++
				}
			}
			before := c.load().Received
			p.peer.Close()
			for _, source := range sfu.Sources {
				if got := c.load().Received[source]; got != before[source] || got.Packets != want[source] || got.Bytes == 0 {
					t.Errorf("after %s left, of %v came %+v, and %+v before, want %d packets", name, source, got, before[source], want[source])
				}
			}
		}
	})
}

func TestReceiversRequestsAreCounted(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		_, bob, _ := seen(c)
		ssrc := packet.SSRC(bob.sees("v0")[0].SSRC)
		bob.down.Egress.KeyFrame(ssrc)
		bob.down.Egress.Nack(ssrc, []uint16{1, 2, 3})
		var asked egress.AskedCounts
		for _, shard := range c.load().Shards {
			asked.Packets += shard.Asked.Packets
			asked.KeyFrames += shard.Asked.KeyFrames
		}
		if want := (egress.AskedCounts{Packets: 3, KeyFrames: 1}); asked != want {
			t.Errorf("%+v, want %+v", asked, want)
		}
	})
}

// The clock starts when there is something to see, and stops at the first of it.
func TestTheFirstPictureIsTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var took []time.Duration
		config, transport := sfu.Default(), &sfutest.Transport{}
		config.FirstPicture = func(d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
		}
		server, err := sfu.NewServer(config, transport, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		c := &call{t: t, server: server, transport: transport}
		ada, bob := c.join("ada"), c.join("bob")
		bob.receives()
		c.settle(time.Minute)
		ada.publishes(7, sfu.Camera)
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 180))
		camera := ada.camera()
		camera.Picture(time.Now(), "", false, 0)
		c.settle(300 * time.Millisecond)
		for range 2 {
			camera.Picture(time.Now(), "", true, 360)
			c.settle(time.Second)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(took) != 1 || took[0] < 250*time.Millisecond || took[0] > 400*time.Millisecond {
			t.Errorf("%v, want 300 ms, once", took)
		}
	})
}
