package room

// issue notes the ticket that goes out with the answer to a join. The answer may be lost with the line: whoever came by a
// ticket may come by it again until they have shown that they have the new one.
func (m *machine) issue(in Entry) {
	id := in.Claims.Participant
	m.tickets[id] = in.TicketID
	if in.ByTicket {
		m.replaced[id] = in.Claims.ID
	} else {
		delete(m.replaced, id)
	}
}

// heard is told that a socket has said something that only who has the answer to the join says.
func (m *machine) heard(session SessionID) {
	if who, ok := m.sessions[session]; ok {
		delete(m.replaced, who.id)
	} else if w := m.lobby.of(session); w != nil {
		delete(m.replaced, w.id)
	}
}
