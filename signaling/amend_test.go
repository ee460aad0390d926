package signaling_test

import (
	"fmt"
	"testing"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// A message that the room does not remember any more is edited, reacted to and deleted as the others are.
func TestAnOldMessageIsChanged(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Room.HistoryPage = 2 })
	host, grace, alan := w.enter(w.host.Name), w.enter("Grace"), w.enter("Alan")
	grace.do(message.ChatSend{ClientID: "c1", Text: "helo"})
	grace.do(message.ChatSend{ClientID: "c2", Text: "psst", To: host.joined.Self})
	for i := range 4 {
		host.do(message.ChatSend{ClientID: fmt.Sprint("f", i), Text: "and so on"})
	}
	grace.do(message.ChatEdit{Number: 1, Text: "hello"})
	changed := func(c *client, ok func(message.ChatMessage) bool) {
		t.Helper()
		expect(c, func(m message.ChatUpdated) bool { return m.Message != nil && m.Number == 1 && ok(*m.Message) })
	}
	changed(alan, func(m message.ChatMessage) bool { return m.Text == "hello" && m.EditedAt != nil })
	alan.do(message.ChatReact{Number: 1, Emoji: message.Heart, On: true})
	changed(host, func(m message.ChatMessage) bool { return len(m.Reactions) == 1 })
	// What is private is not there for others, however old.
	alan.refused(message.ChatReact{Number: 2, Emoji: message.Heart, On: true}, message.NotFound)
	alan.refused(message.ChatEdit{Number: 1, Text: "mine"}, message.Forbidden)
	alan.refused(message.ChatDelete{Number: 99}, message.NotFound)

	history := func(c *client) []message.ChatMessage {
		t.Helper()
		return expectReply[message.ChatHistory](c, c.ask(message.ChatHistoryRequest{Limit: 100})).Messages
	}
	w.eventually("the edit and the reaction are stored", func() bool {
		page := history(alan)
		return len(page) == 5 && page[0].Text == "hello" && len(page[0].Reactions) == 1
	})
	if page := history(host); len(page) != 6 || page[1].To != host.joined.Self || page[1].ToName != w.host.Name {
		t.Errorf("the host's history %+v", page)
	}
	host.do(message.ChatDelete{Number: 1})
	changed(grace, func(m message.ChatMessage) bool { return m.Deleted && m.Text == "" })
	w.eventually("the deletion is stored", func() bool {
		page := history(grace)
		return len(page) == 6 && page[0].Deleted && page[0].Text == "" && len(page[0].Reactions) == 0
	})
}

// A change is shown at once and answered when it is stored.
func TestAChangeIsAnsweredWhenItIsStored(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.do(message.ChatSend{ClientID: "c1", Text: "helo"})
	grace.do(message.ChatSend{ClientID: "c2", Text: "oops"})
	unlock := w.lockStore()
	asked := []uint64{
		grace.ask(message.ChatEdit{Number: 1, Text: "hello"}),
		grace.ask(message.ChatReact{Number: 1, Emoji: message.Heart, On: true}),
		grace.ask(message.ChatDelete{Number: 2}),
	}
	expect(ada, func(m message.ChatUpdated) bool {
		return m.Message != nil && m.Number == 1 && m.Message.Text == "hello"
	})
	expect(ada, func(m message.ChatUpdated) bool { return m.Message != nil && m.Number == 2 && m.Message.Deleted })
	grace.sync()
	for _, r := range grace.kept {
		if _, isOK := r.message.(message.OK); isOK {
			t.Fatal("an ok came before the change was stored")
		}
	}
	unlock()
	for _, id := range asked {
		expectReply[message.OK](grace, id)
	}
	edited, err := w.records.MessageByNumber(t.Context(), w.meeting.ID, 1)
	must(t, err)
	deleted, err := w.records.MessageByNumber(t.Context(), w.meeting.ID, 2)
	must(t, err)
	if edited.Text != "hello" || deleted.DeletedAt == nil || deleted.Text != "" {
		t.Errorf("stored %+v and %+v", edited, deleted)
	}
}

// A change that the store will not have is not lost in silence: who made it is told, and all see what is stored.
func TestAChangeThatTheStoreRefusesIsTakenBack(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.do(message.ChatSend{ClientID: "c1", Text: "helo"})
	ada.do(message.ChatReact{Number: 1, Emoji: message.Heart, On: true})
	w.inStore("CREATE TABLE refused (why TEXT NOT NULL)")
	w.inStore("CREATE TRIGGER refuse BEFORE UPDATE OF text ON messages BEGIN INSERT INTO refused VALUES (NULL); END")
	for _, change := range []message.ClientMessage{message.ChatEdit{Number: 1, Text: "hello"}, message.ChatDelete{Number: 1}} {
		grace.refused(change, message.Conflict)
		back := expect(ada, func(m message.ChatUpdated) bool {
			return m.Message != nil && m.Message.Text == "helo" && m.Message.EditedAt == nil && !m.Message.Deleted && len(m.Message.Reactions) == 1 && m.Stored
		})
		if back.Number != 1 {
			t.Errorf("taken back %+v", back)
		}
		ada.kept = nil
	}
	if late := w.enter("Late"); len(late.joined.Chat) != 1 || late.joined.Chat[0].Text != "helo" {
		t.Errorf("a newcomer sees %+v", late.joined.Chat)
	}
	w.inStore("DROP TRIGGER refuse")
	grace.do(message.ChatEdit{Number: 1, Text: "hello"})
}

// After a restart roles, rights and removals hold, and the lobby goes on.
func TestWhatHostsDecidedOutlivesARestart(t *testing.T) {
	w := newWorld(t)
	host, grace, alan := w.enter(w.host.Name), w.enter("Grace"), w.enter("Alan")
	gone := w.enter("Gone")
	host.do(message.ModerationRole{Participant: grace.joined.Self, Role: message.CoHost})
	host.do(message.ModerationPermissions{Participant: alan.joined.Self, Permissions: message.Override{Chat: new(false)}})
	host.do(message.ModerationPermissions{Permissions: message.Override{Share: new(false)}})
	host.do(message.ModerationRemove{Participant: gone.joined.Self})
	host.do(message.ModerationSettings{ChatHistory: new(message.HistoryJoined)})
	host.do(message.ModerationLock{Locked: true})
	w.stop()
	w.boot()

	back := w.enterWith("Grace", message.TicketPrefix+grace.joined.Ticket)
	if back.joined.Participants[0].Role != message.CoHost || !back.joined.Meeting.Locked ||
		back.joined.Meeting.ChatHistory != message.HistoryJoined || back.joined.Meeting.Permissions.Share {
		t.Errorf("came back to %+v", back.joined)
	}
	again := w.enterWith("Alan", message.TicketPrefix+alan.joined.Ticket)
	if p := again.joined.Permissions; p.Chat || p.Share || !p.Unmute {
		t.Errorf("may do %+v", p)
	}
	again.refused(message.ChatSend{ClientID: "c1", Text: "hello"}, message.Forbidden)
	late := w.connect("Gone", message.TicketPrefix+gone.joined.Ticket)
	late.refused(message.MeetingJoin{}, message.Removed)
	other := w.connect("Other", message.GrantPrefix+w.grant(w.claims("Other")))
	other.refused(message.MeetingJoin{}, message.Locked)
}
