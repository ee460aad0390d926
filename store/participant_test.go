package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestAUserWhoComesBackGetsTheSameRow(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		o := w.occurrence(w.meeting(ada, "aaaaa-aaaaa", epoch))
		first := w.participant(o, &ada, store.StatusJoined, epoch)
		w.must(w.SetParticipantStatus(w.Context(), first.ID, store.StatusLeft, epoch.Add(time.Minute)))

		back := store.Participant{OccurrenceID: o.ID, MeetingID: o.MeetingID, UserID: &ada.ID, Name: "Countess", Role: store.RoleHost, Status: store.StatusInvited, CreatedAt: epoch.Add(time.Hour)}
		w.must(w.AddParticipant(w.Context(), &back))
		if back.ID != first.ID || back.Name != "Countess" || back.Status != store.StatusInvited || back.Role != store.RoleParticipant || back.CreatedAt != epoch {
			w.Errorf("came back as %+v, was %+v", back, first)
		}
		w.must(w.SetParticipantStatus(w.Context(), back.ID, store.StatusJoined, epoch.Add(2*time.Hour)))
		got, err := w.ParticipantByID(w.Context(), back.ID)
		w.must(err)
		if *got.JoinedAt != epoch || got.LeftAt != nil {
			w.Errorf("joined anew: %+v; want the first time of joining and none of leaving", got)
		}

		second := store.Participant{OccurrenceID: o.ID, MeetingID: o.MeetingID, UserID: &ada.ID, Name: "Ada", Role: store.RoleHost, Status: store.StatusInvited}
		w.must(w.AddParticipant(w.Context(), &second))
		if second.Status != store.StatusJoined {
			w.Errorf("a second tab made one who is JOINED %s", second.Status)
		}
		if n := w.count("SELECT COUNT(*) FROM participants"); n != 1 {
			w.Errorf("%d rows, want 1", n)
		}
	})
}

func TestAUserWhoComesTwiceAtOnceGetsOneRow(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		o := w.occurrence(w.meeting(ada, "aaaaa-aaaaa", epoch))
		ids := make([]string, 20)
		atOnce(len(ids), func(i int) {
			p := store.Participant{OccurrenceID: o.ID, MeetingID: o.MeetingID, UserID: &ada.ID, Name: "Ada", Role: store.RoleHost, Status: store.StatusInvited}
			if err := w.AddParticipant(w.Context(), &p); err != nil {
				w.Error(err)
			}
			ids[i] = p.ID
		})
		if n := len(slices.Compact(ids)); n != 1 {
			w.Errorf("%d rows were given: %v", n, ids)
		}
	})
}

func TestGuestsAndLaterOccurrencesGetRowsOfTheirOwn(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		ids := []string{
			w.participant(o, &ada, store.StatusJoined, epoch).ID,
			w.participant(o, nil, store.StatusJoined, epoch).ID,
			w.participant(o, nil, store.StatusJoined, epoch).ID,
		}
		w.must(w.CloseOccurrence(w.Context(), o.ID, epoch))
		ids = append(ids, w.participant(w.occurrence(m), &ada, store.StatusJoined, epoch).ID)
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 4 {
			w.Errorf("ids %v, want four", ids)
		}
		// A user counts once, a guest each time.
		counts, err := w.ParticipantCounts(w.Context(), []string{m.ID, store.NewID(epoch)})
		if err != nil || len(counts) != 1 || counts[m.ID] != 3 {
			w.Errorf("counts %v, %v; want 3 in one meeting", counts, err)
		}
		if counts, err := w.ParticipantCounts(w.Context(), nil); err != nil || len(counts) != 0 {
			w.Errorf("of no meetings: %v, %v", counts, err)
		}
	})
}

func TestParticipantsOfListsThemInTheOrderTheyCame(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		var want []string
		for i := range 5 {
			want = append(want, w.participant(o, nil, store.StatusJoined, epoch.Add(time.Duration(i)*time.Second)).ID)
		}
		w.participant(w.occurrence(w.meeting(ada, "bbbbb-bbbbb", epoch)), nil, store.StatusJoined, epoch)
		// Who only waited or was asked is listed with everybody.
		w.participant(o, nil, store.StatusWaiting, epoch.Add(2500*time.Millisecond))
		w.participant(o, nil, store.StatusInvited, epoch.Add(3500*time.Millisecond))
		if all, _, err := w.ParticipantsOf(w.Context(), m.ID, "", 50, true); err != nil || len(all) != len(want)+2 {
			w.Errorf("everybody: %+v, %v", all, err)
		}
		for _, size := range []int{1, 2, 5, 50} {
			var got []string
			for after := ""; ; {
				page, next, err := w.ParticipantsOf(w.Context(), m.ID, after, size, false)
				w.must(err)
				for _, p := range page {
					got = append(got, p.ID)
				}
				if next == "" {
					break
				}
				after = next
			}
			if !slices.Equal(got, want) {
				w.Errorf("in pages of %d: %v, want %v", size, got, want)
			}
		}
	})
}

func TestTookPartIsTrueForWhoWasEverIn(t *testing.T) {
	onEach(t, func(w *world) {
		ada, grace := w.user("ada"), w.user("grace")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		p := w.participant(o, &grace, store.StatusWaiting, epoch)
		for _, step := range []struct {
			status string
			want   bool
		}{{store.StatusWaiting, false}, {store.StatusLeft, false}, {store.StatusJoined, true}, {store.StatusLeft, true}} {
			w.must(w.SetParticipantStatus(w.Context(), p.ID, step.status, epoch))
			if got, err := w.TookPart(w.Context(), m.ID, grace.ID); err != nil || got != step.want {
				w.Errorf("after %s: %v, %v; want %v", step.status, got, err, step.want)
			}
		}
	})
}

func TestWhoWasSentOutIsSoWhileTheOccurrenceLasts(t *testing.T) {
	onEach(t, func(w *world) {
		ada, grace := w.user("ada"), w.user("grace")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		want := func(when string, want bool) {
			w.Helper()
			if got, err := w.SentOut(w.Context(), m.ID, grace.ID); err != nil || got != want {
				w.Errorf("%s: %v, %v; want %v", when, got, err, want)
			}
		}
		p := w.participant(o, &grace, store.StatusWaiting, epoch)
		want("waiting at first", false)
		w.must(w.SetParticipantStatus(w.Context(), p.ID, store.StatusJoined, epoch))
		want("inside", false)
		w.must(w.SetParticipantStatus(w.Context(), p.ID, store.StatusLeft, epoch))
		w.must(w.SetParticipantStatus(w.Context(), p.ID, store.StatusWaiting, epoch))
		want("sent back", true)
		// To ask for a way in again changes nothing.
		if p := w.participant(o, &grace, store.StatusInvited, epoch); p.Status != store.StatusWaiting {
			w.Errorf("who waits is %s", p.Status)
		}
		want("sent back, with a new grant", true)
		w.must(w.SetParticipantStatus(w.Context(), p.ID, store.StatusJoined, epoch))
		w.must(w.RemoveParticipant(w.Context(), p.ID, true, epoch))
		want("removed", true)
		w.must(w.CloseOccurrence(w.Context(), o.ID, epoch))
		want("after the end", false)
	})
}

func TestAParticipantHasASessionPerConnection(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		p := w.participant(w.occurrence(w.meeting(ada, "aaaaa-aaaaa", epoch)), &ada, store.StatusJoined, epoch)
		first, err := w.StartSession(w.Context(), p.ID, epoch)
		w.must(err)
		w.must(w.EndSession(w.Context(), first.ID, epoch.Add(time.Minute), store.Quality{}))
		w.must(w.EndSession(w.Context(), first.ID, epoch.Add(time.Hour), store.Quality{}))
		second, err := w.StartSession(w.Context(), p.ID, epoch.Add(2*time.Minute))
		w.must(err)
		got, err := w.SessionsOf(w.Context(), p.ID)
		w.must(err)
		if len(got) != 2 || got[0].ID != first.ID || *got[0].LeftAt != epoch.Add(time.Minute) || got[1] != second {
			w.Errorf("sessions %+v", got)
		}
	})
}
