package signaling

import (
	"sync/atomic"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
)

// refusals are all answers to a handshake that gets no socket.
var refusals = []*refusal{
	&refuseStopping, &refuseFull, &refuseTooMany, &refuseOrigin, &refuseNotUpgrade, &refuseSubprotocol, &refuseCredential,
}

// turnedAway counts handshakes that got no socket, by reason, and sockets that were closed since their client did not read.
type turnedAway struct {
	refused map[string]*atomic.Uint64
	slow    atomic.Uint64
}

func newTurnedAway() *turnedAway {
	t := &turnedAway{refused: map[string]*atomic.Uint64{}}
	for _, each := range refusals {
		t.refused[each.reason] = new(atomic.Uint64)
	}
	return t
}

func (t *turnedAway) byReason() map[string]uint64 {
	out := make(map[string]uint64, len(t.refused))
	for reason, n := range t.refused {
		out[reason] = n.Load()
	}
	return out
}

// readTooSlowly is how a socket ends whose client does not read.
var readTooSlowly = closing{code: message.CloseCode(websocket.StatusTryAgainLater), reason: "read too slowly"}
