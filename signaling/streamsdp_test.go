package signaling

import (
	"strings"
	"testing"
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
			"named layers stay", smallFirst,
			lines("v=0", "m=video 9 X 96", "a=rid:low send", "a=rid:high send"),
			lines("v=0", "m=video 9 X 96", "a=rid:low send", "a=rid:high send"),
		},
		{
			"a player only receives", receiveOnly,
			lines("v=0", "a=sendrecv", "m=audio 9 X 111", "a=mid:0", "m=video 9 X 96", "a=sendrecv", "a=mid:1"),
			lines("v=0", "m=audio 9 X 111", "a=mid:0", "a=recvonly", "m=video 9 X 96", "a=mid:1", "a=recvonly"),
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

// Whatever a client sends: nothing breaks, and no offer that was changed says more than before.
func FuzzStreamSDP(f *testing.F) {
	f.Add(lines("v=0", "m=video 9 X 96 97", "a=mid:0", "a=rid:0 send", "a=rid:1 send", "a=rtpmap:96 VP8/90000", "a=sendrecv"))
	f.Add(lines("a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901", "a=candidate:1 1 udp 1 192.0.2.1 7882 typ host"))
	f.Add("v=0\nm=\nm=video \na=rid:\na=rtpmap:\na=mid:")
	f.Fuzz(func(t *testing.T, text string) {
		before, err := readStreamOffer(text)
		if err == nil {
			after, err := readStreamOffer(smallFirst(decodableFirst(text)))
			if err != nil || len(after) != len(before) {
				t.Fatalf("%d m-lines became %d: %v", len(before), len(after), err)
			}
		}
		if c, err := readFragment(text); err == nil && c != (credentials{}) && !c.valid() {
			t.Fatalf("credentials %q", c)
		}
		if n := strings.Count("\n"+fragmentOf(receiveOnly(text)), "\nm="); n > 1 {
			t.Fatalf("%d m-lines in a fragment", n)
		}
	})
}
