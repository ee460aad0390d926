package client_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/message"
)

// answerer is the media half of a server: a stock pion peer that answers offers, keeps what arrives by source and
// RID, and sends what a test tells it to.
type answerer struct {
	t *testing.T

	mu       sync.Mutex
	up, down *webrtc.PeerConnection
	sources  map[string]message.Source // by mid
	slots    []*outgoing
	arrived  map[stream][]*rtp.Packet
	ssrc     map[stream]uint32
	resent   map[stream]int
	heard    []rtcp.Packet // on the downstream
}

type stream struct {
	source message.Source
	rid    string
}

// outgoing is one slot's stream.
type outgoing struct {
	t       *webrtc.RTPTransceiver
	kind    webrtc.RTPCodecType
	context webrtc.TrackLocalContext
	bound   chan struct{}
	rtxType uint8
	payload uint8
}

func newAnswerer(t *testing.T) *answerer {
	a := &answerer{t: t, arrived: map[stream][]*rtp.Packet{}, ssrc: map[stream]uint32{}, resent: map[stream]int{}}
	t.Cleanup(a.forget)
	return a
}

// forget closes both connections.
func (a *answerer) forget() {
	a.mu.Lock()
	up, down := a.up, a.down
	a.up, a.down, a.slots = nil, nil, nil
	a.mu.Unlock()
	for _, pc := range []*webrtc.PeerConnection{up, down} {
		if pc != nil {
			_ = pc.GracefulClose()
		}
	}
}

func (a *answerer) answer(m message.ClientMessage) message.ServerMessage {
	offer, ok := m.(message.WebRTCOffer)
	if !ok {
		return message.OK{}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var sdp string
	var err error
	if offer.PC == message.Up {
		sdp, err = a.answerUp(offer)
	} else {
		sdp, err = a.answerDown(offer)
	}
	if err != nil {
		a.t.Errorf("answer %s: %v", offer.PC, err)
		return message.Error{Code: message.BadSDP, Message: err.Error()}
	}
	return message.WebRTCAnswer{PC: offer.PC, SDP: sdp}
}

func (a *answerer) peer() (*webrtc.PeerConnection, error) {
	var e webrtc.MediaEngine
	if err := e.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(&e); err != nil {
		return nil, err
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		for _, uri := range []string{
			"urn:ietf:params:rtp-hdrext:sdes:mid", "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
			"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
		} {
			if err := e.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, err
			}
		}
	}
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	return webrtc.NewAPI(webrtc.WithMediaEngine(&e), webrtc.WithSettingEngine(s),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
}

func (a *answerer) answerUp(o message.WebRTCOffer) (string, error) {
	if a.up == nil {
		pc, err := a.peer()
		if err != nil {
			return "", err
		}
		a.up = pc
		pc.OnTrack(a.read)
	}
	a.sources = map[string]message.Source{}
	for _, s := range o.Sources {
		a.sources[s.MID] = s.Source
	}
	return respond(a.up, o.SDP, func() error { return nil })
}

func respond(pc *webrtc.PeerConnection, offer string, between func() error) (string, error) {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	if err := between(); err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

func (a *answerer) read(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	a.mu.Lock()
	key := stream{a.sources[receiver.RTPTransceiver().Mid()], track.RID()}
	a.ssrc[key] = uint32(track.SSRC())
	a.mu.Unlock()
	for {
		p, attributes, err := track.ReadRTP()
		if err != nil {
			return
		}
		a.mu.Lock()
		a.arrived[key] = append(a.arrived[key], p)
		if attributes.Get(webrtc.AttributeRtxSsrc) != nil {
			a.resent[key]++
		}
		a.mu.Unlock()
	}
}

func (a *answerer) answerDown(o message.WebRTCOffer) (string, error) {
	if a.down == nil {
		pc, err := a.peer()
		if err != nil {
			return "", err
		}
		a.down = pc
	}
	return respond(a.down, o.SDP, func() error {
		for _, t := range a.down.GetTransceivers() {
			if t.Sender() != nil {
				continue
			}
			out := &outgoing{t: t, kind: t.Kind(), bound: make(chan struct{})}
			sender, err := a.down.AddTrack(out)
			if err != nil {
				return err
			}
			a.slots = append(a.slots, out)
			go a.listen(sender)
		}
		return nil
	})
}

func (a *answerer) listen(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		a.mu.Lock()
		a.heard = append(a.heard, packets...)
		a.mu.Unlock()
	}
}

// packets returns what arrived of a stream so far.
func (a *answerer) packets(s stream) []*rtp.Packet {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.arrived[s])
}

func (a *answerer) resends(s stream) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.resent[s]
}

// tell sends RTCP about a stream of the upstream.
func (a *answerer) tell(s stream, packet func(ssrc uint32) rtcp.Packet) {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.up.WriteRTCP([]rtcp.Packet{packet(a.ssrc[s])}); err != nil {
		a.t.Error(err)
	}
}

// ready waits until the downstream can send: before that pion drops packets without a word.
func (a *answerer) ready() {
	a.t.Helper()
	until(a.t, "the downstream to connect", func() bool { return a.down.ConnectionState() == webrtc.PeerConnectionStateConnected })
}

// nacks are the numbers that the client asked for on the downstream.
func (a *answerer) nacks() []uint16 {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []uint16
	for _, p := range a.heard {
		if n, ok := p.(*rtcp.TransportLayerNack); ok {
			for _, pair := range n.Nacks {
				all = append(all, pair.PacketList()...)
			}
		}
	}
	return all
}

// send writes one packet of a slot, with its publication as CSRC; again sends it as RTX.
func (o *outgoing) send(publication uint32, sequence, rtx uint16, payload []byte, again bool) error {
	<-o.bound
	h := rtp.Header{Version: 2, SSRC: uint32(o.context.SSRC()), PayloadType: o.payload, SequenceNumber: sequence, CSRC: []uint32{publication}}
	if again {
		h.SSRC, h.PayloadType, h.SequenceNumber = uint32(o.context.SSRCRetransmission()), o.rtxType, rtx
		payload = append(binary.BigEndian.AppendUint16(nil, sequence), payload...)
	}
	_, err := o.context.WriteStream().WriteRTP(&h, payload)
	return err
}

func (o *outgoing) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	want := webrtc.MimeTypeVP8
	if o.kind == webrtc.RTPCodecTypeAudio {
		want = webrtc.MimeTypeOpus
	}
	var chosen webrtc.RTPCodecParameters
	for _, c := range t.CodecParameters() {
		if c.MimeType == want {
			chosen = c
		}
		if c.MimeType == webrtc.MimeTypeRTX {
			o.rtxType = uint8(c.PayloadType)
		}
	}
	if chosen.MimeType == "" {
		return chosen, errors.New("codec is missing")
	}
	o.context, o.payload = t, uint8(chosen.PayloadType)
	close(o.bound)
	return chosen, nil
}

func (o *outgoing) Unbind(webrtc.TrackLocalContext) error { return nil }
func (o *outgoing) ID() string                            { return "slot" }
func (o *outgoing) RID() string                           { return "" }
func (o *outgoing) StreamID() string                      { return "slot" }
func (o *outgoing) Kind() webrtc.RTPCodecType             { return o.kind }
