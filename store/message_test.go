package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// chat is a meeting with one who talks in it.
type chat struct {
	*world
	meeting store.Meeting
	speaker store.Participant
}

func newChat(w *world) chat {
	w.Helper()
	ada := w.user("ada")
	m := w.meeting(ada, "aaaaa-aaaaa", epoch)
	return chat{w, m, w.participant(w.occurrence(m), &ada, store.StatusJoined, epoch)}
}

func (c chat) line(number uint64, clientID, text string) *store.Message {
	return &store.Message{
		MeetingID: c.meeting.ID, OccurrenceID: c.speaker.OccurrenceID, ParticipantID: c.speaker.ID, SenderID: c.speaker.UserID, SenderName: c.speaker.Name,
		Number: number, ClientID: clientID, Text: text, CreatedAt: epoch.Add(time.Duration(number) * time.Second),
	}
}

func TestARetriedMessageKeepsItsNumber(t *testing.T) {
	onEach(t, func(w *world) {
		c := newChat(w)
		first := c.line(1, "client-1", "hello 👋 <b>")
		w.must(w.AddMessage(w.Context(), first))
		again := c.line(7, "client-1", "hello, said differently")
		w.must(w.AddMessage(w.Context(), again))
		if again.ID != first.ID || again.Number != 1 || again.Text != first.Text || again.CreatedAt != first.CreatedAt {
			w.Errorf("the retry got %+v; want %+v", again, first)
		}
		if n := w.count("SELECT COUNT(*) FROM messages"); n != 1 {
			w.Errorf("%d messages, want 1", n)
		}
		// Within a transaction as well, and the transaction goes on.
		w.must(w.InTx(w.Context(), func(tx *store.Store) error {
			retry := c.line(2, "client-1", "x")
			return errors.Join(tx.AddMessage(w.Context(), retry), tx.AddMessage(w.Context(), c.line(2, "client-2", "y")))
		}))
		// The same client id of another participant is another message.
		c.speaker = w.participant(w.occurrence(c.meeting), nil, store.StatusJoined, epoch)
		w.must(w.AddMessage(w.Context(), c.line(3, "client-1", "hello too")))
		if n := w.count("SELECT COUNT(*) FROM messages"); n != 3 {
			w.Errorf("%d messages, want 3", n)
		}
	})
}

func TestARetryRacingWithItselfIsStoredOnce(t *testing.T) {
	onEach(t, func(w *world) {
		c := newChat(w)
		got := make([]*store.Message, 20)
		atOnce(len(got), func(i int) {
			got[i] = c.line(uint64(i+1), "client-1", "hello")
			if err := w.AddMessage(w.Context(), got[i]); err != nil {
				w.Error(err)
			}
		})
		for _, m := range got {
			if m.ID != got[0].ID || m.Number != got[0].Number {
				w.Errorf("got %+v and %+v", m, got[0])
			}
		}
	})
}

func TestANumberBelongsToOneMessage(t *testing.T) {
	onEach(t, func(w *world) {
		c := newChat(w)
		w.must(w.AddMessage(w.Context(), c.line(1, "client-1", "hello")))
		if err := w.AddMessage(w.Context(), c.line(1, "client-2", "hi")); !errors.Is(err, store.ErrConflict) {
			w.Errorf("%v; want ErrConflict", err)
		}
	})
}

func TestMessagesArePagedBothWays(t *testing.T) {
	onEach(t, func(w *world) {
		c := newChat(w)
		if last, err := w.LastMessageNumber(w.Context(), c.meeting.ID); err != nil || last != 0 {
			w.Errorf("last number of an empty chat: %d, %v", last, err)
		}
		if page, more, err := w.MessagesBefore(w.Context(), c.meeting.ID, 0, 10, store.Sight{}); err != nil || more || len(page) != 0 {
			w.Errorf("page of an empty chat: %v, %v, %v", page, more, err)
		}
		var want []uint64
		for number := uint64(1); number <= 7; number++ {
			w.must(w.AddMessage(w.Context(), c.line(number, fmt.Sprint("client-", number), "hello")))
			want = append(want, number)
		}
		other := chat{w, w.meeting(w.user("grace"), "bbbbb-bbbbb", epoch), c.speaker}
		other.speaker.OccurrenceID = w.occurrence(other.meeting).ID
		w.must(w.AddMessage(w.Context(), other.line(50, "client-50", "elsewhere")))

		if last, err := w.LastMessageNumber(w.Context(), c.meeting.ID); err != nil || last != 7 {
			w.Errorf("last number %d, %v; want 7", last, err)
		}
		for _, size := range []int{1, 2, 3, 6, 7, 8} {
			if got := c.backwards(size); !slices.Equal(got, want) {
				w.Errorf("backwards in pages of %d: %v", size, got)
			}
			if got := c.forwards(size); !slices.Equal(got, want) {
				w.Errorf("forwards in pages of %d: %v", size, got)
			}
		}
		page, _, err := w.MessagesBefore(w.Context(), c.meeting.ID, 4, 1, store.Sight{})
		if err != nil || len(page) != 1 || page[0].ClientID != "client-3" || page[0].CreatedAt != epoch.Add(3*time.Second) || *page[0].SenderID != *c.speaker.UserID {
			w.Errorf("before 4: %+v, %v", page, err)
		}
	})
}

func (c chat) backwards(size int) (numbers []uint64) {
	c.Helper()
	for before, more := uint64(0), true; more; {
		var page []store.Message
		var err error
		page, more, err = c.MessagesBefore(c.Context(), c.meeting.ID, before, size, store.Sight{})
		c.must(err)
		numbers = slices.Concat(numbersOf(page), numbers)
		before = page[0].Number
	}
	return numbers
}

func (c chat) forwards(size int) (numbers []uint64) {
	c.Helper()
	for after, more := uint64(0), true; more; {
		var page []store.Message
		var err error
		page, more, err = c.MessagesAfter(c.Context(), c.meeting.ID, after, size, store.Sight{})
		c.must(err)
		numbers = append(numbers, numbersOf(page)...)
		after = page[len(page)-1].Number
	}
	return numbers
}

func numbersOf(page []store.Message) (numbers []uint64) {
	for _, m := range page {
		numbers = append(numbers, m.Number)
	}
	return numbers
}
