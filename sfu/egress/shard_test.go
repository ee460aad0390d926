package egress

import (
	"log/slog"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// reporter counts what is reported, and in how many goes.
type reporter struct {
	stranger
	goes, reports atomic.Int64
}

func (r *reporter) WriteRTCP(packets []rtcp.Packet) error {
	r.goes.Add(1)
	r.reports.Add(int64(len(packets)))
	return nil
}

// Two hundred slots that are each due at another moment must not make their shard look at all of them for each.
func TestAShardWithManyDueSlotsLooksAtThemTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slots, apart = 200, 2 * time.Millisecond
		shard := NewShard(slog.New(slog.DiscardHandler))
		defer shard.Close()
		feed := &Feed{ID: 1, Number: 7, Codec: codec.VP8, Clock: 90000, Streams: 1, Publisher: nobody{}}
		feed.Rings[0] = history.NewRing(512)
		out, told := &sink{}, &reporter{stranger: stranger{failed: func() { t.Error("the peer failed") }}}
		peer := shard.NewPeer(told)
		// Each slot begins at a key frame of its own, so that each reports at a time of its own.
		for i := range slots {
			mid := strconv.Itoa(i)
			peer.Open(mid, true, Line{
				SSRC: packet.SSRC(1000 + i), Writer: out, Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96}},
			})
			peer.Show(mid, feed, packet.Layer{}, false)
			key := picture(t, i, true)
			sent := time.Duration(i) * apart
			key.Arrival, key.Timestamp = time.Now(), packet.Timestamp(90*sent.Milliseconds())
			shard.SenderReport(feed, 0, uint64(sent.Seconds()*(1<<32)), uint32(key.Timestamp), key.Arrival)
			shard.Media(feed, key)
			time.Sleep(apart) //nolint:forbidigo // synctest's clock
		}
		time.Sleep(time.Second) //nolint:forbidigo // synctest's clock
		goes, reports := told.goes.Load(), told.reports.Load()
		const seconds = 5
		time.Sleep(seconds * time.Second) //nolint:forbidigo // synctest's clock
		goes, reports = told.goes.Load()-goes, told.reports.Load()-reports
		if reports < (seconds-1)*slots {
			t.Errorf("%d reports of %d slots in %d s", reports, slots, seconds)
		}
		if most := int64(seconds * time.Second / housekeepGap); goes > most {
			t.Errorf("the slots were looked at %d times, want %d at most", goes, most)
		}
	})
}
