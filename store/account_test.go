package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestAnAccountHasARoleAndCanBeDisabled(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada := w.user("ada")
		if ada.Role != store.AccountUser || ada.DisabledAt != nil {
			w.Errorf("at first %+v", ada)
		}
		root := store.User{Email: "root@plenum.example", Name: "Root", PasswordHash: "hash", Role: store.AccountAdmin, CreatedAt: epoch}
		w.must(w.CreateUser(ctx, &root))
		if got, err := w.UserByID(ctx, root.ID); err != nil || got.Role != store.AccountAdmin {
			w.Errorf("made as %+v, %v", got, err)
		}

		w.must(w.SetUserRole(ctx, ada.ID, store.AccountAdmin, epoch.Add(time.Second)))
		w.must(w.DisableUser(ctx, ada.ID, true, epoch.Add(2*time.Second)))
		w.must(w.DisableUser(ctx, ada.ID, true, epoch.Add(3*time.Second)))
		got, err := w.UserForUpdate(ctx, ada.ID)
		w.must(err)
		if got.Role != store.AccountAdmin || got.DisabledAt == nil || *got.DisabledAt != epoch.Add(2*time.Second) || got.UpdatedAt != epoch.Add(3*time.Second) {
			w.Errorf("disabled twice: %+v", got)
		}
		w.must(w.DisableUser(ctx, ada.ID, false, epoch))
		if got, err := w.UserByID(ctx, ada.ID); err != nil || got.DisabledAt != nil {
			w.Errorf("enabled: %+v, %v", got, err)
		}
		if err := w.SetUserRole(ctx, ada.ID, "KING", epoch); err == nil {
			w.Error("a role that is none was stored")
		}
	})
}

func TestAccountsAreSearchedPageByPage(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		for i, name := range []string{"ada", "grace", "alan", "100%", "under_score", "b!ang"} {
			u := store.User{Email: fmt.Sprintf("user%d@plenum.example", i), Name: "Über " + name, PasswordHash: "hash", CreatedAt: epoch.Add(time.Duration(i) * time.Second)}
			w.must(w.CreateUser(ctx, &u))
		}
		for search, want := range map[string]string{
			"":           "b!ang under_score 100% alan grace ada ",
			"A":          "b!ang under_score 100% alan grace ada ", // all addresses have one
			"ADA":        "ada ",
			"user3@":     "100% ",
			"%":          "100% ",
			"_":          "under_score ",
			"!":          "b!ang ",
			"' OR 1=1 -": "",
		} {
			got, before := "", ""
			for range 10 {
				page, next, err := w.Users(ctx, store.UserFilter{Search: search, Before: before, Limit: 2})
				w.must(err)
				if len(page) > 2 {
					w.Fatalf("%q: a page of %d", search, len(page))
				}
				for _, u := range page {
					got += u.Name[len("Über "):] + " "
				}
				if before = next; next == "" {
					break
				}
			}
			if got != want {
				w.Errorf("%q finds %q, want %q", search, got, want)
			}
		}
	})
}

func TestADeletedAccountTakesItsMeetingsAlong(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		ada, grace := w.user("ada"), w.user("grace")
		m, other := w.meeting(ada, "aaaaa-aaaaa", epoch), w.meeting(grace, "bbbbb-bbbbb", epoch)
		w.meeting(ada, "ccccc-ccccc", epoch)
		w.occurrence(m)
		part := w.participant(w.occurrence(other), &ada, store.StatusJoined, epoch)
		live, err := w.HostedLive(ctx, ada.ID)
		if err != nil || len(live) != 1 || live[0].ID != m.ID {
			w.Errorf("live %+v, %v", live, err)
		}
		w.must(w.DeleteUser(ctx, ada.ID))
		if n := w.count("SELECT COUNT(*) FROM meetings"); n != 1 {
			w.Errorf("%d meetings are left, want grace's", n)
		}
		if got, err := w.ParticipantByID(ctx, part.ID); err != nil || got.UserID != nil || got.Name != "ada" {
			w.Errorf("of a participant there is %+v, %v", got, err)
		}
	})
}
