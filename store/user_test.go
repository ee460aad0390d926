package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

func TestAnAccountIsFoundByAddressInAnyCase(t *testing.T) {
	onEach(t, func(w *world) {
		ada := store.User{Email: " Ada@Plenum.Example ", Name: "Ada 🚀 Lovelace", PasswordHash: "hash", CreatedAt: epoch}
		w.must(w.CreateUser(w.Context(), &ada))
		for _, email := range []string{"ada@plenum.example", "ADA@plenum.example"} {
			got, err := w.UserByEmail(w.Context(), email)
			if err != nil || got != ada {
				w.Errorf("UserByEmail(%q) = %+v, %v; want %+v", email, got, err, ada)
			}
		}
		got, err := w.UserByID(w.Context(), ada.ID)
		if err != nil || got != ada {
			w.Errorf("UserByID = %+v, %v; want %+v", got, err, ada)
		}
		if got.Email != "ada@plenum.example" || len(got.ID) != 26 {
			w.Errorf("stored as %+v", got)
		}
	})
}

func TestAnAddressHasOneAccount(t *testing.T) {
	onEach(t, func(w *world) {
		w.user("ada")
		err := w.CreateUser(w.Context(), &store.User{Email: "ADA@plenum.example", Name: "Another", PasswordHash: "hash"})
		if !errors.Is(err, store.ErrTaken) {
			w.Errorf("second account: %v; want ErrTaken", err)
		}
		if n := w.count("SELECT COUNT(*) FROM users"); n != 1 {
			w.Errorf("%d users, want 1", n)
		}
	})
}

func TestOfManyWhoRegisterAnAddressAtOnceOneGetsIt(t *testing.T) {
	onEach(t, func(w *world) {
		results := make([]error, 20)
		atOnce(len(results), func(i int) {
			results[i] = w.CreateUser(w.Context(), &store.User{Email: "ada@plenum.example", Name: "Ada", PasswordHash: "hash"})
		})
		created := 0
		for _, err := range results {
			if err == nil {
				created++
			} else if !errors.Is(err, store.ErrTaken) {
				w.Errorf("%v; want ErrTaken", err)
			}
		}
		if created != 1 {
			w.Errorf("%d were told that the account is theirs, want 1", created)
		}
	})
}

func TestWhatDoesNotExistIsNotFound(t *testing.T) {
	onEach(t, func(w *world) {
		ctx, absent := w.Context(), store.NewID(epoch)
		questions := map[string]func() error{
			"UserByEmail":            func() error { _, err := w.UserByEmail(ctx, "nobody@plenum.example"); return err },
			"UserByID":               func() error { _, err := w.UserByID(ctx, absent); return err },
			"SetPasswordHash":        func() error { return w.SetPasswordHash(ctx, absent, "hash") },
			"MeetingByCode":          func() error { _, err := w.MeetingByCode(ctx, "aaaaa-aaaaa"); return err },
			"MeetingByID":            func() error { _, err := w.MeetingByID(ctx, absent); return err },
			"UpdateMeeting":          func() error { return w.UpdateMeeting(ctx, &store.Meeting{ID: absent}) },
			"EndMeeting":             func() error { return w.EndMeeting(ctx, absent, epoch) },
			"DeleteMeeting":          func() error { return w.DeleteMeeting(ctx, absent, epoch) },
			"CreateMeeting":          func() error { return w.CreateMeeting(ctx, &store.Meeting{Code: "c", HostID: absent}) },
			"OpenOccurrence":         func() error { _, err := w.OpenOccurrence(ctx, absent, epoch); return err },
			"OccurrenceByID":         func() error { _, err := w.OccurrenceByID(ctx, absent); return err },
			"CloseOccurrence":        func() error { return w.CloseOccurrence(ctx, absent, epoch) },
			"ParticipantByID":        func() error { _, err := w.ParticipantByID(ctx, absent); return err },
			"SetParticipantStatus":   func() error { return w.SetParticipantStatus(ctx, absent, store.StatusLeft, epoch) },
			"RenameParticipant":      func() error { return w.RenameParticipant(ctx, absent, "x", epoch) },
			"StartSession":           func() error { _, err := w.StartSession(ctx, absent, epoch); return err },
			"RenameUser":             func() error { return w.RenameUser(ctx, absent, "x", epoch) },
			"SetParticipantStanding": func() error { return w.SetParticipantStanding(ctx, absent, store.RoleCoHost, "", epoch) },
			"RemoveParticipant":      func() error { return w.RemoveParticipant(ctx, absent, true, epoch) },
			"SetMeetingSettings":     func() error { return w.SetMeetingSettings(ctx, absent, true, true, store.HistoryAll, "", epoch) },
			"SetMeetingDefaults":     func() error { return w.SetMeetingDefaults(ctx, absent, true, store.HistoryAll, "", epoch) },
			"EditMessage":            func() error { return w.EditMessage(ctx, absent, 1, "x", epoch) },
			"DeleteMessage":          func() error { return w.DeleteMessage(ctx, absent, 1, epoch) },
			"RevokeInvitation":       func() error { return w.RevokeInvitation(ctx, absent, absent, epoch) },
			"RemoveInvitee":          func() error { return w.RemoveInvitee(ctx, absent, absent) },
			"UsePasswordReset":       func() error { return w.UsePasswordReset(ctx, absent, epoch) },
			"EndSession":             func() error { return w.EndSession(ctx, absent, epoch, store.Quality{}) },
			"RefreshTokenByHash":     func() error { _, err := w.RefreshTokenByHash(ctx, []byte("x")); return err },
			"UserForUpdate":          func() error { _, err := w.UserForUpdate(ctx, absent); return err },
			"SetUserRole":            func() error { return w.SetUserRole(ctx, absent, store.AccountAdmin, epoch) },
			"DisableUser":            func() error { return w.DisableUser(ctx, absent, true, epoch) },
			"DeleteUser":             func() error { return w.DeleteUser(ctx, absent) },
			"APIKeyByHash":           func() error { _, err := w.APIKeyByHash(ctx, []byte("x")); return err },
			"APIKeyByID":             func() error { _, err := w.APIKeyByID(ctx, absent); return err },
			"RevokeAPIKey":           func() error { return w.RevokeAPIKey(ctx, absent, epoch) },
			"UseAPIKey":              func() error { return w.UseAPIKey(ctx, absent, epoch) },
			"SuccessorOf":            func() error { _, err := w.SuccessorOf(ctx, absent); return err },
			"AddRefreshToken":        func() error { return w.AddRefreshToken(ctx, &store.RefreshToken{UserID: absent, Hash: []byte("x")}) },
			"AddMessage to nowhere": func() error {
				return w.AddMessage(ctx, &store.Message{MeetingID: absent, OccurrenceID: absent, ParticipantID: absent, Number: 1})
			},
			"AddParticipant to nowhere": func() error {
				return w.AddParticipant(ctx, &store.Participant{MeetingID: absent, OccurrenceID: absent, Role: store.RoleHost, Status: store.StatusJoined})
			},
		}
		for name, ask := range questions {
			if err := ask(); !errors.Is(err, store.ErrNotFound) {
				w.Errorf("%s: %v; want ErrNotFound", name, err)
			}
		}
	})
}

func TestUsersByIDLeavesOutWhoIsAbsent(t *testing.T) {
	onEach(t, func(w *world) {
		ada, grace := w.user("ada"), w.user("grace")
		got, err := w.UsersByID(w.Context(), []string{ada.ID, grace.ID, store.NewID(epoch)})
		if err != nil || len(got) != 2 || got[ada.ID] != ada || got[grace.ID] != grace {
			w.Errorf("got %+v, %v", got, err)
		}
		got, err = w.UsersByID(w.Context(), nil)
		if err != nil || len(got) != 0 {
			w.Errorf("of nobody: %+v, %v", got, err)
		}
	})
}

func TestAPasswordHashIsReplaced(t *testing.T) {
	onEach(t, func(w *world) {
		ada, grace := w.user("ada"), w.user("grace")
		w.must(w.SetPasswordHash(w.Context(), ada.ID, "new"))
		// The same again finds the row too, though nothing in it changes but the time.
		w.must(w.SetPasswordHash(w.Context(), ada.ID, "new"))
		got, err := w.UserByID(w.Context(), ada.ID)
		w.must(err)
		if got.PasswordHash != "new" || !got.UpdatedAt.After(ada.UpdatedAt) {
			w.Errorf("got %+v", got)
		}
		if other, _ := w.UserByID(w.Context(), grace.ID); other != grace {
			w.Errorf("another user changed to %+v", other)
		}
	})
}

func TestAValueThatDoesNotFitIsInvalid(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		m := w.meeting(ada, "aaaaa-aaaaa", epoch)
		o := w.occurrence(m)
		p := w.participant(o, &ada, store.StatusJoined, epoch)
		ctx := w.Context()
		for name, err := range map[string]error{
			"long name":      w.CreateUser(ctx, &store.User{Email: "x@y", Name: strings.Repeat("ä", 101)}),
			"long address":   w.CreateUser(ctx, &store.User{Email: strings.Repeat("x", 255), Name: "x"}),
			"long title":     w.CreateMeeting(ctx, &store.Meeting{Code: "b", HostID: ada.ID, Title: strings.Repeat("x", 201)}),
			"unknown role":   w.AddParticipant(ctx, &store.Participant{OccurrenceID: o.ID, MeetingID: m.ID, Role: "KING", Status: store.StatusJoined}),
			"unknown status": w.SetParticipantStatus(ctx, p.ID, "ASLEEP", epoch),
			"long text":      w.AddMessage(ctx, &store.Message{OccurrenceID: o.ID, MeetingID: m.ID, ParticipantID: p.ID, Number: 1, Text: strings.Repeat("x", 1<<16)}),
		} {
			if !errors.Is(err, store.ErrInvalid) {
				w.Errorf("%s: %v; want ErrInvalid", name, err)
			}
		}
		w.must(w.CreateUser(ctx, &store.User{Email: "x@y", Name: strings.Repeat("🚀", 100)}))
	})
}
