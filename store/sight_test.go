package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func numbers(page []store.Message) string {
	out := ""
	for _, m := range page {
		out += fmt.Sprint(m.Number, " ")
	}
	return out
}

func TestOnlyWhoIsMeantSeesPrivateMessages(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		c := newChat(w)
		grace, alan := w.user("grace"), w.user("alan")
		o := w.occurrence(c.meeting)
		g, a := w.participant(o, &grace, store.StatusJoined, epoch), w.participant(o, &alan, store.StatusJoined, epoch.Add(90*time.Second))
		say := func(number uint64, by store.Participant, to *store.Participant) {
			m := store.Message{
				MeetingID: c.meeting.ID, OccurrenceID: o.ID, ParticipantID: by.ID, SenderID: by.UserID, SenderName: by.Name,
				Number: number, ClientID: fmt.Sprint("c", number), Text: "said", CreatedAt: epoch.Add(time.Duration(number) * time.Minute),
			}
			if to != nil {
				m.RecipientID, m.RecipientUserID, m.RecipientName = &to.ID, to.UserID, to.Name
			}
			w.must(w.AddMessage(ctx, &m))
		}
		say(1, g, nil)
		say(2, g, &a)
		say(3, a, &c.speaker)
		say(4, c.speaker, nil)
		for name, v := range map[string]struct {
			sight store.Sight
			want  string
		}{
			"anybody":                {store.Sight{}, "1 4 "},
			"sender and recipient":   {store.Sight{Participant: a.ID}, "1 2 3 4 "},
			"sender by account":      {store.Sight{User: grace.ID}, "1 2 4 "},
			"recipient by account":   {store.Sight{User: alan.ID}, "1 2 3 4 "},
			"another":                {store.Sight{Participant: c.speaker.ID}, "1 3 4 "},
			"late":                   {store.Sight{Participant: a.ID, Since: epoch.Add(3 * time.Minute)}, "3 4 "},
			"what they attended":     {store.Sight{User: alan.ID, Attended: true}, "2 3 4 "},
			"inside":                 {store.Sight{User: grace.ID, Inside: true}, "1 2 4 "},
			"never inside":           {store.Sight{User: "nobody", Inside: true}, ""},
			"nobody attended":        {store.Sight{User: "nobody", Attended: true}, ""},
			"another occurrence":     {store.Sight{Occurrence: "other"}, ""},
			"nobody with no account": {store.Sight{Participant: "nobody"}, "1 4 "},
		} {
			before, _, err := w.MessagesBefore(ctx, c.meeting.ID, 0, 10, v.sight)
			w.must(err)
			after, _, err := w.MessagesAfter(ctx, c.meeting.ID, 0, 10, v.sight)
			w.must(err)
			if numbers(before) != v.want || numbers(after) != v.want {
				w.Errorf("%s: %q and %q, want %q", name, numbers(before), numbers(after), v.want)
			}
		}
		if page, more, err := w.LatestMessages(ctx, c.meeting.ID, 3); err != nil || !more || numbers(page) != "2 3 4 " {
			w.Errorf("latest %q %v %v", numbers(page), more, err)
		}
		// Who was sent back to the lobby, and then gave up waiting, has seen what was said until they were sent.
		for i, status := range []string{store.StatusLeft, store.StatusWaiting, store.StatusLeft} {
			w.must(w.SetParticipantStatus(ctx, g.ID, status, epoch.Add(150*time.Second+time.Duration(i)*time.Hour)))
		}
		for name, sight := range map[string]store.Sight{"attended": {User: grace.ID, Attended: true}, "inside": {User: grace.ID, Inside: true}} {
			if page, _, err := w.MessagesBefore(ctx, c.meeting.ID, 0, 10, sight); err != nil || numbers(page) != "1 2 " {
				w.Errorf("%s and then left: %q, %v", name, numbers(page), err)
			}
		}
		// A recipient's row that goes takes the message with it: it never becomes public.
		w.remove("DELETE FROM participants WHERE id = ?", a.ID)
		if page, _, err := w.MessagesBefore(ctx, c.meeting.ID, 0, 10, store.Sight{}); err != nil || numbers(page) != "1 4 " {
			w.Errorf("afterwards everybody sees %q, %v", numbers(page), err)
		}
		// What is over may be read by all.
		w.must(w.CloseOccurrence(ctx, o.ID, epoch.Add(4*time.Hour)))
		if page, _, err := w.MessagesBefore(ctx, c.meeting.ID, 0, 10, store.Sight{User: "nobody", Inside: true}); err != nil || numbers(page) != "1 4 " {
			w.Errorf("of what is over nobody sees %q, %v", numbers(page), err)
		}
	})
}

func TestMessagesAreEditedDeletedAndReactedTo(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		c := newChat(w)
		w.must(w.AddMessage(ctx, c.line(1, "client-1", "hello")))
		w.must(w.EditMessage(ctx, c.meeting.ID, 1, "better", epoch))
		thumb := store.Reaction{MeetingID: c.meeting.ID, Number: 1, ParticipantID: c.speaker.ID, Emoji: "👍"}
		heart := thumb
		heart.Emoji = "❤️"
		w.must(w.SetReaction(ctx, thumb, true, epoch))
		w.must(w.SetReaction(ctx, thumb, true, epoch))
		w.must(w.SetReaction(ctx, heart, true, epoch.Add(time.Second)))
		by, err := w.ReactionsTo(ctx, c.meeting.ID, []uint64{1, 2})
		if w.must(err); len(by[1]) != 2 || by[1][0].Emoji != "👍" || by[1][1].Emoji != "❤️" {
			w.Errorf("reactions %+v", by)
		}
		w.must(w.SetReaction(ctx, heart, false, epoch))
		w.must(w.SetReaction(ctx, heart, false, epoch))
		if by, err = w.ReactionsTo(ctx, c.meeting.ID, []uint64{1}); err != nil || len(by[1]) != 1 {
			w.Errorf("reactions %+v %v", by, err)
		}
		if m, err := w.MessageByNumber(ctx, c.meeting.ID, 1); err != nil || m.Text != "better" || m.EditedAt == nil {
			w.Errorf("edited %+v %v", m, err)
		}
		w.must(w.DeleteMessage(ctx, c.meeting.ID, 1, epoch))
		w.must(w.DeleteMessage(ctx, c.meeting.ID, 1, epoch.Add(time.Hour)))
		m, err := w.MessageByNumber(ctx, c.meeting.ID, 1)
		if w.must(err); m.Text != "" || m.DeletedAt == nil || !m.DeletedAt.Equal(epoch) {
			w.Errorf("deleted %+v", m)
		}
		if by, err = w.ReactionsTo(ctx, c.meeting.ID, []uint64{1}); err != nil || len(by) != 0 {
			w.Errorf("reactions to what is gone %+v %v", by, err)
		}
		if err := w.EditMessage(ctx, c.meeting.ID, 1, "back", epoch); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("editing what is gone: %v", err)
		}
	})
}
