package signaling_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// withWindow keeps the places of those who are lost.
func withWindow(cfg *signaling.Config) { cfg.Room.ResumeFor = patience }

// resume opens another socket with the ticket and asks for what came after seq.
func (w *world) resume(c *client, ticket string, seq uint64) (*client, uint64) {
	w.t.Helper()
	again := w.connect(c.name, message.TicketPrefix+ticket)
	id := again.ask(message.MeetingResume{Seq: seq})
	return again, id
}

// seq is the number of the last event that the client has taken note of.
func (c *client) seq() uint64 {
	last := c.joined.Seq
	for _, r := range c.kept {
		last = max(last, r.envelope.Seq)
	}
	return last
}

func TestADroppedSocketLosesNothing(t *testing.T) {
	w := newWorld(t, withWindow)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.publishCamera()
	grace.openSlots()
	grace.do(message.ParticipantToggleVideo{Muted: true})
	grace.do(message.ParticipantRaiseHand{Raised: true})
	ada.do(message.ChatSend{ClientID: "c0", Text: "before"})
	grace.sync()
	seen := grace.seq()
	ada.sync()
	ada.kept = nil

	_ = grace.conn.CloseNow()
	away := expect(ada, func(m message.ParticipantUpdated) bool { return m.Participant.Reconnecting })
	if away.Participant.ID != grace.joined.Self {
		t.Fatalf("away is %+v", away.Participant)
	}
	const said = 8 // within the rate of chat
	for i := range said {
		ada.do(message.ChatSend{ClientID: fmt.Sprint("s", i), Text: "meanwhile"})
	}
	again, id := w.resume(grace, grace.joined.Ticket, seen)
	resumed := expectReply[message.MeetingResumed](again, id)
	if resumed.Ticket == "" || resumed.Missed < 2*said {
		t.Fatalf("resumed %+v", resumed)
	}
	back := expect(ada, func(m message.ParticipantUpdated) bool {
		return !m.Participant.Reconnecting && m.Participant.ID == grace.joined.Self
	})
	if len(back.Participant.Publications) != 1 || !back.Participant.Publications[0].Muted {
		t.Errorf("came back as %+v", back.Participant)
	}
	ada.do(message.ParticipantRename{Name: "Ada L."})
	expect(again, func(m message.ParticipantUpdated) bool { return m.Participant.Name == "Ada L." })
	again.sync()
	// Every event once, in order, none missing.
	var numbers []uint64
	texts := 0
	for _, r := range again.kept {
		if r.envelope.Seq > 0 {
			numbers = append(numbers, r.envelope.Seq)
		}
		if _, is := r.message.(message.ChatMessage); is {
			texts++
		}
	}
	if !slices.IsSorted(numbers) || len(slices.Compact(slices.Clone(numbers))) != len(numbers) || numbers[0] != seen+1 ||
		numbers[len(numbers)-1] != seen+uint64(len(numbers)) || texts != said {
		t.Errorf("seen %d, then %v with %d texts", seen, numbers, texts)
	}
	// The media is what it was, and answers to the new socket.
	if w.transport.Upstreams()[0].Closed() || len(w.transport.Upstreams()) != 1 || len(w.transport.Downstreams()) != 1 {
		t.Error("the media was made anew")
	}
	expect[message.SlotsAssigned](again, nil)
	again.do(message.ParticipantToggleVideo{})
	w.eventually("the camera that was there is on again", func() bool {
		media, _ := w.media.Snapshot(w.meeting.Code)
		return len(media.Publications) == 1 && !media.Publications[0].Muted
	})
	for _, r := range ada.kept {
		switch r.message.(type) {
		case message.ParticipantLeft, message.ParticipantJoined:
			t.Errorf("others were told %s", r.raw)
		default:
		}
	}
}

func TestTheClientMayNoticeFirst(t *testing.T) {
	w := newWorld(t, withWindow)
	w.enter("Ada")
	grace := w.enter("Grace")
	grace.publishCamera()
	grace.sync()
	again, id := w.resume(grace, grace.joined.Ticket, grace.seq())
	resumed := expectReply[message.MeetingResumed](again, id)
	grace.closedWith(websocket.StatusCode(message.CloseTakenOver))
	again.do(message.ParticipantRaiseHand{Raised: true})
	if w.transport.Upstreams()[0].Closed() {
		t.Error("the media went with the old socket")
	}
	// A ticket is good once.
	late, id := w.resume(grace, grace.joined.Ticket, 1)
	if refused := expectReply[message.Error](late, id); refused.Code != message.Forbidden {
		t.Errorf("refused with %s", refused.Code)
	}
	// A page loaded anew has no events, and gets the snapshot.
	page, id := w.resume(again, resumed.Ticket, 0)
	snapshot := expectReply[message.MeetingJoined](page, id)
	if snapshot.Self != grace.joined.Self || !slices.Equal(snapshot.Hands, []string{snapshot.Self}) || snapshot.ResumeWithin != int(patience.Seconds()) {
		t.Errorf("snapshot %+v", snapshot)
	}
	page.publishCamera()
	page.do(message.MeetingLeave{})
	w.eventually("leaving by choice ends the media", func() bool {
		media, _ := w.media.Snapshot(w.meeting.Code)
		return len(media.Peers) == 1
	})
}

func TestBeyondTheWindowTheyHaveLeft(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Room.ResumeFor = 50 * time.Millisecond })
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.publishCamera()
	_ = grace.conn.CloseNow()
	left := expect(ada, func(m message.ParticipantLeft) bool { return m.ID == grace.joined.Self })
	if left.Reason != message.LeftLost {
		t.Errorf("left for %s", left.Reason)
	}
	w.eventually("the media is closed", func() bool { return w.transport.Upstreams()[0].Closed() })
	again, id := w.resume(grace, grace.joined.Ticket, 3)
	if snapshot := expectReply[message.MeetingJoined](again, id); snapshot.Self != grace.joined.Self {
		t.Errorf("came back as %+v", snapshot)
	}
	again.publishCamera()
}

func TestRemovalReachesThoseWhoAreAway(t *testing.T) {
	w := newWorld(t, withWindow)
	host, grace := w.enter(w.host.Name), w.enter("Grace")
	grace.publishCamera()
	_ = grace.conn.CloseNow()
	expect(host, func(m message.ParticipantUpdated) bool { return m.Participant.Reconnecting })
	host.do(message.ModerationRemove{Participant: grace.joined.Self})
	w.eventually("the media is closed", func() bool { return w.transport.Upstreams()[0].Closed() })
	again, id := w.resume(grace, grace.joined.Ticket, 1)
	if refused := expectReply[message.Error](again, id); refused.Code != message.Removed {
		t.Errorf("refused with %s", refused.Code)
	}
}

func TestAStopEndsTheMediaOfThoseWhoAreAway(t *testing.T) {
	w := newWorld(t, withWindow)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.publishCamera()
	_ = grace.conn.CloseNow()
	expect(ada, func(m message.ParticipantUpdated) bool { return m.Participant.Reconnecting })
	w.stop()
	if !w.transport.Upstreams()[0].Closed() {
		t.Error("media outlives the server")
	}
}

func TestAHandGoesDownWhenItsOwnerHasSpoken(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Room.SpeaksFor = 50 * time.Millisecond })
	host, grace := w.enter(w.host.Name), w.enter("Grace")
	grace.do(message.ParticipantRaiseHand{Raised: true})
	expectReply[message.WebRTCAnswer](grace, grace.ask(message.WebRTCOffer{
		PC: message.Up, SDP: "up", Sources: []message.UpSource{{MID: "0", Source: message.Microphone}},
	}))
	microphone := sfutest.NewPublisher(w.transport.Upstreams()[0], "0", codec.Opus, "")
	w.eventually("the hand goes down", func() bool {
		microphone.Sound(time.Now(), 10)
		snapshot, _ := w.server.Snapshot(w.meeting.Code)
		return len(snapshot.Hands) == 0
	})
	expect(host, func(m message.HandsChanged) bool { return len(m.Hands) == 0 })
	expect(grace, func(m message.ModerationNotice) bool { return m.Kind == message.NoticeHandLowered && m.By == "" })
	grace.do(message.ParticipantRaiseHand{Raised: true, Restore: true})
	expect(host, func(m message.HandsChanged) bool { return len(m.Hands) == 1 })
}

func TestTheEndOfASignInEndsTheStay(t *testing.T) {
	w := newWorld(t, withWindow)
	ada := w.enter("Ada")
	claims := w.claims("Grace")
	claims.SignIn = "family-1"
	grace := w.enterWith("Grace", message.GrantPrefix+w.grant(claims))
	w.server.SignOut([]string{"family-2"})
	grace.sync()
	w.server.SignOut([]string{"family-1"})
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == claims.Participant })
	grace.closedWith(websocket.StatusNormalClosure)
	again, id := w.resume(grace, grace.joined.Ticket, 1)
	if refused := expectReply[message.Error](again, id); refused.Code != message.Forbidden {
		t.Errorf("refused with %s", refused.Code)
	}
}

// Who is out for the moment is signed out as well: who waits, and who lost the connection for longer than the window.
func TestTheEndOfASignInReachesThoseWhoAreOut(t *testing.T) {
	w := newWorld(t)
	host := w.enter(w.host.Name)
	lost := w.claims("Grace")
	lost.SignIn = "family-1"
	grace := w.enterWith("Grace", message.GrantPrefix+w.grant(lost))
	grace.hangUp()
	expect(host, func(m message.ParticipantLeft) bool { return m.ID == lost.Participant })
	host.do(message.ModerationSettings{Lobby: new(true)})
	waits := w.claims("Alan")
	waits.SignIn = "family-2"
	alan := w.connect("Alan", message.GrantPrefix+w.grant(waits))
	waiting := expectReply[message.MeetingWaiting](alan, alan.ask(message.MeetingJoin{}))

	w.server.SignOut([]string{"family-1", "family-2"})
	alan.closedWith(websocket.StatusNormalClosure)
	for _, ticket := range []string{grace.joined.Ticket, waiting.Ticket} {
		again := w.connect("again", message.TicketPrefix+ticket)
		again.refused(message.MeetingJoin{}, message.Forbidden)
	}
}

// No room was there when the sign-in ended: neither a ticket from before a restart nor a grant that was on its way lets in.
func TestTheEndOfASignInHoldsForARoomThatKnowsNothingOfIt(t *testing.T) {
	w := newWorld(t)
	signIn := store.RefreshToken{UserID: w.host.ID, Hash: []byte("1"), IssuedAt: time.Now(), IdleExpiresAt: time.Now(), ExpiresAt: time.Now()}
	other := store.RefreshToken{UserID: w.host.ID, Hash: []byte("2"), IssuedAt: time.Now(), IdleExpiresAt: time.Now(), ExpiresAt: time.Now()}
	must(t, w.records.AddRefreshToken(t.Context(), &signIn))
	must(t, w.records.AddRefreshToken(t.Context(), &other))
	tickets := map[string]string{}
	for name, family := range map[string]string{"Grace": signIn.FamilyID, "Alan": other.FamilyID} {
		claims := w.claims(name)
		claims.SignIn = family
		tickets[name] = w.enterWith(name, message.GrantPrefix+w.grant(claims)).joined.Ticket
	}
	w.stop()
	must(t, w.records.RevokeFamily(t.Context(), signIn.FamilyID, time.Now()))
	w.boot()
	w.enterWith("Alan", message.TicketPrefix+tickets["Alan"])
	grace := w.connect("Grace", message.TicketPrefix+tickets["Grace"])
	grace.refused(message.MeetingJoin{}, message.Forbidden)

	late := w.claims("Grace")
	late.SignIn = "family-3"
	token := w.grant(late)
	w.server.SignOut([]string{"family-3"})
	if _, response, err := w.dial(message.GrantPrefix + token); err == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("a grant of a sign-in that has ended: %v", err)
	}
}

// The socket was open before the sign-in ended, and the room is opened after it.
func TestTheEndOfASignInHoldsForASocketThatIsOpenAlready(t *testing.T) {
	w := newWorld(t)
	claims := w.claims("Grace")
	claims.SignIn = "family-1"
	grace := w.connect("Grace", message.GrantPrefix+w.grant(claims))
	w.server.SignOut([]string{"family-1"})
	grace.refused(message.MeetingJoin{}, message.Forbidden)
}

func TestTheRoomOfAConnectionTestEndsByItself(t *testing.T) {
	w := newWorld(t)
	claims := w.claims("Tester")
	claims.Test, claims.Code, claims.Meeting, claims.Occurrence = true, "test-1", "test-1", "test-1"
	tester := w.enterWith("Tester", message.GrantPrefix+w.grant(claims))
	tester.publishCamera()
	tester.refused(message.ChatSend{ClientID: "c1", Text: "hello"}, message.Forbidden)
	if last, err := w.records.LastMessageNumber(t.Context(), "test-1"); err != nil || last != 0 {
		t.Errorf("stored %d, %v", last, err)
	}
}
