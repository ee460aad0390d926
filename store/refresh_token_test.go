package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func (w *world) token(u store.User, parent *store.RefreshToken, hash string) store.RefreshToken {
	w.Helper()
	t := newToken(u, parent, hash)
	w.must(w.AddRefreshToken(w.Context(), &t))
	return t
}

func newToken(u store.User, parent *store.RefreshToken, hash string) store.RefreshToken {
	t := store.RefreshToken{
		UserID: u.ID, Hash: []byte(hash), IssuedAt: epoch, IdleExpiresAt: epoch.Add(time.Hour), ExpiresAt: epoch.Add(24 * time.Hour),
		UserAgent: "Browser", Address: "192.0.2.1",
	}
	if parent != nil {
		t.FamilyID, t.ParentID = parent.FamilyID, &parent.ID
	}
	return t
}

func TestARefreshTokenComesBackAsItWasStored(t *testing.T) {
	onEach(t, func(w *world) {
		want := w.token(w.user("ada"), nil, "\x00\xff hash")
		got, err := w.RefreshTokenByHash(w.Context(), want.Hash)
		w.must(err)
		if !bytes.Equal(got.Hash, want.Hash) || got.FamilyID != want.ID || got.ExpiresAt != want.ExpiresAt || got.IdleExpiresAt != want.IdleExpiresAt || got.UsedAt != nil || got.RevokedAt != nil {
			w.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestOfAHundredWhoUseATokenOneWins(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		token := w.token(ada, nil, "first")
		var wins atomic.Int32
		atOnce(100, func(i int) {
			err := w.InTx(w.Context(), func(tx *store.Store) error {
				used, err := tx.UseRefreshToken(w.Context(), token.ID, epoch.Add(time.Minute))
				if err != nil || !used {
					return err
				}
				next := newToken(ada, &token, fmt.Sprint("next-", i))
				if err := tx.AddRefreshToken(w.Context(), &next); err != nil {
					return err
				}
				wins.Add(1)
				return nil
			})
			if err != nil {
				w.Error(err)
			}
		})
		if wins.Load() != 1 {
			w.Errorf("%d won, want 1", wins.Load())
		}
		next, err := w.SuccessorOf(w.Context(), token.ID)
		w.must(err)
		if next.FamilyID != token.FamilyID || *next.ParentID != token.ID {
			w.Errorf("successor %+v", next)
		}
		if n := w.count("SELECT COUNT(*) FROM refresh_tokens"); n != 2 {
			w.Errorf("%d tokens, want 2", n)
		}
	})
}

func TestATokenHasOneSuccessor(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		token := w.token(ada, nil, "first")
		w.token(ada, &token, "next")
		again := newToken(ada, &token, "other")
		if err := w.AddRefreshToken(w.Context(), &again); !errors.Is(err, store.ErrTaken) {
			w.Errorf("second successor: %v; want ErrTaken", err)
		}
		same := newToken(ada, nil, "first")
		if err := w.AddRefreshToken(w.Context(), &same); !errors.Is(err, store.ErrTaken) {
			w.Errorf("known hash: %v; want ErrTaken", err)
		}
	})
}

func TestARevokedFamilyCannotBeUsed(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		token := w.token(ada, nil, "first")
		next := w.token(ada, &token, "next")
		other := w.token(ada, nil, "another device")
		w.must(w.RevokeFamily(w.Context(), token.FamilyID, epoch.Add(time.Minute)))
		w.must(w.RevokeFamily(w.Context(), token.FamilyID, epoch.Add(time.Hour)))
		for _, step := range []struct {
			token store.RefreshToken
			used  bool
		}{{token, false}, {next, false}, {other, true}} {
			if used, err := w.UseRefreshToken(w.Context(), step.token.ID, epoch); err != nil || used != step.used {
				w.Errorf("%s used: %v, %v; want %v", step.token.Hash, used, err, step.used)
			}
		}
		for _, t := range []struct {
			family string
			want   bool
		}{{token.FamilyID, true}, {other.FamilyID, false}, {"none", false}} {
			if got, err := w.IsRevoked(w.Context(), t.family); err != nil || got != t.want {
				w.Errorf("%s is revoked: %v, %v", t.family, got, err)
			}
		}
		for since, want := range map[time.Duration]string{0: "[" + token.FamilyID + "]", time.Minute: "[" + token.FamilyID + "]", time.Hour: "[]"} {
			if got, err := w.RevokedSince(w.Context(), epoch.Add(since)); err != nil || fmt.Sprint(got) != want {
				w.Errorf("revoked since %v: %v, %v", since, got, err)
			}
		}
		if got, err := w.RefreshTokenByHash(w.Context(), next.Hash); err != nil || *got.RevokedAt != epoch.Add(time.Minute) {
			w.Errorf("revoked twice: %+v, %v; the first time counts", got, err)
		}
	})
}

func TestAFamilyThatIsRevokedWhileItIsUsedStaysRevoked(t *testing.T) {
	onEach(t, func(w *world) {
		ada := w.user("ada")
		for round := range 25 {
			token := w.token(ada, nil, fmt.Sprint("first-", round))
			next := newToken(ada, &token, fmt.Sprint("next-", round))
			atOnce(2, func(i int) {
				if i == 0 {
					if err := w.RevokeFamily(w.Context(), token.FamilyID, epoch); err != nil {
						w.Error(err)
					}
					return
				}
				err := w.InTx(w.Context(), func(tx *store.Store) error {
					used, err := tx.UseRefreshToken(w.Context(), token.ID, epoch)
					if err != nil || !used {
						return err
					}
					return tx.AddRefreshToken(w.Context(), &next)
				})
				if err != nil {
					w.Error(err)
				}
			})
			got, err := w.RefreshTokenByHash(w.Context(), next.Hash)
			if err == nil && got.RevokedAt == nil || err != nil && !errors.Is(err, store.ErrNotFound) {
				w.Fatalf("round %d: a revoked family lives on in %+v, %v", round, got, err)
			}
		}
	})
}

func TestAHeaderOfAnyKindFits(t *testing.T) {
	onEach(t, func(w *world) {
		token := newToken(w.user("ada"), nil, "first")
		token.UserAgent = "\xff\xfe" + strings.Repeat("🚀", 300)
		w.must(w.AddRefreshToken(w.Context(), &token))
		got, err := w.RefreshTokenByHash(w.Context(), token.Hash)
		if err != nil || got.UserAgent != "�"+strings.Repeat("🚀", 254) {
			w.Errorf("stored %q, %v", got.UserAgent, err)
		}
	})
}
