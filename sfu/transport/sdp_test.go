package transport

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const session = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

func mediaLine(kind, mid string, attributes ...string) string {
	text := "m=" + kind + " 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:" + mid + "\r\n"
	for _, a := range attributes {
		text += "a=" + a + "\r\n"
	}
	return text
}

func TestOffersThatAreRefusedBeforeAnythingIsKept(t *testing.T) {
	many := session
	for i := range 1000 {
		many += mediaLine("video", fmt.Sprint(i))
	}
	for name, text := range map[string]string{
		"empty":              "",
		"garbage":            "\x00\xffv=0 nonsense",
		"no m-line":          session,
		"1000 m-lines":       many,
		"a mid twice":        session + mediaLine("video", "0") + mediaLine("audio", "0"),
		"no mid":             session + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n",
		"a data channel":     session + mediaLine("application", "0"),
		"a hidden candidate": session + "m=video 9 UDP/TLS/RTP/SAVPF 96\ra=candidate:1 1 udp 1 192.0.2.5 22 typ host\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n",
		"longer than a MiB":  session + strings.Repeat("a=x:y\r\n", 1<<18),
	} {
		if _, err := readOffer(text, maxUpLines); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheClientsCandidatesAreNotUsed(t *testing.T) {
	text := session + mediaLine("video", "0", "candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host", "end-of-candidates", "sendonly")
	o, err := readOffer(text, maxUpLines)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(o.text, "candidate") || !strings.Contains(o.text, "sendonly") {
		t.Errorf("kept %q", o.text)
	}
}

func lines(t *testing.T, offered, granted string) ([]line, error) {
	t.Helper()
	o, err := readOffer(session+offered, maxUpLines)
	if err != nil {
		t.Fatal(err)
	}
	a, err := readOffer(session+granted, maxUpLines)
	if err != nil {
		t.Fatal(err)
	}
	return readLines(&o.parsed, &a.parsed)
}

func TestWhatWasNegotiatedNamesTheStreams(t *testing.T) {
	granted := []string{
		"rtpmap:97 rtx/90000", "fmtp:97 apt=96", "rtpmap:96 VP8/90000",
		"extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "extmap:10/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
		"extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
	}
	got, err := lines(t,
		mediaLine("video", "0", "rid:q send", "rid:h send", "rid:x recv")+
			mediaLine("video", "1", "ssrc-group:FID 11 12", "ssrc:11 cname:a", "ssrc:12 cname:a"),
		mediaLine("video", "0", append(granted, "rtcp-fb:96 nack pli")...)+mediaLine("video", "1", append(granted, "rtcp-fb:96 nack pli", "rtcp-fb:96 nack")...))
	if err != nil {
		t.Fatal(err)
	}
	if got[0].nack || !got[1].nack {
		t.Errorf("packets are repeated on demand on the first m-line: %t, on the second: %t", got[0].nack, got[1].nack)
	}
	for _, c := range []struct {
		name string
		ssrc uint32
		p    packet.Raw
		want sfu.StreamID
		ok   bool
	}{
		{"an encoding", 1, packet.Raw{MID: "0", RID: "h", PayloadType: 96}, sfu.StreamID{MID: "0", RID: "h", Codec: codec.VP8}, true},
		{"its repair", 2, packet.Raw{MID: "0", RepairedRID: "h", PayloadType: 97}, sfu.StreamID{MID: "0", RID: "h", Repair: true}, true},
		{"an encoding nobody announced", 3, packet.Raw{MID: "0", RID: "x", PayloadType: 96}, sfu.StreamID{}, false},
		{"a declared stream", 11, packet.Raw{PayloadType: 96}, sfu.StreamID{MID: "1", Codec: codec.VP8}, true},
		{"its declared repair", 12, packet.Raw{PayloadType: 97}, sfu.StreamID{MID: "1", Repair: true}, true},
		{"a declared stream with the repair's payload type", 11, packet.Raw{PayloadType: 97}, sfu.StreamID{}, false},
		{"a codec nobody granted", 11, packet.Raw{PayloadType: 102}, sfu.StreamID{}, false},
		{"an SSRC that says nothing of itself", 4, packet.Raw{PayloadType: 96}, sfu.StreamID{}, false},
	} {
		id, ok := identify(c.ssrc, c.p, got)
		if ok != c.ok || (ok && (id.MID != c.want.MID || id.RID != c.want.RID || id.Repair != c.want.Repair || id.Codec != c.want.Codec)) {
			t.Errorf("%s: %+v, %v", c.name, id, ok)
		}
	}
	all := newGranted(got)
	if all.extensions != (packet.Extensions{MID: 4, RID: 10, RepairedRID: 11}) {
		t.Errorf("extensions %+v", all.extensions)
	}
	if all.codecs[96] != codec.VP8 || all.codecs[97] != codec.VP8 || all.codecs[102] != codec.Unknown {
		t.Errorf("codecs by payload type: %v", all.codecs)
	}
}

func TestAnMLineWithoutACommonCodecIsRefused(t *testing.T) {
	_, err := lines(t, mediaLine("video", "0"), mediaLine("video", "0", "rtpmap:102 H265/90000"))
	if !errors.Is(err, sfu.ErrBadOffer) {
		t.Errorf("got %v", err)
	}
}

func FuzzReadOffer(f *testing.F) {
	f.Add(session + mediaLine("video", "0", "rid:q send", "ssrc-group:FID 1 2", "extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"))
	f.Add(session + mediaLine("audio", "1", "ssrc:99999999999", "extmap:", "rtpmap:", "rid:"))
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOffer(text, maxUpLines)
		if err != nil {
			return
		}
		if _, err := readLines(&o.parsed, &o.parsed); err != nil && !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("an error of another kind: %v", err)
		}
	})
}
