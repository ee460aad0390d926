package egress

import (
	"encoding/binary"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/mailbox"
)

const (
	pictureParts = 9                     // packets of a picture …
	pictureTime  = 32 * time.Millisecond // … of 280 packets a second, 2.5 Mbit/s
	payloadSize  = 1100
	feedbacks    = 20  // a second, by each viewer
	nackedOne    = 100 // of so many packets one is asked for again
)

// rig is a shard with viewers as the server has them: each with a route, an estimate, a pacer, and control packets that
// come encrypted to a socket. A rig has a clock of its own, so that a history is as long as it would be in a call.
type rig struct {
	b         *testing.B
	shard     *Shard
	feed      *Feed
	media     *Socket
	control   *Socket
	viewers   []*viewer
	camera    camera
	now       time.Time
	said      time.Time // of the latest housekeeping
	frames    int
	parts     int // of a picture
	tally     tally
	inject    *injector
	receivers *receiving // nil if nobody receives
	reading   sync.WaitGroup
}

// viewer is a receiving connection, from both ends.
type viewer struct {
	rig       *rig
	peer      *Peer
	slot      *Slot
	estimator *estimate.Estimator
	reading   *srtp.Context // of its control packets
	header    rtcp.Header
	plain     []byte
	first     uint16 // number of its first media packet
	due       float64
}

func (*viewer) WriteRTCP([]rtcp.Packet) error     { return nil }
func (*viewer) Waiting(time.Time, time.Duration)  {}
func (*viewer) Shows(string, *Feed, packet.Layer) {}
func (*viewer) Clocked(string, uint64, uint32)    {}
func (*viewer) Strained(shed.Level)               {}
func (v *viewer) Failed()                         { v.rig.b.Error("a peer failed") }
func (v *viewer) Arrived(now time.Time, results []estimate.Result) {
	v.estimator.Feedback(now, results)
}

// take is what the transport does with a control packet in the socket's reader.
func (v *viewer) take(_ time.Time, datagram []byte) bool {
	plain, err := v.reading.DecryptRTCP(v.plain[:0], datagram, &v.header)
	if err != nil {
		v.rig.b.Error("a control packet was not decrypted:", err)
		return true
	}
	v.plain = plain
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		v.rig.b.Error("a control packet was not read:", err)
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.TransportLayerCC:
			v.peer.Feedback(p)
		case *rtcp.TransportLayerNack:
			var numbers []uint16
			for _, pair := range p.Nacks {
				numbers = append(numbers, pair.PacketList()...)
			}
			v.peer.Nack(packet.SSRC(p.MediaSSRC), numbers)
		}
	}
	return true
}

// benchAddress is where media comes from; it goes to the addresses after it. In a network namespace with an ifb device
// (task bench:egress) nothing but sending is measured, on loopback the kernel's receiving too.
const benchAddress = "PLENUM_BENCH_ADDRESS"

func benchSocket(b *testing.B, at netip.Addr) *Socket {
	b.Helper()
	socket, err := ListenUDP(netip.AddrPortFrom(at, 0))
	if err != nil {
		b.Fatal(err)
	}
	return socket
}

// newRig has viewers at to, or at the addresses that follow the rig's own if there are none.
func newRig(b *testing.B, viewers, parts int, to []netip.AddrPort) *rig {
	b.Helper()
	from := netip.MustParseAddr("127.0.0.1")
	if text := os.Getenv(benchAddress); text != "" && to == nil {
		from = netip.MustParseAddr(text)
	}
	s, _ := still()
	s.box = mailbox.New[message](messageLimit)
	r := &rig{b: b, parts: parts, shard: s, media: benchSocket(b, from), control: benchSocket(b, netip.MustParseAddr("127.0.0.1")), now: time.Now()}
	r.tally.sender = r.media.newSender()
	r.shard.batches[r.media] = newBatch(&r.tally, maxSegments, &r.media.counts)
	r.feed = NewFeed(1, 7, codec.VP8, 1, 1024, 0, nobody{})
	r.camera = camera{feed: r.feed, parts: parts}
	next := from
	for i := range viewers {
		if next = next.Next(); to == nil || i >= len(to) {
			to = append(to, netip.AddrPortFrom(next, 40000))
		}
		r.join(i, to[i])
	}
	r.inject = newInjector(r)
	r.reading.Go(r.read)
	b.Cleanup(r.close)
	r.film(1)
	for _, v := range r.viewers {
		v.first = v.slot.last.sequence
	}
	return r
}

func keyOf(viewer int) []byte { return binary.BigEndian.AppendUint64(make([]byte, 8), uint64(viewer)) } //nolint:gosec // a number

func context(b *testing.B, viewer int) *srtp.Context {
	b.Helper()
	c, err := srtp.CreateContext(keyOf(viewer), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (r *rig) join(i int, to netip.AddrPort) {
	v := &viewer{rig: r, estimator: estimate.New(estimate.Default()), reading: context(r.b, i), due: float64(i%7) / 7}
	v.peer = newPeer(r.shard, v)
	r.shard.peers[v.peer] = struct{}{}
	sealer, err := NewSealer(keyOf(i), make([]byte, nonceSize))
	if err != nil {
		r.b.Fatal(err)
	}
	route := NewRoute(sealer)
	route.Move(r.media, to)
	v.slot = v.peer.open("0", true, Line{
		SSRC: packet.SSRC(2*i + 1), RTX: packet.SSRC(2*i + 2), TransportCC: 3, Route: route, //nolint:gosec // a number
		Payloads: map[codec.Kind]PayloadTypes{codec.VP8: {Media: 96, RTX: 97}},
	})
	v.peer.link = Link{Rate: 20_000_000, RTT: 20 * time.Millisecond, RepairShare: 0.5}
	v.peer.pacer.SetRate(v.peer.link.Rate)
	v.slot.setLink(v.peer.link)
	v.slot.show(r.now, r.feed, packet.Layer{Temporal: 127}, MaxLayers)
	r.shard.refresh(r.now, v.slot)
	r.viewers = append(r.viewers, v)
}

func (r *rig) close() {
	r.inject.close()
	_ = r.control.Close()
	_ = r.media.Close()
	r.reading.Wait()
}

// read is the reader of the control packets' socket.
func (r *rig) read() {
	buffer := make([]byte, 2000)
	for {
		if _, _, err := r.control.ReadFromAddrPort(buffer); err != nil {
			return
		}
	}
}

// film sends so many pictures, and does all that a shard's loop does.
func (r *rig) film(frames int) {
	for range frames {
		r.now = r.now.Add(pictureTime)
		r.picture(r.now)
		r.shard.pass(r.now, r.shard.box.Take())
		if r.now.Sub(r.said) >= reportInterval {
			r.said = r.now
			r.shard.housekeep(r.now)
		}
		r.shard.flush()
		r.frames++
		r.answer()
		if r.receivers != nil {
			r.receivers.wait(r.media.Snapshot().Sent)
		}
	}
}

// picture hands one over.
func (r *rig) picture(now time.Time) {
	for range r.parts {
		r.shard.Media(r.feed, r.camera.next(now))
	}
}

// live plays pictures as a camera does, to the shard's own loop, for a while.
func (r *rig) live(duration time.Duration) {
	tick := time.NewTicker(pictureTime)
	defer tick.Stop()
	for end := time.Now().Add(duration); time.Now().Before(end); {
		r.picture(<-tick.C)
		r.shard.box.Put(message{step: func(time.Time) {
			r.frames++
			r.answer()
		}})
	}
}

// begin starts the shard's own loop, on the clock on the wall.
func (r *rig) begin() {
	r.shard.stop = make(chan struct{})
	r.shard.done.Go(r.shard.loop)
	r.b.Cleanup(r.shard.Close)
}

// answer has those viewers speak whose turn it is.
func (r *rig) answer() {
	if r.inject == nil || r.frames < 3 {
		return
	}
	jobs := make([]job, 0, len(r.viewers))
	for i, v := range r.viewers {
		if v.due += feedbacks * pictureTime.Seconds(); v.due < 1 {
			continue
		}
		v.due--
		sent := v.slot.counts.Packets
		j := job{viewer: i, upTo: uint16(sent)} //nolint:gosec // cut
		// At 20 feedbacks for 280 packets, one in seven asks for a packet again.
		if each := nackedOne * feedbacks * pictureTime.Seconds() / float64(r.parts); (r.frames+i)%int(each+0.5) == 0 {
			j.nacks, j.nack = true, v.first+uint16((r.frames-2)*r.parts) //nolint:gosec // cut
		}
		jobs = append(jobs, j)
	}
	r.inject.jobs <- jobs
}

// sent is how many packets left, and fails the benchmark if some did not.
func (r *rig) sent() uint64 {
	snapshot := r.media.Snapshot()
	if snapshot.WriteErrors > 0 || snapshot.Dropped > 0 || snapshot.Unsegmented > 0 {
		r.b.Fatalf("not all was sent: %+v", snapshot)
	}
	return snapshot.Sent
}

// tally counts how packets leave.
type tally struct {
	sender
	segments [maxSegments + 1]int // messages, by how many packets they have
	calls    [maxBundles + 1]int  // by how many messages they have
}

func (t *tally) send(b *Batch, bundles []bundle) (int, error) {
	for i := range bundles {
		t.segments[bundles[i].packets]++
	}
	t.calls[len(bundles)]++
	return t.sender.send(b, bundles)
}

// camera makes the packets of pictures. It uses them again long after the last ring forgot them.
type camera struct {
	feed    *Feed
	parts   int
	packets [4096]packet.Packet
	made    int
}

func (c *camera) next(now time.Time) *packet.Packet {
	p := &c.packets[c.made%len(c.packets)]
	if p.Payload == nil {
		p.Payload = make([]byte, payloadSize+1)
	}
	number, part := c.made/c.parts, c.made%c.parts
	// The first five parts of a picture are a byte longer, as packetisers cut.
	p.Payload = p.Payload[:payloadSize+1-part/5]
	head := [...]byte{0x80, 0xe0, 0x80 | byte(number>>8)&0x7f, byte(number), byte(number), 0x20, 0x01}
	if part == 0 {
		head[0] |= 0x10
	}
	copy(p.Payload, head[:])
	p.Descriptor = codec.Descriptor{
		Size: 6, Start: part == 0, HasPictureID: true, LongPictureID: true, PictureID: uint16(number) & 0x7fff, //nolint:gosec // cut
		HasTL0: true, TL0: uint8(number), HasTID: true, //nolint:gosec // cut
	}
	if number == 0 && part == 0 {
		p.Payload[6] = 0
		p.Descriptor.Key, p.Descriptor.Width, p.Descriptor.Height = true, 1280, 720
	}
	p.Arrival, p.Seq, p.Timestamp = now, packet.Seq(1<<16+c.made), packet.Timestamp(1<<32+2880*number)
	p.Marker = part == c.parts-1
	c.made++
	c.feed.Put(p)
	return p
}

// processorTime that this process or this thread has used.
func processorTime(of int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(of, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
