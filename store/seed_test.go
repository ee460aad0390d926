package store_test

import (
	"errors"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

func hashFor(password string) (string, error) { return "hash of " + password, nil }

func TestSeedPlantsOnce(t *testing.T) {
	onEach(t, func(w *world) {
		results := make([]store.SeedResult, 8)
		atOnce(len(results), func(i int) {
			var err error
			if results[i], err = store.Seed(w.Context(), w.Store, hashFor); err != nil {
				w.Error(err)
			}
		})
		planted := 0
		for _, r := range results {
			planted += len(r.Planted)
			if len(r.Users) != 3 || r.Users[0].Email != "ada@plenum.example" || r.Users[0].PasswordHash != "hash of "+r.Password {
				w.Errorf("result %+v", r)
			}
		}
		if planted != 1 {
			w.Errorf("planted %d times, want 1", planted)
		}
		m, err := w.MeetingByCode(w.Context(), results[0].MeetingCode)
		if err != nil || m.HostID != results[0].Users[0].ID {
			w.Errorf("meeting %+v, %v", m, err)
		}
	})
}

func TestSeedKeepsAnAccountThatHasTheAddress(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		r, err := store.Seed(w.Context(), w.Store, hashFor)
		w.must(err)
		if r.Users[0] != ada {
			w.Errorf("Ada is %+v, was %+v", r.Users[0], ada)
		}
	})
}

func TestSeedThatFailsLeavesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		wrong := errors.New("no memory for the hash")
		if _, err := store.Seed(w.Context(), w.Store, func(string) (string, error) { return "", wrong }); !errors.Is(err, wrong) {
			w.Errorf("%v; want the error of the hash", err)
		}
		w.meeting(w.user("other"), "dem0p-1en0m", epoch)
		if _, err := store.Seed(w.Context(), w.Store, hashFor); !errors.Is(err, store.ErrTaken) {
			w.Errorf("%v; want ErrTaken, for the code is", err)
		}
		if n := w.count("SELECT COUNT(*) FROM seeds") + w.count("SELECT COUNT(*) FROM users"); n != 1 {
			w.Errorf("%d rows, want the one user from before", n)
		}
	})
}
