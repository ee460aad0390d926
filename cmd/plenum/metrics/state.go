package metrics

import (
	"context"
	"database/sql"
	"runtime"
	"time"

	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/relay"
	"github.com/plenum-meet/plenum/sfu/transport"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/cluster"
)

// Parts of the node that are looked at.
type Parts struct {
	Media     *sfu.Server
	Transport *transport.Transport
	Signaling *signaling.Server
	// Gauge measures the stress.
	Gauge *Gauge
	// Cluster is there even for a node without others.
	Cluster *cluster.Cluster
	// Relay is nil if there is no TURN server inside.
	Relay *relay.Server
	// Webhooks is nil if nobody is told of events.
	Webhooks *webhook.Courier
	// Pool says how the connections to the database are used.
	Pool func() sql.DBStats
	// Version of the program.
	Version string
}

// state is the node at one moment.
type state struct {
	version, goVersion string
	media              sfu.Load
	transport          transport.Snapshot
	relay              relay.Snapshot
	signaling          signaling.Load
	burden             Burden
	nodes              int
	connected          bool
	webhooks           webhook.Snapshot
	pool               sql.DBStats
}

func (p Parts) state(ctx context.Context) *state {
	now := &state{
		version: p.Version, goVersion: runtime.Version(),
		media: p.Media.Load(ctx), transport: p.Transport.Snapshot(), signaling: p.Signaling.Load(ctx), pool: p.Pool(),
		burden: p.Gauge.Burden(ctx, time.Now()),
	}
	now.nodes, now.connected = len(p.Cluster.Nodes()), p.Cluster.Connected()
	if p.Relay != nil {
		now.relay = p.Relay.Snapshot()
	}
	if p.Webhooks != nil {
		now.webhooks = p.Webhooks.Snapshot()
	}
	return now
}

// peers goes through all participants.
func (s *state) peers(yield func(sfu.PeerLoad) bool) {
	for _, room := range s.media.Rooms {
		for _, peer := range room.Peers {
			if !yield(peer) {
				return
			}
		}
	}
}

// ups goes through all publications that have been judged.
func (s *state) ups(yield func(sfu.UpLoad) bool) {
	for _, room := range s.media.Rooms {
		for _, up := range room.Ups {
			if !yield(up) {
				return
			}
		}
	}
}
