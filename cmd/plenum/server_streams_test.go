package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// studio is software that speaks WHIP or WHEP and WebRTC, and nothing of ours.
type studio struct {
	m       *meeting
	pc      *webrtc.PeerConnection
	url     string
	token   string
	session string
	tag     string
	answer  string
	states  chan webrtc.ICEConnectionState

	mu   sync.Mutex
	seen map[string][]played // by kind
}

// played is a packet that came by WHEP.
type played struct {
	rtp.Packet
	codec string
}

// studio makes one that knows every codec, or those that it is given.
func (m *meeting) studio(kind string, codecs ...func(*webrtc.MediaEngine) error) *studio {
	m.t.Helper()
	var made struct{ URL, Token string }
	m.post(http.DefaultClient, m.rest.Token, "/api/meetings/"+m.code+"/streams", map[string]string{"kind": kind, "name": "Stage"}, &made)
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	if len(codecs) == 0 {
		codecs = append(codecs, (*webrtc.MediaEngine).RegisterDefaultCodecs)
	}
	engine := &webrtc.MediaEngine{}
	for _, register := range codecs {
		if err := register(engine); err != nil {
			m.t.Fatal(err)
		}
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		m.t.Fatal(err)
	}
	s := &studio{m: m, pc: pc, url: made.URL, token: made.Token, states: make(chan webrtc.ICEConnectionState, 16), seen: map[string][]played{}}
	pc.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) { s.states <- state })
	m.t.Cleanup(func() { _ = pc.GracefulClose() })
	return s
}

// call makes a request of a path below the server, or of a whole URL.
func (s *studio) call(method, url, kind, body string, headers ...string) (*http.Response, string) {
	s.m.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = s.m.rest.Base + url
	}
	r, err := http.NewRequestWithContext(s.m.ctx, method, url, strings.NewReader(body))
	if err != nil {
		s.m.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", kind)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.m.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.m.t.Fatal(err)
	}
	return response, string(text)
}

// begin makes the exchange and waits for the connection.
func (s *studio) begin(query string) {
	s.m.t.Helper()
	offer, err := s.pc.CreateOffer(nil)
	if err != nil {
		s.m.t.Fatal(err)
	}
	if err := s.pc.SetLocalDescription(offer); err != nil {
		s.m.t.Fatal(err)
	}
	response, text := s.call("POST", s.url+query, "application/sdp", offer.SDP)
	if response.StatusCode != http.StatusCreated {
		s.m.t.Fatalf("POST: %d %s", response.StatusCode, text)
	}
	s.session, s.tag, s.answer = response.Header.Get("Location"), response.Header.Get("ETag"), text
	s.connect()
}

// connect takes the answer and waits for the connection.
func (s *studio) connect() {
	s.m.t.Helper()
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.answer}); err != nil {
		s.m.t.Fatalf("%v\n%s", err, s.answer)
	}
	deadline := time.After(patience)
	for {
		select {
		case state := <-s.states:
			if state == webrtc.ICEConnectionStateConnected || state == webrtc.ICEConnectionStateCompleted {
				return
			}
			if state == webrtc.ICEConnectionStateFailed {
				s.m.t.Fatal("the connection failed")
			}
		case <-deadline:
			s.m.t.Fatal("it never connected")
		}
	}
}

// restart begins ICE anew.
func (s *studio) restart() {
	s.m.t.Helper()
	offer, err := s.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		s.m.t.Fatal(err)
	}
	if err := s.pc.SetLocalDescription(offer); err != nil {
		s.m.t.Fatal(err)
	}
	for len(s.states) > 0 {
		<-s.states
	}
	response, text := s.call("PATCH", s.session, "application/trickle-ice-sdpfrag", iceOf(offer.SDP), "If-Match: *")
	if response.StatusCode != http.StatusOK || response.Header.Get("ETag") == s.tag {
		s.m.t.Fatalf("PATCH: %d %s", response.StatusCode, text)
	}
	s.tag = response.Header.Get("ETag")
	ufrag, password := valueOf(text, "ice-ufrag"), valueOf(text, "ice-pwd")
	if ufrag == valueOf(s.answer, "ice-ufrag") || password == "" || valueOf(text, "candidate") == "" {
		s.m.t.Fatalf("after the restart the server has\n%s", text)
	}
	s.answer = strings.ReplaceAll(s.answer, valueOf(s.answer, "ice-ufrag"), ufrag)
	s.answer = strings.ReplaceAll(s.answer, valueOf(s.answer, "ice-pwd"), password)
	s.connect()
}

func valueOf(sdp, name string) string {
	for line := range strings.Lines(sdp) {
		if value, ok := strings.CutPrefix(line, "a="+name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// iceOf is the fragment that an offer has of ICE.
func iceOf(sdp string) string {
	return "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:" + valueOf(sdp, "ice-ufrag") + "\r\na=ice-pwd:" + valueOf(sdp, "ice-pwd") +
		"\r\na=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host\r\na=end-of-candidates\r\n"
}

// sends publishes a picture and a voice until the test ends, without levels of sound, as studios do.
func (s *studio) sends(size client.Size) {
	s.m.t.Helper()
	s.stages(webrtc.MimeTypeVP8, client.NewPattern(15, size))
}

// stages is sends with a picture of a codec, each layer of it under one of the names in their order.
func (s *studio) stages(codec string, picture client.Feed, rids ...string) {
	s.m.t.Helper()
	if len(rids) == 0 {
		rids = []string{""}
	}
	var running sync.WaitGroup
	stop := make(chan struct{})
	s.m.t.Cleanup(func() { close(stop); _ = s.pc.GracefulClose(); running.Wait() })
	for _, feed := range []struct {
		of   webrtc.RTPCodecCapability
		from client.Feed
		rids []string
	}{
		{webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, client.NewTone(30), []string{""}},
		{webrtc.RTPCodecCapability{MimeType: codec, ClockRate: 90000}, picture, rids},
	} {
		transceiver, layers := s.transceive(feed.of, feed.rids)
		var asked atomic.Bool
		for _, rid := range feed.rids {
			running.Go(func() { heeds(transceiver.Sender(), rid, &asked) })
		}
		running.Go(func() { plays(stop, transceiver, layers, feed.from, &asked) })
	}
}

// transceive makes an m-line with a track for each layer.
func (s *studio) transceive(codec webrtc.RTPCodecCapability, rids []string) (transceiver *webrtc.RTPTransceiver, layers []*webrtc.TrackLocalStaticRTP) {
	s.m.t.Helper()
	for i, rid := range rids {
		var named []func(*webrtc.TrackLocalStaticRTP)
		if rid != "" {
			named = append(named, webrtc.WithRTPStreamID(rid))
		}
		layer, err := webrtc.NewTrackLocalStaticRTP(codec, codec.MimeType[:5], "stage", named...)
		if err != nil {
			s.m.t.Fatal(err)
		}
		if i == 0 {
			transceiver, err = s.pc.AddTransceiverFromTrack(layer, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		} else {
			err = transceiver.Sender().AddEncoding(layer)
		}
		if err != nil {
			s.m.t.Fatal(err)
		}
		layers = append(layers, layer)
	}
	return transceiver, layers
}

// heeds notes requests for key frames of a layer.
func heeds(sender *webrtc.RTPSender, rid string, asked *atomic.Bool) {
	for {
		packets, _, err := sender.ReadSimulcastRTCP(rid)
		if err != nil {
			return
		}
		for _, p := range packets {
			if _, ok := p.(*rtcp.PictureLossIndication); ok {
				asked.Store(true)
			}
		}
	}
}

func plays(stop <-chan struct{}, transceiver *webrtc.RTPTransceiver, layers []*webrtc.TrackLocalStaticRTP, feed client.Feed, asked *atomic.Bool) {
	sequences := make([]uint16, len(layers))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case now := <-timer.C:
			frames, interval := feed.Next(now, asked.Swap(false))
			timer.Reset(interval)
			for _, f := range frames {
				for i, payload := range f.Payloads {
					sequences[f.Layer]++
					h := rtp.Header{Version: 2, SequenceNumber: sequences[f.Layer], Timestamp: f.Timestamp, Marker: i == len(f.Payloads)-1}
					naming(&h, transceiver, layers[f.Layer].RID())
					_ = layers[f.Layer].WriteRTP(&rtp.Packet{Header: h, Payload: payload})
				}
			}
		}
	}
}

// naming says which m-line and which layer of it a packet belongs to, if it is one of several.
func naming(h *rtp.Header, transceiver *webrtc.RTPTransceiver, rid string) {
	if rid == "" {
		return
	}
	for _, x := range transceiver.Sender().GetParameters().HeaderExtensions {
		switch x.URI {
		case sdp.SDESMidURI:
			_ = h.SetExtension(uint8(x.ID), []byte(transceiver.Mid())) //nolint:gosec // ids of extensions are small
		case sdp.SDESRTPStreamIDURI:
			_ = h.SetExtension(uint8(x.ID), []byte(rid)) //nolint:gosec // ids of extensions are small
		}
	}
}

// watches receives one picture and one voice.
func (s *studio) watches() {
	s.m.t.Helper()
	s.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.seen[track.Kind().String()] = append(s.seen[track.Kind().String()], played{*p, track.Codec().MimeType})
			s.mu.Unlock()
		}
	})
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := s.pc.AddTransceiverFromKind(kind, only); err != nil {
			s.m.t.Fatal(err)
		}
	}
}

// shows waits for a key frame of a height behind the first packets, and says how many packets have come.
func (s *studio) shows(height, from int) int {
	s.m.t.Helper()
	count := 0
	s.m.until(fmt.Sprintf("a key frame of height %d", height), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		count = len(s.seen["video"])
		for _, p := range s.seen["video"][min(from, count):] {
			if v, ok := client.ParseVP8(p.Payload); ok && v.Key && v.Height == height {
				return true
			}
		}
		return false
	})
	return count
}

func (s *studio) heard() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen["audio"])
}

// whole fails the test unless the picture came as one stream without a hole.
func (s *studio) whole() {
	s.m.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var packets []seen
	for _, p := range s.seen["video"] {
		if len(p.Payload) == 0 {
			continue // padding
		}
		v, _ := client.ParseVP8(p.Payload)
		packets = append(packets, seen{
			Packet: client.Packet{
				Kind: message.VideoSlot, SSRC: p.SSRC, Sequence: p.SequenceNumber, Timestamp: p.Timestamp, Marker: p.Marker,
				Publication: p.CSRC[0],
			},
			vp8: v, size: len(p.Payload),
		})
	}
	checkUnbroken(s.m.t, "the player's picture", packets)
}

// staged waits until a participant of a kind is in the bot's roster.
func (b *bot) staged(kind message.ParticipantKind) string {
	b.m.t.Helper()
	id := ""
	b.m.until("a "+string(kind)+" in the roster", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.roster {
			if p.Kind == kind {
				id = p.ID
			}
		}
		return id != ""
	})
	return id
}

func (b *bot) knows(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, there := b.roster[id]
	return there
}

func TestAStudioPublishesByWHIP(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").receive(client.Slots{Audio: 1, Video: 1})
	s := m.studio("publish")
	s.sends(client.Size{Width: 320, Height: 180})
	s.begin("")
	stage := ada.staged(message.StreamKind)
	ada.wish(360, stage)
	mid := ada.video(0)
	at := ada.picture(mid, 0, ada.number(stage, message.Camera), 180)
	ada.flows(20, mid)
	voice := ada.number(stage, message.Microphone)
	m.until("its sound, which has no levels", func() bool { return ada.count(voice) > 20 })

	offered := s.pc.LocalDescription().SDP
	for range 3 {
		if response, text := s.call("PATCH", s.session, "application/trickle-ice-sdpfrag", iceOf(offered), "If-Match: "+s.tag); response.StatusCode != http.StatusNoContent {
			t.Fatalf("candidates: %d %s", response.StatusCode, text)
		}
	}

	for range 2 {
		s.restart()
		ada.flows(20, mid)
	}
	ada.whole(mid)
	if at < 0 || len(m.studioUpstreams()) != 1 {
		t.Errorf("upstreams: %v", m.studioUpstreams())
	}

	if response, text := s.call("DELETE", s.session, "", ""); response.StatusCode != http.StatusOK {
		t.Fatalf("DELETE: %d %s", response.StatusCode, text)
	}
	m.until("the stage to leave", func() bool { return !ada.knows(stage) })
	if response, _ := s.call("PATCH", s.session, "application/trickle-ice-sdpfrag", iceOf(offered), "If-Match: *"); response.StatusCode != http.StatusNotFound {
		t.Errorf("a session that has ended: %d", response.StatusCode)
	}
}

// studioUpstreams are the participants who have an upstream connection.
func (m *meeting) studioUpstreams() (who []string) {
	snapshot := m.rooms()
	for range strings.Count(snapshot, `"upstream": true`) {
		who = append(who, "one")
	}
	return who
}

func TestAPlayerFollowsTheSpeakerByWHEP(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(microphone(20), client.Track{Source: message.Camera, Feed: client.NewPattern(15, client.Size{Width: 160, Height: 90})})
	m.until("Ada to be the speaker", func() bool { return strings.Contains(m.rooms(), ada.id) })
	s := m.studio("play")
	s.watches()
	s.begin("")
	viewer := ada.staged(message.ViewerKind)
	at := s.shows(90, 0)
	if stream, _, _ := strings.Cut(valueOf(s.answer, "msid"), " "); stream == "" || strings.Count(s.answer, "\r\na=msid:"+stream+" ") != 2 ||
		strings.Count(s.answer, "\r\na=sendonly\r\n") != 2 {
		t.Errorf("it is no single stream:\n%s", s.answer)
	}
	m.until("Ada's voice", func() bool { return s.heard() > 10 })

	// Another speaks: the picture becomes theirs, in the same stream.
	grace := m.enter("Grace").publish(microphone(10), client.Track{Source: message.Camera, Feed: client.NewPattern(15, client.Size{Width: 320, Height: 180})})
	if _, err := ada.Request(m.ctx, message.ParticipantToggleAudio{Muted: true}); err != nil {
		t.Fatal(err)
	}
	at = s.shows(180, at)
	if _, err := grace.Request(m.ctx, message.ParticipantToggleAudio{Muted: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := ada.Request(m.ctx, message.ParticipantToggleAudio{Muted: false}); err != nil {
		t.Fatal(err)
	}
	s.shows(90, at)
	s.whole()

	one := m.studio("play")
	one.watches()
	one.begin("?participant=" + grace.id)
	one.shows(180, 0)

	if response, text := s.call("DELETE", s.session, "", ""); response.StatusCode != http.StatusOK {
		t.Fatalf("DELETE: %d %s", response.StatusCode, text)
	}
	m.until("the viewer to leave", func() bool { return !ada.knows(viewer) })
}

func TestOffersOfStreamsThatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada")
	s := m.studio("publish")
	bare := "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n"
	whole := bare + "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\na=fingerprint:sha-256 " + strings.Repeat("AB:", 31) + "AB\r\n"
	for name, c := range map[string]struct {
		offer  string
		status int
	}{
		"no ICE":            {bare + "a=rtpmap:96 VP8/90000\r\n", 422},
		"no codec of ours":  {whole + "a=rtpmap:96 H265/90000\r\n", 422},
		"a mid twice":       {strings.Replace(whole, "m=video", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\nm=video", 1), 422},
		"bytes":             {"v=0\x00\xff\r\nm=", 422},
		"an offer that can": {whole + "a=rtpmap:96 VP8/90000\r\n", 201},
		"both ways":         {strings.Replace(whole, "sendonly", "sendrecv", 1) + "a=rtpmap:96 VP8/90000\r\n", 201},
		"a client of DTLS":  {strings.Replace(whole, "actpass", "active", 1) + "a=rtpmap:96 VP8/90000\r\n", 201},
	} {
		if response, text := s.call("POST", s.url, "application/sdp", c.offer); response.StatusCode != c.status {
			t.Errorf("%s: %d %s", name, response.StatusCode, text)
		} else if c.status == 201 {
			if !strings.Contains(text, "\r\na=recvonly") || !strings.Contains(text, "\r\na=setup:passive") {
				t.Errorf("%s: the answer is\n%s", name, text)
			}
			if end, _ := s.call("DELETE", response.Header.Get("Location"), "", ""); end.StatusCode != http.StatusOK {
				t.Errorf("DELETE: %d", end.StatusCode)
			}
		}
	}
	m.until("nobody else to be left", func() bool {
		ada.mu.Lock()
		defer ada.mu.Unlock()
		return len(ada.roster) == 1
	})
}

// TestAMachineLetsAStudioIn: a token that an operator's automation made works like a host's, and ends by its hand.
func TestAMachineLetsAStudioIn(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	ada := a.enter("Ada")
	var made struct {
		Invitation struct{ ID string }
		URL, Token string
	}
	if err := json.Unmarshal([]byte(a.online("stream", "create", a.code, "Stage", "--for=2h", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	s := a.studio("publish")
	s.url, s.token = made.URL, made.Token // a path: the server was not told its public address
	s.sends(client.Size{Width: 160, Height: 90})
	s.begin("")
	stage := ada.staged(message.StreamKind)
	if list := a.online("stream", "list", a.code); !strings.Contains(list, made.Invitation.ID) || !strings.Contains(list, "publish  Stage") {
		t.Errorf("streams:\n%s", list)
	}
	if out := a.online("stream", "revoke", a.code, made.Invitation.ID); !strings.Contains(out, "has ended") {
		t.Errorf("said %s", out)
	}
	a.until("the stage to leave", func() bool { return !ada.knows(stage) })

	out := a.online("stream", "create", a.code, "Hall", "--kind=play", "--lobby", "--participant="+ada.id)
	if !strings.Contains(out, "/whep/"+a.code) || !strings.Contains(out, "TOKEN  ey") {
		t.Errorf("said\n%s", out)
	}
	for _, c := range []struct{ args, want string }{
		{"stream create 00000-00000 Stage", "no such meeting"},
		{"stream create " + a.code + " Stage --for=1000h", "within the next seven days"},
		{"stream create " + a.code + " Stage --participant=" + ada.id, "is for playing"},
		{"stream revoke " + a.code + " " + made.Invitation.ID[:25] + "0", "There is nothing"},
	} {
		if said := a.refused(a.key, strings.Fields(c.args)...); !strings.Contains(said, c.want) {
			t.Errorf("%s: %q, without %q", c.args, said, c.want)
		}
	}
	rooms := strings.TrimSpace(a.offline("keys", "create", "Rooms", "--scope", "rooms:read,rooms:write"))
	if said := a.refused(rooms, "stream", "list", a.code); !strings.Contains(said, "lacks the scope streams") {
		t.Errorf("said %q", said)
	}
}
