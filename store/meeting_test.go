package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestAMeetingComesBackAsItWasStored(t *testing.T) {
	onEach(t, func(w *world) {
		// A zone and nanoseconds that the database does not keep.
		at := epoch.Add(789).In(time.FixedZone("east", 5*3600))
		m := w.meeting(w.user("ada"), "aaaaa-aaaaa", at)
		for name, find := range map[string]func() (store.Meeting, error){
			"MeetingByCode": func() (store.Meeting, error) { return w.MeetingByCode(w.Context(), m.Code) },
			"MeetingByID":   func() (store.Meeting, error) { return w.MeetingByID(w.Context(), m.ID) },
		} {
			got, err := find()
			if err != nil || got != m {
				w.Errorf("%s = %+v, %v; want %+v", name, got, err, m)
			}
		}
		if m.CreatedAt != epoch {
			w.Errorf("created at %v, want %v", m.CreatedAt, epoch)
		}
	})
}

func TestACodeBelongsToOneMeeting(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		first := w.meeting(ada, "aaaaa-aaaaa", epoch)
		again := store.Meeting{Code: first.Code, Title: "x", HostID: ada.ID}
		if err := w.CreateMeeting(w.Context(), &again); !errors.Is(err, store.ErrTaken) {
			w.Errorf("second meeting: %v; want ErrTaken", err)
		}
		// Codes differ by case: who reads them in any case is not the store.
		w.meeting(ada, "AAAAA-AAAAA", epoch)
		w.must(w.DeleteMeeting(w.Context(), first.ID, epoch))
		if err := w.CreateMeeting(w.Context(), &again); !errors.Is(err, store.ErrTaken) {
			w.Errorf("after the first was deleted: %v; want ErrTaken", err)
		}
	})
}

func TestARequestMakesOneMeeting(t *testing.T) {
	onEach(t, func(w *world) {
		ada, gus := w.user("ada"), w.user("gus")
		request := "click-1"
		m := store.Meeting{Code: "aaaaa-aaaaa", Title: "x", HostID: ada.ID, Request: &request}
		w.must(w.CreateMeeting(w.Context(), &m))
		again := store.Meeting{Code: "bbbbb-bbbbb", Title: "x", HostID: ada.ID, Request: &request}
		if err := w.CreateMeeting(w.Context(), &again); !errors.Is(err, store.ErrTaken) {
			w.Errorf("the same request again: %v; want ErrTaken", err)
		}
		if found, err := w.MeetingByRequest(w.Context(), ada.ID, request); err != nil || found.ID != m.ID {
			w.Errorf("%+v, %v; want meeting %s", found, err, m.ID)
		}
		if _, err := w.MeetingByRequest(w.Context(), gus.ID, request); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("somebody else's request: %v; want ErrNotFound", err)
		}
		theirs := store.Meeting{Code: "ccccc-ccccc", Title: "x", HostID: gus.ID, Request: &request}
		w.must(w.CreateMeeting(w.Context(), &theirs))
		w.meeting(ada, "ddddd-ddddd", epoch)
		w.meeting(ada, "eeeee-eeeee", epoch) // as many without a request as one likes
		w.must(w.DeleteMeeting(w.Context(), m.ID, epoch))
		if _, err := w.MeetingByRequest(w.Context(), ada.ID, request); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("of a deleted meeting: %v; want ErrNotFound", err)
		}
	})
}

func TestUpdateMeetingStoresTitleAndGuestsAlone(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.meeting(w.user("ada"), "aaaaa-aaaaa", epoch)
		w.must(w.EndMeeting(w.Context(), m.ID, epoch))
		// m was read before the meeting ended; that must not undo the end.
		m.Title, m.GuestsAllowed = "New", false
		w.must(w.UpdateMeeting(w.Context(), &m))
		got, err := w.MeetingByID(w.Context(), m.ID)
		w.must(err)
		if got.Title != "New" || got.GuestsAllowed || got.EndedAt == nil || got.UpdatedAt != m.UpdatedAt {
			w.Errorf("got %+v", got)
		}
	})
}

func TestAnEndedMeetingIsReopenedByItsNextOccurrence(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		p := w.participant(o, &ada, store.StatusJoined, epoch)
		end := epoch.Add(time.Hour)
		w.must(w.EndMeeting(w.Context(), m.ID, end))

		m, err := w.MeetingByID(w.Context(), m.ID)
		w.must(err)
		o, err = w.OccurrenceByID(w.Context(), o.ID)
		w.must(err)
		p, err = w.ParticipantByID(w.Context(), p.ID)
		w.must(err)
		if m.EndedAt == nil || *m.EndedAt != end || o.EndedAt == nil || *o.EndedAt != end || p.Status != store.StatusLeft {
			w.Errorf("after the end: %+v, %+v, %+v", m, o, p)
		}

		next, err := w.OpenOccurrence(w.Context(), m.ID, end.Add(time.Hour))
		w.must(err)
		m, err = w.MeetingByID(w.Context(), m.ID)
		w.must(err)
		if next.ID == o.ID || next.Epoch != 2 || m.EndedAt != nil {
			w.Errorf("reopened: %+v, %+v", next, m)
		}
	})
}

func TestADeletedMeetingIsOutOfReach(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		w.must(w.DeleteMeeting(w.Context(), m.ID, epoch))
		_, byCode := w.MeetingByCode(w.Context(), m.Code)
		_, opened := w.OpenOccurrence(w.Context(), m.ID, epoch)
		for name, err := range map[string]error{
			"MeetingByCode": byCode, "OpenOccurrence": opened,
			"UpdateMeeting": w.UpdateMeeting(w.Context(), &m),
			"DeleteMeeting": w.DeleteMeeting(w.Context(), m.ID, epoch),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				w.Errorf("%s: %v; want ErrNotFound", name, err)
			}
		}
		mine, _, err := w.MeetingsOf(w.Context(), ada.ID, "", 10)
		if err != nil || len(mine) != 0 {
			w.Errorf("MeetingsOf = %+v, %v; want none", mine, err)
		}
		if o, err := w.OccurrenceByID(w.Context(), o.ID); err != nil || o.EndedAt == nil {
			w.Errorf("occurrence %+v, %v; want it closed", o, err)
		}
	})
}

func TestMeetingsOfListsHostedAndVisitedOnesNewestFirst(t *testing.T) {
	onEach(t, func(w *world) {
		ada, grace, alan := w.user("ada"), w.user("grace"), w.user("alan")
		var want []string
		for i := range 7 {
			host := ada
			if i%2 == 1 {
				host = grace
			}
			m := w.meeting(host, fmt.Sprintf("code-%d", i), epoch.Add(time.Duration(i)*time.Second))
			if host == grace {
				w.participant(w.occurrence(m), &ada, store.StatusJoined, epoch)
			}
			want = append(want, m.Code)
		}
		// One who waits or is invited has not taken part.
		o := w.occurrence(w.meeting(grace, "other", epoch.Add(time.Minute)))
		w.participant(o, &ada, store.StatusWaiting, epoch)
		w.participant(o, &alan, store.StatusInvited, epoch)
		w.must(w.CloseOccurrence(w.Context(), o.ID, epoch))
		slices.Reverse(want)

		for _, size := range []int{1, 2, 3, 7, 100, 0} {
			var got []string
			for before := ""; ; {
				page, next, err := w.MeetingsOf(w.Context(), ada.ID, before, size)
				w.must(err)
				for _, m := range page {
					got = append(got, m.Code)
				}
				if next == "" {
					break
				}
				before = next
			}
			if !slices.Equal(got, want) {
				w.Errorf("in pages of %d: %v, want %v", size, got, want)
			}
		}
		if none, next, err := w.MeetingsOf(w.Context(), alan.ID, "", 10); err != nil || len(none) != 0 || next != "" {
			w.Errorf("of one who was only invited: %v %q %v", none, next, err)
		}
	})
}
