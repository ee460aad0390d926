package egress

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// plain is a cipher that leaves packets as they are, behind a tag, and keeps a copy if it is to.
type plain struct {
	keep bool
	sent []rtp.Packet
	err  error
}

func (p *plain) EncryptRTP(dst, plaintext []byte, _ *rtp.Header) ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.keep {
		var kept rtp.Packet
		if err := kept.Unmarshal(slices.Clone(plaintext)); err != nil {
			return nil, err
		}
		p.sent = append(p.sent, kept)
	}
	dst = append(dst, plaintext...)
	return append(dst, "sixteen bytes of"...), nil
}

// express is a shard without its goroutine whose peers send past pion, to nowhere.
type express struct {
	tb                 testing.TB
	shard              *Shard
	post               *post
	now                time.Time
	peers              int
	nowhere, elsewhere *Socket
}

// newExpress has a batch that sends to a script.
func newExpress(tb testing.TB) *express {
	tb.Helper()
	x := &express{tb: tb, shard: NewShard(slog.New(slog.DiscardHandler)), now: time.Unix(1000, 0), nowhere: &Socket{}, elsewhere: &Socket{}}
	x.shard.Close() // the test is the loop
	var batch *Batch
	x.post, batch = newPost(maxSegments)
	x.shard.batches[x.nowhere] = batch
	return x
}

// peer with an audio slot "a" and so many of video, "v0" and so on. It goes by a letter.
func (x *express) peer(cipher Cipher, videos int, owner Owner) *Peer {
	route := NewRoute(cipher)
	route.Move(x.nowhere, addressOfName(string(rune('a'+x.peers))))
	x.peers++
	peer := x.shard.NewPeer(owner)
	base := packet.SSRC(1000 * x.peers)
	peer.Open("a", false, Line{
		SSRC: base, AudioLevel: 1, TransportCC: 5, Route: route, Payloads: map[codec.Kind]PayloadTypes{codec.Opus: {Media: 111}},
	})
	for i := range videos {
		peer.Open(fmt.Sprint("v", i), true, Line{
			SSRC: base + packet.SSRC(2*i+2), RTX: base + packet.SSRC(2*i+3), TransportCC: 5, Dependency: 6, Route: route,
			Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96, RTX: 97}},
		})
	}
	return peer
}

// run lets the loop go round once, after so much time.
func (x *express) run(later time.Duration) {
	x.now = x.now.Add(later)
	x.shard.pass(x.now, x.shard.box.Take())
	x.shard.flush()
}

// camera and voice are feeds with a key frame, or something said, in them.
func (x *express) camera(id uint32) *Feed {
	return NewFeed(id, id+100, codec.VP8, 1, 512, time.Second, nobody{})
}

func (x *express) voice(id uint32) *Feed {
	return NewFeed(id, id+100, codec.Opus, 1, 512, time.Second, nobody{})
}

// live is media that has just come.
func (x *express) live(feed *Feed, p *packet.Packet) {
	p.Arrival = x.now
	feed.Put(p)
	x.shard.Media(feed, p)
}

func said(number int) *packet.Packet {
	return &packet.Packet{
		Seq: packet.Seq(number), Timestamp: packet.Timestamp(960 * number), Payload: make([]byte, 80), HasLevel: true, Level: 20, Voice: true,
		Descriptor: codec.Descriptor{Start: true, Key: true},
	}
}

func (x *express) stranger() Owner {
	return stranger{failed: func() { x.tb.Error("the peer failed") }}
}

// went are the packets in the order in which they left, one letter each for whom.
func (x *express) went() string {
	var order strings.Builder
	for _, call := range x.post.went {
		for bundle := range strings.FieldsSeq(strings.Trim(call, "[]")) {
			order.WriteString(strings.Repeat(bundle[:1], 1+strings.Count(bundle, "+")))
		}
	}
	x.post.went = nil
	return order.String()
}

// What came in one pass leaves receiver by receiver; each slot's packets keep their order, and voices go last.
func TestAPassGoesReceiverByReceiver(t *testing.T) {
	x := newExpress(t)
	camera, voice := x.camera(1), x.voice(2)
	ciphers := make([]*plain, 3)
	for i := range ciphers {
		ciphers[i] = &plain{keep: true}
		peer := x.peer(ciphers[i], 2, x.stranger())
		peer.Show("a", voice, packet.Layer{}, false)
		peer.Show("v0", camera, packet.Layer{Temporal: 127}, false)
		peer.Show("v1", camera, packet.Layer{Temporal: 127}, false)
	}
	x.run(0)
	for _, c := range ciphers {
		c.sent = nil
	}
	const packets = 6
	for i := range packets {
		x.live(camera, picture(t, i, i == 0))
		x.live(voice, said(i))
	}
	x.run(ms)
	order := x.went()
	if want := strings.Repeat("a", 3*packets) + strings.Repeat("b", 3*packets) + strings.Repeat("c", 3*packets); order != want {
		t.Errorf("went to %s, want %s", order, want)
	}
	for i, c := range ciphers {
		var ssrcs []uint32
		for k, p := range c.sent {
			ssrcs = append(ssrcs, p.SSRC)
			if k%packets > 0 && p.SequenceNumber != c.sent[k-1].SequenceNumber+1 {
				t.Errorf("receiver %d, stream %d: number %d after %d", i, p.SSRC, p.SequenceNumber, c.sent[k-1].SequenceNumber)
			}
			if numbers := p.GetExtension(5); len(numbers) != 2 || int(numbers[1]) != k+1 && int(numbers[1]) != k {
				t.Errorf("receiver %d, packet %d: transport-wide number %v", i, k, numbers)
			}
		}
		slices.Reverse(ssrcs)
		if compact := slices.Compact(ssrcs); len(compact) != 3 || !slices.IsSorted(compact) || compact[0]%1000 != 0 {
			t.Errorf("receiver %d: streams went, from the last, as %v", i, compact)
		}
	}
	if x.post.counts.batched.Load() != 9*packets || x.post.counts.bundles.Load() > 9*2 {
		t.Errorf("%d packets in %d bundles", x.post.counts.batched.Load(), x.post.counts.bundles.Load())
	}
}

// A question that came between two packets is answered between them, though media is gathered.
func TestWhatIsAskedOfAPeerKeepsItsPlace(t *testing.T) {
	x := newExpress(t)
	camera := x.camera(1)
	cipher, other := &plain{keep: true}, &plain{keep: true}
	peer, bystander := x.peer(cipher, 1, x.stranger()), x.peer(other, 1, x.stranger())
	peer.Show("v0", camera, packet.Layer{Temporal: 127}, false)
	bystander.Show("v0", camera, packet.Layer{Temporal: 127}, false)
	x.live(camera, picture(t, 0, true))
	x.live(camera, picture(t, 1, false))
	x.run(ms)
	if len(cipher.sent) != 2 {
		t.Fatalf("%d packets went", len(cipher.sent))
	}
	lost := cipher.sent[1]
	cipher.sent, other.sent = nil, nil
	x.run(ms)

	x.live(camera, picture(t, 2, false))
	peer.Nack(packet.SSRC(lost.SSRC), []uint16{lost.SequenceNumber})
	x.live(camera, picture(t, 3, false))
	peer.Show("v0", nil, packet.None, false)
	x.live(camera, picture(t, 4, false))
	x.run(ms)
	var got []string
	for _, p := range cipher.sent {
		got = append(got, fmt.Sprintf("%d:%d", p.SSRC%1000, p.SequenceNumber-lost.SequenceNumber))
		if p.SSRC == lost.SSRC+1 && !bytes.Equal(p.Payload[2:], lost.Payload) {
			t.Error("what was sent again is another packet")
		}
		if p.SSRC == lost.SSRC+1 {
			got[len(got)-1] = "again"
		}
	}
	if want := []string{"2:1", "again", "2:2"}; !slices.Equal(got, want) {
		t.Errorf("went as %v, want %v", got, want)
	}
	if len(other.sent) != 3 {
		t.Errorf("the bystander got %d packets", len(other.sent))
	}
	x.live(camera, picture(t, 5, false))
	bystander.Close()
	x.live(camera, picture(t, 6, false))
	x.run(ms)
	if len(other.sent) != 4 {
		t.Errorf("%d packets went to a peer that left after one of two", len(other.sent)-3)
	}
}

// One packet that no room can take is left out; nobody's next is harmed.
func TestAPacketThatIsTooLongIsLeftOut(t *testing.T) {
	x := newExpress(t)
	camera := x.camera(1)
	cipher, other := &plain{keep: true}, &plain{keep: true}
	peers := []*Peer{x.peer(cipher, 1, x.stranger()), x.peer(other, 1, x.stranger())}
	for _, peer := range peers {
		peer.Show("v0", camera, packet.Layer{Temporal: 127}, false)
	}
	long := func(n, length int) *packet.Packet {
		p := picture(t, n, false)
		p.Payload = append(p.Payload, make([]byte, length)...)
		return p
	}
	x.live(camera, picture(t, 0, true))
	x.live(camera, long(1, 5000))
	x.live(camera, picture(t, 2, false))
	x.live(camera, long(3, stride))
	x.live(camera, long(4, 400))
	x.live(camera, picture(t, 5, false))
	x.run(ms)
	for i, c := range []*plain{cipher, other} {
		if len(c.sent) != 4 {
			t.Errorf("receiver %d: %d packets went, want 4", i, len(c.sent))
		}
	}
	for _, peer := range peers {
		peer.Snapshot(func(slots []SlotSnapshot) {
			for _, s := range slots {
				if s.MID == "v0" && (s.Sent.Oversize != 2 || s.Sent.Packets != 4 || s.Sent.WriteErrors != 0) {
					t.Errorf("counted %+v", s.Sent)
				}
			}
		})
	}
	x.run(ms)
	if sent := x.post.counts.sent.Load(); sent != 8 {
		t.Errorf("%d packets went", sent)
	}
}

// Encryption that fails costs the packet alone, however often it does.
func TestWhatCannotBeEncryptedIsLeftOut(t *testing.T) {
	x := newExpress(t)
	camera := x.camera(1)
	bad, good := &plain{err: errors.New("no more numbers")}, &plain{keep: true}
	peer := x.peer(bad, 1, x.stranger())
	peer.Show("v0", camera, packet.Layer{Temporal: 127}, false)
	x.live(camera, picture(t, 0, true))
	for i := range 3 * maxPackets {
		x.live(camera, picture(t, i+1, false))
		x.run(33 * ms)
	}
	if went := x.went(); went != "" {
		t.Fatalf("went to %s", went)
	}
	bystander := x.peer(good, 1, x.stranger())
	bystander.Show("v0", camera, packet.Layer{Temporal: 127}, false)
	for i := range 10 {
		x.live(camera, picture(t, 4*maxPackets+i, i == 0))
	}
	x.run(33 * ms)
	if went := x.went(); went != strings.Repeat("b", 10) || len(good.sent) != 10 {
		t.Errorf("went to %s", went)
	}
}

// void takes everything.
type void struct{ post }

func (*void) send(_ *Batch, bundles []bundle) (int, error) { return len(bundles), nil }

func TestExpressFanOutDoesNotAllocate(t *testing.T) {
	for _, test := range []struct {
		name  string
		slots int
		real  bool // socket and cipher
	}{{"1 slot", 1, false}, {"50 slots", 50, false}, {"500 slots", 500, false}, {"50 slots that are encrypted and sent", 50, true}} {
		t.Run(test.name, func(t *testing.T) {
			x := newExpress(t)
			socket, sink := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
			if !test.real {
				x.shard.batches[x.nowhere] = newBatch(&void{}, maxSegments, &socket.counts)
			}
			camera := x.camera(1)
			for i := range test.slots {
				var cipher Cipher = &plain{}
				if test.real {
					var err error
					if cipher, err = srtp.CreateContext(make([]byte, 16), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm); err != nil {
						t.Fatal(err)
					}
				}
				peer := x.peer(cipher, 1, x.stranger())
				if test.real {
					x.run(0)
					peer.route.Move(socket, sink.Address())
				}
				peer.Show("v0", camera, packet.Layer{Temporal: 127}, false)
				if i%maxBundles == 0 {
					x.run(0)
				}
			}
			x.live(camera, picture(t, 0, true))
			x.run(ms)
			pictures := make([]*packet.Packet, 200)
			for i := range pictures {
				pictures[i] = picture(t, i+1, false)
			}
			came, next := make([]message, 3), 0
			before := socket.counts.batched.Load()
			allocations := testing.AllocsPerRun(20, func() {
				x.now = x.now.Add(33 * ms)
				for i := range came {
					came[i] = message{feed: camera, packet: pictures[next]}
					next++
				}
				x.shard.pass(x.now, came)
				x.shard.flush()
			})
			if sent := socket.counts.batched.Load() - before; sent != uint64(21*3*test.slots) { //nolint:gosec // thousands
				t.Fatalf("%d packets of %d left", sent, 21*3*test.slots)
			}
			if allocations != 0 {
				t.Errorf("%v allocations for three packets", allocations)
			}
		})
	}
}
