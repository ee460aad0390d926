package metrics

import "github.com/plenum-meet/plenum/sfu/relay"

// relayFamilies say what the TURN server inside carries, 0 throughout if there is none.
var relayFamilies = []family{
	{
		name: "plenum_turn_allocations", kind: gauge, help: "Relays that clients hold at the TURN server inside, 4000 at most.",
		read: func(s *state, put put) { put(float64(s.relay.Allocations)) },
	},
	turn("plenum_turn_allocations_made_total", "Relays that clients were given.", func(s relay.Snapshot) uint64 { return s.Made }),
	turn("plenum_turn_refused_total", "Permissions and datagrams refused since they aimed at anything but this server's media.",
		func(s relay.Snapshot) uint64 { return s.Refused }),
	turn("plenum_turn_held_answers_total", "Answers held back from addresses that had proved nothing and asked too often.",
		func(s relay.Snapshot) uint64 { return s.Held }),
	turn("plenum_turn_shed_packets_total", "Datagrams dropped since one relay carried more than --turn-rate in their direction.",
		func(s relay.Snapshot) uint64 { return s.Shed }),
	{
		name: "plenum_turn_bytes_total", kind: counter, labels: []string{"direction"},
		help: "Bytes that were relayed: up from clients, down to them.",
		read: func(s *state, put put) {
			put(count(s.relay.UpBytes), "up")
			put(count(s.relay.DownBytes), "down")
		},
	},
}

// turn is a counter of the TURN server.
func turn(name, help string, of func(relay.Snapshot) uint64) family {
	return family{name: name, kind: counter, help: help, read: func(s *state, put put) { put(count(of(s.relay))) }}
}
