package metrics

import "github.com/plenum-meet/plenum/sfu"

// nodeFamilies say who is there.
var nodeFamilies = []family{
	{
		name: "plenum_build_info", kind: gauge, labels: []string{"version", "go_version"}, help: "1, with the version of the program.",
		read: func(s *state, put put) { put(1, s.version, s.goVersion) },
	},
	{
		name: "plenum_rooms", kind: gauge, help: "Meetings with somebody in them on this node.",
		read: func(s *state, put put) { put(float64(len(s.signaling.Meetings))) },
	},
	{
		name: "plenum_participants", kind: gauge, labels: []string{"state"},
		help: "People by state: in (a meeting, connected), reconnecting (lost, their place is kept), waiting (in a lobby).",
		read: func(s *state, put put) {
			in, lost, waiting := 0, 0, 0
			for _, m := range s.signaling.Meetings {
				in, lost, waiting = in+m.Participants-m.Reconnecting, lost+m.Reconnecting, waiting+m.Waiting
			}
			put(float64(in), "in")
			put(float64(lost), "reconnecting")
			put(float64(waiting), "waiting")
		},
	},
	{
		name: "plenum_largest_room_participants", kind: gauge, help: "People in the largest meeting of this node.",
		read: func(s *state, put put) {
			most := 0
			for _, m := range s.signaling.Meetings {
				most = max(most, m.Participants)
			}
			put(float64(most))
		},
	},
	{
		name: "plenum_media_connections", kind: gauge, labels: []string{"direction"},
		help: "Media connections by direction: up brings what somebody publishes, down what they receive.",
		read: func(s *state, put put) {
			up, down := 0.0, 0.0
			for peer := range s.peers {
				up, down = up+yes(peer.Up), down+yes(peer.Down)
			}
			put(up, "up")
			put(down, "down")
		},
	},
	{
		name: "plenum_publications", kind: gauge, labels: []string{"source"},
		help: "Cameras, microphones and screens that send, by source.",
		read: func(s *state, put put) {
			for _, source := range sfu.Sources {
				n := 0
				for _, room := range s.media.Rooms {
					n += room.Publications[source]
				}
				put(float64(n), source.String())
			}
		},
	},
	{
		name: "plenum_slots", kind: gauge, labels: []string{"kind", "reason"},
		help: "Places of receivers' pages by kind, and why they get what they get: met (all that is wished), small_tile, link " +
			"(the line carries no more), settling (the line has carried more for a moment only), not_sent (by the publisher), paused " +
			"(the line carries nothing of it), data_saver, audio_only, hidden, empty (nobody to show), undecodable.",
		read: func(s *state, put put) {
			slots := map[sfu.SlotState]int{}
			for peer := range s.peers {
				for state, n := range peer.Slots {
					slots[state] += n
				}
			}
			for _, state := range sfu.SlotStates() {
				put(float64(slots[state]), state.Kind, state.Reason)
			}
		},
	},
}
