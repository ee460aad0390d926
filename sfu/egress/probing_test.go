package egress

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
)

// wire keeps when which bytes were sent.
type wire struct {
	headers []rtp.Header
	at      []time.Time
}

func (w *wire) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	w.headers, w.at = append(w.headers, header.Clone()), append(w.at, time.Now())
	return len(payload), nil
}

// probed has a peer that shows a picture and then sends the clusters; it returns what came after the picture.
func probed(t *testing.T, clusters ...probe.Cluster) (sent *wire) {
	sent = &wire{}
	synctest.Test(t, func(t *testing.T) {
		shard := NewShard(slog.New(slog.DiscardHandler))
		defer shard.Close()
		feed := NewFeed(1, 7, codec.VP8, 1, 512, time.Second, nobody{})
		peer := shard.NewPeer(stranger{failed: func() { t.Error("the peer failed") }})
		peer.Open("v0", true, Line{
			SSRC: 1000, RTX: 2000, TransportCC: 5, Writer: sent,
			Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96, RTX: 97}},
		})
		peer.Show("v0", feed, packet.Layer{Temporal: 127}, false)
		key := picture(t, 1, true)
		key.Arrival = time.Now()
		feed.Put(key)
		shard.Media(feed, key)
		synctest.Wait()
		sent.headers, sent.at = nil, nil
		for _, cluster := range clusters {
			peer.Probe(cluster)
		}
		time.Sleep(2 * time.Second) //nolint:forbidigo // synctest's clock
		synctest.Wait()
	})
	return sent
}

func TestAProbeIsSentAtItsRate(t *testing.T) {
	sent := probed(t, probe.Cluster{ID: 1, Rate: 2_000_000, Packets: 5, Bytes: 10_000, Duration: 40 * time.Millisecond})
	bytes, sequence := 0, uint16(0)
	for i, h := range sent.headers {
		bytes += int(h.PaddingSize) + Overhead
		if h.SSRC != 2000 || h.PayloadType != 97 || !h.Padding || len(h.GetExtension(5)) != 2 {
			t.Fatalf("packet %d is no padding on the RTX stream: %+v", i, h)
		}
		if i > 0 && h.SequenceNumber != sequence+1 {
			t.Fatalf("packet %d: number %d after %d", i, h.SequenceNumber, sequence)
		}
		sequence = h.SequenceNumber
	}
	if bytes < 10_000 || bytes > 12_000 {
		t.Errorf("%d bytes were sent, want 10000", bytes)
	}
	if took := sent.at[len(sent.at)-1].Sub(sent.at[0]); took < 25*time.Millisecond || took > 60*time.Millisecond {
		t.Errorf("it took %v, want about 40 ms", took)
	}
}

// The prober asks for two clusters at the start: the second is not to take the place of the first.
func TestProbesFollowEachOther(t *testing.T) {
	one := probe.Cluster{ID: 1, Rate: 1_000_000, Packets: 5, Bytes: 4000, Duration: 32 * time.Millisecond}
	two := one
	two.ID, two.Rate, two.Bytes = 2, 2_000_000, 8000
	bytes := 0
	for _, h := range probed(t, one, two).headers {
		bytes += int(h.PaddingSize) + Overhead
	}
	if bytes < 12_000 || bytes > 15_000 {
		t.Errorf("%d bytes were sent in two probes, want 12000", bytes)
	}
}
