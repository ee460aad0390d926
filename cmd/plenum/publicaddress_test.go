package main

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/stun/v4"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// outside is a STUN server that sees everybody at one address.
func outside(t *testing.T, seen netip.AddrPort) (address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			request := &stun.Message{Raw: b[:n]}
			if request.Decode() != nil {
				continue
			}
			answer, err := stun.Build(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: seen.Addr().AsSlice(), Port: int(seen.Port())})
			if err == nil {
				_, _ = conn.WriteTo(answer.Raw, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

func TestWhatASTUNServerSeesIsToldToClients(t *testing.T) {
	seen, given := netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("198.51.100.7")
	m := startMeeting(t, func(c *serveCommand) {
		c.PublicSTUN, c.PublicAddress = outside(t, netip.AddrPortFrom(seen, 7882)), []netip.Addr{given}
	})
	var told []netip.Addr
	ada := m.enter("Ada", func(o *client.Options) {
		o.Route = func(server netip.AddrPort) netip.AddrPort {
			told = append(told, server.Addr())
			return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), server.Port())
		}
	})
	if _, err := ada.Publish(m.ctx, client.Track{Source: message.Microphone, Feed: client.NewTone(40)}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(slices.Compact(told), []netip.Addr{given, seen}) {
		t.Errorf("clients are told %v, want %s, then %s", told, given, seen)
	}
	if log := m.log.String(); !strings.Contains(log, "--public-address says 198.51.100.7, but this server is seen at 203.0.113.7") {
		t.Errorf("nothing is said of the difference: %s", log)
	}
}

func TestAWrongPublicAddressIsSaid(t *testing.T) {
	addresses := func(texts ...string) (all []netip.Addr) {
		for _, text := range texts {
			all = append(all, netip.MustParseAddr(text))
		}
		return all
	}
	for _, c := range []struct {
		name string
		told []netip.Addr
		seen string
		port uint16
		want string
	}{
		{"none given", nil, "203.0.113.7:7882", 7882, ""},
		{"the same", addresses("203.0.113.7"), "203.0.113.7:7882", 7882, ""},
		{"one of several", addresses("10.0.0.5", "203.0.113.7"), "203.0.113.7:7882", 7882, ""},
		{"the other family", addresses("2001:db8::7"), "203.0.113.7:7882", 7882, ""},
		{"another", addresses("203.0.113.8"), "203.0.113.7:7882", 7882, "--public-address says 203.0.113.8, but this server is seen at 203.0.113.7"},
		{"another port", addresses("203.0.113.7"), "203.0.113.7:1024", 7882, "turns its media port 7882 into 1024"},
		{"any port", nil, "203.0.113.7:1024", 0, ""},
	} {
		if got := wrongAddress(c.told, netip.MustParseAddrPort(c.seen), c.port); !strings.HasPrefix(got, c.want) && !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestASTUNServerThatIsNotThereEndsTheStart(t *testing.T) {
	command := onLoopback(t)
	command.PublicSTUN = "stun.invalid:3478"
	n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
	if err == nil {
		n.Stop(t.Context())
		t.Fatal("it started")
	}
	for _, part := range []string{"--public-stun", "stun.invalid"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("said %q, without %q", err, part)
		}
	}
}
