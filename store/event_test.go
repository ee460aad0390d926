package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

var allTypes = store.EventTypes{
	store.EventMeetingStarted, store.EventMeetingEnded, store.EventParticipantJoined, store.EventParticipantLeft,
	store.EventRoleChanged, store.EventPermissionsChanged, store.EventChatMessage,
}

const manyWebhooks = 100

// webhook is one that is told of some types, or of all if none is given.
func (w *world) webhook(name string, types ...string) store.Webhook {
	w.Helper()
	hook := store.Webhook{Name: name, URL: "https://" + name + ".example/", Events: types, Secret: []byte("sealed"), CreatedAt: epoch}
	if len(types) == 0 {
		hook.Events = allTypes
	}
	w.must(w.AddWebhook(w.Context(), &hook, manyWebhooks))
	return hook
}

// told is what a webhook was told since the last call, in order, and that each delivery is of its own event.
func (w *world) told(hook store.Webhook) string {
	w.Helper()
	page, next, err := w.Deliveries(w.Context(), hook.ID, store.DeliveryFilter{State: store.DeliveryPending, Limit: 500})
	if w.must(err); next != "" {
		w.Fatal("more than a page")
	}
	slices.SortFunc(page, func(a, b store.Delivery) int { return a.DueAt.Compare(b.DueAt) })
	var out []string
	for _, d := range page {
		text := d.Type
		if p := d.Event.Participant; p != nil {
			text += " " + p.Name
		}
		for _, more := range []string{d.Event.Reason, d.Event.Before, d.Event.By} {
			if more != "" {
				text += " " + more
			}
		}
		out = append(out, text)
		if d.Event.ID != d.EventID || d.Event.Type != d.Type || d.EventID == "" || d.DueAt.Before(d.CreatedAt) || !d.Event.At.Equal(d.CreatedAt) {
			w.Errorf("delivery %+v", d)
		}
		d.State = store.DeliveryDelivered
		w.must(w.SettleDelivery(w.Context(), d, epoch))
	}
	return strings.Join(out, ", ")
}

func TestComingAndGoingIsToldOnce(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook := w.webhook("one")
		ada, grace := w.user("ada"), w.user("grace")
		m := w.meeting(ada, "code", epoch)
		o := w.occurrence(m)
		at := epoch
		later := func() time.Time { at = at.Add(time.Minute); return at }
		host, guest := w.participant(o, &ada, store.StatusInvited, epoch), w.participant(o, nil, store.StatusInvited, epoch)
		third := w.participant(o, &grace, store.StatusInvited, epoch)
		join := func(p store.Participant) {
			w.Helper()
			_, err := w.JoinMeeting(ctx, p.ID, later())
			w.must(err)
		}
		expect := func(what, want string) {
			w.Helper()
			if got := w.told(hook); got != want {
				w.Errorf("%s: told %q, want %q", what, got, want)
			}
		}
		expect("nobody is there", "")
		join(host)
		expect("the first", "meeting.started, participant.joined ada")
		join(host)
		expect("another socket of who is in", "")
		w.must(w.SetParticipantStatus(ctx, guest.ID, store.StatusWaiting, later()))
		w.must(w.LeaveMeeting(ctx, guest.ID, "left", later()))
		expect("who only waited", "")
		join(guest)
		join(third)
		expect("two more", "participant.joined Guest, participant.joined grace")
		w.must(w.LeaveMeeting(ctx, guest.ID, "to-lobby", later()))
		w.must(w.SetParticipantStatus(ctx, guest.ID, store.StatusWaiting, later()))
		w.must(w.LeaveMeeting(ctx, guest.ID, "left", later()))
		w.must(w.LeaveMeeting(ctx, third.ID, "removed", later()))
		w.must(w.LeaveMeeting(ctx, third.ID, "removed", later()))
		expect("two go", "participant.left Guest to-lobby, participant.left grace removed")
		join(third)
		expect("one is back", "participant.joined grace")
		w.must(w.DecideStanding(ctx, third.ID, store.RoleCoHost, "", host.ID, later()))
		w.must(w.DecideStanding(ctx, third.ID, store.RoleCoHost, "unmute=0", "", later()))
		w.must(w.DecideStanding(ctx, third.ID, store.RoleCoHost, "unmute=0", "", later()))
		expect("role and rights", "participant.role_changed grace PARTICIPANT "+host.ID+", participant.permissions_changed grace")
		w.must(w.EndMeeting(ctx, m.ID, later()))
		w.must(w.EndMeeting(ctx, m.ID, later()))
		got := strings.Split(w.told(hook), ", ")
		if slices.Sort(got); !slices.Equal(got, []string{"meeting.ended ended", "participant.left ada ended", "participant.left grace ended"}) {
			w.Errorf("the end for everybody: %q", got)
		}
	})
}

// However many say that somebody has come or gone, it is told once.
func TestWhatIsSaidAtOnceIsToldOnce(t *testing.T) {
	onEach(t, func(w *world) {
		hook := w.webhook("one")
		m := w.meeting(w.user("ada"), "code", epoch)
		p := w.participant(w.occurrence(m), nil, store.StatusInvited, epoch)
		_, err := w.JoinMeeting(w.Context(), p.ID, epoch)
		w.must(err)
		atOnce(6, func(int) {
			if err := w.LeaveMeeting(w.Context(), p.ID, store.ReasonLeft, epoch.Add(time.Minute)); err != nil {
				w.Error(err)
			}
		})
		if got := w.told(hook); got != "meeting.started, participant.joined Guest, participant.left Guest left" {
			w.Errorf("told %q", got)
		}
	})
}

func TestAnOccurrenceThatNobodyWasInIsNoEvent(t *testing.T) {
	onEach(t, func(w *world) {
		hook := w.webhook("one")
		m := w.meeting(w.user("ada"), "code", epoch)
		w.participant(w.occurrence(m), nil, store.StatusInvited, epoch)
		w.must(w.CloseOccurrence(w.Context(), w.occurrence(m).ID, epoch.Add(time.Minute)))
		if got := w.told(hook); got != "" {
			w.Errorf("told %q", got)
		}
	})
}

// Somebody was in when the server stopped, and did not come back: their leaving is told when the occurrence is closed.
func TestWhoNeverCameBackIsToldToHaveLeft(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		m := w.meeting(w.user("ada"), "code", epoch)
		o := w.occurrence(m)
		p := w.participant(o, nil, store.StatusInvited, epoch)
		_, err := w.JoinMeeting(ctx, p.ID, epoch)
		w.must(err)
		hook := w.webhook("one")
		w.must(w.CloseOccurrence(ctx, o.ID, epoch.Add(time.Minute)))
		page, _, err := w.Deliveries(ctx, hook.ID, store.DeliveryFilter{Limit: 10})
		w.must(err)
		if len(page) != 2 || page[0].Event.Meeting.Occurrence != o.ID || page[0].Event.Meeting.Code != "code" {
			w.Fatalf("%+v", page)
		}
		if left := page[1].Event; left.Type != store.EventParticipantLeft && page[0].Type != store.EventParticipantLeft {
			w.Errorf("%+v", page)
		}
		for _, d := range page {
			want := map[string]string{store.EventParticipantLeft: store.ReasonLost, store.EventMeetingEnded: store.ReasonEmpty}[d.Type]
			if d.Event.Reason != want {
				w.Errorf("%s because of %q, want %q", d.Type, d.Event.Reason, want)
			}
		}
	})
}

func TestEachWebhookIsToldWhatItWants(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		c := newChat(w)
		chat, standard := w.webhook("chat", store.EventChatMessage), w.webhook("standard", store.EventParticipantLeft)
		off := w.webhook("off")
		w.must(w.DisableWebhook(ctx, off.ID, "an administrator did it", epoch))
		said := c.line(1, "client-1", "hello, \"world\" <b>é 👋 \x01")
		w.must(w.AddMessage(ctx, said))
		w.must(w.AddMessage(ctx, c.line(2, "client-1", "hello"))) // a retry
		private := c.line(2, "client-2", "psst")
		private.RecipientID = &c.speaker.ID
		w.must(w.AddMessage(ctx, private))
		page, _, err := w.Deliveries(ctx, chat.ID, store.DeliveryFilter{Limit: 10})
		w.must(err)
		if len(page) != 1 || page[0].Event.Message.Text != said.Text || page[0].Event.Message.Number != 1 || page[0].Event.Participant.ID != c.speaker.ID {
			w.Errorf("the chat is told as %+v", page)
		}
		w.must(w.LeaveMeeting(ctx, c.speaker.ID, "left", epoch.Add(time.Hour)))
		if got := w.told(standard); !strings.HasPrefix(got, "participant.left") || strings.Contains(got, ",") {
			w.Errorf("told %q", got)
		}
		if got := w.told(off); got != "" {
			w.Errorf("a webhook that is off is told %q", got)
		}
	})
}

// What was not stored did not happen: a delivery belongs to the same transaction.
func TestNothingIsToldOfWhatIsNotStored(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook := w.webhook("one")
		m := w.meeting(w.user("ada"), "code", epoch)
		p := w.participant(w.occurrence(m), nil, store.StatusInvited, epoch)
		mine := errors.New("mine")
		err := w.InTx(ctx, func(tx *store.Store) error {
			if _, err := tx.JoinMeeting(ctx, p.ID, epoch); err != nil {
				return err
			}
			return mine
		})
		if !errors.Is(err, mine) {
			w.Fatal(err)
		}
		select {
		case <-w.Announced():
			w.Error("news of nothing")
		default:
		}
		if got := w.told(hook); got != "" {
			w.Errorf("told %q", got)
		}
		_, err = w.JoinMeeting(ctx, p.ID, epoch)
		w.must(err)
		select {
		case <-w.Announced():
		default:
			w.Error("no news")
		}
		if got := w.told(hook); got != "meeting.started, participant.joined Guest" {
			w.Errorf("told %q", got)
		}
	})
}

func TestALargeMeetingThatEndsIsToldOfEverybody(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		m := w.meeting(w.user("ada"), "code", epoch)
		o := w.occurrence(m)
		const people = 120
		w.must(w.InTx(ctx, func(tx *store.Store) error {
			for i := range people {
				p := store.Participant{OccurrenceID: o.ID, MeetingID: m.ID, Name: fmt.Sprint("Guest ", i), Role: store.RoleParticipant, Status: store.StatusJoined, Guest: true, CreatedAt: epoch}
				if err := tx.AddParticipant(ctx, &p); err != nil {
					return err
				}
			}
			return nil
		}))
		hook := w.webhook("one")
		w.must(w.EndMeeting(ctx, m.ID, epoch.Add(time.Hour)))
		if n := w.count("SELECT COUNT(*) FROM deliveries WHERE webhook_id = ? AND type = 'participant.left'", hook.ID); n != people {
			w.Errorf("%d have left, want %d", n, people)
		}
	})
}
