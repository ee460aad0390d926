package transport

import (
	"sync/atomic"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
)

// insistence is how many times in a row a client nominates a path until it is followed there. pion follows at once to a
// path of higher priority, and never to a lower one: but a cable that was pulled leaves the wireless network alone, and a
// browser, which always controls, sends along the path that it nominated last (RFC 8445 §8.1.1). Once is not enough, since
// some nominate all their paths in the beginning and mean the best of them.
const insistence = 3

// nominations of one connection. Only the loop of its ICE agent asks.
type nominations struct {
	latest *ice.CandidatePair
	times  int
	hear   atomic.Pointer[express] // is told of paths that the client may send along
}

// asked takes a STUN binding request of the client, and reports whether its path is to be selected.
func (n *nominations) asked(request *stun.Message, local, remote ice.Candidate, pair *ice.CandidatePair) bool {
	// In the beginning browsers nominate TCP as well, until UDP has answered.
	if pair == nil || local.NetworkType().IsTCP() || !request.Contains(stun.AttrUseCandidate) || pair.ResponsesReceived() == 0 {
		return false
	}
	if pair != n.latest {
		n.latest, n.times = pair, 0
	}
	n.times++
	if n.times == 1 {
		if e := n.hear.Load(); e != nil {
			if p, ok := e.transport.pathBetween(local.Address(), remote.Address(), uint16(remote.Port())); ok { //nolint:gosec // a port
				e.hear(p)
			}
		}
	}
	return n.times == insistence
}
