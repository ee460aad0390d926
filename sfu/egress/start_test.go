package egress

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Where the past of the layer that is to be shown is too long for the link, the one below is shown until its next key frame.
func TestASlotBeginsWithTheLayerWhosePastFits(t *testing.T) {
	for _, test := range []struct {
		name    string
		pasts   [2]int // pictures of 1100 bytes since the key frame, by layer; 0 is no key frame
		begins  int8
		packets int
	}{
		{"the wanted one fits", [2]int{10, 20}, 1, 20},
		{"only the lower fits", [2]int{10, 190}, 0, 10},
		{"only the lower has a key frame", [2]int{10, 0}, 0, 10},
		{"neither", [2]int{190, 190}, -1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shard := NewShard(slog.New(slog.DiscardHandler))
				defer shard.Close()
				feed := NewFeed(1, 7, codec.VP8, 2, 512, time.Second, nobody{})
				for layer, past := range test.pasts {
					for n := range max(past, 1) {
						p := picture(t, 1000+n, n == 0 && past > 0)
						p.Arrival, p.Stream, p.Spatial = time.Now(), int8(layer), int8(layer) //nolint:gosec // two layers
						feed.Put(p)
					}
				}
				out := &sink{}
				peer := shard.NewPeer(stranger{failed: func() { t.Error("the peer failed") }})
				peer.Open("0", true, Line{SSRC: 1, RTX: 2, Writer: out, Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96, RTX: 97}}})
				peer.Show("0", feed, packet.Layer{Spatial: 1, Temporal: 127}, false)
				shown := int8(-1)
				peer.Snapshot(func(slots []SlotSnapshot) { shown = slots[0].Forward.Spatial })
				synctest.Wait()
				if got := out.bytes / 1107; shown != test.begins || got != test.packets {
					t.Errorf("layer %d is shown after %d packets, want layer %d after %d", shown, got, test.begins, test.packets)
				}
			})
		})
	}
}

// A slot that was assigned before anybody knew what it may show begins with the past as well.
func TestASlotThatIsAimedForLaterBeginsWithThePast(t *testing.T) {
	t.Parallel()
	v := newViewing(t, 1, 3_000_000)
	film := v.simulcast(1, 1000)
	film.deaf = true // the first key frame is the only one
	v.run(frameTime)
	v.show(0, film, packet.Layer{Spatial: -1, Temporal: -1}, false)
	v.run(500 * time.Millisecond)
	v.show(0, film, lowest, false)
	v.run(frameTime)
	if l := v.lines[0]; l.pictures == 0 || film.asked != 0 {
		t.Errorf("%d pictures, %d key frames asked for", l.pictures, film.asked)
	}
}
