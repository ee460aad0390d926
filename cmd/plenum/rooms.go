package main

import (
	"context"
	"time"

	"github.com/plenum-meet/plenum/cmd/plenum/metrics"
	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/message"
)

// rooms shows the node to the admin listener, which knows nothing of media.
type rooms struct{ of metrics.Parts }

func (r rooms) Transport() any { return r.of.Transport.Snapshot() }

func (r rooms) Rooms() []string { return r.of.Media.Rooms() }

// loadWithin is how long the node's loops may take to say what they do.
const loadWithin = time.Second

func (r rooms) Load(ctx context.Context) any {
	ctx, cancel := context.WithTimeout(ctx, loadWithin)
	defer cancel()
	return loadOf(ctx, time.Now(), r.of)
}

func (r rooms) Room(code string) (any, bool) {
	room, ok := r.of.Media.Snapshot(code)
	return struct {
		sfu.RoomSnapshot
		// Measured is what the clients report of their slots, by participant.
		Measured map[string]message.StatsReport `json:"measured"`
	}{room, r.of.Signaling.Measured(code)}, ok
}
