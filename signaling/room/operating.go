package room

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// operator is the session of whoever runs the server. They are in no room; sockets have numbers from 1 on.
const operator SessionID = 0

// Operate does what whoever runs the server wants done, to hosts too. Nobody is told by whom; the audit log is the caller's business.
func (r *Room) Operate(what message.ClientMessage) error {
	return r.ask(func(now time.Time, m *machine) error { return m.operate(now, what) })
}

// Announce tells everybody in the room something.
func (r *Room) Announce(text string) error {
	return r.ask(func(now time.Time, m *machine) error { return m.announce(now, text) })
}

// Overview is a room as whoever runs the server sees it.
type Overview struct {
	Meeting      message.Meeting
	Participants []Standing
	Waiting      int
}

// Standing is a participant with what they may do.
type Standing struct {
	message.Participant
	Permissions message.Permissions
}

// Overview shows the room as it is; false if it has ended, or is only for a connection test.
func (r *Room) Overview() (out Overview, ok bool) {
	if r.meeting.isTest() {
		return Overview{}, false
	}
	err := r.ask(func(_ time.Time, m *machine) error {
		out.Meeting, out.Waiting = m.view(), len(m.lobby.line)
		out.Meeting.StartedAt = m.meeting.StartedAt
		for _, who := range m.order {
			out.Participants = append(out.Participants, Standing{who.view(), who.permissions})
		}
		return nil
	})
	return out, err == nil
}

func (m *machine) operate(now time.Time, what message.ClientMessage) error {
	if m.over {
		return errEnded
	}
	m.sessions[operator] = &member{role: message.Host}
	defer delete(m.sessions, operator)
	switch what.(type) {
	case message.ModerationMute, message.ModerationStopVideo, message.ModerationStopShare, message.ModerationRemove,
		message.ModerationLock, message.ModerationPermissions:
		return m.moderate(now, operator, what)
	default:
		return message.Refuse(message.Internal, "This is for those inside.")
	}
}

func (m *machine) announce(now time.Time, text string) error {
	if m.over {
		return errEnded
	}
	m.tell(message.MeetingAnnounced{Text: text, At: onWire(now)}, nil)
	return nil
}
