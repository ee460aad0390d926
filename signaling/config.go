package signaling

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
)

// Config of the WebSocket server.
type Config struct {
	// Node is the id of this process in the cluster.
	Node string
	// Origins are the pages that may open a socket, as scheme://host[:port], compared exactly. Empty means the
	// origin that the request itself was sent to.
	Origins []string
	// TrustedProxies is how many proxies before us append to X-Forwarded-For; 0 takes the socket's address.
	TrustedProxies int

	// JoinTimeout is how long a socket may stay without meeting:join.
	JoinTimeout time.Duration
	// PingEvery and PongWithin find sockets that are gone.
	PingEvery, PongWithin time.Duration
	// WriteTimeout of one message.
	WriteTimeout time.Duration
	// QueueMessages and QueueBytes bound what waits for a slow reader before it is closed.
	QueueMessages, QueueBytes int
	// BadHandshakes per minute and address.
	BadHandshakes int
	// MaxSockets on this node.
	MaxSockets int
	// MaxRooms that are alive on this node at a time.
	MaxRooms int
	// StoreTimeout bounds what a session asks of the store.
	StoreTimeout time.Duration
	// MediaTimeout bounds the answer to an offer.
	MediaTimeout time.Duration

	// Streams bound what comes by WHIP and WHEP.
	Streams StreamLimits

	// Mine says whether this node may open the room of a meeting; nil opens all. It must not block.
	Mine func(code string) bool

	// Emptied is told at Close that no room takes requests any more, before people are: they may come back elsewhere. Nil is not told.
	Emptied func()

	// Joined is told how long it took from the handshake of a socket until its participant was in the room or the lobby. It must
	// not block; nil is not told.
	Joined func(time.Duration)
	// Tracer takes a span for each message of a client; nil for none.
	Tracer trace.Tracer

	// Relays are told to who is let in from the lobby; nil for none. It must not block.
	Relays func(participant string) []message.ICEServer

	// Removed is told who was removed from a meeting. It must not block; nil is not told.
	Removed func(participant string)

	Room room.Config
}

// Default has the figures of the protocol for a node.
func Default(node string) Config {
	return Config{
		Node:          node,
		JoinTimeout:   10 * time.Second,
		PingEvery:     5 * time.Second,
		PongWithin:    5 * time.Second,
		WriteTimeout:  5 * time.Second,
		QueueMessages: 4096, // a thousand may join while a client pauses for some seconds
		QueueBytes:    1 << 20,
		BadHandshakes: 30,
		MaxSockets:    10_000,
		MaxRooms:      10_000,
		StoreTimeout:  3 * time.Second,
		MediaTimeout:  10 * time.Second,
		Room:          room.Default(),
	}
}

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	if c.Node == "" {
		return errors.New("signaling: the node needs an id")
	}
	for _, origin := range c.Origins {
		if err := checkOrigin(origin); err != nil {
			return err
		}
	}
	if c.TrustedProxies < 0 {
		return errors.New("signaling: the number of trusted proxies cannot be negative")
	}
	for name, d := range map[string]time.Duration{
		"join timeout": c.JoinTimeout, "ping interval": c.PingEvery, "pong timeout": c.PongWithin,
		"write timeout": c.WriteTimeout, "store timeout": c.StoreTimeout, "media timeout": c.MediaTimeout,
	} {
		if d <= 0 {
			return fmt.Errorf("signaling: the %s must be positive", name)
		}
	}
	for name, n := range map[string]int{
		"queued messages": c.QueueMessages, "queued bytes": c.QueueBytes, "bad handshakes": c.BadHandshakes,
		"sockets": c.MaxSockets, "rooms": c.MaxRooms,
	} {
		if n <= 0 {
			return fmt.Errorf("signaling: the limit of %s must be positive", name)
		}
	}
	return c.Room.Validate()
}
