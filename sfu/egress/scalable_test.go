package egress

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const s2size, s1size, s0size = 5000, 1500, 500

// filmed sends an AV1 stream with three spatial layers that are independent but at key frames (L3T3_KEY).
type filmed struct {
	shard     *Shard
	feed      *Feed
	pattern   *dependency.Pattern
	structure *dependency.Structure
	seq       packet.Seq
	pictures  int
	asked     atomic.Int64 // key frames
}

func (f *filmed) RequestKeyFrame(time.Time, uint64, int8) { f.asked.Add(1) }
func (f *filmed) Subscribe(*Shard)                        {}
func (f *filmed) Unsubscribe(*Shard)                      {}

func (f *filmed) plays(t *testing.T, pictures int) {
	t.Helper()
	for range pictures {
		key := f.pictures == 0 || f.asked.Swap(0) > 0
		for _, frame := range f.pattern.Picture(key) {
			spatial, temporal := f.pattern.Layer(frame)
			frame.First, frame.Last = true, true
			d, err := dependency.Parse(f.pattern.Structure().Append(nil, frame), f.structure)
			if err != nil {
				t.Fatal(err)
			}
			f.structure = d.Structure
			p := &packet.Packet{
				Arrival: time.Now(), Seq: f.seq, Timestamp: packet.Timestamp(3000 * f.pictures), Spatial: spatial, Temporal: temporal,
				Payload: make([]byte, []int{s0size, s1size, s2size}[spatial]/5), Dependency: &d, Marker: spatial == 2,
				Descriptor: codec.Descriptor{Start: true, Key: d.Attached},
			}
			f.seq++
			f.feed.Put(p)
			f.shard.Media(f.feed, p)
		}
		f.pictures++
		time.Sleep(33 * time.Millisecond) //nolint:forbidigo // synctest's clock
	}
}

// screen counts the packets of each layer by their length, and what the owner is told.
type screen struct {
	stranger
	mu     sync.Mutex
	layers [3]int
	told   []packet.Layer
}

func (s *screen) WriteRTP(_ *rtp.Header, payload []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.layers[slices.Index([]int{s0size / 5, s1size / 5, s2size / 5}, len(payload))]++
	return len(payload), nil
}

func (s *screen) Shows(_ string, _ *Feed, layer packet.Layer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, layer)
}

func (s *screen) seen() (layers [3]int, last packet.Layer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	layers, s.layers = s.layers, [3]int{}
	return layers, s.told[len(s.told)-1]
}

func onFilmed(t *testing.T, test func(f *filmed, peer *Peer, out *screen)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		shard := NewShard(slog.New(slog.DiscardHandler))
		defer shard.Close()
		f := &filmed{shard: shard, pattern: dependency.NewPattern(dependency.KeyOnly, 3, 3), seq: 1 << 16}
		f.feed = NewFeed(1, 7, codec.AV1, 1, 2048, time.Second, f)
		out := &screen{stranger: stranger{failed: func() { t.Error("the peer failed") }}}
		peer := shard.NewPeer(out)
		peer.Open("0", true, Line{SSRC: 1, Dependency: 6, Writer: out, Payloads: map[codec.Kind]PayloadTypes{codec.AV1: {Media: 96}}})
		test(f, peer, out)
	})
}

// How many layers a stream has may be known only after it is shown.
func TestLayersThatBecomeKnownAreChosenFrom(t *testing.T) {
	onFilmed(t, func(f *filmed, peer *Peer, out *screen) {
		lowest := packet.Layer{Spatial: 0, Temporal: 127}
		peer.Show("0", f.feed, lowest, false)
		f.plays(t, 30)
		if layers, _ := out.seen(); layers[2] == 0 {
			t.Fatal("a stream whose layers are not known goes out whole")
		}
		f.feed.SetLayers(3)
		peer.Show("0", f.feed, lowest, false)
		f.plays(t, 30)
		out.seen()
		f.plays(t, 30)
		if layers, _ := out.seen(); layers[0] != 30 || layers[2] != 0 {
			t.Errorf("of 30 pictures %d, %d and %d frames of the layers were sent, want the lowest alone", layers[0], layers[1], layers[2])
		}
	})
}

// A stream of several layers changes layers without a switch; whoever plans the link has to know.
func TestTheOwnerKnowsWhichLayerOfAStreamIsShown(t *testing.T) {
	onFilmed(t, func(f *filmed, peer *Peer, out *screen) {
		f.feed.SetLayers(3)
		for _, spatial := range []int8{0, 2, 0, 1} {
			peer.Show("0", f.feed, packet.Layer{Spatial: spatial, Temporal: 127}, false)
			f.plays(t, 60)
			if _, told := out.seen(); told.Spatial != spatial {
				t.Errorf("layer %d is wanted, the owner knows of %d", spatial, told.Spatial)
			}
		}
	})
}
