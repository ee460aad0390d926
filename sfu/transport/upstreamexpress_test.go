package transport

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// told is an ingress that keeps sender reports too.
type told struct {
	ingress
	reports chan uint32 // timestamps
}

func (i *told) SenderReport(_ time.Time, _ packet.SSRC, _ uint64, timestamp uint32) {
	i.reports <- timestamp
}

// studio is a publisher of one voice.
type studio struct {
	t         *testing.T
	transport *Transport
	up        *upstream
	client    *client
	in        *told
	track     webrtc.TrackLocalContext
}

func newStudio(t *testing.T, transport *Transport) *studio {
	t.Helper()
	s := &studio{
		t: t, transport: transport, client: newClient(t),
		in: &told{ingress{packets: make(chan packet.Raw, 1000)}, make(chan uint32, 10)},
	}
	up, err := transport.NewUpstream(s.in)
	if err != nil {
		t.Fatal(err)
	}
	s.up = up.(*upstream) //nolint:forcetypeassert // there is one kind
	t.Cleanup(up.Close)
	voice := &anyTrack{kind: webrtc.RTPCodecTypeAudio, bound: make(chan webrtc.TrackLocalContext, 1)}
	if _, err := s.client.pc.AddTransceiverFromTrack(voice, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	s.client.connected(func() { s.client.exchange(up.Answer) })
	s.track = next(t, voice.bound)
	return s
}

// says sends a packet and reports which number arrived.
func (s *studio) says(number uint16) uint16 {
	s.t.Helper()
	header := rtp.Header{
		Version: 2, PayloadType: uint8(s.track.CodecParameters()[0].PayloadType), SSRC: uint32(s.track.SSRC()), SequenceNumber: number,
	}
	if _, err := s.track.WriteStream().WriteRTP(&header, []byte{1, 2, 3}); err != nil {
		s.t.Fatal(err)
	}
	return next(s.t, s.in.packets).SequenceNumber
}

func (s *studio) socket() egress.SocketSnapshot { return s.transport.sockets[0].Snapshot() }

// What a publisher sends is read where it arrives, media and reports, over the wrap of its numbers.
func TestWhatAPublisherSendsGoesPastPion(t *testing.T) {
	s := newStudio(t, newTransport(t))
	number := uint16(65_000)
	for s.socket().Diverted == 0 { // until the server has seen, too, that it is connected
		if got := s.says(number); got != number {
			t.Fatalf("%d arrived in place of %d", got, number)
		}
		number++
	}
	before := s.socket().Diverted
	const more = 1000
	for range more + 1 { // a packet is counted after it was handed on, so the last may not be yet
		if got := s.says(number); got != number {
			t.Fatalf("%d arrived in place of %d", got, number)
		}
		number++
	}
	if past := s.socket().Diverted - before; past < more {
		t.Errorf("%d of %d packets went past pion", past, more)
	}
	for i := range uint32(2) {
		if err := s.client.pc.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{SSRC: uint32(s.track.SSRC()), RTPTime: i}}); err != nil {
			t.Fatal(err)
		}
		if got := next(t, s.in.reports); got != i {
			t.Errorf("report %d arrived in place of %d", got, i)
		}
	}
	s.up.Close()
	if n := s.socket().Takers; n != 0 {
		t.Errorf("%d takers stay behind", n)
	}
}

// Without a way past it pion serves.
func TestAPublisherIsServedByPion(t *testing.T) {
	transport := newTransport(t)
	transport.express = false
	s := newStudio(t, transport)
	for number := range uint16(100) {
		if got := s.says(number); got != number {
			t.Fatalf("%d arrived in place of %d", got, number)
		}
	}
	if n := s.socket().Diverted; n != 0 {
		t.Errorf("%d packets went past pion", n)
	}
}

// cipher is a fresh one, for sending or receiving with keys that all tests share.
func cipher(t *testing.T) *srtp.Context {
	t.Helper()
	c, err := srtp.CreateContext(make([]byte, 16), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm, srtp.SRTPReplayProtection(replayWindow))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each stream costs state, so there cannot be any number of them, whatever they carry.
func TestStreamsWithoutEndAreNotKept(t *testing.T) {
	const many = 1000
	sender, receiver, in := cipher(t), cipher(t), &counter{}
	e := &express{in: receiver, takers: takers{
		control: func(time.Time, []byte) {}, media: func(time.Time, uint32, []byte) {}, admit: newBuffers(in).admit,
	}}
	for ssrc := range uint32(many) {
		voice, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 127, SSRC: ssrc}, Payload: []byte("said")}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if voice, err = sender.EncryptRTP(nil, voice, nil); err != nil {
			t.Fatal(err)
		}
		e.takeMedia(time.Now(), voice)
		report, err := (&rtcp.ReceiverReport{SSRC: ssrc}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if report, err = sender.EncryptRTCP(nil, report, nil); err != nil {
			t.Fatal(err)
		}
		e.takeControl(time.Now(), report)
	}
	streams, speakers := 0, 0
	for ssrc := range uint32(many) {
		if _, kept := receiver.ROC(ssrc); kept {
			streams++
		}
		if _, kept := receiver.Index(ssrc); kept {
			speakers++
		}
	}
	if streams > maxUnknownStreams+1 || speakers != maxSpeakers {
		t.Errorf("state of %d streams and %d speakers is kept, at most %d and %d may be", streams, speakers, maxUnknownStreams+1, maxSpeakers)
	}
	if !slices.Equal(in.reasons, []string{sfu.ReasonTooManyStreams}) {
		t.Errorf("the connection ended for %q", in.reasons)
	}
}

// A stream whose number of rollovers pion alone knows stays with it; what was forged or comes again does not go there.
func TestWhatIsLeftToPion(t *testing.T) {
	sender, taken := cipher(t), 0
	everything := func(uint32) bool { return true }
	e := &express{in: cipher(t), takers: takers{media: func(time.Time, uint32, []byte) { taken++ }, admit: everything}}
	seal := func(ssrc uint32, number uint16, rollovers uint32) []byte {
		plain, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: ssrc, SequenceNumber: number}, Payload: []byte("said")}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		sender.SetROC(ssrc, rollovers)
		sealed, err := sender.EncryptRTP(nil, plain, nil)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	first := seal(1, 7, 0)
	forged := append([]byte(nil), seal(1, 8, 0)...)
	binary.BigEndian.PutUint16(forged[2:], 9)
	for _, test := range []struct {
		name     string
		datagram []byte
		ours     bool
		taken    int
	}{
		{"the first packet", first, true, 1},
		{"the same again", first, true, 1},
		{"a forged one", forged, true, 1},
		{"a stream that has wrapped before", seal(2, 3, 1), false, 1},
		{"its next packet", seal(2, 4, 1), false, 1},
	} {
		if ours := e.takeMedia(time.Now(), test.datagram); ours != test.ours || taken != test.taken {
			t.Errorf("%s: taken %v, %d in all; want %v, %d", test.name, ours, taken, test.ours, test.taken)
		}
	}
}
