package room

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/script"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// The files in testdata are blocks of commands, "----", and what the machine does on them.
func TestScenarios(t *testing.T) {
	script.Files(t, func(t *testing.T) func(string) string {
		s := &scenario{t: t, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		cfg := Default()
		cfg.MaxParticipants, cfg.MaxUnstored, cfg.HistoryPage = 4, 2, 3
		s.machine = newMachine(s.now, cfg, Meeting{ID: "m1", Code: "code", Title: "Weekly", Occurrence: "o1"}, history{})
		return func(command string) string {
			s.out.Reset()
			s.run(command)
			return s.out.String()
		}
	})
}

type scenario struct {
	t       *testing.T
	now     time.Time
	machine *machine
	out     strings.Builder
	re      uint64
}

func (s *scenario) run(line string) {
	words := strings.Fields(line)
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	session := func(i int) SessionID {
		n, err := strconv.ParseUint(arg(i), 10, 32)
		if err != nil {
			s.t.Fatalf("%q: %v", line, err)
		}
		return SessionID(n)
	}
	s.re++
	m, now := s.machine, s.now
	var err error
	switch words[0] {
	case "join":
		err = m.join(now, s.entry(words))
	case "leave":
		err = m.leave(now, session(1), s.re)
	case "lose":
		m.lose(now, session(1))
	case "send-away":
		err = m.sendAway(now, arg(1))
	case "end":
		err = m.end(now, session(1), s.re)
	case "end-by":
		err = m.endBy(now, arg(1))
	case "stop":
		m.stop(now)
	case "retitle":
		m.retitle(arg(1))
	case "rename":
		err = m.rename(now, session(1), arg(2))
	case "hand":
		err = m.raiseHand(session(1), arg(2) == "up")
	case "mute", "unmute":
		err = m.mute(now, session(1), message.Source(arg(2)), words[0] == "mute")
	case "offer":
		err = s.offer(session(1), words[2:])
	case "set":
		err = m.setPublication(now, session(1), message.Source(arg(2)), arg(3) == "live")
	case "unpublish":
		err = m.unpublish(now, session(1))
	case "say":
		err = m.say(now, session(1), s.re, message.ChatSend{ClientID: arg(2), Text: strings.Join(words[3:], " ")})
	case "stored":
		m.stored(uint64(session(1)), nil)
	case "not-stored":
		m.stored(uint64(session(1)), store.ErrConflict)
	case "after":
		s.after(arg(1))
	default:
		s.t.Fatalf("no command %q", line)
	}
	s.print()
	if err != nil {
		refused, ok := errors.AsType[message.Error](err)
		if !ok {
			s.t.Fatalf("%q: %v", line, err)
		}
		fmt.Fprintf(&s.out, "refused: %s\n", refused.Code)
	}
}

// entry reads "join ada 1 [host] [ticket=x] [vouched] [occurrence=o2]".
func (s *scenario) entry(words []string) Entry {
	n, err := strconv.ParseUint(words[2], 10, 32)
	if err != nil {
		s.t.Fatal(err)
	}
	in := Entry{
		Session: SessionID(n), Re: s.re, TicketID: "t" + words[2], Ticket: "ticket " + words[2],
		Claims: grant.Claims{Participant: words[1], User: "user-" + words[1], Name: strings.ToUpper(words[1]), Occurrence: "o1"},
	}
	for _, option := range words[3:] {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "host":
			in.Claims.Host = true
		case "ticket":
			in.ByTicket, in.Claims.ID = true, value
		case "vouched":
			in.Vouched = true
		case "occurrence":
			in.Claims.Occurrence = value
		default:
			s.t.Fatalf("no option %q", option)
		}
	}
	return in
}

func (s *scenario) offer(session SessionID, names []string) error {
	var sources []message.Source
	for _, name := range names {
		sources = append(sources, message.Source(name))
	}
	feeds, err := s.machine.feeds(session, sources)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		fmt.Fprintf(&s.out, "feed %s: %d%s%s\n", f.Source, f.Number, when(f.Muted, " muted"), when(!f.Live, " ended"))
	}
	return s.machine.publish(s.now, session, sources)
}

// after lets time pass, and wakes the machine as its loop would.
func (s *scenario) after(text string) {
	d, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	end := s.now.Add(d)
	for {
		at, ok := s.machine.deadline()
		if !ok || at.After(end) {
			break
		}
		if at.After(s.now) {
			s.now = at
		}
		fmt.Fprintf(&s.out, "at %v\n", s.now.Sub(end.Add(-d)))
		s.machine.wake(s.now)
		s.print()
		if again, ok := s.machine.deadline(); ok && !again.After(s.now) {
			s.t.Fatal("the machine wants to be woken again at once")
		}
	}
	s.now = end
}

func (s *scenario) print() {
	for _, e := range s.machine.take() {
		switch e := e.(type) {
		case event:
			to := make([]string, len(e.to))
			for i, a := range e.to {
				to[i] = fmt.Sprintf("%d#%d", a.session, a.seq)
			}
			fmt.Fprintf(&s.out, "to %s: %s\n", strings.Join(to, " "), describe(e.message))
		case reply:
			fmt.Fprintf(&s.out, "reply to %d: %s\n", e.session, describe(e.message))
		case disconnect:
			fmt.Fprintf(&s.out, "close %d: %d %s\n", e.session, e.code, e.reason)
		case save:
			fmt.Fprintf(&s.out, "save %s\n", describeRecord(e.record))
		}
	}
}

func describe(m message.ServerMessage) string {
	switch m := m.(type) {
	case message.OK:
		return "ok"
	case message.Error:
		return "error " + string(m.Code)
	case message.MeetingJoined:
		people := make([]string, len(m.Participants))
		for i, p := range m.Participants {
			people[i] = p.ID
		}
		lines := make([]string, len(m.Chat))
		for i, l := range m.Chat {
			lines[i] = fmt.Sprintf("%d%s", l.Number, when(!l.Stored, "?"))
		}
		return fmt.Sprintf("snapshot for %s: people %v, hands %v, chat %v, %s", m.Self, people, m.Hands, lines, m.Ticket)
	case message.MeetingEnded:
		return "ended by " + m.By
	case message.MeetingUpdated:
		return "title " + m.Meeting.Title
	case message.ParticipantJoined:
		return "joined " + person(m.Participant)
	case message.ParticipantUpdated:
		return "updated " + person(m.Participant)
	case message.ParticipantLeft:
		return "left " + m.ID
	case message.HandsChanged:
		return fmt.Sprintf("hands %v", m.Hands)
	case message.ChatMessage:
		return fmt.Sprintf("said %d %s: %s", m.Number, m.Sender, m.Text)
	case message.ChatUpdated:
		return fmt.Sprintf("stored %d", m.Number)
	default:
		return fmt.Sprintf("%+v", m)
	}
}

func person(p message.Participant) string {
	out := p.ID + " " + p.Name
	for _, publication := range p.Publications {
		out += fmt.Sprintf(" %s=%d%s", publication.Source, publication.Number, when(publication.Muted, " muted"))
	}
	return out + when(p.Role == message.Host, " host")
}

func describeRecord(r record) string {
	switch r := r.(type) {
	case connected:
		return fmt.Sprintf("%s connected as %d", r.participant, r.session)
	case parted:
		return fmt.Sprintf("%s parted from %d%s", r.participant, r.session, when(r.left, " and left"))
	case renamed:
		return fmt.Sprintf("%s renamed %s", r.participant, r.name)
	case said:
		return fmt.Sprintf("message %d of %s", r.message.Number, r.message.ParticipantID)
	case closed:
		return "occurrence closed" + when(r.ended, " for everybody")
	default:
		return fmt.Sprintf("%+v", r)
	}
}

func when(is bool, text string) string {
	if is {
		return text
	}
	return ""
}
