package room

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Whatever happens in a room, and whoever drops in and out, everybody ends up with every event that was for them: each
// once, in order. The slow reference is a list of everything that was sent with its number.
func TestNothingIsLostOrDoubledByComingBack(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	for round := range uint64(200) {
		replayOne(t, rand.New(rand.NewPCG(seed, round)), fmt.Sprintf("seed %d, round %d", seed, round))
	}
}

// follower is a client as the protocol wants it.
type follower struct {
	session SessionID
	ticket  string
	seq     uint64
	away    bool
}

func replayOne(t *testing.T, random *rand.Rand, what string) {
	t.Helper()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	cfg := Default()
	cfg.MaxEvents, cfg.EmptyFor = 30, time.Hour
	m := newMachine(now, cfg, Meeting{Occurrence: "o1", Settings: Settings{ChatHistory: message.HistoryAll, Permissions: everything}}, history{})
	clients := map[string]*follower{}
	bySession := map[SessionID]*follower{}
	next := SessionID(0)
	names := []string{"ada", "grace", "alan", "edsger"}
	enter := func(name string, resume bool) {
		next++
		in := Entry{
			Session: next, TicketID: fmt.Sprint("t", next),
			Claims: grant.Claims{Participant: name, User: name, Name: name, Occurrence: "o1", Host: name == "ada"},
		}
		c := clients[name]
		if resume {
			in.ByTicket, in.Resume, in.Seq, in.Claims.ID = true, true, c.seq, c.ticket
		} else {
			c = &follower{}
			clients[name] = c
		}
		if err := m.join(now, in); err != nil {
			t.Fatalf("%s: %s comes in: %v", what, name, err)
		}
		delete(bySession, c.session)
		c.session, c.ticket, c.away = next, in.TicketID, false
		bySession[next] = c
	}
	drain := func() {
		for _, e := range m.take() {
			switch e := e.(type) {
			case reply:
				if snapshot, ok := e.message.(message.MeetingJoined); ok && bySession[e.session] != nil {
					bySession[e.session].seq = snapshot.Seq
				}
			case event:
				for _, to := range e.to {
					c := bySession[to.session]
					if c == nil || c.away || to.seq == 0 {
						continue // what goes to a dead socket is lost with it
					}
					if to.seq != c.seq+1 {
						t.Fatalf("%s: event %d after %d: %+v", what, to.seq, c.seq, e.message)
					}
					c.seq = to.seq
				}
			}
		}
	}
	for range 150 {
		name := names[random.IntN(len(names))]
		c := clients[name]
		now = now.Add(time.Duration(random.IntN(400)) * time.Millisecond)
		switch action := random.IntN(12); {
		case c == nil:
			enter(name, false)
		case c.away:
			if action < 6 {
				m.lose(now, c.session) // the server has noticed, or has not
			}
			if action%2 == 0 {
				enter(name, true)
			}
		case action == 0:
			// Dead: what the server sends from now on does not arrive, until it comes back and asks again.
			c.away = true
			lost := *c
			bySession[c.session] = &lost
		case action < 4:
			_ = m.raiseHand(now, c.session, message.ParticipantRaiseHand{Raised: action == 1})
		case action < 6:
			_ = m.mute(now, c.session, message.Microphone, action == 4)
		case action < 8:
			_ = m.say(now, c.session, 0, message.ChatSend{ClientID: fmt.Sprint(now.UnixNano()), Text: "x", To: names[random.IntN(len(names))]})
		case action == 8:
			_ = m.moderateRole(now, c.session, message.ModerationRole{Participant: names[random.IntN(len(names))], Role: message.CoHost})
		case action == 9:
			_ = m.moderatePermissions(now, c.session, message.ModerationPermissions{Participant: name, Permissions: message.Override{Chat: new(true)}})
		case action == 10 && len(m.order) > 1: // the last one who leaves ends the meeting
			_ = m.leave(now, c.session, 1)
			delete(clients, name)
		default:
			m.wake(now)
		}
		drain()
	}
	// In the end all come back and have as many as there were.
	for _, name := range names {
		if c := clients[name]; c != nil && c.away {
			enter(name, true)
			drain()
		}
	}
	for _, who := range m.order {
		if c := clients[who.id]; c.seq != who.seq {
			t.Fatalf("%s: %s has %d of %d events", what, who.id, c.seq, who.seq)
		}
	}
	if len(m.log.events) > 2*cfg.MaxEvents {
		t.Fatalf("%s: %d events are kept", what, len(m.log.events))
	}
	if !slices.IsSortedFunc(m.hands.hands, func(a, b hand) int { return int(a.order) - int(b.order) }) {
		t.Fatalf("%s: the hands are out of order: %+v", what, m.hands.hands)
	}
}
