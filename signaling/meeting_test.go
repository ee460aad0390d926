package signaling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

func TestThreePeopleMeetTalkAndLeave(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	if ada.joined.Meeting.Title != "Weekly" || len(ada.joined.Participants) != 1 || ada.joined.Ticket == "" {
		t.Fatalf("snapshot of the first: %+v", ada.joined)
	}
	grace := w.enter("Grace")
	if got := expect[message.ParticipantJoined](ada, nil); got.Participant.Name != "Grace" {
		t.Fatalf("joined: %+v", got)
	}
	alan := w.enter("Alan")
	if names := namesOf(alan.joined.Participants); !slices.Equal(names, []string{"Ada", "Grace", "Alan"}) {
		t.Fatalf("roster in the order of joining: %v", names)
	}

	alan.do(message.ChatSend{ClientID: "c1", Text: "hello"})
	for _, c := range []*client{ada, grace, alan} {
		said := expect[message.ChatMessage](c, nil)
		if said.Number != 1 || said.Text != "hello" || said.Name != "Alan" || said.Stored {
			t.Fatalf("%s got %+v", c.name, said)
		}
		if updated := expect[message.ChatUpdated](c, nil); updated.Number != 1 || !updated.Stored {
			t.Fatalf("%s got %+v", c.name, updated)
		}
	}

	grace.do(message.ParticipantRename{Name: "  Grace H. "})
	expect(ada, func(m message.ParticipantUpdated) bool { return m.Participant.Name == "Grace H." })

	grace.do(message.MeetingLeave{})
	grace.closedWith(websocket.StatusNormalClosure)
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })
	expect(alan, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })

	live, ok := w.server.Live(w.meeting.Code)
	if !ok || len(live.Participants) != 2 {
		t.Fatalf("live: %v %+v", ok, live)
	}
	w.eventually("Grace has left in the store", func() bool {
		row, err := w.records.ParticipantByID(t.Context(), grace.joined.Self)
		must(t, err)
		sessions, err := w.records.SessionsOf(t.Context(), row.ID)
		must(t, err)
		return row.Status == store.StatusLeft && row.Name == "Grace H." && len(sessions) == 1 && sessions[0].LeftAt != nil
	})
}

func TestEventsAreNumberedWithoutGaps(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	grace := w.enter("Grace")
	for _, raised := range []bool{true, false, true} {
		grace.do(message.ParticipantRaiseHand{Raised: raised})
	}
	grace.do(message.ChatSend{ClientID: "c1", Text: "hello"})
	expect(ada, func(m message.ChatUpdated) bool { return m.Stored })
	ada.sync()
	var last uint64
	for _, r := range ada.kept {
		if r.envelope.Seq == 0 {
			continue
		}
		if last != 0 && r.envelope.Seq != last+1 {
			t.Fatalf("event %d follows %d", r.envelope.Seq, last)
		}
		last = r.envelope.Seq
	}
	if last < 4 {
		t.Fatalf("only %d events", last)
	}
}

func TestHandsKeepTheOrderOfRaising(t *testing.T) {
	w := newWorld(t)
	ada, grace, alan := w.enter("Ada"), w.enter("Grace"), w.enter("Alan")
	for _, c := range []*client{alan, ada, grace} {
		c.do(message.ParticipantRaiseHand{Raised: true})
	}
	order := []string{alan.joined.Self, ada.joined.Self, grace.joined.Self}
	expect(ada, func(m message.HandsChanged) bool { return slices.Equal(m.Hands, order) })
	if late := w.enter("Late"); !slices.Equal(late.joined.Hands, order) {
		t.Fatalf("a newcomer sees the hands %v", late.joined.Hands)
	}
	alan.hangUp()
	expect(ada, func(m message.HandsChanged) bool { return slices.Equal(m.Hands, order[1:]) })
}

func TestOnlyAHostEndsTheMeeting(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.refused(message.MeetingEnd{}, message.Forbidden)
	grace.sync()

	ada.do(message.MeetingEnd{})
	for _, c := range []*client{ada, grace} {
		if got := expect[message.MeetingEnded](c, nil); got.By != ada.joined.Self {
			t.Fatalf("%s: ended by %q", c.name, got.By)
		}
		c.closedWith(websocket.StatusCode(message.CloseMeetingEnded))
	}
	w.eventually("the occurrence is closed and everybody has left", func() bool {
		meeting, err := w.records.MeetingByCode(t.Context(), w.meeting.Code)
		must(t, err)
		row, err := w.records.ParticipantByID(t.Context(), grace.joined.Self)
		must(t, err)
		return meeting.EndedAt != nil && row.Status == store.StatusLeft
	})
	if _, ok := w.server.Live(w.meeting.Code); ok {
		t.Fatal("the meeting is still live")
	}

	again := w.enter("Ada")
	if again.joined.Self == ada.joined.Self || len(again.joined.Participants) != 1 {
		t.Fatalf("the next occurrence: %+v", again.joined)
	}
	// Tickets end with the meeting.
	late := w.connect("Grace", message.TicketPrefix+grace.joined.Ticket)
	late.refused(message.MeetingJoin{}, message.EndedMeeting)
	late.closedWith(websocket.StatusCode(message.CloseRefused))
}

func TestEndAndLeaveByTheRestAPI(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	must(t, w.server.Leave(t.Context(), w.meeting.Code, grace.joined.Self))
	grace.closedWith(websocket.StatusNormalClosure)
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })
	if err := w.server.Leave(t.Context(), w.meeting.Code, grace.joined.Self); !errors.Is(err, signaling.ErrNotLive) {
		t.Fatalf("leaving twice: %v", err)
	}

	w.server.Rename(w.meeting.Code, "Monthly")
	expect(ada, func(m message.MeetingUpdated) bool { return m.Meeting.Title == "Monthly" })

	must(t, w.server.End(t.Context(), w.meeting.Code, w.host.ID))
	if got := expect[message.MeetingEnded](ada, nil); got.By != ada.joined.Self {
		t.Fatalf("ended by %q", got.By)
	}
	meeting, err := w.records.MeetingByCode(t.Context(), w.meeting.Code)
	must(t, err)
	if meeting.EndedAt == nil {
		t.Fatal("End returned before the record was closed")
	}
	if err := w.server.End(t.Context(), w.meeting.Code, ""); !errors.Is(err, signaling.ErrNotLive) {
		t.Fatalf("ending twice: %v", err)
	}
}

func TestTheOccurrenceClosesWhenTheLastLeavesByChoice(t *testing.T) {
	w := newWorld(t)
	claims := w.claims("Ada")
	ada := w.enterWith("Ada", message.GrantPrefix+w.grant(claims))
	ada.do(message.MeetingLeave{})
	w.eventually("the occurrence is closed", func() bool {
		held, err := w.records.OccurrenceByID(t.Context(), claims.Occurrence)
		must(t, err)
		return held.EndedAt != nil
	})
}

func TestTheOccurrenceClosesWhenTheLastDoesNotComeBack(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.Room.EmptyFor = time.Millisecond })
	claims := w.claims("Ada")
	ada := w.enterWith("Ada", message.GrantPrefix+w.grant(claims))
	ada.hangUp()
	w.eventually("the occurrence is closed", func() bool {
		held, err := w.records.OccurrenceByID(t.Context(), claims.Occurrence)
		must(t, err)
		return held.EndedAt != nil
	})
}

func namesOf(people []message.Participant) []string {
	var out []string
	for _, p := range people {
		out = append(out, p.Name)
	}
	return out
}
