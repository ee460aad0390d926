package transport

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// stage is a receiver with a voice and a picture, from the shard to a client of pion's.
type stage struct {
	t         *testing.T
	transport *Transport
	down      *downstream
	shard     *egress.Shard
	peer      *egress.Peer
	client    *client
	voice     *egress.Feed
	camera    *egress.Feed
	came      map[string]chan media // by kind
	ready     chan string
	ended     chan string
	nacked    chan uint16
	lines     sync.Map // by MID
}

// media is a packet as the client's application gets it.
type media struct {
	ssrc     uint32
	sequence uint16
	payload  []byte
	again    bool
}

func (s *stage) Ready(mid string, line egress.Line) {
	s.lines.Store(mid, line)
	s.peer.Open(mid, mid == "1", line)
	s.ready <- mid
}

func (s *stage) Nack(ssrc packet.SSRC, numbers []uint16) {
	s.peer.Nack(ssrc, numbers)
	for _, n := range numbers {
		s.nacked <- n
	}
}

func (s *stage) KeyFrame(packet.SSRC)                           {}
func (s *stage) Feedback(_ time.Time, f *rtcp.TransportLayerCC) { s.peer.Feedback(f) }
func (s *stage) Report(time.Time, []rtcp.ReceptionReport)       {}
func (s *stage) Ended(reason string)                            { s.ended <- reason }
func (s *stage) WriteRTCP(packets []rtcp.Packet) error          { return s.down.WriteRTCP(packets) }
func (s *stage) Arrived(time.Time, []estimate.Result)           {}
func (s *stage) Waiting(time.Time, time.Duration)               {}
func (s *stage) Shows(string, *egress.Feed, packet.Layer)       {}
func (s *stage) Clocked(string, uint64, uint32)                 {}
func (s *stage) Strained(shed.Level)                            {}
func (s *stage) Failed()                                        { s.t.Error("the peer failed") }
func (s *stage) RequestKeyFrame(_ time.Time, _ uint64, _ int8)  {}
func (s *stage) Subscribe(*egress.Shard)                        {}
func (s *stage) Unsubscribe(*egress.Shard)                      {}

// newStage connects a client and has it shown a voice and a picture.
func newStage(t *testing.T, transport *Transport, adjust func(*webrtc.SettingEngine)) *stage {
	t.Helper()
	s := &stage{
		t: t, transport: transport, shard: egress.NewShard(slog.New(slog.DiscardHandler)), client: newClientWith(t, adjust),
		came:  map[string]chan media{"audio": make(chan media, 1<<17), "video": make(chan media, 1<<12)},
		ready: make(chan string, 2), ended: make(chan string, 10), nacked: make(chan uint16, 100),
	}
	t.Cleanup(s.shard.Close)
	s.peer = s.shard.NewPeer(s)
	down, err := transport.NewDownstream(s)
	if err != nil {
		t.Fatal(err)
	}
	s.down = down.(*downstream) //nolint:forcetypeassert // there is one kind
	t.Cleanup(s.down.Close)
	s.client.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { s.listen(track) })
	s.client.add(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly)
	s.client.add(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionRecvonly)
	s.client.exchange(func(offer string) (string, error) {
		return s.down.Answer(offer, []sfu.SlotSpec{{MID: "0", Kind: sfu.AudioSlot}, {MID: "1", Kind: sfu.VideoSlot}})
	})
	next(t, s.ready)
	next(t, s.ready)
	s.voice = egress.NewFeed(1, 101, codec.Opus, 1, 512, time.Second, s)
	s.camera = egress.NewFeed(2, 102, codec.VP8, 1, 512, time.Second, s)
	s.peer.Show("0", s.voice, packet.Layer{}, false)
	s.peer.Show("1", s.camera, packet.Layer{Temporal: 127}, false)
	return s
}

// listen passes on what a track brings.
func (s *stage) listen(track *webrtc.TrackRemote) {
	for {
		p, attributes, err := track.ReadRTP()
		if err != nil {
			return
		}
		again := attributes != nil && attributes.Get(webrtc.AttributeRtxSsrc) != nil
		s.came[track.Kind().String()] <- media{uint32(track.SSRC()), p.SequenceNumber, p.Payload, again}
	}
}

func (s *stage) say(number int) {
	p := &packet.Packet{
		Arrival: time.Now(), Seq: packet.Seq(1<<20 + number), Timestamp: packet.Timestamp(number),
		Payload: fmt.Appendf(nil, "said %d", number), Descriptor: codec.Descriptor{Start: true, Key: true},
	}
	s.voice.Put(p)
	s.shard.Media(s.voice, p)
}

func (s *stage) film(number int) {
	payload := append([]byte{0x90, 0xe0, 0x80 | byte(number>>8)&0x7f, byte(number), byte(number), 0x20, 0x01}, make([]byte, 900+number%5)...)
	if number == 0 {
		payload[6] = 0
		copy(payload[9:], []byte{0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01})
	}
	descriptor, err := codec.Parse(codec.VP8, payload)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &packet.Packet{
		Arrival: time.Now(), Seq: packet.Seq(1<<20 + number), Timestamp: packet.Timestamp(3000 * number), Marker: true,
		Payload: payload, Descriptor: descriptor,
	}
	s.camera.Put(p)
	s.shard.Media(s.camera, p)
}

// heard is the next of what was said, which must be that number.
func (s *stage) heard(number int) media {
	s.t.Helper()
	m := next(s.t, s.came["audio"])
	if want := fmt.Sprintf("said %d", number); string(m.payload) != want {
		s.t.Fatalf("heard %q, want %q", m.payload, want)
	}
	return m
}

// diverted waits until so many control packets were read on their arrival.
func (s *stage) diverted(want uint64) {
	s.t.Helper()
	for end := time.Now().Add(patience); ; <-time.After(time.Millisecond) {
		var n uint64
		for _, socket := range s.transport.sockets {
			n += socket.Snapshot().Diverted
		}
		if n >= want {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d control packets were read on arrival, want %d", n, want)
		}
	}
}

func (s *stage) takers() (n int) {
	for _, socket := range s.transport.sockets {
		n += socket.Snapshot().Takers
	}
	return n
}

// A client that knows nothing of us decrypts all that the shard has encrypted, numbers without a gap, and what it asks for
// again comes again, whichever profile it has.
func TestAClientDecryptsWhatGoesPastPion(t *testing.T) {
	for _, profile := range profiles {
		t.Run(srtp.ProtectionProfile(profile).String(), func(t *testing.T) {
			s := newStage(t, newTransport(t), func(e *webrtc.SettingEngine) { e.SetSRTPProtectionProfiles(profile) })
			if line, _ := s.lines.Load("1"); line.(egress.Line).Route == nil { //nolint:forcetypeassert // Ready stored it
				t.Fatal("it has no way past pion")
			}
			const packets = 60
			var last media
			for i := range packets {
				s.say(i)
				s.film(i)
				heard, seen := s.heard(i), next(t, s.came["video"])
				if i > 0 && (seen.sequence != last.sequence+1 || seen.again) {
					t.Fatalf("picture %d has number %d after %d", i, seen.sequence, last.sequence)
				}
				if len(seen.payload) != 907+i%5 || heard.ssrc == seen.ssrc {
					t.Fatalf("picture %d: %d bytes of stream %d", i, len(seen.payload), seen.ssrc)
				}
				last = seen
			}
			if err := s.client.pc.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
				MediaSSRC: last.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{last.sequence}),
			}}); err != nil {
				t.Fatal(err)
			}
			if asked := next(t, s.nacked); asked != last.sequence {
				t.Errorf("%d was asked for, want %d", asked, last.sequence)
			}
			s.diverted(1)
			// pion's reader looks for repairs only when media comes.
			var repair media
			for i := packets; !repair.again && i < 2*packets; i++ {
				s.film(i)
				repair = next(t, s.came["video"])
			}
			if !repair.again || repair.sequence != last.sequence || !bytes.Equal(repair.payload, last.payload) {
				t.Errorf("again came number %d (resent: %v), want %d", repair.sequence, repair.again, last.sequence)
			}
			snapshot := s.transport.Snapshot()
			if snapshot.ExpressPeers != 1 || snapshot.FallbackPeers != 0 || !snapshot.Express {
				t.Errorf("counted %+v", snapshot)
			}
			var sent uint64
			for _, socket := range snapshot.Sockets {
				sent += socket.Batched
			}
			if sent < 2*packets+1 {
				t.Errorf("%d packets left in batches", sent)
			}
		})
	}
}

// The rollover counter is nowhere on the wire: both sides count.
func TestNumbersWrapPastPion(t *testing.T) {
	s := newStage(t, newTransport(t), nil)
	const window = 60
	s.say(0)
	before, wrapped := s.heard(0), 0
	for said := 1; wrapped == 0 || said < wrapped+200; said += window {
		for i := range window {
			s.say(said + i)
		}
		for i := range window {
			m := s.heard(said + i)
			if m.sequence != before.sequence+1 {
				t.Fatalf("number %d after %d", m.sequence, before.sequence)
			}
			if m.sequence == 0 {
				wrapped = said + i
			}
			before = m
		}
	}
}

// Who can be reached over TCP alone is served by pion.
func TestAClientOverTCPAloneIsServedByPion(t *testing.T) {
	transport, err := New(Config{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, TCP: true}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	s := newStage(t, transport, func(e *webrtc.SettingEngine) { e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4}) })
	s.servedByPion()
	s.down.keys.mu.Lock()
	defer s.down.keys.mu.Unlock()
	if s.down.keys.masterSecret != nil {
		t.Error("the secret that nobody needs is kept")
	}
}

func (s *stage) servedByPion() {
	s.t.Helper()
	for i := range 20 {
		s.say(i)
		s.heard(i)
	}
	if line, _ := s.lines.Load("0"); line.(egress.Line).Route != nil { //nolint:forcetypeassert // Ready stored it
		s.t.Error("it has a way past pion")
	}
	if snapshot := s.transport.Snapshot(); snapshot.FallbackPeers != 1 || snapshot.ExpressPeers != 0 || s.takers() != 0 {
		s.t.Errorf("counted %+v", snapshot)
	}
}

// book is a log that a test reads.
type book struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *book) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// When an update of pion hides the keys, calls go on by its own means, and the operator can read why they cost more.
func TestASelfTestThatFailsLeavesMediaToPion(t *testing.T) {
	written := &book{}
	log := slog.New(slog.NewTextHandler(written, nil))
	fails := func(*ecdsa.PrivateKey) error { return errors.New("another exporter") }
	transport, err := open(Config{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, log, fails)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	if text := written.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "another exporter") || !strings.Contains(text, "pion") {
		t.Errorf("the log says %q", text)
	}
	if transport.Snapshot().Express {
		t.Error("the snapshot says otherwise")
	}
	newStage(t, transport, nil).servedByPion()
}

func TestTheLogSaysHowMediaLeaves(t *testing.T) {
	written := &book{}
	transport, err := New(Config{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, slog.New(slog.NewTextHandler(written, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	method := string(transport.sockets[0].Snapshot().Method)
	if text := written.String(); !strings.Contains(text, "level=INFO") || !strings.Contains(text, method) {
		t.Errorf("the log says %q, the socket sends by %s", text, method)
	}
}

// pairOf is a path through a socket to an address.
func pairOf(protocol webrtc.ICEProtocol, local, remote netip.AddrPort) *webrtc.ICECandidatePair {
	return &webrtc.ICECandidatePair{
		Local:  &webrtc.ICECandidate{Protocol: protocol, Address: local.Addr().String(), Port: local.Port()},
		Remote: &webrtc.ICECandidate{Protocol: protocol, Address: remote.Addr().String(), Port: remote.Port()},
	}
}

// A client that turns up at another address, or at another socket of ours, gets its media there.
func TestMediaFollowsTheConnection(t *testing.T) {
	transport, err := New(Config{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	s := newStage(t, transport, nil)
	s.say(0)
	s.heard(0)
	express := s.down.express
	for i, at := range []string{"127.0.0.1:0", "[::1]:0", "127.0.0.1:0", "127.0.0.1:0"} {
		elsewhere, err := egress.ListenUDP(netip.MustParseAddrPort(at))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = elsewhere.Close() })
		local := transport.sockets[0].Address()
		if elsewhere.Address().Addr().Is6() {
			local = transport.sockets[1].Address()
		}
		s.down.follow(express, pairOf(webrtc.ICEProtocolUDP, local, elsewhere.Address()))
		s.say(i + 1)
		late := time.AfterFunc(patience, func() { _ = elsewhere.Close() })
		buffer := make([]byte, 1500)
		n, from, err := elsewhere.ReadFromAddrPort(buffer)
		late.Stop()
		if err != nil || from != local || n < 40 || buffer[0]>>6 != 2 {
			t.Fatalf("%s: %d bytes from %v: %v", at, n, from, err)
		}
		// What the client still sends from where it was is heard, up to a bound.
		if want := min(i+2, maxPaths); s.takers() != want {
			t.Errorf("%s: control packets are read of %d addresses, not of %d", at, s.takers(), want)
		}
		if len(s.ended) != 0 {
			t.Fatalf("%s: the connection ended: %s", at, <-s.ended)
		}
	}
	// A pair of names, or of families that do not fit, is no path; nor is one over TCP.
	s.down.follow(express, pairOf(webrtc.ICEProtocolTCP, transport.sockets[0].Address(), netip.MustParseAddrPort("127.0.0.1:9")))
	if reason := next(t, s.ended); reason != reasonFailed {
		t.Errorf("it ended with %q", reason)
	}
	s.down.follow(express, pairOf(webrtc.ICEProtocolUDP, transport.sockets[0].Address(), netip.MustParseAddrPort("[::1]:9")))
	if reason := next(t, s.ended); reason != reasonFailed {
		t.Errorf("it ended with %q", reason)
	}
	s.down.Close()
	s.down.follow(express, pairOf(webrtc.ICEProtocolUDP, transport.sockets[0].Address(), netip.MustParseAddrPort("127.0.0.1:9")))
	if s.takers() != 0 || len(s.ended) != 0 {
		t.Errorf("after it closed: control packets of %d addresses are read, it ended %d times", s.takers(), len(s.ended))
	}
}

// Whatever order things happen in, a connection that is closed has nothing left on the sockets.
func TestAClosedConnectionLeavesNoTakerBehind(t *testing.T) {
	transport := newTransport(t)
	stages := []*stage{newStage(t, transport, nil), newStage(t, transport, nil)}
	for i, s := range stages {
		s.say(0)
		s.heard(0)
		if s.takers() != len(stages)-i {
			t.Fatalf("control packets of %d addresses are read", s.takers())
		}
		s.down.Close()
		if s.takers() != len(stages)-i-1 {
			t.Fatalf("control packets of %d addresses are read after one left", s.takers())
		}
	}
	s := newStage(t, transport, nil)
	s.down.mu.Lock()
	express := s.down.express
	s.down.canSend, s.down.express = false, nil
	s.down.mu.Unlock()
	express.close()
	s.down.Close()
	s.down.connected() // pion says so late
	if s.takers() != 0 || s.down.express != nil || transport.Snapshot().FallbackPeers != 0 {
		t.Errorf("a way was chosen for who is gone: %+v", transport.Snapshot())
	}
}
