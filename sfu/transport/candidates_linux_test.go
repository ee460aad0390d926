package transport

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// A NAT may lead to any of our sockets, not to the first alone; and media leaves in batches from there, too.
func TestAPublicAddressLeadsToEachOfOurSockets(t *testing.T) {
	public := []netip.Addr{netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("2001:db8::7")}
	for _, behind := range []string{"127.0.0.1", "127.0.0.2"} {
		t.Run(behind, func(t *testing.T) {
			transport, err := New(Config{
				Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")}, Public: public, TCP: true,
			}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(transport.Close)
			up, err := transport.NewUpstream(&ingress{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(up.Close)
			c := newClient(t)
			c.add(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverDirectionSendonly)
			c.connected(func() {
				c.exchange(func(offer string) (string, error) {
					answer, err := up.Answer(offer)
					var want []string
					for _, way := range []string{"udp %s %d typ host", "tcp %s %d typ host tcptype passive"} {
						for _, address := range public {
							want = append(want, fmt.Sprintf(way, address, transport.Port()))
						}
					}
					got := candidatesOf(answer)
					slices.Sort(got) // the agent looks for them in no order
					slices.Sort(want)
					if !slices.EqualFunc(got, want, strings.HasPrefix) {
						t.Errorf("the answer tells %q, want %q", got, want)
					}
					return strings.ReplaceAll(answer, " 203.0.113.7 ", " "+behind+" "), err
				})
			})
			pair, err := up.(*upstream).pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
			if err != nil || pair.Local.Address != behind {
				t.Errorf("it is connected by %v, want %s: %v", pair, behind, err)
			}
			if _, ok := transport.pathOf(pair); !ok {
				t.Errorf("no way past pion by %s", behind)
			}
		})
	}
}
