package signaling

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/grant"
)

func lines(text ...string) string { return strings.Join(text, "\r\n") + "\r\n" }

func TestWhatIsChangedOfOffers(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(string) string
		in, want string
	}{
		{
			"what every browser decodes comes first, the client's order among equals", decodableFirst,
			lines("v=0", "m=audio 9 X 111 9", "a=rtpmap:111 opus/48000/2", "m=video 9 X 45 46 98 102 96 97", "a=rtpmap:45 AV1/90000",
				"a=rtpmap:46 rtx/90000", "a=rtpmap:98 vp9/90000", "a=rtpmap:102 H264/90000", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000"),
			lines("v=0", "m=audio 9 X 111 9", "a=rtpmap:111 opus/48000/2", "m=video 9 X 102 96 98 45 46 97", "a=rtpmap:45 AV1/90000",
				"a=rtpmap:46 rtx/90000", "a=rtpmap:98 vp9/90000", "a=rtpmap:102 H264/90000", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000"),
		},
		{
			"numbered layers begin with the largest", smallFirst,
			lines("v=0", "m=video 9 X 96", "a=rid:0 send", "a=rid:1 send", "a=rid:2 send", "a=simulcast:send 0;1;2"),
			lines("v=0", "m=video 9 X 96", "a=rid:2 send", "a=rid:1 send", "a=rid:0 send", "a=simulcast:send 0;1;2"),
		},
		{
			"names that say nothing stay as they are", smallFirst,
			lines("v=0", "m=video 9 X 96", "a=rid:b send", "a=rid:a send"),
			lines("v=0", "m=video 9 X 96", "a=rid:b send", "a=rid:a send"),
		},
		{
			"names that say the size are believed", smallFirst,
			lines("v=0", "m=video 9 X 96", "a=rid:h send pt=96", "a=rid:m send", "a=rid:l send"),
			lines("v=0", "m=video 9 X 96", "a=rid:l send", "a=rid:m send", "a=rid:h send pt=96"),
		},
		{
			"of four layers the second largest is not taken", smallFirst,
			lines("v=0", "m=video 9 X 96", "a=rid:0 send", "a=rid:1 send", "a=rid:2 send", "a=rid:3 send"),
			lines("v=0", "m=video 9 X 96", "a=rid:3 send", "a=rid:2 send", "a=rid:0 send"),
		},
		{
			"a layer that the client receives is none of these", smallFirst,
			lines("v=0", "m=video 9 X 96", "a=rid:f send", "a=rid:x recv", "a=rid:q send"),
			lines("v=0", "m=video 9 X 96", "a=rid:q send", "a=rid:x recv", "a=rid:f send"),
		},
		{
			"a player only receives", receiveOnly,
			lines("v=0", "a=sendrecv", "m=audio 9 X 111", "a=mid:0", "m=video 9 X 96", "a=sendrecv", "a=mid:1"),
			lines("v=0", "m=audio 9 X 111", "a=mid:0", "a=recvonly", "m=video 9 X 96", "a=mid:1", "a=recvonly"),
		},
		{
			"a player gets one stream", oneStream,
			lines("v=0", "a=msid-semantic:WMS *", "m=audio 9 X 111", "a=msid:slot1 slot1", "m=video 9 X 96", "a=msid:slot2 slot2", "a=msid:alone"),
			lines("v=0", "a=msid-semantic:WMS *", "m=audio 9 X 111", "a=msid:slot1 slot1", "m=video 9 X 96", "a=msid:slot1 slot2", "a=msid:alone"),
		},
		{
			"RTP and RTCP share a port", muxedOnly,
			lines("v=0", "m=audio 9 X 111", "a=rtcp-mux", "m=video 9 X 96", "a=rtcp-mux", "a=rtcp-mux-only"),
			lines("v=0", "m=audio 9 X 111", "a=rtcp-mux", "a=rtcp-mux-only", "m=video 9 X 96", "a=rtcp-mux", "a=rtcp-mux-only"),
		},
		{
			"ends of lines do not matter", receiveOnly,
			"v=0\nm=audio 9 X 111\na=mid:0\na=recvonly\n\n",
			lines("v=0", "m=audio 9 X 111", "a=mid:0", "a=recvonly"),
		},
		{
			"credentials are the client's new ones", func(text string) string { return withCredentials(text, credentials{"new", "password"}) },
			lines("v=0", "a=ice-ufrag:old", "m=audio 9 X 111", "a=ice-ufrag:old", "a=ice-pwd:older"),
			lines("v=0", "a=ice-ufrag:new", "m=audio 9 X 111", "a=ice-ufrag:new", "a=ice-pwd:password"),
		},
		{
			"a fragment has the ICE of one m-line", fragmentOf,
			lines("v=0", "o=- 1 2 IN IP4 0.0.0.0", "a=group:BUNDLE 0 1", "a=ice-lite", "m=audio 9 X 111", "a=mid:0", "a=ice-ufrag:u", "a=ice-pwd:p",
				"a=sendrecv", "a=candidate:1 1 udp 1 192.0.2.1 7882 typ host", "a=end-of-candidates", "m=video 9 X 96", "a=mid:1", "a=ice-ufrag:u"),
			lines("a=group:BUNDLE 0 1", "a=ice-lite", "m=audio 9 X 111", "a=mid:0", "a=ice-ufrag:u", "a=ice-pwd:p",
				"a=candidate:1 1 udp 1 192.0.2.1 7882 typ host", "a=end-of-candidates"),
		},
	} {
		if got := c.change(c.in); got != c.want {
			t.Errorf("%s: got\n%s", c.name, got)
		}
	}
}

func TestTheDirectionOfALineMayStandAtTheSession(t *testing.T) {
	got, err := readStreamOffer(lines("v=0", "a=sendonly", "m=audio 9 X 111", "a=mid:a", "m=video 9 X 96", "a=mid:v", "a=inactive"))
	if err != nil || len(got) != 2 || got[0] != (mLine{"audio", "a", "sendonly"}) || got[1] != (mLine{"video", "v", "inactive"}) {
		t.Fatalf("%+v, %v", got, err)
	}
}

// offers are those of real software, with the ends of lines that they have on the wire.
func offers(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/offers/*.sdp")
	if err != nil || len(files) < 7 {
		t.Fatalf("offers: %v, %v", files, err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".sdp")] = strings.ReplaceAll(string(text), "\n", "\r\n")
	}
	return all
}

func TestOffersOfRealSoftwareAreRead(t *testing.T) {
	for name, text := range offers(t) {
		way := grant.Publish
		if strings.HasSuffix(name, "-play") {
			way = grant.Play
		}
		got, err := readStreamOffer(text)
		if refused := checkLines(got, way); err != nil || len(got) != 2 || refused != nil {
			t.Errorf("%s: %+v, %v, %v", name, got, err, refused)
		}
		if c := credentialsOf(text); !c.valid() {
			t.Errorf("%s: credentials %+v", name, c)
		}
		if again := eachLine(text, func(line string) string { return line }); again != text {
			t.Errorf("%s changes by being read", name)
		}
	}
}

// Whatever a client sends: nothing breaks, and no offer that was changed says more than before.
func FuzzStreamSDP(f *testing.F) {
	for _, text := range offers(f) {
		f.Add(text)
	}
	f.Add(lines("v=0", "m=video 9 X 96 97", "a=mid:0", "a=rid:0 send", "a=rid:1 send", "a=rtpmap:96 VP8/90000", "a=sendrecv"))
	f.Add(lines("a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901", "a=candidate:1 1 udp 1 192.0.2.1 7882 typ host"))
	f.Add(lines("a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0",
		"a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61764 typ host generation 0 ufrag EsAw network-id 1",
		"a=candidate:473322822 1 tcp 1518214911 198.51.100.2 9 typ host tcptype active generation 0", "a=end-of-candidates"))
	f.Add("v=0\nm=\nm=video \na=rid:\na=rtpmap:\na=mid:")
	f.Fuzz(func(t *testing.T, text string) {
		before, err := readStreamOffer(text)
		if err == nil {
			changed := smallFirst(decodableFirst(text))
			after, err := readStreamOffer(changed)
			if err != nil || len(after) != len(before) {
				t.Fatalf("%d m-lines became %d: %v", len(before), len(after), err)
			}
			saysNoMore(t, text, changed)
			if c := credentialsOf(text); credentialsOf(changed) != c {
				t.Fatalf("credentials %q became %q", c, credentialsOf(changed))
			}
			played, err := readStreamOffer(receiveOnly(text))
			if err != nil || len(played) != len(before) {
				t.Fatalf("to play, %d m-lines became %d: %v", len(before), len(played), err)
			}
		}
		next := credentials{"next", "0123456789012345678901"}
		if c := credentialsOf(withCredentials(text, next)); c.ufrag != "" && c.ufrag != next.ufrag || c.password != "" && c.password != next.password {
			t.Fatalf("new credentials became %q", c)
		}
		if c, err := readFragment(text); err == nil && c != (credentials{}) && !c.valid() {
			t.Fatalf("credentials %q", c)
		}
		if n := strings.Count("\n"+fragmentOf(receiveOnly(text)), "\nm="); n > 1 {
			t.Fatalf("%d m-lines in a fragment", n)
		}
		accepts([]string{text}, sdpType)
	})
}

// saysNoMore fails unless each line of an offer that was changed stood in it before, but for the order of payload types.
func saysNoMore(t *testing.T, before, after string) {
	t.Helper()
	left := map[string]int{}
	key := func(line string) string {
		if !strings.HasPrefix(line, "m=video ") {
			return line
		}
		fields := strings.Fields(line)
		slices.Sort(fields)
		return strings.Join(fields, " ")
	}
	for line := range sdpLines(before) {
		left[key(line)]++
	}
	layers := 0
	for line := range sdpLines(after) {
		if left[key(line)]--; left[key(line)] < 0 {
			t.Fatalf("%q was not offered", line)
		}
		if _, ok := sentLayer(line); ok {
			layers++
		}
	}
	if layers > maxLayers {
		t.Fatalf("%d layers are left", layers)
	}
}
