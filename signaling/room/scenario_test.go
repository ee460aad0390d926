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
		cfg.MaxParticipants, cfg.MaxUnstored, cfg.HistoryPage, cfg.MaxWaiting, cfg.MaxShares, cfg.MaxEvents = 4, 2, 3, 3, 2, 8
		cfg.MaxWaitingTogether = 2
		// A window to come back in is opened by the scenarios that are about it.
		cfg.ResumeFor = 0
		s.machine = newMachine(s.now, cfg, Meeting{
			ID: "m1", Code: "code", Title: "Weekly", Occurrence: "o1",
			Settings: Settings{ChatHistory: message.HistoryAll, Permissions: everything},
		}, history{})
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
		err = m.raiseHand(now, session(1), message.ParticipantRaiseHand{Raised: arg(2) == "up", Restore: arg(3) == "restore"})
	case "speaks", "silent":
		m.speaking(now, session(1), words[0] == "speaks")
	case "window":
		d, err := time.ParseDuration(arg(1))
		if err != nil {
			s.t.Fatal(err)
		}
		m.cfg.ResumeFor = d
	case "do":
		err = s.do(session(1), arg(2), strings.Join(words[3:], " "))
	case "operate":
		err = m.operate(now, decoded(s.t, arg(1), strings.Join(words[2:], " ")))
	case "announce":
		err = m.announce(now, strings.Join(words[1:], " "))
	case "configure":
		next := m.meeting.Settings
		next.Permissions = allowedWithout(arg(1))
		m.configure(now, next)
	case "unstored":
		who, err := m.of(session(1))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, l := range m.unstored(who) {
			fmt.Fprintf(&s.out, "unstored %d\n", l.Number)
		}
	case "heard":
		m.heard(session(1))
	case "sign-out":
		m.signOut(now, words[1:])
	case "resume":
		err = m.join(now, s.entry(words))
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
	case "settled":
		m.settled(uint64(session(1)), nil)
	case "not-settled":
		m.settled(uint64(session(1)), store.ErrInvalid)
	case "learned": // "learned 1 hello": the store has that text
		row := m.row(m.chat.find(uint64(session(1))))
		row.Text = strings.Join(words[2:], " ")
		m.learned(uint64(session(1)), &Truth{Message: row})
	case "learned-nothing":
		m.learned(uint64(session(1)), nil)
	case "after":
		s.after(arg(1))
	default:
		s.t.Fatalf("no command %q", line)
	}
	s.print()
	if unknown, is := errors.AsType[UnknownMessage](err); is {
		fmt.Fprintf(&s.out, "not known, as of %d\n", unknown.AsOf)
		return
	}
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
		case "cohost":
			in.Claims.CoHost = true
		case "admitted":
			in.Claims.Admitted = true
		case "guest":
			in.Claims.Guest, in.Claims.User, in.Claims.Device = true, "", value
		case "device":
			in.Claims.Device = value
		case "stream":
			in.Claims.Stream, in.Claims.Guest, in.Claims.User, in.Claims.Device = grant.Way(value), true, "", words[1]
		case "from":
			in.Address = value
		case "signin":
			in.Claims.SignIn = value
		case "seq":
			n, err := strconv.ParseUint(value, 10, 32)
			if err != nil {
				s.t.Fatal(err)
			}
			in.Resume, in.Seq = true, n
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

// do decodes a client's message as it comes from the wire, as in "do 1 moderation:lock {"locked":true}".
func (s *scenario) do(session SessionID, kind, data string) error {
	return ask(s.machine, s.now, session, s.re, decoded(s.t, kind, data))
}

// decoded is a client's message as it comes from the wire.
func decoded(t *testing.T, kind, data string) message.ClientMessage {
	t.Helper()
	if data == "" {
		data = "{}"
	}
	in, err := message.Decode(fmt.Appendf(nil, `{"v":1,"id":1,"type":%q,"data":%s}`, kind, data))
	if err != nil {
		t.Fatalf("%s %s: %v", kind, data, err)
	}
	return in.Message
}

// ask has the machine do what a session hands over to the room.
func ask(m *machine, now time.Time, session SessionID, re uint64, what message.ClientMessage) error {
	switch what := what.(type) {
	case message.MeetingLeave:
		return m.leave(now, session, re)
	case message.MeetingEnd:
		return m.end(now, session, re)
	case message.WebRTCOffer:
		var offered []message.Source
		for _, s := range what.Sources {
			offered = append(offered, s.Source)
		}
		if _, err := m.feeds(session, offered); err != nil {
			return err
		}
		return m.publish(now, session, offered)
	case message.PublicationSet:
		return m.setPublication(now, session, what.Source, what.Live)
	case message.ParticipantToggleAudio:
		return m.mute(now, session, message.Microphone, what.Muted)
	case message.ParticipantToggleVideo:
		return m.mute(now, session, message.Camera, what.Muted)
	case message.ParticipantRename:
		return m.rename(now, session, what.Name)
	case message.ParticipantRaiseHand:
		return m.raiseHand(now, session, what)
	case message.ParticipantReact:
		return m.react(now, session, what.Emoji)
	case message.ChatSend:
		return m.say(now, session, re, what)
	case message.ChatEdit:
		return m.amend(now, session, re, Amendment{Edit: &what})
	case message.ChatDelete:
		return m.amend(now, session, re, Amendment{Delete: &what})
	case message.ChatReact:
		return m.amend(now, session, re, Amendment{React: &what})
	case message.ChatTyping:
		return m.typing(session, what.To)
	case message.ChatHistoryRequest:
		_, err := m.of(session)
		return err
	default:
		return m.moderate(now, session, what)
	}
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
		case place:
			fmt.Fprintf(&s.out, "%d is %s\n", e.session, map[bool]string{true: "inside", false: "in the lobby"}[e.inside])
		case enforce:
			for _, state := range e.states {
				fmt.Fprintf(&s.out, "media of %d: %s %s\n", e.session, state.Source, describeState(state))
			}
		case inherit:
			fmt.Fprintf(&s.out, "%d has the media of %d\n", e.to, e.from)
		case save:
			fmt.Fprintf(&s.out, "save %s\n", describeRecord(e.record))
		}
	}
}

func describeState(s SourceState) string {
	out := when(s.Forbidden, " forbidden") + when(s.Muted, " muted") + when(s.Ended, " ended")
	if out == "" {
		return "flows"
	}
	return out[1:]
}

func describePermissions(p message.Permissions) string {
	if p == everything {
		return "everything"
	}
	return "all but " + denied(p)
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
		out := fmt.Sprintf("snapshot for %s: people %v, hands %v, chat %v, %s", m.Self, people, m.Hands, lines, m.Ticket)
		out += when(m.MoreChat, ", more chat") + when(m.Permissions != everything, ", may do "+describePermissions(m.Permissions))
		if len(m.Waiting) > 0 {
			out += fmt.Sprintf(", waiting %v", idsOf(m.Waiting))
		}
		return out
	case message.MeetingResumed:
		return fmt.Sprintf("resumed, %d missed, %s", m.Missed, m.Ticket)
	case message.MeetingWaiting:
		return fmt.Sprintf("%s waits for %s%s, %s", m.Self, m.Title, when(m.Message != "", ": "+m.Message), m.Ticket)
	case message.LobbyChanged:
		return fmt.Sprintf("waiting %v%s", idsOf(m.Waiting), when(m.Message != "", ": "+m.Message))
	case message.ModerationNotice:
		return fmt.Sprintf("notice %s by %q%s", m.Kind, m.By, when(m.Role != "", " "+string(m.Role)))
	case message.PermissionsChanged:
		return "may do " + describePermissions(m.Permissions)
	case message.OverridesChanged:
		return fmt.Sprintf("for %s it differs: %q", m.Participant, written(m.Override))
	case message.ReactionsBurst:
		return fmt.Sprintf("reactions %v %v", m.Reactions, m.Counts)
	case message.ChatIsTyping:
		return m.Participant + " is typing" + when(m.Private, " privately")
	case message.MeetingAnnounced:
		return fmt.Sprintf("announced %q", m.Text)
	case message.MeetingEnded:
		return "ended by " + m.By
	case message.MeetingUpdated:
		v := m.Meeting
		return "title " + v.Title + when(v.Locked, " locked") + when(v.Lobby, " lobby") +
			when(v.ChatHistory != message.HistoryAll, " history "+string(v.ChatHistory)) +
			when(v.Permissions != everything, ", "+describePermissions(v.Permissions)) +
			when(len(v.Spotlight) > 0, fmt.Sprintf(", spotlight %v", v.Spotlight))
	case message.ParticipantJoined:
		return "joined " + person(m.Participant)
	case message.ParticipantUpdated:
		return "updated " + person(m.Participant)
	case message.ParticipantLeft:
		return "left " + m.ID + when(m.Reason != message.LeftByChoice, " "+string(m.Reason))
	case message.HandsChanged:
		return fmt.Sprintf("hands %v%s", m.Hands, when(m.CalledOn != "", ", word "+m.CalledOn))
	case message.ChatMessage:
		return fmt.Sprintf("said %d %s%s%s: %s", m.Number, m.Sender, when(m.To != "", " to "+m.To),
			when(m.ReplyTo != 0, fmt.Sprint(" on ", m.ReplyTo)), m.Text)
	case message.ChatUpdated:
		if m.Message != nil {
			return fmt.Sprintf("message %d is %q%s%s", m.Number, m.Message.Text, when(m.Message.Deleted, " deleted"),
				when(len(m.Message.Reactions) > 0, fmt.Sprint(" ", m.Message.Reactions)))
		}
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
	return out + when(p.Role == message.Host, " host") + when(p.Role == message.CoHost, " cohost") + when(p.Reconnecting, " reconnecting")
}

func idsOf(people []message.WaitingPerson) []string {
	out := make([]string, len(people))
	for i, p := range people {
		out[i] = p.ID
	}
	return out
}

func describeRecord(r record) string {
	switch r := r.(type) {
	case connected:
		return fmt.Sprintf("%s connected as %d", r.participant, r.session)
	case parted:
		return fmt.Sprintf("%s parted from %d%s", r.participant, r.session, when(r.left, " and left"))
	case renamed:
		return fmt.Sprintf("%s renamed %s", r.participant, r.name)
	case waits:
		return r.participant + " waits"
	case sentBack:
		return r.participant + when(r.back, " sent back") + when(!r.back, " let in again")
	case removed:
		return r.participant + when(r.removed, " removed") + when(!r.removed, " forgiven")
	case stands:
		return fmt.Sprintf("%s is %s %q", r.participant, r.role, r.override)
	case configured:
		return fmt.Sprintf("settings lobby=%v locked=%v history=%s denied=%q", r.settings.Lobby, r.settings.Locked, r.settings.ChatHistory, denied(r.settings.Permissions))
	case audited:
		return fmt.Sprintf("audit %s by %s %s", r.action, r.actor, r.target)
	case edited:
		return fmt.Sprintf("message %d edited", r.number)
	case struck:
		return fmt.Sprintf("message %d deleted", r.number)
	case reacted:
		return fmt.Sprintf("message %d %s of %s %v", r.number, r.emoji, r.participant, r.on)
	case doubted:
		return fmt.Sprintf("nothing, message %d is asked for", r.number)
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
