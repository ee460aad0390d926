package store_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestTwoOpensGiveOneOccurrence(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.meeting(w.user("ada"), "aaaaa-aaaaa", epoch)
		first, err := w.OpenOccurrence(w.Context(), m.ID, epoch)
		w.must(err)
		second, err := w.OpenOccurrence(w.Context(), m.ID, epoch.Add(time.Minute))
		w.must(err)
		if first.ID != second.ID || second.Epoch != 1 || second.StartedAt != epoch {
			w.Errorf("first %+v, second %+v", first, second)
		}
	})
}

func TestManyOpensAtOnceGiveOneOccurrence(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.meeting(w.user("ada"), "aaaaa-aaaaa", epoch)
		// The stores of two nodes.
		nodes := []*store.Store{w.Store, open(w.T, w.cfg)}
		for round := range 3 {
			ids := make([]string, 20)
			atOnce(len(ids), func(i int) {
				o, err := nodes[i%2].OpenOccurrence(w.Context(), m.ID, epoch)
				if err != nil {
					w.Error(err)
				}
				ids[i] = o.ID
			})
			for _, id := range ids {
				if id != ids[0] {
					w.Fatalf("round %d: occurrences %v, want one", round, ids)
				}
			}
			w.must(w.CloseOccurrence(w.Context(), ids[0], epoch))
		}
		if n := w.count("SELECT COUNT(*) FROM occurrences"); n != 3 {
			w.Errorf("%d occurrences, want 3", n)
		}
		if n := w.count("SELECT MAX(epoch) FROM occurrences"); n != 3 {
			w.Errorf("last epoch %d, want 3", n)
		}
	})
}

func TestClosingAnOccurrenceSendsItsPeopleAway(t *testing.T) {
	onEach(t, func(w *world) {
		ada, grace, alan := w.user("ada"), w.user("grace"), w.user("alan")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		inIt := w.participant(o, &ada, store.StatusJoined, epoch)
		waiting := w.participant(o, &grace, store.StatusWaiting, epoch)
		invited := w.participant(o, &alan, store.StatusInvited, epoch)
		session, err := w.StartSession(w.Context(), inIt.ID, epoch)
		w.must(err)

		elsewhere := w.occurrence(w.meeting(ada, "bbbbb-bbbbb", epoch))
		other := w.participant(elsewhere, &ada, store.StatusJoined, epoch)
		otherSession, err := w.StartSession(w.Context(), other.ID, epoch)
		w.must(err)

		end := epoch.Add(time.Hour)
		w.must(w.CloseOccurrence(w.Context(), o.ID, end))
		w.must(w.CloseOccurrence(w.Context(), o.ID, end.Add(time.Hour)))

		for id, want := range map[string]string{
			inIt.ID: store.StatusLeft, waiting.ID: store.StatusLeft, invited.ID: store.StatusInvited, other.ID: store.StatusJoined,
		} {
			p, err := w.ParticipantByID(w.Context(), id)
			w.must(err)
			if p.Status != want || (want == store.StatusLeft) != (p.LeftAt != nil && p.LeftAt.Equal(end)) {
				w.Errorf("participant %+v; want %s", p, want)
			}
		}
		for id, want := range map[string]bool{session.ID: true, otherSession.ID: false} {
			if ended := w.count("SELECT COUNT(left_at) FROM participant_sessions WHERE id = ?", id) == 1; ended != want {
				w.Errorf("session %s ended: %v, want %v", id, ended, want)
			}
		}
		if o, err := w.OccurrenceByID(w.Context(), o.ID); err != nil || *o.EndedAt != end {
			w.Errorf("closed twice: %+v, %v; the first time counts", o, err)
		}
		took, err := w.TookPart(w.Context(), m.ID, grace.ID)
		if err != nil || took {
			w.Errorf("one who only waited took part: %v, %v", took, err)
		}
	})
}
