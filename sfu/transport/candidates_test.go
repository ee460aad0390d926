package transport

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// candidatesOf lists the candidates of an answer, each as protocol, address, port and what follows.
func candidatesOf(answer string) (candidates []string) {
	for line := range strings.Lines(answer) {
		if value, ok := strings.CutPrefix(line, candidateLine); ok {
			fields := strings.Fields(value)
			candidates = append(candidates, strings.Join(slices.Delete(fields, 3, 4)[2:], " "))
		}
	}
	return candidates
}

func TestPublicAddressesAreToldInPlaceOfOurOwn(t *testing.T) {
	const answer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" +
		"a=candidate:1 1 udp 2130706431 10.0.0.5 7882 typ host ufrag abc\r\n" +
		"a=candidate:1 2 udp 2130706431 10.0.0.5 7882 typ host ufrag abc\r\n" +
		"a=candidate:2 1 udp 2130706431 fd00::5 7882 typ host ufrag abc\r\n" +
		"a=candidate:3 1 tcp 1671430143 10.0.0.5 7882 typ host tcptype passive ufrag abc\r\n" +
		"a=end-of-candidates\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" +
		"a=candidate:1 1 udp 2130706431 10.0.0.5 7882 typ host ufrag abc\r\n"
	if got := tellInstead(answer, nil); got != answer {
		t.Errorf("with nothing to tell it says %q", got)
	}
	out := tellInstead(answer, []netip.AddrPort{netip.MustParseAddrPort("203.0.113.7:7882"), netip.MustParseAddrPort("[2001:db8::7]:7882")})
	want := []string{
		"udp 203.0.113.7 7882 typ host ufrag abc", "udp 2001:db8::7 7882 typ host ufrag abc",
		"tcp 203.0.113.7 7882 typ host tcptype passive ufrag abc", "tcp 2001:db8::7 7882 typ host tcptype passive ufrag abc",
		"udp 203.0.113.7 7882 typ host ufrag abc", "udp 2001:db8::7 7882 typ host ufrag abc",
	}
	if got := candidatesOf(out); !slices.Equal(got, want) {
		t.Errorf("it tells\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !strings.Contains(out, " 2130706431 203.0.113.7") || !strings.Contains(out, " 2130706430 2001:db8::7") {
		t.Errorf("the first address is not preferred: %s", out)
	}
	if strings.Count(out, "a=mid:0\r\n") != 1 || strings.Count(out, "a=end-of-candidates\r\n") != 1 {
		t.Errorf("other lines were lost: %s", out)
	}
}
