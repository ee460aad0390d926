package metrics

// signalingFamilies are about sockets, joins, and what waits to be stored.
var signalingFamilies = []family{
	{
		name: "plenum_websocket_connections", kind: gauge, help: "WebSockets that are open.",
		read: func(s *state, put put) { put(float64(s.signaling.Sockets)) },
	},
	{
		name: "plenum_websocket_opened_total", kind: counter, help: "WebSockets that were opened.",
		read: func(s *state, put put) { put(count(s.signaling.Opened)) },
	},
	{
		name: "plenum_websocket_refused_total", kind: counter, labels: []string{"reason"},
		help: "Handshakes that got no WebSocket: stopping, full (--max-connections), too_many (failures from one address), origin, " +
			"not_websocket, subprotocol, credential (missing, expired or used up).",
		read: func(s *state, put put) {
			for reason, n := range s.signaling.Refused {
				put(count(n), reason)
			}
		},
	},
	{
		name: "plenum_websocket_too_slow_total", kind: counter, help: "WebSockets that were closed because their client did not read what it was sent.",
		read: func(s *state, put put) { put(count(s.signaling.Slow)) },
	},
	{
		name: "plenum_websocket_queued_messages", kind: gauge, help: "Messages that wait to be written to all WebSockets.",
		read: func(s *state, put put) { put(float64(s.signaling.QueuedMessages)) },
	},
	{
		name: "plenum_websocket_queued_bytes", kind: gauge, help: "Size of these messages.",
		read: func(s *state, put put) { put(float64(s.signaling.QueuedBytes)) },
	},
	{
		name: joinDuration, kind: histogram, bounds: seconds,
		help: "From the handshake of a WebSocket until its participant was in the meeting or its lobby.",
	},
	{
		name: firstPicture, kind: histogram, bounds: seconds,
		help: "How long a participant waited for the first picture: from when there was one to be sent, the making of the connection " +
			"included, until it was.",
	},
	{
		name: "plenum_queued_records", kind: gauge, help: "Records of meetings that wait to be written to the database.",
		read: func(s *state, put put) { put(float64(s.signaling.QueuedWrites)) },
	},
	{
		name: "plenum_unstored_chat_messages", kind: gauge, help: "Chat messages that are shown already and not in the database yet.",
		read: func(s *state, put put) {
			n := 0
			for _, m := range s.signaling.Meetings {
				n += m.Unstored
			}
			put(float64(n))
		},
	},
}

// databaseFamilies are about the pool of connections and what the database takes.
var databaseFamilies = []family{
	{
		name: "plenum_database_connections", kind: gauge, labels: []string{"state"}, help: "Connections to the database: in_use or idle.",
		read: func(s *state, put put) {
			put(float64(s.pool.InUse), "in_use")
			put(float64(s.pool.Idle), "idle")
		},
	},
	{
		name: "plenum_database_connections_max", kind: gauge, help: "Connections to the database that there may be.",
		read: func(s *state, put put) { put(float64(s.pool.MaxOpenConnections)) },
	},
	{
		name: "plenum_database_waits_total", kind: counter, help: "Questions that waited for a connection to the database.",
		read: func(s *state, put put) { put(float64(s.pool.WaitCount)) },
	},
	{
		name: "plenum_database_wait_seconds_total", kind: counter, help: "Time that was spent waiting for a connection to the database.",
		read: func(s *state, put put) { put(s.pool.WaitDuration.Seconds()) },
	},
	{
		name: databaseDuration, kind: histogram, labels: []string{"work"}, bounds: briefly,
		help: "Time that the database took, waiting for a connection and repeats after deadlocks included, by work: question or transaction.",
	},
	{
		name: databaseErrors, kind: counter, labels: []string{"kind"},
		help: "Work that failed: unavailable (the database did not answer in time) or fault (anything else that should not be).",
	},
}

// httpFamilies are about requests to the public listener.
var httpFamilies = []family{
	{
		name: httpRequests, kind: counter, labels: []string{"method", "route", "status"},
		help: "Requests by method, template of the path and status. A WebSocket counts when it closes.",
	},
	{
		name: httpDuration, kind: histogram, labels: []string{"route"}, bounds: briefly,
		help: "Time from a request to its answer, by the template of the path. WebSockets are left out.",
	},
}
