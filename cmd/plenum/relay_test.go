package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestWhatIsWrongWithTURNIsSaid(t *testing.T) {
	taken := occupied(t, "udp")
	for _, c := range []struct {
		name   string
		change func(*serveCommand)
		want   []string
	}{
		{"port in use", func(c *serveCommand) {
			c.TURN = turnOptions{Turn: turnOn, TurnPort: taken.Port(), TurnQuota: 12}
		}, []string{fmt.Sprint(taken.Port()), "in use", "--turn-port", "--turn off"}},
		{"no quota", func(c *serveCommand) { c.TURN = turnOptions{Turn: turnOn} }, []string{"--turn-quota 0"}},
		{"no secret", func(c *serveCommand) { c.TURN.TurnURL = []string{"turn:turn.example:3478"} }, []string{"--turn-secret"}},
		{"a secret for nobody", func(c *serveCommand) { c.TURN.TurnSecret = "hunter2" }, []string{"--turn-url"}},
		{"two servers", func(c *serveCommand) {
			c.TURN = turnOptions{Turn: turnOn, TurnQuota: 1, TurnURL: []string{"turn:turn.example:3478"}, TurnSecret: "hunter2"}
		}, []string{"choose one"}},
		{"a page", func(c *serveCommand) {
			c.TURN = turnOptions{TurnURL: []string{"https://turn.example"}, TurnSecret: "hunter2"}
		}, []string{"https://turn.example", "turn:host:port"}},
		{"slashes", func(c *serveCommand) {
			c.TURN = turnOptions{TurnURL: []string{"turn://turn.example:3478"}, TurnSecret: "hunter2"}
		}, []string{"turn://turn.example", "turn:host:port"}},
		{"another transport", func(c *serveCommand) {
			c.TURN = turnOptions{TurnURL: []string{"turn:turn.example?transport=tls"}, TurnSecret: "hunter2"}
		}, []string{"transport=tls", "turns:host:port"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := onLoopback(t)
			c.change(&command)
			refuses(t, command, c.want)
		})
	}
}

func TestTheRelayInsideIsOnWhereOthersCome(t *testing.T) {
	for _, c := range []struct {
		turn, listen, public string
		elsewhere            bool
		want                 bool
	}{
		{turnAuto, "127.0.0.1:8080", "", false, false},
		{turnAuto, "[::1]:8080", "", false, false},
		{turnAuto, "[::]:8080", "", false, true},
		{turnAuto, "192.0.2.7:8080", "", false, true},
		{turnAuto, "127.0.0.1:8080", "https://meet.example.org", false, true},
		{turnAuto, "[::]:8080", "", true, false},
		{turnOn, "127.0.0.1:8080", "", false, true},
		{turnOff, "[::]:8080", "https://meet.example.org", false, false},
	} {
		o := turnOptions{Turn: c.turn}
		if c.elsewhere {
			o.TurnURL = []string{"turn:turn.example"}
		}
		if got := o.embedded(netip.MustParseAddrPort(c.listen), c.public); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestClientsFindTheRelayUnderAName(t *testing.T) {
	told := []netip.AddrPort{netip.MustParseAddrPort("203.0.113.7:7882"), netip.MustParseAddrPort("198.51.100.7:7882"), netip.MustParseAddrPort("[2001:db8::7]:7882")}
	for _, c := range []struct {
		name    string
		command serveCommand
		want    []string
	}{
		{"addresses", serveCommand{}, []string{"203.0.113.7", "2001:db8::7"}},
		{"of the page", serveCommand{PublicURL: "https://meet.example.org:8443"}, []string{"meet.example.org"}},
		{"its own", serveCommand{PublicURL: "https://meet.example.org", TURN: turnOptions{TurnHost: "turn.example.org"}}, []string{"turn.example.org"}},
	} {
		if got := c.command.turnHosts(told); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	want := []string{"turn:[2001:db8::7]:3478?transport=udp", "turn:[2001:db8::7]:3478?transport=tcp", "turns:[2001:db8::7]:443?transport=tcp"}
	if got := turnURLs([]string{"2001:db8::7"}, 3478, 443); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for _, url := range want {
		if err := checkTurnURL(url); err != nil {
			t.Error(err)
		}
	}
}

// A server elsewhere shares the secret with us and knows nothing else: what coturn calls use-auth-secret.
func TestMediaFlowsByARelayElsewhere(t *testing.T) {
	t.Parallel()
	const shared = "what both servers know, at least 32 bytes of it"
	media := freeAddress(t)
	elsewhere, err := relay.New(relay.Config{
		Told: []netip.AddrPort{media}, Sockets: []netip.AddrPort{media}, Secret: []byte(shared), Quota: 12,
		Inside: func(string) bool { return false },
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(elsewhere.Close)
	m := startMeeting(t, func(c *serveCommand) {
		c.MediaPort = media.Port()
		c.TURN = turnOptions{TurnURL: []string{fmt.Sprintf("turn:127.0.0.1:%d?transport=udp", elsewhere.Port())}, TurnSecret: shared}
	})
	ada := m.enter("Ada", by("udp")).publish(camera())
	grace := m.enter("Grace").receive(pool)
	grace.wish(180, ada.id)
	grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 180)
	if made := elsewhere.Snapshot().Made; made == 0 || m.server.relay != nil {
		t.Errorf("%d relays were had elsewhere; one inside: %v", made, m.server.relay != nil)
	}
}

// A credential of the server inside names its participant, and when it ends.
func TestACredentialIsAParticipantsOwn(t *testing.T) {
	options := turnOptions{TurnURL: []string{"turn:turn.example"}, TurnSecret: "shared"}
	now := time.Unix(1_800_000_000, 0)
	ada, grace := options.elsewhere(now, "ada", 0)[0], options.elsewhere(now, "grace", time.Minute)[0]
	if ada.Username != "1800043200:ada" || grace.Username != "1800000060:grace" || ada.Credential == grace.Credential {
		t.Errorf("%+v and %+v", ada, grace)
	}
}
