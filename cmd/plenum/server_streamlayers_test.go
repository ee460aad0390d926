package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// onlyH264 is what most studio software offers.
func onlyH264(engine *webrtc.MediaEngine) error {
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "goog-remb"}}
	for codec, kind := range map[*webrtc.RTPCodecParameters]webrtc.RTPCodecType{
		{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1",
		}}: webrtc.RTPCodecTypeAudio,
		{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: feedback,
			SDPFmtpLine: "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1",
		}}: webrtc.RTPCodecTypeVideo,
	} {
		if err := engine.RegisterCodec(*codec, kind); err != nil {
			return err
		}
	}
	return nil
}

// payloads are those of a viewer's picture.
type payloads struct {
	mu  sync.Mutex
	all [][]byte
}

func (p *payloads) take(packet client.Packet) {
	if packet.Kind != message.VideoSlot || len(packet.Payload) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, bytes.Clone(packet.Payload))
}

// count is how often a payload came.
func (p *payloads) count(payload []byte) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.all {
		if bytes.Equal(one, payload) {
			n++
		}
	}
	return n
}

// TestAStudioThatHasNothingButH264 is seen in the meeting and by a player, each of whom could take VP8 as well.
func TestAStudioThatHasNothingButH264(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada")
	var inside payloads
	down, err := ada.Receive(m.ctx, client.Reception{Slots: client.Slots{Audio: 1, Video: 1}, Packet: inside.take})
	if err != nil {
		t.Fatal(err)
	}
	ada.down = down
	picture := client.Video{Codec: message.H264, FPS: 15, Layers: []client.Layer{{Size: client.Size{Width: 320, Height: 180}}}}
	// The parameter sets of a picture of this size, which begin each of its key frames.
	first, _ := client.NewVideo(picture).Next(time.Now(), true)
	sets := first[0].Payloads[0]

	s := m.studio("publish", onlyH264)
	s.stages(webrtc.MimeTypeH264, client.NewVideo(picture))
	s.begin("")
	if !strings.Contains(s.answer, " H264/90000") || strings.Contains(s.answer, "VP8") || !strings.Contains(s.answer, "packetization-mode=1") {
		t.Errorf("the answer is\n%s", s.answer)
	}
	stage := ada.staged(message.StreamKind)
	ada.wish(180, stage)
	m.until("a key frame in the meeting", func() bool { return inside.count(sets) > 0 })

	player := m.studio("play")
	player.watches()
	player.begin("?participant=" + stage)
	m.until("a key frame and more at the player", func() bool {
		player.mu.Lock()
		defer player.mu.Unlock()
		packets := player.seen["video"]
		at := slices.IndexFunc(packets, func(p played) bool { return bytes.Equal(p.Payload, sets) })
		return at >= 0 && len(packets) > at+30
	})
	player.mu.Lock()
	defer player.mu.Unlock()
	for _, p := range player.seen["video"] {
		if p.codec != webrtc.MimeTypeH264 {
			t.Fatalf("the player was sent %s", p.codec)
		}
	}
}

// TestLayersOfAStudio has a small tile get a small picture and a large one a large picture, whatever a studio calls its layers.
func TestLayersOfAStudio(t *testing.T) {
	t.Parallel()
	small, half, full := client.Size{Width: 160, Height: 90}, client.Size{Width: 320, Height: 180}, client.Size{Width: 640, Height: 360}
	for _, c := range []struct {
		name    string
		rids    []string
		sizes   []client.Size
		granted string // by the answer, in any order
	}{
		{"as browsers name them", []string{"q", "h", "f"}, []client.Size{small, half, full}, "f h q"},
		{"the largest first", []string{"f", "h", "q"}, []client.Size{full, half, small}, "f h q"},
		{"as OBS names them", []string{"0", "1", "2"}, []client.Size{full, half, small}, "0 1 2"},
		{"four of OBS", []string{"0", "1", "2", "3"}, []client.Size{full, {Width: 480, Height: 270}, half, small}, "0 2 3"},
		{"high, medium, low", []string{"h", "m", "l"}, []client.Size{full, half, small}, "h l m"},
		{"two", []string{"small", "large"}, []client.Size{small, full}, "large small"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := startMeeting(t)
			corner, wall := m.enter("Ada").receive(client.Slots{Video: 1}), m.enter("Grace").receive(client.Slots{Video: 1})
			s := m.studio("publish", (*webrtc.MediaEngine).RegisterDefaultCodecs, webrtc.ConfigureSimulcastExtensionHeaders)
			s.stages(webrtc.MimeTypeVP8, client.NewPattern(15, c.sizes...), c.rids...)
			s.begin("")
			if got := layersGranted(s.answer); got != c.granted {
				t.Errorf("the answer takes %s\n%s", got, s.answer)
			}
			stage := corner.staged(message.StreamKind)
			corner.wish(90, stage)
			wall.wish(360, stage)
			number := corner.number(stage, message.Camera)
			at := corner.picture(corner.video(0), 0, number, 90)
			high := wall.picture(wall.video(0), 0, number, 360)
			corner.flows(10, corner.video(0))
			wall.flows(10, wall.video(0))
			corner.unbroken(corner.video(0))
			wall.unbroken(wall.video(0))

			// The tiles change places.
			corner.wish(360, stage)
			wall.wish(90, stage)
			corner.picture(corner.video(0), at, number, 360)
			wall.picture(wall.video(0), high, number, 90)

			player := m.studio("play")
			player.watches()
			player.begin("?participant=" + stage)
			player.shows(360, 0)
		})
	}
}

// layersGranted are the names that an answer takes, if it says so twice: by a=rid and by a=simulcast, and pauses none.
func layersGranted(answer string) string {
	var rids []string
	for line := range strings.Lines(answer) {
		if rid, ok := strings.CutPrefix(strings.TrimSpace(line), "a=rid:"); ok {
			name, direction, _ := strings.Cut(rid, " ")
			if direction != "recv" {
				return "a=rid:" + rid
			}
			rids = append(rids, name)
		}
	}
	if simulcast := valueOf(answer, "simulcast"); simulcast != "recv "+strings.Join(rids, ";") {
		return fmt.Sprintf("a=simulcast:%s beside %q", simulcast, rids)
	}
	slices.Sort(rids)
	return strings.Join(rids, " ")
}

// TestOffersOfRealSoftwareAreAnswered with the codec that serves the most.
func TestOffersOfRealSoftwareAreAnswered(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	m.enter("Ada")
	for name, want := range map[string]struct{ first, layers string }{
		"chromium-publish": {"VP8", "f h q"}, "firefox-publish": {"VP8", "f h q"}, "gstreamer-publish": {"VP8", ""},
		"obs-publish": {"H264", ""}, "obs-simulcast": {"H264", "0 2 3"}, "chromium-play": {}, "firefox-play": {},
	} {
		offer, err := os.ReadFile(filepath.Join("..", "..", "signaling", "testdata", "offers", name+".sdp"))
		if err != nil {
			t.Fatal(err)
		}
		_, kind, _ := strings.Cut(name, "-")
		if kind != "play" {
			kind = "publish"
		}
		s := m.studio(kind)
		response, answer := s.call("POST", s.url, "application/sdp", strings.ReplaceAll(string(offer), "\n", "\r\n"))
		if response.StatusCode != http.StatusCreated || strings.Count(answer, "\r\nm=") != 2 || strings.Contains(answer, "\r\na=sendrecv") ||
			strings.Count(answer, "\r\na=rtcp-mux-only\r\n") != 2 || strings.Count(answer, "\r\na=setup:passive\r\n") != 2 {
			t.Errorf("%s: %d %s", name, response.StatusCode, answer)
			continue
		}
		if want.first != "" && firstOfVideo(answer) != want.first {
			t.Errorf("%s: the answer begins with %s\n%s", name, firstOfVideo(answer), answer)
		}
		if strings.Contains(answer, "a=simulcast") != (want.layers != "") || want.layers != "" && layersGranted(answer) != want.layers {
			t.Errorf("%s: the answer takes %s\n%s", name, layersGranted(answer), answer)
		}
		if end, _ := s.call("DELETE", response.Header.Get("Location"), "", ""); end.StatusCode != http.StatusOK {
			t.Errorf("%s: DELETE: %d", name, end.StatusCode)
		}
	}
}

// firstOfVideo is the codec that an answer prefers.
func firstOfVideo(answer string) string {
	_, video, _ := strings.Cut(answer, "\r\nm=video ")
	fields := strings.Fields(video)
	if len(fields) < 3 {
		return ""
	}
	_, rest, _ := strings.Cut(video, "\r\na=rtpmap:"+fields[2]+" ")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
