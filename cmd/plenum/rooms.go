package main

import (
	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/transport"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// rooms shows the media server to the admin listener, which knows nothing of media.
type rooms struct {
	media     *sfu.Server
	transport *transport.Transport
	signals   *signaling.Server
}

func (r rooms) Transport() any { return r.transport.Snapshot() }

func (r rooms) Rooms() []string { return r.media.Rooms() }

func (r rooms) Room(code string) (any, bool) {
	room, ok := r.media.Snapshot(code)
	return struct {
		sfu.RoomSnapshot
		// Measured is what the clients report of their slots, by participant.
		Measured map[string]message.StatsReport `json:"measured"`
	}{room, r.signals.Measured(code)}, ok
}
