package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// bystanders are two people whose call must not notice what a third one does.
type bystanders struct{ ada, grace *bot }

func (m *meeting) bystanders() bystanders {
	m.t.Helper()
	b := bystanders{m.enter("Ada").publish(camera(), microphone(30)), m.enter("Grace").receive(client.Slots{Audio: 1, Video: 1})}
	b.grace.wish(180, b.ada.id)
	b.grace.picture(b.grace.video(0), 0, b.grace.number(b.ada.id, message.Camera), 180)
	return b
}

func (b bystanders) undisturbed() {
	b.ada.m.t.Helper()
	sound, video := b.grace.down.MIDs(message.AudioSlot)[0], b.grace.video(0)
	b.grace.flows(20, sound, video)
	b.grace.unbroken(sound)
	b.grace.unbroken(video)
}

// refused fails the test unless err is the server's refusal.
func refused(t *testing.T, what string, err error, codes ...message.Code) {
	t.Helper()
	var e message.Error
	if !errors.As(err, &e) || !slices.Contains(codes, e.Code) {
		t.Errorf("%s: %v, want one of %v", what, err, codes)
	}
}

const sdpHead = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
	"a=fingerprint:sha-256 AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99\r\n" +
	"a=group:BUNDLE 0 1\r\n"

func sdpLine(kind, mid, direction, codec string) string {
	return "m=" + kind + " 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:" + mid + "\r\na=" + direction +
		"\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=rtpmap:96 " + codec + "\r\n"
}

func TestBadOffersAreRefusedAndDisturbNobody(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	b := m.bystanders()
	var many strings.Builder
	var slots []message.DownSlot
	for n := range 1000 {
		mid := fmt.Sprint(n)
		many.WriteString("m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:" + mid + "\r\na=recvonly\r\n")
		slots = append(slots, message.DownSlot{MID: mid, Kind: message.AudioSlot})
	}
	up := func(sdp string) message.WebRTCOffer {
		return message.WebRTCOffer{PC: message.Up, SDP: sdp, Sources: []message.UpSource{{MID: "0", Source: message.Camera}}}
	}
	down := func(sdp string, slots ...message.DownSlot) message.WebRTCOffer {
		return message.WebRTCOffer{PC: message.Down, SDP: sdp, Slots: slots}
	}
	video := message.DownSlot{MID: "0", Kind: message.VideoSlot}
	for name, offer := range map[string]message.WebRTCOffer{
		"empty":                   up(""),
		"garbage":                 up("\x00\x01 hello \xff"),
		"garbage downstream":      down("v=0\r\nm=", video),
		"no m-line":               up(sdpHead),
		"unknown codec":           up(sdpHead + sdpLine("video", "0", "sendonly", "H999/90000")),
		"unknown codec, slots":    down(sdpHead+sdpLine("video", "0", "recvonly", "H999/90000"), video),
		"a name without m-line":   down(sdpHead+sdpLine("video", "0", "recvonly", "VP8/90000"), video, message.DownSlot{MID: "7", Kind: message.VideoSlot}),
		"duplicate mids":          up(sdpHead + sdpLine("video", "0", "sendonly", "VP8/90000") + sdpLine("video", "0", "sendonly", "VP8/90000")),
		"a data channel":          up(sdpHead + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\na=sctp-port:5000\r\n"),
		"a thousand m-lines":      down(sdpHead+many.String(), slots...),
		"a thousand m-lines, two": down(sdpHead+many.String(), slots[:2]...),
	} {
		hostile := m.enter("Mallory")
		_, err := hostile.Request(m.ctx, offer)
		refused(t, name, err, message.BadSDP, message.BadMessage, message.TooLarge)
		// The refusal costs the peer nothing: a good offer is answered.
		hostile.receive(client.Slots{Audio: 1})
		hostile.Close()
	}
	b.undisturbed()
}

func TestGarbageInMediaReachesNobody(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	b := m.bystanders()
	hostile := m.enter("Mallory").publish(client.Track{Source: message.Camera, Feed: client.NewPattern(15, sizes[0])})
	viewer := m.enter("Alan").receive(client.Slots{Video: 1})
	viewer.wish(90, hostile.id)
	viewer.flows(5, viewer.video(0))
	stream := hostile.up.Streams()[0]
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		p := make([]byte, n)
		for i := range p {
			p[i] = byte(random.Uint32())
		}
		return p
	}
	for n := range 300 {
		payload := noise(random.IntN(60))
		if n%3 == 0 {
			// A descriptor that promises more than there is.
			payload = []byte{0x80, 0xf0, 0x80, 0x01}[:random.IntN(5)]
		}
		h := &rtp.Header{Version: 2, SSRC: stream.SSRC, PayloadType: stream.PayloadType, SequenceNumber: uint16(random.Uint32()), Timestamp: random.Uint32()}
		switch n % 5 {
		case 1:
			h.PayloadType = uint8(random.IntN(128))
		case 2:
			h.SSRC, h.PayloadType = stream.RTX, stream.PayloadType+1
		case 3:
			h.Extension, h.ExtensionProfile = true, 0xbede
			_ = h.SetExtension(uint8(1+random.IntN(14)), noise(1+random.IntN(16)))
		case 4:
			h.CSRC = []uint32{random.Uint32(), random.Uint32()}
		}
		if err := hostile.up.Inject(h, payload); err != nil {
			t.Fatal(err)
		}
	}
	slot := m.slotSSRC(viewer)
	for range 20 {
		var pairs []rtcp.NackPair
		for range 50 {
			pairs = append(pairs, rtcp.NackPair{PacketID: uint16(random.Uint32()), LostPackets: rtcp.PacketBitmap(random.Uint32())})
		}
		err := viewer.down.InjectRTCP(
			&rtcp.TransportLayerNack{MediaSSRC: slot, Nacks: pairs},
			&rtcp.TransportLayerNack{MediaSSRC: random.Uint32(), Nacks: pairs},
			&rtcp.FullIntraRequest{MediaSSRC: slot, FIR: []rtcp.FIREntry{{SSRC: slot}, {SSRC: random.Uint32()}}},
			&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: slot, LastSenderReport: random.Uint32(), Delay: random.Uint32()}}},
			&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: 1, SSRCs: []uint32{slot}},
			&rtcp.Goodbye{Sources: []uint32{slot}})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Bytes that are not even SRTP, from a stranger.
	for _, network := range []string{"udp", "tcp"} {
		stranger, err := net.Dial(network, m.mediaAddress())
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if _, err := stranger.Write(noise(1 + random.IntN(200))); err != nil {
				break // the server hung up, as it may
			}
		}
		_ = stranger.Close()
	}
	b.undisturbed()
	// The hostile one may have ruined its own stream, not its connection.
	viewer.wish(90, b.ada.id)
	viewer.picture(viewer.video(0), 0, viewer.number(b.ada.id, message.Camera), 90)
}

// mediaAddress is where the server takes media, as it says itself.
func (m *meeting) mediaAddress() string {
	m.t.Helper()
	offer := message.WebRTCOffer{
		PC: message.Down, SDP: sdpHead + sdpLine("video", "0", "recvonly", "VP8/90000"),
		Slots: []message.DownSlot{{MID: "0", Kind: message.VideoSlot}},
	}
	reply, err := m.enter("Curious").Request(m.ctx, offer)
	if err != nil {
		m.t.Fatal(err)
	}
	answer, ok := reply.(message.WebRTCAnswer)
	if !ok {
		m.t.Fatalf("the server answered %T", reply)
	}
	for line := range strings.Lines(answer.SDP) {
		if fields := strings.Fields(line); strings.HasPrefix(line, "a=candidate:") && fields[2] == "udp" {
			return net.JoinHostPort(fields[4], fields[5])
		}
	}
	m.t.Fatalf("no candidate in %s", answer.SDP)
	return ""
}

func (m *meeting) slotSSRC(b *bot) uint32 {
	m.t.Helper()
	packets := b.packets(b.video(0))
	if len(packets) == 0 {
		m.t.Fatal("nothing came yet")
	}
	return packets[0].SSRC
}

func TestAFloodOfStreamsEndsThatPeerAlone(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	b := m.bystanders()
	hostile := m.enter("Mallory").publish(camera())
	for n := range uint32(2000) {
		h := &rtp.Header{Version: 2, SSRC: 1_000_000 + n, PayloadType: 96}
		if err := hostile.up.Inject(h, []byte{0x10, 0, 0, 0}); err != nil {
			break // closed already
		}
	}
	m.until("the server to say that the media is closed", func() bool {
		hostile.mu.Lock()
		defer hostile.mu.Unlock()
		return slices.Contains(hostile.refusals, message.MediaClosed)
	})
	if !strings.Contains(m.log.String(), "too_many_streams") {
		t.Error("the log does not say why")
	}
	b.undisturbed()
	m.until("the others to see nothing more of it", func() bool { return b.grace.listed(hostile.id, message.Camera) == 0 })
	// The person may come back with media that behaves.
	hostile.publish(camera())
	b.grace.wish(90, hostile.id)
	b.grace.picture(b.grace.video(0), 0, b.grace.number(hostile.id, message.Camera), 90)
}
