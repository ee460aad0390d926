package relay

import (
	"net"
	"time"
)

const (
	// outsiderFor is how long somebody keeps a relay who is in no meeting: a connection test is over by then, and who comes in
	// has come in.
	outsiderFor = 2 * time.Minute
	// sweepEvery is how often those are looked for.
	sweepEvery = 30 * time.Second
)

// channels counts how many are bound by each client. Nobody needs more than one for each of our sockets, and each makes every
// datagram dearer to lead.
type channels struct {
	most int
	by   map[string]int // by the client's address
}

func (s *Server) channelBound(client, _ net.Addr, _, _, _ string, _, _ net.Addr, _ uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels.by[client.String()]++
}

func (s *Server) channelUnbound(client, _ net.Addr, _, _, _ string, _, _ net.Addr, _ uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels.by[client.String()]--; s.channels.by[client.String()] <= 0 {
		delete(s.channels.by, client.String())
	}
}

func (s *Server) allocationDeleted(client, _ net.Addr, _, _, _ string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels.by, client.String())
}

// mayBind reports whether a client has few channels.
func (s *Server) mayBind(client net.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channels.by[client.String()] < s.channels.most
}

// run looks now and then for relays of who is in no meeting.
func (s *Server) run() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case now := <-tick.C:
			s.sweep(now)
		}
	}
}

// sweep closes the relays of who has been in no meeting for too long, or has left it.
func (s *Server) sweep(now time.Time) {
	s.mu.Lock()
	var old []*relayed
	for r := range s.relays {
		if now.Sub(r.opened) >= outsiderFor {
			old = append(old, r)
		}
	}
	s.mu.Unlock()
	for _, r := range old {
		if !s.config.Inside(r.participant) {
			_ = r.Close()
		}
	}
}
