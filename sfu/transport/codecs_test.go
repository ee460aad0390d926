package transport

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// browser is an engine with what a browser offers, some of it beyond what the server speaks.
func browser(t testing.TB) *webrtc.MediaEngine {
	t.Helper()
	engine := &webrtc.MediaEngine{}
	feedback := slices.Concat(videoFeedback, []webrtc.RTCPFeedback{{Type: "goog-remb"}})
	add := func(kind webrtc.RTPCodecType, payload uint8, mime, parameters string, clock uint32, channels uint16) {
		c := webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(payload), RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: mime, ClockRate: clock, Channels: channels, SDPFmtpLine: parameters,
		}}
		if kind == webrtc.RTPCodecTypeVideo && mime != webrtc.MimeTypeRTX {
			c.RTCPFeedback = feedback
		} else if mime == webrtc.MimeTypeOpus {
			c.RTCPFeedback = []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBTransportCC}}
		}
		if err := engine.RegisterCodec(c, kind); err != nil {
			t.Fatal(err)
		}
	}
	audio, video := webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo
	add(audio, 109, webrtc.MimeTypeOpus, "minptime=10;useinbandfec=1", 48000, 2)
	add(audio, 66, "audio/red", "109/109", 48000, 2)
	add(audio, 9, webrtc.MimeTypeG722, "", 8000, 0)
	for i, c := range []struct{ mime, parameters string }{
		{webrtc.MimeTypeVP8, ""},
		{webrtc.MimeTypeVP9, "profile-id=0"},
		{webrtc.MimeTypeVP9, "profile-id=2"},
		{webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"},
		{webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"},
		{webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e034"},
		{webrtc.MimeTypeAV1, "level-idx=5;profile=0;tier=0"},
		{webrtc.MimeTypeAV1, "level-idx=5;profile=1;tier=0"},
		{webrtc.MimeTypeH265, "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST"},
	} {
		payload := uint8(100 + 2*i) //nolint:gosec // a handful
		add(video, payload, c.mime, c.parameters, 90000, 0)
		add(video, payload+1, webrtc.MimeTypeRTX, fmt.Sprintf("apt=%d", payload), 90000, 0)
	}
	for kind, uris := range map[webrtc.RTPCodecType][]string{
		audio: append(slices.Clone(upAudio), sdp.ABSSendTimeURI),
		video: append(slices.Clone(upVideo), playoutDelayURI, sdp.ABSSendTimeURI),
	} {
		for _, uri := range uris {
			if err := engine.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				t.Fatal(err)
			}
		}
	}
	return engine
}

// What a browser's engine calls the codecs, so that a test can choose among them.
const (
	vp8, vp9, h264, av1 = "VP8", "VP9 0", "H264 1 42e034", "AV1 0"
)

func nameOf(c webrtc.RTPCodecParameters) string {
	name := strings.TrimPrefix(c.MimeType, "video/")
	for _, parameter := range []string{"profile-id", "packetization-mode", "profile-level-id", "profile"} {
		for each := range strings.SplitSeq(c.SDPFmtpLine, ";") {
			if value, ok := strings.CutPrefix(each, parameter+"="); ok {
				name += " " + value
			}
		}
	}
	return name
}

// client is the other end: a PeerConnection with a browser's codecs.
type client struct {
	t  testing.TB
	pc *webrtc.PeerConnection
}

func newClient(t testing.TB) *client {
	t.Helper()
	return newClientWith(t, nil)
}

// newClientWith is one with other settings.
func newClientWith(t testing.TB, adjust func(*webrtc.SettingEngine)) *client {
	t.Helper()
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if adjust != nil {
		adjust(&s)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(browser(t)), webrtc.WithSettingEngine(s), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{
		BundlePolicy: webrtc.BundlePolicyMaxBundle, RTPHeaderEncryptionPolicy: webrtc.RTPHeaderEncryptionPolicyDisable,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pc.Close(); err != nil {
			t.Error(err)
		}
	})
	return &client{t: t, pc: pc}
}

// add gives the client an m-line, with video trimmed to the named codecs and what repairs them.
func (c *client) add(kind webrtc.RTPCodecType, direction webrtc.RTPTransceiverDirection, names ...string) *webrtc.RTPTransceiver {
	c.t.Helper()
	init := webrtc.RTPTransceiverInit{Direction: direction}
	var transceiver *webrtc.RTPTransceiver
	var err error
	if direction == webrtc.RTPTransceiverDirectionSendonly {
		transceiver, err = c.pc.AddTransceiverFromTrack(&anyTrack{kind: kind}, init)
	} else {
		transceiver, err = c.pc.AddTransceiverFromKind(kind, init)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.trim(transceiver, names...)
	return transceiver
}

// anyTrack takes whatever codec is negotiated, and lets a test write what it likes.
type anyTrack struct {
	kind  webrtc.RTPCodecType
	bound chan webrtc.TrackLocalContext // nil if nothing is written
}

func (a *anyTrack) Bind(context webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	if a.bound != nil {
		a.bound <- context
	}
	return context.CodecParameters()[0], nil
}

func (a *anyTrack) Unbind(webrtc.TrackLocalContext) error { return nil }
func (a *anyTrack) ID() string                            { return "track" }
func (a *anyTrack) StreamID() string                      { return "stream" }
func (a *anyTrack) RID() string                           { return "" }
func (a *anyTrack) Kind() webrtc.RTPCodecType             { return a.kind }

func (c *client) trim(transceiver *webrtc.RTPTransceiver, names ...string) {
	c.t.Helper()
	if len(names) == 0 {
		return
	}
	if err := transceiver.SetCodecPreferences(nil); err != nil {
		c.t.Fatal(err)
	}
	var all, chosen []webrtc.RTPCodecParameters
	if sender := transceiver.Sender(); sender != nil {
		all = sender.GetParameters().Codecs
	} else {
		all = transceiver.Receiver().GetParameters().Codecs
	}
	for _, name := range names {
		for _, each := range all {
			if nameOf(each) == name {
				chosen = append(chosen, each)
				repair := slices.IndexFunc(all, func(r webrtc.RTPCodecParameters) bool {
					return r.SDPFmtpLine == fmt.Sprintf("apt=%d", each.PayloadType)
				})
				chosen = append(chosen, all[repair])
			}
		}
	}
	if err := transceiver.SetCodecPreferences(chosen); err != nil {
		c.t.Fatal(err)
	}
}

// exchange offers, has the server answer, and returns the answer.
func (c *client) exchange(answer func(string) (string, error)) *sdp.SessionDescription {
	c.t.Helper()
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.pc.SetLocalDescription(offer); err != nil {
		c.t.Fatal(err)
	}
	text, err := answer(offer.SDP)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
		c.t.Fatal(err)
	}
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(text); err != nil {
		c.t.Fatal(err)
	}
	return &parsed
}

func newTransport(t testing.TB) *Transport {
	t.Helper()
	transport, err := New(Config{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	return transport
}

func upstreamOf(t *testing.T, ingress sfu.Ingress) sfu.Upstream {
	t.Helper()
	up, err := newTransport(t).NewUpstream(ingress)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(up.Close)
	return up
}

// granted are the codecs of an m-line by name, in order, and the RTX of each.
func codecsOf(media *sdp.MediaDescription) (names []string, repaired int) {
	l := line{codecs: map[uint8]codec.Kind{}, repairs: map[uint8]uint8{}}
	l.readGrant(media)
	for _, format := range media.MediaName.Formats {
		var payload uint8
		if _, err := fmt.Sscan(format, &payload); err != nil {
			return nil, 0
		}
		if kind := l.codecs[payload]; kind != codec.Unknown {
			names = append(names, kind.String())
		}
	}
	for _, original := range l.repairs {
		if l.codecs[original] != codec.Unknown {
			repaired++
		}
	}
	return names, repaired
}

func TestAnAnswerHasTheCodecsOfTheOfferInItsOrder(t *testing.T) {
	tests := []struct {
		name    string
		offered []string
		want    string
	}{
		{"all that a browser has", nil, "VP8 VP9 H264 AV1"},
		{"VP8 alone", []string{vp8}, "VP8"},
		{"VP9 alone", []string{vp9}, "VP9"},
		{"H.264 alone", []string{h264}, "H264"},
		{"AV1 alone", []string{av1}, "AV1"},
		{"H.264 of another profile alone", []string{"H264 1 42001f"}, "H264"},
		{"AV1 first, VP8 to fall back to", []string{av1, vp8}, "AV1 VP8"},
		{"all, H.264 first", []string{h264, vp9, av1, vp8}, "H264 VP9 AV1 VP8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t)
			c.add(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendonly, test.offered...)
			answer := c.exchange(upstreamOf(t, &ingress{}).Answer)
			names, repaired := codecsOf(answer.MediaDescriptions[0])
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if repaired != len(names) {
				t.Errorf("%d of %d codecs have RTX", repaired, len(names))
			}
		})
	}
}

func TestEachMLineHasCodecsOfItsOwn(t *testing.T) {
	c := newClient(t)
	camera := c.add(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendonly, vp8)
	c.add(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendonly, av1, vp8)
	c.add(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendonly)
	up := upstreamOf(t, &ingress{})
	check := func(answer *sdp.SessionDescription, want ...string) {
		t.Helper()
		for i, media := range answer.MediaDescriptions {
			if names, _ := codecsOf(media); strings.Join(names, " ") != want[i] {
				t.Errorf("m-line %d has %v, want %s", i, names, want[i])
			}
		}
	}
	check(c.exchange(up.Answer), "VP8", "AV1 VP8", "opus red")
	// The camera goes over to AV1: what it may send first changes, and what it was trimmed to grows.
	c.trim(camera, av1, vp8)
	check(c.exchange(up.Answer), "AV1 VP8", "AV1 VP8", "opus red")
	c.trim(camera, vp8, av1)
	check(c.exchange(up.Answer), "VP8 AV1", "AV1 VP8", "opus red")
}

func TestWhatAnAnswerGrants(t *testing.T) {
	extensionsOf := func(media *sdp.MediaDescription) (uris []string) {
		for _, a := range media.Attributes {
			if a.Key == "extmap" {
				_, uri, _ := strings.Cut(a.Value, " ")
				uris = append(uris, uri)
			}
		}
		slices.Sort(uris)
		return uris
	}
	sorted := func(uris []string) []string { return slices.Sorted(slices.Values(uris)) }
	c := newClient(t)
	c.add(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendonly)
	c.add(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverDirectionSendonly)
	up := c.exchange(upstreamOf(t, &ingress{}).Answer)
	_, down := receive(t, &egressRecorder{})
	for name, check := range map[string]struct {
		media *sdp.MediaDescription
		want  []string
	}{
		"audio up": {up.MediaDescriptions[0], upAudio}, "video up": {up.MediaDescriptions[1], upVideo},
		"audio down": {down.MediaDescriptions[0], downAudio}, "video down": {down.MediaDescriptions[1], downVideo},
	} {
		if got := extensionsOf(check.media); !slices.Equal(got, sorted(check.want)) {
			t.Errorf("%s has the extensions %v", name, got)
		}
		feedback := 0
		for _, a := range check.media.Attributes {
			if a.Key == "rtcp-fb" && strings.HasSuffix(a.Value, " transport-cc") {
				feedback++
			}
			if strings.Contains(a.Value, "goog-remb") {
				t.Errorf("%s: %s", name, a.Value)
			}
		}
		if want := map[string]int{"audio": 1, "video": 4}[check.media.MediaName.Media]; feedback != want {
			t.Errorf("%s has transport feedback for %d codecs, want %d", name, feedback, want)
		}
	}
}

func TestAnMLineWithoutACommonCodecIsRefusedBesideOneThatHasOne(t *testing.T) {
	for _, foreign := range []string{"H265 1", "VP9 2", "AV1 1"} {
		refuseBoth(t, foreign)
	}
}

func refuseBoth(t *testing.T, foreign string) {
	t.Helper()
	offer := func(direction webrtc.RTPTransceiverDirection) string {
		c := newClient(t)
		c.add(webrtc.RTPCodecTypeVideo, direction, vp8)
		c.add(webrtc.RTPCodecTypeVideo, direction, foreign)
		offer, err := c.pc.CreateOffer(nil)
		if err != nil {
			t.Fatal(err)
		}
		return offer.SDP
	}
	if _, err := upstreamOf(t, &ingress{}).Answer(offer(webrtc.RTPTransceiverDirectionSendonly)); !errors.Is(err, sfu.ErrBadOffer) {
		t.Errorf("%s upstream: %v", foreign, err)
	}
	down, err := newTransport(t).NewDownstream(&egressRecorder{})
	if err != nil {
		t.Fatal(err)
	}
	defer down.Close()
	slots := []sfu.SlotSpec{{MID: "0", Kind: sfu.VideoSlot}, {MID: "1", Kind: sfu.VideoSlot}}
	if _, err := down.Answer(offer(webrtc.RTPTransceiverDirectionRecvonly), slots); !errors.Is(err, sfu.ErrBadOffer) {
		t.Errorf("%s downstream: %v", foreign, err)
	}
}
