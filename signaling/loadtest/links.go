package loadtest

import (
	"fmt"
	"log/slog"
	"net/netip"
	"sync"

	"github.com/plenum-meet/plenum/sfu/sfutest/bridge"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// links are the bad links between bots and the server: one bridge for each kind of link and address of the server, in
// which each connection of a bot has a link of its own.
type links struct {
	clients int
	mu      sync.Mutex
	bridges map[string]*bridge.Bridge
}

// route gives the way through a link. Where it cannot be made there is none.
func (r *run) route(name string) func(netip.AddrPort) netip.AddrPort {
	r.mu.Lock()
	if r.links == nil {
		r.links = &links{clients: 3*r.scenario.bots() + 64, bridges: map[string]*bridge.Bridge{}}
	}
	l := r.links
	r.mu.Unlock()
	return func(server netip.AddrPort) netip.AddrPort {
		to, err := l.to(name, server)
		if err != nil {
			r.fault(fmt.Errorf("link %s: %w", name, err))
		}
		return to
	}
}

func (l *links) to(name string, server netip.AddrPort) (netip.AddrPort, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := name + " " + server.String()
	if b := l.bridges[key]; b != nil {
		return b.Address(), nil
	}
	profile, err := link.Named(name)
	if err != nil {
		return netip.AddrPort{}, err
	}
	b, err := bridge.New(bridge.Config{
		Listen: netip.MustParseAddrPort("127.0.0.1:0"), Upstream: server, Profile: profile, Anywhere: true, Clients: l.clients,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		return netip.AddrPort{}, err
	}
	l.bridges[key] = b
	return b.Address(), nil
}

func (l *links) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range l.bridges {
		b.Close()
	}
}
