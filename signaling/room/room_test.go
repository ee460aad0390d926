package room_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/signaling/room"
	"github.com/plenum-meet/plenum/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// outbox keeps what a member was sent; limit is how much of it fits, 0 for no end.
type outbox struct {
	limit int

	mu     sync.Mutex
	sent   []message.Encoded
	closed message.CloseCode
}

func (o *outbox) Send(_, _ uint64, m message.Encoded) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.limit > 0 && len(o.sent) == o.limit {
		return false
	}
	o.sent = append(o.sent, m)
	return true
}

func (o *outbox) Finish(code message.CloseCode, _ string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = code
}

func (o *outbox) Place(bool)                 {}
func (o *outbox) Enforce([]room.SourceState) {}
func (o *outbox) Inherit(room.Outbox)        {}
func (o *outbox) Quality() (q store.Quality) { return q }

func (o *outbox) state() (sent int, closed message.CloseCode) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.sent), o.closed
}

type world struct {
	t          *testing.T
	records    *store.Store
	meeting    store.Meeting
	occurrence store.Occurrence
	room       *room.Room
	next       room.SessionID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	cfg := store.Default(t.TempDir())
	cfg.DSN = "sqlite:" + filepath.Join(t.TempDir(), "plenum.db")
	var err error
	w.records, err = store.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { must(t, w.records.Close()) })
	must(t, w.records.MigrateUp(t.Context()))
	host := store.User{Email: "ada@plenum.example", Name: "Ada", PasswordHash: "-"}
	must(t, w.records.CreateUser(t.Context(), &host))
	w.meeting = store.Meeting{Code: "k3m9x-7pq2r", Title: "Weekly", HostID: host.ID}
	must(t, w.records.CreateMeeting(t.Context(), &w.meeting))
	w.occurrence, err = w.records.OpenOccurrence(t.Context(), w.meeting.ID, time.Now())
	must(t, err)
	return w
}

func (w *world) open(change ...func(*room.Config)) (*room.Room, error) {
	cfg := room.Default()
	// Who is lost has left at once; coming back has scenarios of its own.
	cfg.ResumeFor = 0
	for _, c := range change {
		c(&cfg)
	}
	return room.Open(w.t.Context(), time.Now(), cfg, w.records, w.meeting.ID, w.occurrence.ID, slog.New(slog.DiscardHandler))
}

func (w *world) start() *room.Room { return w.startWith() }

func (w *world) startWith(change ...func(*room.Config)) *room.Room {
	w.t.Helper()
	r, err := w.open(change...)
	must(w.t, err)
	w.room = r
	go r.Run(context.Background())
	w.t.Cleanup(func() {
		r.Stop()
		<-r.Done()
	})
	return r
}

func (w *world) join(name string, out *outbox) (participant string, session room.SessionID) {
	w.t.Helper()
	row := store.Participant{
		OccurrenceID: w.occurrence.ID, MeetingID: w.meeting.ID, Name: name, Role: store.RoleParticipant,
		Status: store.StatusInvited, Guest: true,
	}
	must(w.t, w.records.AddParticipant(w.t.Context(), &row))
	w.next++
	must(w.t, w.room.Join(room.Entry{
		Session: w.next, TicketID: "t", Claims: grant.Claims{Participant: row.ID, Name: name, Occurrence: w.occurrence.ID},
	}, out))
	return row.ID, w.next
}

func TestOpenRefusesWhatIsOver(t *testing.T) {
	w := newWorld(t)
	must(t, w.records.CloseOccurrence(t.Context(), w.occurrence.ID, time.Now()))
	_, err := w.open()
	if refused, ok := errors.AsType[message.Error](err); !ok || refused.Code != message.EndedMeeting {
		t.Fatalf("an occurrence that is over: %v", err)
	}
	w.meeting.ID = "nothing"
	if _, err := w.open(); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("a meeting that is not there: %v", err)
	}
}

func TestAnOccurrenceOfAnotherMeetingIsRefused(t *testing.T) {
	w := newWorld(t)
	other := store.Meeting{Code: "aaaaa-bbbbb", Title: "Other", HostID: w.meeting.HostID}
	must(t, w.records.CreateMeeting(t.Context(), &other))
	w.meeting.ID = other.ID
	_, err := w.open()
	if refused, ok := errors.AsType[message.Error](err); !ok || refused.Code != message.EndedMeeting {
		t.Fatalf("got %v", err)
	}
}

func TestAMemberWhoTakesNothingMoreIsLost(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	ada, slow := &outbox{}, &outbox{limit: 3}
	_, session := w.join("Ada", ada)
	w.join("Slow", slow)
	for i := range 4 {
		must(t, r.RaiseHand(session, message.ParticipantRaiseHand{Raised: i%2 == 0}))
	}
	if people := r.Participants(); len(people) != 1 || people[0].Name != "Ada" {
		t.Fatalf("in the room: %+v", people)
	}
	// The snapshot, a joined, four times hands, a left.
	if sent, closed := ada.state(); sent != 7 || closed != 0 {
		t.Fatalf("the bystander got %d messages and %d", sent, closed)
	}
}

func TestARequestThatBreaksEndsOnlyItself(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	_, session := w.join("Ada", &outbox{})
	err := r.Break()
	if refused, ok := errors.AsType[message.Error](err); !ok || refused.Code != message.Internal {
		t.Fatalf("got %v", err)
	}
	must(t, r.RaiseHand(session, message.ParticipantRaiseHand{Raised: true}))
}

func TestStopKeepsTheOccurrenceOpen(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	out := &outbox{}
	participant, session := w.join("Ada", out)
	must(t, r.Say(session, 1, message.ChatSend{ClientID: "c1", Text: "stored before the end"}))
	r.Stop()
	<-r.Done()
	if _, closed := out.state(); closed != 1001 {
		t.Fatalf("closed with %d", closed)
	}
	held, err := w.records.OccurrenceByID(t.Context(), w.occurrence.ID)
	must(t, err)
	row, err := w.records.ParticipantByID(t.Context(), participant)
	must(t, err)
	last, err := w.records.LastMessageNumber(t.Context(), w.meeting.ID)
	must(t, err)
	if held.EndedAt != nil || row.Status != store.StatusJoined || last != 1 {
		t.Fatalf("%+v %+v, last message %d", held, row, last)
	}
	if err := r.RaiseHand(session, message.ParticipantRaiseHand{Raised: true}); err == nil {
		t.Fatal("a room that has ended takes a request")
	}
}

// A message that the store already has under another number, from before the room was in memory, is answered.
func TestARetryFromBeforeTheRoomWasOpened(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	out := &outbox{}
	participant, session := w.join("Ada", out)
	must(t, w.records.AddMessage(t.Context(), &store.Message{
		MeetingID: w.meeting.ID, OccurrenceID: w.occurrence.ID, ParticipantID: participant, SenderName: "Ada",
		Number: 1000, ClientID: "c1", Text: "x",
	}))
	must(t, r.Say(session, 7, message.ChatSend{ClientID: "c1", Text: "x"}))
	eventually(t, func() bool {
		_, lines, err := r.Sight(session)
		must(t, err)
		return len(lines) == 0
	})
	rows, _, err := w.records.MessagesBefore(t.Context(), w.meeting.ID, 0, 10, store.Sight{})
	must(t, err)
	if len(rows) != 1 {
		t.Fatalf("%d messages", len(rows))
	}
}

// A line that was deleted while somebody waited for what the store has of it does not come back with their reaction.
func TestALateAnswerOfTheStoreBringsNothingBack(t *testing.T) {
	w := newWorld(t)
	r := w.startWith(func(c *room.Config) { c.HistoryPage = 1 })
	heard := &outbox{}
	_, ada := w.join("Ada", heard)
	_, grace := w.join("Grace", &outbox{})
	stored := func() {
		t.Helper()
		eventually(t, func() bool {
			s, ok := r.Snapshot()
			return ok && s.Unstored == 0 && s.Amending == 0
		})
	}
	for _, id := range []string{"c1", "c2", "c3"} {
		must(t, r.Say(ada, 1, message.ChatSend{ClientID: id, Text: "hello"}))
	}
	stored()
	late := room.Amendment{React: &message.ChatReact{Number: 1, Emoji: message.Heart, On: true}}
	// answered has the store answer, as of when the room said that it does not know the message.
	answered := func(a room.Amendment, err error) room.Amendment {
		t.Helper()
		unknown, is := errors.AsType[room.UnknownMessage](err)
		if !is {
			t.Fatalf("the room answers %v", err)
		}
		row, err := w.records.MessageByNumber(t.Context(), w.meeting.ID, a.Number())
		must(t, err)
		a.Stored, a.AsOf = &row, unknown.AsOf
		return a
	}
	late = answered(late, r.Amend(grace, 2, late))

	strike := room.Amendment{Delete: &message.ChatDelete{Number: 1}}
	must(t, r.Amend(ada, 3, answered(strike, r.Amend(ada, 3, strike))))
	stored()
	sent, _ := heard.state()

	late = answered(late, r.Amend(grace, 2, late))
	err := r.Amend(grace, 2, late)
	if refused, ok := errors.AsType[message.Error](err); !ok || refused.Code != message.NotFound {
		t.Errorf("a reaction to what is deleted: %v", err)
	}
	if now, _ := heard.state(); now != sent {
		t.Errorf("%d messages about what is deleted", now-sent)
	}

	// What others change meanwhile does not matter.
	other := room.Amendment{React: &message.ChatReact{Number: 2, Emoji: message.Heart, On: true}}
	third := room.Amendment{React: &message.ChatReact{Number: 3, Emoji: message.Heart, On: true}}
	other = answered(other, r.Amend(grace, 4, other))
	must(t, r.Amend(ada, 5, third))
	stored()
	must(t, r.Amend(grace, 4, other))
	stored()
}

func TestSnapshot(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	participant, session := w.join("Ada", &outbox{})
	must(t, r.RaiseHand(session, message.ParticipantRaiseHand{Raised: true}))
	must(t, r.Publish(session, []message.Source{message.Camera}))
	got, ok := r.Snapshot()
	if !ok || got.Code != w.meeting.Code || len(got.Participants) != 1 || got.Hands[0] != participant ||
		got.Participants[0].Publications[0].Number != 1 || got.Participants[0].Session != session {
		t.Fatalf("%+v", got)
	}
}

func TestConfig(t *testing.T) {
	must(t, room.Default().Validate())
	for name, change := range map[string]func(*room.Config){
		"nobody":         func(c *room.Config) { c.MaxParticipants = 0 },
		"no chat":        func(c *room.Config) { c.MaxUnstored = 0 },
		"no page":        func(c *room.Config) { c.HistoryPage = -1 },
		"no time":        func(c *room.Config) { c.UpdateEvery = 0 },
		"a short retry":  func(c *room.Config) { c.RetryMost = c.RetryFirst / 2 },
		"a past without": func(c *room.Config) { c.EmptyFor = -1 },
	} {
		c := room.Default()
		if change(&c); c.Validate() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal("never came true")
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever many do at once, the room answers everybody, and in the end nobody is in it.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	w.join("Ada", &outbox{})
	var rows []store.Participant
	for range 8 {
		row := store.Participant{
			OccurrenceID: w.occurrence.ID, MeetingID: w.meeting.ID, Name: "x", Role: store.RoleParticipant,
			Status: store.StatusInvited, Guest: true,
		}
		must(t, w.records.AddParticipant(t.Context(), &row))
		rows = append(rows, row)
	}
	var sessions atomic.Uint64
	sessions.Store(100)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for n := range 10 {
				session := room.SessionID(sessions.Add(1))
				err := r.Join(room.Entry{
					Session: session, TicketID: "t",
					Claims: grant.Claims{Participant: rows[i%8].ID, Name: "x", Occurrence: w.occurrence.ID},
				}, &outbox{})
				if err != nil {
					t.Errorf("join: %v", err)
				}
				// Each of these may find that another socket has taken over.
				_ = r.RaiseHand(session, message.ParticipantRaiseHand{Raised: true})
				_ = r.Say(session, 1, message.ChatSend{ClientID: fmt.Sprint("c", i, "-", n), Text: "x"})
				_ = r.Publish(session, []message.Source{message.Camera})
				if n%2 == 0 {
					_ = r.Leave(session, 2)
				} else {
					r.Lose(session)
				}
			}
		})
	}
	all.Wait()
	snapshot, ok := r.Snapshot()
	if !ok || len(snapshot.Participants) != 1 || len(snapshot.Hands) != 0 {
		t.Fatalf("%+v", snapshot)
	}
	r.Stop()
	<-r.Done()
	rest, _, err := w.records.MessagesBefore(t.Context(), w.meeting.ID, 0, 1000, store.Sight{})
	must(t, err)
	if uint64(len(rest)) != snapshot.LastMessage {
		t.Fatalf("%d messages said, %d stored", snapshot.LastMessage, len(rest))
	}
}
