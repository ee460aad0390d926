package signaling_test

import (
	"fmt"
	"testing"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

func TestARetryMakesNoSecondMessage(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.do(message.ChatSend{ClientID: "c1", Text: "once"})
	grace.do(message.ChatSend{ClientID: "c1", Text: "once"})
	// The id is the participant's own.
	ada.do(message.ChatSend{ClientID: "c1", Text: "mine"})
	history := expectReply[message.ChatHistory](ada, ada.ask(message.ChatHistoryRequest{}))
	if len(history.Messages) != 2 || history.Messages[0].Text != "once" || history.Messages[1].Text != "mine" {
		t.Fatalf("history: %+v", history)
	}
	ada.sync()
	shown := 0
	for _, r := range ada.kept {
		if _, is := r.message.(message.ChatMessage); is {
			shown++
		}
	}
	if shown != 2 {
		t.Fatalf("%d messages were shown", shown)
	}
}

func TestChatWhileTheDatabaseIsAway(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.do(message.ChatSend{ClientID: "c0", Text: "before"})
	unlock := w.lockStore()

	const n = 5
	var ids []uint64
	for i := range n {
		ids = append(ids, grace.ask(message.ChatSend{ClientID: fmt.Sprintf("d%d", i), Text: fmt.Sprintf("during %d", i)}))
	}
	for i := range n {
		said := expect(ada, func(m message.ChatMessage) bool { return m.ClientID == fmt.Sprintf("d%d", i) })
		if said.Stored || said.Number != uint64(i+2) {
			t.Fatalf("shown as %+v", said)
		}
	}
	// A retry while the first is on its way waits with it.
	again := grace.ask(message.ChatSend{ClientID: "d0", Text: "during 0"})
	grace.sync()
	for _, r := range grace.kept {
		if _, isOK := r.message.(message.OK); isOK {
			t.Fatal("an ok came before the message was stored")
		}
	}
	history := expectReply[message.ChatHistory](ada, ada.ask(message.ChatHistoryRequest{}))
	if len(history.Messages) != n+1 || history.Messages[n].Stored || !history.Messages[0].Stored {
		t.Fatalf("history meanwhile: %+v", history.Messages)
	}

	unlock()
	for _, id := range append(ids, again) {
		expectReply[message.OK](grace, id)
	}
	for i := range n {
		expect(ada, func(m message.ChatUpdated) bool { return m.Number == uint64(i+2) && m.Stored })
	}
	rows, _, err := w.records.MessagesBefore(t.Context(), w.meeting.ID, 0, 100, store.Sight{})
	must(t, err)
	if len(rows) != n+1 {
		t.Fatalf("%d messages in the store", len(rows))
	}
	for i, row := range rows {
		if row.Number != uint64(i+1) {
			t.Fatalf("message %d has number %d", i, row.Number)
		}
	}
}

func TestTheChatIsRefusedWhenTooMuchWaits(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.Room.MaxUnstored = 2 })
	grace := w.enter("Grace")
	unlock := w.lockStore()
	first := grace.ask(message.ChatSend{ClientID: "c1", Text: "x"})
	second := grace.ask(message.ChatSend{ClientID: "c2", Text: "x"})
	grace.refused(message.ChatSend{ClientID: "c3", Text: "x"}, message.Unavailable)
	unlock()
	expectReply[message.OK](grace, first)
	expectReply[message.OK](grace, second)
	grace.do(message.ChatSend{ClientID: "c3", Text: "x"})
}

func TestMessagesAreStoredThoughEverybodyHasLeft(t *testing.T) {
	w := newWorld(t)
	grace := w.enter("Grace")
	unlock := w.lockStore()
	grace.ask(message.ChatSend{ClientID: "c1", Text: "a last word"})
	grace.do(message.MeetingLeave{})
	unlock()
	// The next occurrence counts on, whenever it begins.
	var ada *client
	w.eventually("the occurrence is closed", func() bool {
		claims := w.claims("Ada")
		if claims.Occurrence == "" || claims.Epoch == 1 {
			return false
		}
		ada = w.enterWith("Ada", message.GrantPrefix+w.grant(claims))
		return true
	})
	if len(ada.joined.Chat) != 1 || ada.joined.Chat[0].Text != "a last word" {
		t.Fatalf("chat of the next occurrence: %+v", ada.joined.Chat)
	}
	ada.do(message.ChatSend{ClientID: "c1", Text: "a first word"})
	expect(ada, func(m message.ChatMessage) bool { return m.Number == 2 })
}

func TestHistoryComesInPages(t *testing.T) {
	w := newWorld(t, func(c *signaling.Config) { c.Room.HistoryPage = 3 })
	grace := w.enter("Grace")
	for i := range 8 {
		grace.do(message.ChatSend{ClientID: fmt.Sprintf("c%d", i+1), Text: fmt.Sprint(i + 1)})
	}
	ada := w.enter("Ada")
	numbers := func(lines []message.ChatMessage) (out []uint64) {
		for _, l := range lines {
			out = append(out, l.Number)
		}
		return out
	}
	if got := fmt.Sprint(numbers(ada.joined.Chat)); got != "[6 7 8]" {
		t.Fatalf("snapshot %s", got)
	}
	page := expectReply[message.ChatHistory](ada, ada.ask(message.ChatHistoryRequest{Before: 6, Limit: 3}))
	if got := fmt.Sprint(numbers(page.Messages)); got != "[3 4 5]" || !page.More {
		t.Fatalf("page %s, more %v", got, page.More)
	}
	page = expectReply[message.ChatHistory](ada, ada.ask(message.ChatHistoryRequest{Before: 3}))
	if got := fmt.Sprint(numbers(page.Messages)); got != "[1 2]" || page.More {
		t.Fatalf("page %s, more %v", got, page.More)
	}
}

func TestADatabaseThatIsAwayAtTheJoin(t *testing.T) {
	w := newWorld(t)
	c := w.connect("Grace", message.GrantPrefix+w.grant(w.claims("Grace")))
	must(t, w.records.Close())
	c.refused(message.MeetingJoin{}, message.Unavailable)
	// The socket stays, and may try again.
	c.refused(message.MeetingJoin{}, message.Unavailable)
}
