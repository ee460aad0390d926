package transport

import (
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// ingress keeps what arrives.
type ingress struct {
	mu      sync.Mutex
	streams []sfu.StreamID
	packets chan packet.Raw
}

func (i *ingress) Stream(id sfu.StreamID) sfu.Stream {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.streams = append(i.streams, id)
	return i
}

func (i *ingress) Receive(_ time.Time, p packet.Raw) {
	p.Payload = append([]byte(nil), p.Payload...)
	p.Dependency = append([]byte(nil), p.Dependency...)
	select {
	case i.packets <- p:
	default:
	}
}

func (i *ingress) Arrived(time.Time, packet.SSRC, uint16)              {}
func (i *ingress) SenderReport(time.Time, packet.SSRC, uint64, uint32) {}
func (i *ingress) Ended(string)                                        {}

// egressRecorder keeps what a receiver says.
type egressRecorder struct {
	lines    chan egress.Line
	feedback chan *rtcp.TransportLayerCC
	reports  chan []rtcp.ReceptionReport
}

func (e *egressRecorder) Ready(_ string, line egress.Line)                   { e.lines <- line }
func (e *egressRecorder) Nack(packet.SSRC, []uint16)                         {}
func (e *egressRecorder) KeyFrame(packet.SSRC)                               {}
func (e *egressRecorder) Feedback(_ time.Time, f *rtcp.TransportLayerCC)     { e.feedback <- f }
func (e *egressRecorder) Report(_ time.Time, reports []rtcp.ReceptionReport) { e.reports <- reports }
func (e *egressRecorder) Ended(string)                                       {}

func next[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("it never came")
		panic("unreachable")
	}
}

// connected waits until the client can send.
func (c *client) connected(do func()) {
	c.t.Helper()
	done := make(chan struct{})
	c.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			close(done)
		}
	})
	do()
	next(c.t, done)
}

func TestAStreamChangesItsCodecOnTheWay(t *testing.T) {
	in := &ingress{packets: make(chan packet.Raw, 100)}
	up := upstreamOf(t, in)
	c := newClient(t)
	writer := &anyTrack{kind: webrtc.RTPCodecTypeVideo, bound: make(chan webrtc.TrackLocalContext, 1)}
	if _, err := c.pc.AddTransceiverFromTrack(writer, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
		t.Fatal(err)
	}
	c.connected(func() { c.exchange(up.Answer) })
	context := next(t, writer.bound)
	ids := map[string]uint8{}
	for _, e := range context.HeaderExtensions() {
		ids[e.URI] = uint8(e.ID) //nolint:gosec // below 256
	}
	for i, step := range []struct {
		payload uint8
		want    codec.Kind
	}{{100, codec.VP8}, {112, codec.AV1}, {102, codec.VP9}, {110, codec.H264}, {116, codec.Unknown}, {100, codec.VP8}} {
		header := rtp.Header{Version: 2, PayloadType: step.payload, SSRC: uint32(context.SSRC()), SequenceNumber: uint16(i)} //nolint:gosec // a handful
		if err := header.SetExtension(ids[dependencyURI], []byte{0x80, 0, byte(i)}); err != nil {
			t.Fatal(err)
		}
		if err := header.SetExtension(ids[orientationURI], []byte{1}); err != nil {
			t.Fatal(err)
		}
		if err := header.SetExtension(ids[captureTimeURI], []byte{1, 2, 3, 4, 5, 6, 7, 8}); err != nil {
			t.Fatal(err)
		}
		if _, err := context.WriteStream().WriteRTP(&header, []byte{0x10, 1, 2, 3}); err != nil {
			t.Fatal(err)
		}
		if step.want == codec.Unknown {
			continue // H.265, which nobody granted
		}
		p := next(t, in.packets)
		if p.Codec != step.want || p.SequenceNumber != uint16(i) { //nolint:gosec // a handful
			t.Fatalf("packet %d arrived as %s of number %d", i, p.Codec, p.SequenceNumber)
		}
		if len(p.Dependency) != 3 || p.Dependency[2] != byte(i) || !p.HasRotation || p.Rotation != 1 || p.CaptureTime != 0x0102030405060708 {
			t.Errorf("packet %d arrived with %+v", i, p)
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.streams) != 1 || in.streams[0].Codec != codec.VP8 {
		t.Errorf("streams %+v", in.streams)
	}
}

// receive joins a client that receives one audio and one video slot.
func receive(t *testing.T, recorder *egressRecorder) (*client, *sdp.SessionDescription) {
	t.Helper()
	recorder.lines = make(chan egress.Line, 2)
	recorder.feedback = make(chan *rtcp.TransportLayerCC, 10)
	recorder.reports = make(chan []rtcp.ReceptionReport, 100)
	down, err := newTransport(t).NewDownstream(recorder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(down.Close)
	c := newClient(t)
	c.add(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionRecvonly)
	c.add(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionRecvonly)
	var answer *sdp.SessionDescription
	c.connected(func() {
		answer = c.exchange(func(offer string) (string, error) {
			return down.Answer(offer, []sfu.SlotSpec{{MID: "0", Kind: sfu.AudioSlot}, {MID: "1", Kind: sfu.VideoSlot}})
		})
	})
	waitForRTT(t, down)
	return c, answer
}

// waitForRTT asks until the first STUN check has been measured.
func waitForRTT(t *testing.T, down sfu.Downstream) {
	t.Helper()
	for end := time.Now().Add(patience); down.RTT() == 0; <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the round trip was never measured")
		}
	}
	if rtt := down.RTT(); rtt < 0 || rtt > patience {
		t.Errorf("a round trip of %v", rtt)
	}
}

func TestASlotHasEveryCodecAndExtension(t *testing.T) {
	recorder := &egressRecorder{}
	receive(t, recorder)
	for range 2 {
		line := next(t, recorder.lines)
		if line.AudioLevel != 0 { // the audio slot
			if line.TransportCC == 0 || line.Payloads[codec.Opus].Media != 109 || line.Payloads[codec.RED].Media != 66 {
				t.Errorf("audio: %+v", line)
			}
			continue
		}
		if line.TransportCC == 0 || line.Dependency == 0 || line.PlayoutDelay == 0 || line.Orientation == 0 {
			t.Errorf("video: %+v", line)
		}
		for kind, payload := range map[codec.Kind]uint8{codec.VP8: 100, codec.VP9: 102, codec.H264: 110, codec.AV1: 112} {
			if got := line.Payloads[kind]; got != (egress.PayloadTypes{Media: payload, RTX: payload + 1}) {
				t.Errorf("%s: %+v", kind, got)
			}
		}
	}
}

func TestWhatAReceiverReportsArrivesOnce(t *testing.T) {
	recorder := &egressRecorder{}
	c, _ := receive(t, recorder)
	first, second := next(t, recorder.lines), next(t, recorder.lines)
	feedback := &rtcp.TransportLayerCC{
		MediaSSRC: uint32(first.SSRC), BaseSequenceNumber: 7, PacketStatusCount: 2, ReferenceTime: 1, FbPktCount: 3,
		PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: 2}},
		RecvDeltas: []*rtcp.RecvDelta{
			{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 250}, {Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 500},
		},
	}
	feedback.Header = rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5}
	report := &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: uint32(first.SSRC), FractionLost: 1}, {SSRC: uint32(second.SSRC), FractionLost: 2}}}
	if err := c.pc.WriteRTCP([]rtcp.Packet{report, feedback}); err != nil {
		t.Fatal(err)
	}
	got := next(t, recorder.feedback)
	if got.BaseSequenceNumber != 7 || got.FbPktCount != 3 || len(got.RecvDeltas) != 2 || got.RecvDeltas[1].Delta != 500 {
		t.Errorf("feedback %+v", got)
	}
	if reports := next(t, recorder.reports); len(reports) != 2 || reports[0].FractionLost != 1 || reports[1].FractionLost != 2 {
		t.Errorf("reports %+v", reports)
	}
	// What comes later is behind what came before: so nothing came twice.
	feedback.FbPktCount = 4
	if err := c.pc.WriteRTCP([]rtcp.Packet{feedback}); err != nil {
		t.Fatal(err)
	}
	if got := next(t, recorder.feedback); got.FbPktCount != 4 || len(recorder.reports) != 0 {
		t.Errorf("feedback %d, %d more reports", got.FbPktCount, len(recorder.reports))
	}
}
