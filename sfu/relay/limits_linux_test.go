package relay

import (
	"net"
	"testing"
	"time"
)

// Who left, or never came, does not keep a relay for the hour that TURN grants.
func TestWhoIsInNoMeetingLosesTheirRelay(t *testing.T) {
	inside := true
	s := serve(t, media(t, "127.0.0.1:0"), func(c *Config) { c.Inside = func(string) bool { return inside } })
	allocated(t, s, OverUDP, nil)
	now := time.Now()
	if s.sweep(now.Add(2 * outsiderFor)); s.Snapshot().Allocations != 1 {
		t.Fatal("who is in a meeting lost their relay")
	}
	inside = false
	if s.sweep(now.Add(outsiderFor / 2)); s.Snapshot().Allocations != 1 {
		t.Fatal("who may be about to come in lost their relay")
	}
	if s.sweep(now.Add(2 * outsiderFor)); s.Snapshot().Allocations != 0 {
		t.Error("who is in no meeting kept their relay")
	}
	inside = true
	allocated(t, s, OverUDP, nil)
}

func TestChannelsAreAsManyAsThereAreSockets(t *testing.T) {
	s := serve(t, media(t, "127.0.0.1:0"))
	ada, grace := &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}, &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 2}
	ours := net.IPv4(127, 0, 0, 1)
	for range s.channels.most {
		if !s.permit(ada, ours) {
			t.Fatal("refused too early")
		}
		s.channelBound(ada, nil, "", "", "", nil, nil, 0)
	}
	if s.permit(ada, ours) {
		t.Error("one channel too many")
	}
	if !s.permit(grace, ours) {
		t.Error("somebody else is refused")
	}
	s.channelUnbound(ada, nil, "", "", "", nil, nil, 0)
	if !s.permit(ada, ours) {
		t.Error("refused although there is room")
	}
	s.allocationDeleted(ada, nil, "", "", "")
	if len(s.channels.by) != 0 {
		t.Errorf("%v is left of an allocation that is gone", s.channels.by)
	}
}
