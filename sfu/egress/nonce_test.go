package egress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// AES-GCM falls apart when a key encrypts two packets under one nonce. That of SRTP is SSRC, rollover counter and sequence
// number (RFC 7714 §8.1): notary is a cipher that keeps all that it saw, encrypted or not.
type notary struct {
	name    string
	fail    func(where string, ssrc uint32, index int64)
	random  *rand.Rand
	errors  float64 // share of packets that it refuses …
	panics  float64 // … and that it breaks at
	broken  bool    // it did
	newest  map[uint32]int64
	used    map[uint32]map[int64]bool
	packets int
	wraps   int
	sent    []rtp.Header // the latest
}

func newNotary(name string, random *rand.Rand, fail func(string, uint32, int64)) *notary {
	return &notary{name: name, random: random, fail: fail, newest: map[uint32]int64{}, used: map[uint32]map[int64]bool{}}
}

func (n *notary) EncryptRTP(dst, plaintext []byte, header *rtp.Header) ([]byte, error) {
	if _, err := header.Unmarshal(plaintext); err != nil {
		return nil, err
	}
	index := n.index(header.SSRC, header.SequenceNumber)
	if n.used[header.SSRC][index] {
		n.fail(n.name, header.SSRC, index)
	}
	if n.broken {
		n.fail(n.name+", after it broke", header.SSRC, index)
	}
	n.used[header.SSRC][index] = true
	n.packets++
	n.sent = append(n.sent, header.Clone())
	if len(n.sent) > 500 {
		n.sent = n.sent[100:]
	}
	switch roll := n.random.Float64(); {
	case roll < n.panics:
		n.broken = true
		panic("a cipher that breaks")
	case roll < n.panics+n.errors:
		return nil, errors.New("a cipher that refuses")
	}
	return append(append(dst, plaintext...), make([]byte, tagSize)...), nil
}

// index is the number as RFC 3711 §3.3.1 counts on, nearest to the newest.
func (n *notary) index(ssrc uint32, sequence uint16) int64 {
	newest, known := n.newest[ssrc]
	if !known {
		n.used[ssrc] = map[int64]bool{}
		n.newest[ssrc] = int64(sequence)
		return int64(sequence)
	}
	index := newest + int64(int16(sequence-uint16(newest))) //nolint:gosec // cut
	if index > newest {
		if index>>16 != newest>>16 {
			n.wraps++
		}
		n.newest[ssrc] = index
	}
	return index
}

// studio is a publication in a random script: its encodings go on, lose, repeat and swap packets.
type studio struct {
	feed    *Feed
	number  [MaxLayers]int
	late    []message // stored, and not handed over yet
	withKey [MaxLayers]bool
}

func (s *studio) RequestKeyFrame(_ time.Time, _ uint64, stream int8) { s.withKey[stream] = true }
func (s *studio) Subscribe(*Shard)                                   {}
func (s *studio) Unsubscribe(*Shard)                                 {}

func newStudio(id uint32, kind codec.Kind, streams int8) *studio {
	s := &studio{}
	s.feed = NewFeed(id, 100+id, kind, streams, 256, time.Second, s)
	for i := range s.number {
		s.number[i] = 1 << 20
	}
	return s
}

// emit makes a picture, or something said, of one encoding.
func (s *studio) emit(t *testing.T, random *rand.Rand, now time.Time, shard *Shard) {
	stream := int8(random.IntN(int(s.feed.Streams))) //nolint:gosec // three
	parts := 1
	if s.feed.Codec.Video() {
		parts += random.IntN(4)
	}
	key := random.IntN(20) == 0 || s.withKey[stream] && random.IntN(3) == 0
	timestamp := packet.Timestamp(s.number[stream])
	var came []message
	for part := range parts {
		s.number[stream]++
		var p *packet.Packet
		if s.feed.Codec.Video() {
			p = picture(t, s.number[stream]&0x7fff, key && part == 0)
			p.Descriptor.Start = part == 0
			p.Stream, p.Spatial, p.Temporal = stream, stream, int8(random.IntN(2)) //nolint:gosec // two
			p.Timestamp, p.Marker = timestamp*500, part == parts-1
			p.Payload = p.Payload[:200+random.IntN(900)]
		} else {
			p = said(s.number[stream])
		}
		p.Seq, p.Arrival = packet.Seq(s.number[stream]), now
		if random.IntN(20) == 0 {
			continue // lost
		}
		s.feed.Put(p)
		came = append(came, message{feed: s.feed, packet: p})
		if random.IntN(20) == 0 {
			came = append(came, message{feed: s.feed, packet: p}) // and again
		}
	}
	s.withKey[stream] = s.withKey[stream] && !key
	if random.IntN(5) == 0 {
		random.Shuffle(len(came), func(i, k int) { came[i], came[k] = came[k], came[i] })
	}
	// Between storing and handing over anything may happen: what is replayed then comes again.
	for _, m := range append(s.late, came...) {
		if random.IntN(10) == 0 {
			s.late = append(s.late[:0:0], m)
			continue
		}
		shard.Media(m.feed, m.packet)
	}
}

// guest is a peer in a random script.
type guest struct {
	peer   *Peer
	notary *notary
	route  *Route
	lines  map[string]Line
	failed bool
}

func (g *guest) WriteRTCP([]rtcp.Packet) error        { return nil }
func (g *guest) Arrived(time.Time, []estimate.Result) {}
func (g *guest) Waiting(time.Time, time.Duration)     {}
func (g *guest) Shows(string, *Feed, packet.Layer)    {}
func (g *guest) Clocked(string, uint64, uint32)       {}
func (*guest) Strained(shed.Level)                    {}

func (g *guest) Failed() { g.failed = true }

// nearTheEnd has all numbers of a guest wrap soon: they start at random below 2^15.
func (g *guest) nearTheEnd(random *rand.Rand) {
	for _, slot := range g.peer.slots {
		near := func() uint16 { return uint16(0xffff - random.IntN(300)) } //nolint:gosec // 16 bits
		slot.rtxSequence = near()
		start := forward.Start{Sequence: near(), Timestamp: random.Uint32(), PictureID: near(), Frame: near()}
		if _, video := g.lines[slot.MID].Payloads[codec.VP8]; video {
			slot.forward = forward.NewVideo(start)
		} else {
			slot.forward = forward.NewAudio(start)
		}
	}
}

// do is one thing that a client, its network or its room may do at any time.
func (g *guest) do(random *rand.Rand, x *express, studios []*studio) {
	mids := []string{"a", "v0", "v1", "v2"}
	mid := mids[random.IntN(len(mids))]
	line := g.lines[mid]
	ssrc := line.SSRC
	if random.IntN(8) == 0 {
		ssrc = line.RTX
	}
	switch random.IntN(14) {
	case 0, 1, 2:
		feed := studios[random.IntN(len(studios))].feed
		target := packet.Layer{Spatial: int8(random.IntN(4)) - 1, Temporal: int8(random.IntN(3))} //nolint:gosec // a handful
		g.peer.Show(mid, feed, target, random.IntN(4) == 0)
	case 3:
		g.peer.Show(mid, nil, packet.None, random.IntN(2) == 0)
	case 4, 5, 6:
		g.storm(random, ssrc)
	case 7:
		g.peer.Probe(probe.Cluster{
			ID: uint16(1 + random.IntN(9)), Rate: packet.Bitrate(1+random.IntN(50)) * 100_000, Packets: 1 + random.IntN(20),
			Bytes: 1000 + random.IntN(20_000), Duration: time.Duration(1+random.IntN(60)) * ms,
		})
	case 8:
		g.peer.Feedback(&rtcp.TransportLayerCC{
			BaseSequenceNumber: uint16(random.Uint32()), PacketStatusCount: 3, //nolint:gosec // cut
			PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: 3}},
			RecvDeltas:   []*rtcp.RecvDelta{{Type: 1, Delta: 250}, {Type: 1, Delta: 250}, {Type: 1, Delta: 250}},
		})
	case 9:
		g.peer.SetLink(Link{
			Rate: packet.Bitrate(random.IntN(4_000_000)), RTT: time.Duration(random.IntN(300)) * ms, RepairShare: random.Float64(),
			Congested: random.IntN(3) == 0, Protection: random.IntN(3),
		})
	case 10:
		g.peer.RequestKeyFrame(ssrc)
	case 11:
		line.Route = []*Route{g.route, nil}[random.IntN(2)]
		g.peer.Open(mid, mid != "a", line)
	case 12:
		if random.IntN(3) == 0 {
			g.route.Stop()
		}
	default:
		g.route.Move([]*Socket{x.nowhere, x.elsewhere}[random.IntN(2)], addressOfName(string(rune('a'+random.IntN(20)))))
	}
}

// storm asks for much of what was sent lately, twice, and for what was not.
func (g *guest) storm(random *rand.Rand, ssrc packet.SSRC) {
	var numbers []uint16
	for _, h := range g.notary.sent {
		if h.SSRC == uint32(ssrc) && random.IntN(2) == 0 {
			numbers = append(numbers, h.SequenceNumber, h.SequenceNumber)
		}
	}
	for range random.IntN(5) {
		numbers = append(numbers, uint16(random.Uint32())) //nolint:gosec // cut
	}
	g.peer.Nack(ssrc, numbers)
	if random.IntN(3) == 0 {
		g.peer.Nack(ssrc, numbers)
	}
}

func TestNoNonceIsUsedTwice(t *testing.T) {
	total, wraps, broken, resent := 0, 0, 0, 0
	for seed := range seeds.Of(20) {
		random := rand.New(rand.NewPCG(seed, 3))
		x := newExpress(t)
		x.shard.batches[x.elsewhere] = newBatch(&void{}, maxSegments, &socketCounts{})
		x.shard.batches[x.nowhere] = newBatch(&void{}, maxSegments, &socketCounts{})
		studios := []*studio{
			newStudio(1, codec.VP8, 1), newStudio(2, codec.VP8, 3), newStudio(3, codec.VP8, 3), newStudio(4, codec.Opus, 1), newStudio(5, codec.Opus, 1),
		}
		guests := make([]*guest, 4)
		for i := range guests {
			g := &guest{lines: map[string]Line{}}
			guests[i] = g
			g.notary = newNotary(fmt.Sprintf("seed %d, guest %d", seed, i), random, func(where string, ssrc uint32, index int64) {
				t.Errorf("%s: number %d of stream %d is encrypted again", where, index, ssrc)
			})
			if i > 0 {
				g.notary.errors = 0.02
			}
			if i == 3 {
				g.notary.panics = 0.0005
			}
			g.peer = x.peer(g.notary, 3, g)
			x.run(0)
			g.route = g.peer.route
			for mid, slot := range g.peer.slots {
				g.lines[mid] = slot.line
			}
			g.nearTheEnd(random)
		}
		for range 1500 {
			for range random.IntN(4) {
				studios[random.IntN(len(studios))].emit(t, random, x.now, x.shard)
			}
			if random.IntN(2) == 0 {
				guests[random.IntN(len(guests))].do(random, x, studios)
			}
			if random.IntN(3) == 0 {
				x.run(time.Duration(random.IntN(20)) * ms)
			}
			switch random.IntN(6) {
			case 0:
				x.shard.pulse(x.now)
			case 1:
				x.shard.housekeep(x.now)
			}
			x.shard.flush()
		}
		for i, g := range guests {
			if g.failed != g.notary.broken {
				t.Errorf("seed %d, guest %d: failed %v, its cipher broke %v", seed, i, g.failed, g.notary.broken)
			}
			if g.notary.packets < 100 && !g.notary.broken {
				t.Errorf("seed %d, guest %d: only %d packets", seed, i, g.notary.packets)
			}
			if g.notary.broken {
				broken++
			}
			total, wraps = total+g.notary.packets, wraps+g.notary.wraps
			for ssrc, used := range g.notary.used {
				if ssrc%2 == 1 {
					resent += len(used)
				}
			}
		}
	}
	t.Logf("%d packets, of which %d on repair streams; %d streams wrapped; %d peers broke", total, resent, wraps, broken)
	if few := seeds.Of(20); wraps < int(few) || resent < 50*int(few) || few == 20 && broken == 0 { //nolint:gosec // 20
		t.Error("the scripts provoke too little")
	}
}
