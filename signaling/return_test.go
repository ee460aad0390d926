package signaling_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

func TestATicketBringsBackTheSameParticipant(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.do(message.ParticipantRename{Name: "Grace H."})
	grace.hangUp()
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })

	again := w.enterWith("Grace", message.TicketPrefix+grace.joined.Ticket)
	if again.joined.Self != grace.joined.Self || again.joined.Ticket == grace.joined.Ticket {
		t.Fatalf("came back as %+v", again.joined)
	}
	if names := namesOf(again.joined.Participants); !slices.Equal(names, []string{"Ada", "Grace H."}) {
		t.Fatalf("came back among %v", names)
	}
	// Only the last ticket counts, once its owner has shown to have it: the answer may be lost on the way.
	again.do(message.ParticipantRaiseHand{Raised: true})
	late := w.connect("Grace", message.TicketPrefix+grace.joined.Ticket)
	late.refused(message.MeetingJoin{}, message.Forbidden)
	late.closedWith(websocket.StatusCode(message.CloseRefused))
	again.sync()

	again.do(message.MeetingLeave{})
	gone := w.connect("Grace", message.TicketPrefix+again.joined.Ticket)
	gone.refused(message.MeetingJoin{}, message.Forbidden)
}

// An answer that is lost with the line does not end the call: what the client has is good for another try.
func TestALostAnswerDoesNotCostTheTicket(t *testing.T) {
	w := newWorld(t, withWindow)
	w.enter("Ada")
	grace := w.enter("Grace")
	grace.do(message.ParticipantRaiseHand{Raised: true})
	seq := grace.seq()
	grace.hangUp()
	lost, id := w.resume(grace, grace.joined.Ticket, seq)
	unread := expectReply[message.MeetingResumed](lost, id)
	lost.sync()
	lost.hangUp()

	again, id := w.resume(grace, grace.joined.Ticket, seq)
	if resumed := expectReply[message.MeetingResumed](again, id); resumed.Ticket == unread.Ticket {
		t.Error("the ticket of the lost answer came twice")
	}
	stolen := w.connect("Grace", message.TicketPrefix+unread.Ticket)
	stolen.refused(message.MeetingJoin{}, message.Forbidden)
	again.do(message.ParticipantRaiseHand{Raised: true})
	late, id := w.resume(grace, grace.joined.Ticket, seq)
	if refused := expectReply[message.Error](late, id); refused.Code != message.Forbidden {
		t.Errorf("refused with %s", refused.Code)
	}
}

func TestATicketEndsWhenItsOwnerIsTakenOut(t *testing.T) {
	w := newWorld(t)
	w.enter("Ada")
	grace := w.enter("Grace")
	must(t, w.server.Leave(t.Context(), w.meeting.Code, grace.joined.Self))
	late := w.connect("Grace", message.TicketPrefix+grace.joined.Ticket)
	late.refused(message.MeetingJoin{}, message.Forbidden)
}

func TestTheOnlyOneMayLoseTheConnectionAndComeBack(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	ada.hangUp()
	w.eventually("nobody is in the meeting", func() bool {
		_, live := w.server.Live(w.meeting.Code)
		return !live
	})
	again := w.enterWith("Ada", message.TicketPrefix+ada.joined.Ticket)
	if again.joined.Self != ada.joined.Self {
		t.Fatalf("came back as %s", again.joined.Self)
	}
}

func TestASecondSocketTakesOver(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	claims := w.claims("Grace")
	first := w.enterWith("Grace", message.GrantPrefix+w.grant(claims))
	expect[message.ParticipantJoined](ada, nil)
	first.publishCamera()
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 1 })
	first.do(message.ParticipantRaiseHand{Raised: true})

	second := w.enterWith("Grace", message.GrantPrefix+w.grant(claims))
	first.closedWith(websocket.StatusCode(message.CloseTakenOver))
	if len(second.joined.Participants) != 2 || !slices.Equal(second.joined.Hands, []string{claims.Participant}) {
		t.Fatalf("snapshot after the take-over: %+v", second.joined)
	}
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 0 })
	second.publishCamera()
	updated := expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 1 })
	if updated.Participant.Publications[0].Number != 1 {
		t.Fatalf("the camera changed its number: %+v", updated)
	}

	third := w.enterWith("Grace", message.TicketPrefix+second.joined.Ticket)
	second.closedWith(websocket.StatusCode(message.CloseTakenOver))
	third.sync()
	ada.sync()
	for _, r := range ada.kept {
		switch r.message.(type) {
		case message.ParticipantLeft, message.ParticipantJoined:
			t.Fatalf("others were told %s", r.raw)
		default:
		}
	}
	w.eventually("the sessions of the sockets that were closed have ended", func() bool {
		sessions, err := w.records.SessionsOf(t.Context(), claims.Participant)
		must(t, err)
		return len(sessions) == 3 && sessions[0].LeftAt != nil && sessions[1].LeftAt != nil && sessions[2].LeftAt == nil
	})
}

func TestARestartClosesSocketsAndTicketsComeBack(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	ada.do(message.ChatSend{ClientID: "c1", Text: "before"})
	ada.do(message.ParticipantRename{Name: "Ada L."})
	grace.do(message.MeetingLeave{})
	expect[message.ParticipantLeft](ada, nil)
	w.stop()
	ada.closedWith(websocket.StatusGoingAway)
	row, err := w.records.ParticipantByID(t.Context(), ada.joined.Self)
	must(t, err)
	sessions, err := w.records.SessionsOf(t.Context(), ada.joined.Self)
	must(t, err)
	if row.Status != store.StatusJoined || len(sessions) != 1 || sessions[0].LeftAt == nil {
		t.Fatalf("records after the stop: %+v %+v", row, sessions)
	}

	w.boot()
	again := w.enterWith("Ada", message.TicketPrefix+ada.joined.Ticket)
	if again.joined.Self != ada.joined.Self || len(again.joined.Chat) != 1 || again.joined.Participants[0].Name != "Ada L." {
		t.Fatalf("came back as %+v", again.joined)
	}
	// Who had left before the restart has no ticket after it.
	late := w.connect("Grace", message.TicketPrefix+grace.joined.Ticket)
	late.refused(message.MeetingJoin{}, message.Forbidden)
}

// A ticket repeats what the first grant said; the role is what the record says.
func TestADemotionOutlivesARestart(t *testing.T) {
	w := newWorld(t)
	host := w.enter(w.host.Name)
	claims := w.claims("Grace")
	claims.CoHost = true
	grace := w.enterWith("Grace", message.GrantPrefix+w.grant(claims))
	host.do(message.ModerationRole{Participant: claims.Participant, Role: message.Member})
	w.stop()
	w.boot()
	again := w.enterWith("Grace", message.TicketPrefix+grace.joined.Ticket)
	if len(again.joined.Participants) != 1 || again.joined.Participants[0].Role != message.Member {
		t.Fatalf("came back as %+v", again.joined.Participants)
	}
}

func TestAStoppingServerTakesNobody(t *testing.T) {
	w := newWorld(t)
	credential := message.GrantPrefix + w.grant(w.claims("Grace"))
	w.server.Close(t.Context())
	if status, code := w.handshake(http.Header{"Origin": {origin}}, message.Subprotocol, credential); status != 503 || code != "unavailable" {
		t.Fatalf("%d %s", status, code)
	}
}
