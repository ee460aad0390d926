package relay

import (
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

// Who is sent away has no relay from then on, and gets none by what they were given before; another credential is as good as ever.
func TestWhoIsSentAwayLosesTheirRelayAtOnce(t *testing.T) {
	inside := func(c *Config) { c.Inside = func(string) bool { return true } }
	s := serve(t, media(t, "127.0.0.1:0"), inside)
	now := time.Now()
	allocated(t, s, OverUDP, nil)
	grace, word := s.Credential("grace", now.Add(time.Minute))
	if _, err := allocate(t, s, OverUDP, grace, word, nil); err != nil {
		t.Fatal(err)
	}
	s.SendAway("ada", now.Add(time.Minute))
	if n := s.Snapshot().Allocations; n != 1 {
		t.Errorf("%d relays, want grace's", n)
	}
	ada, word := s.Credential("ada", now.Add(time.Minute))
	if _, err := allocate(t, s, OverUDP, ada, word, nil); err == nil {
		t.Error("the old credential still opens one")
	}
	ada, word = s.Credential("ada", now.Add(2*time.Minute))
	if _, err := allocate(t, s, OverUDP, ada, word, nil); err != nil {
		t.Errorf("one who was let in again: %v", err)
	}
}

// Who is sent away between the proof and the socket gets no relay all the same, and whoever holds one can do no more with it.
func TestARelayThatIsBeingHadEndsWithItsOwner(t *testing.T) {
	socket := media(t, "127.0.0.1:0")
	s := serve(t, socket, func(c *Config) { c.Inside = func(string) bool { return true } })
	until := time.Now().Add(time.Minute)
	held := allocated(t, s, OverUDP, nil)
	username, _ := s.Credential("ada", until)
	later, _ := s.Credential("ada", until.Add(time.Minute))
	// As pion asks: who it is, whether there may be one more, then for the socket.
	user, _, ok := s.authenticate(&turn.RequestAttributes{Username: username})
	if !ok || !s.mayAllocate(user, realm, nil) {
		t.Fatal("refused before anybody was sent away")
	}
	s.SendAway("ada", until)
	if conn, _, err := (way{s}).AllocatePacketConn(turn.AllocateListenerConfig{Network: "udp4", UserID: user}); err == nil {
		_ = conn.Close()
		t.Error("who was sent away got a relay")
	}
	if now := s.Snapshot(); now.Allocations != 0 {
		t.Errorf("it counts %+v", now)
	}
	for _, method := range []stun.Method{stun.MethodAllocate, stun.MethodRefresh, stun.MethodCreatePermission, stun.MethodChannelBind} {
		if _, _, ok := s.authenticate(&turn.RequestAttributes{Username: username, Method: method}); ok {
			t.Errorf("%s is still granted", method)
		}
	}
	if err := held.Permit(addrPortOf(socket.LocalAddr())); err == nil {
		t.Error("a relay that was had before still gives permissions")
	}
	conn, _, err := (way{s}).AllocatePacketConn(turn.AllocateListenerConfig{Network: "udp4", UserID: later})
	if err != nil {
		t.Fatalf("one who was let in again meanwhile: %v", err)
	}
	_ = conn.Close()
}

// One relay carries so much in each direction and no more, and other limits hold at once.
func TestARelayCarriesSoMuchAndNoMore(t *testing.T) {
	socket := media(t, "127.0.0.1:0")
	told := addrPortOf(socket.LocalAddr())
	s := serve(t, socket, func(c *Config) { c.Rate = leastRate })
	c := allocated(t, s, OverUDP, nil)
	echoes(t, c, socket, told)
	s.mu.Lock()
	var relay *relayed
	for relay = range s.relays {
	}
	s.mu.Unlock()
	datagram := make([]byte, 1200)
	flood := func() (shed uint64) {
		before := s.Snapshot().Shed
		for range 1000 {
			if _, err := relay.WriteTo(datagram, socket.LocalAddr()); err != nil {
				t.Fatal(err)
			}
		}
		return s.Snapshot().Shed - before
	}
	// 1.2 MB, of which 64 KiB go at once, and 16 KB in each second that this takes.
	if shed := flood(); shed < 500 {
		t.Errorf("%d of 1000 were too many", shed)
	}
	if err := s.Adjust(Adjustable{Quota: 1}); err != nil {
		t.Fatal(err)
	}
	if shed := flood(); shed != 0 {
		t.Errorf("%d of 1000 were too many without a limit", shed)
	}
	ada, word := s.Credential("ada", time.Now().Add(time.Minute))
	if _, err := allocate(t, s, OverUDP, ada, word, nil); err == nil {
		t.Error("a second relay, where there may be one")
	}
	for _, wrong := range []Adjustable{{Quota: 0}, {Quota: 3, Rate: 1}} {
		if err := s.Adjust(wrong); err == nil {
			t.Errorf("%+v: taken", wrong)
		}
	}
	if _, err := allocate(t, s, OverUDP, ada, word, nil); err == nil {
		t.Error("wrong limits were taken in part")
	}
}
