package store_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestAnAPIKeyIsFoundByItsHashUntilItIsGone(t *testing.T) {
	onEach(t, func(w *world) {
		expires := epoch.Add(time.Hour)
		backup := store.APIKey{
			Name: "Backup 🗄", Prefix: "plk_abcdef", Hash: []byte("one"), Scopes: "rooms:read users:read", Creator: "operator",
			CreatedAt: epoch, ExpiresAt: &expires,
		}
		w.must(w.AddAPIKey(w.Context(), &backup))
		later := store.APIKey{Name: "Later", Prefix: "plk_zyxwvu", Hash: []byte("two"), Creator: "operator", CreatedAt: epoch.Add(time.Minute)}
		w.must(w.AddAPIKey(w.Context(), &later))

		got, err := w.APIKeyByHash(w.Context(), []byte("one"))
		if err != nil || !reflect.DeepEqual(got, backup) {
			w.Errorf("by hash %+v, %v; want %+v", got, err, backup)
		}
		all, err := w.APIKeys(w.Context())
		if err != nil || len(all) != 2 || all[0].ID != later.ID || all[1].ID != backup.ID {
			w.Errorf("all %+v, %v", all, err)
		}

		w.must(w.UseAPIKey(w.Context(), backup.ID, epoch.Add(time.Second)))
		w.must(w.RevokeAPIKey(w.Context(), backup.ID, epoch.Add(2*time.Second)))
		w.must(w.RevokeAPIKey(w.Context(), backup.ID, epoch.Add(3*time.Second)))
		got, err = w.APIKeyByID(w.Context(), backup.ID)
		w.must(err)
		if got.LastUsedAt == nil || *got.LastUsedAt != epoch.Add(time.Second) {
			w.Errorf("last used %v", got.LastUsedAt)
		}
		if got.RevokedAt == nil || *got.RevokedAt != epoch.Add(2*time.Second) {
			w.Errorf("revoked %v, and the first time counts", got.RevokedAt)
		}
		if other, err := w.APIKeyByID(w.Context(), later.ID); err != nil || other.RevokedAt != nil || other.LastUsedAt != nil {
			w.Errorf("another key: %+v, %v", other, err)
		}
	})
}

func TestTwoAPIKeysDoNotShareAHash(t *testing.T) {
	onEach(t, func(w *world) {
		w.must(w.AddAPIKey(w.Context(), &store.APIKey{Name: "One", Hash: []byte("same")}))
		err := w.AddAPIKey(w.Context(), &store.APIKey{Name: "Two", Hash: []byte("same")})
		if !errors.Is(err, store.ErrTaken) {
			w.Errorf("%v; want ErrTaken", err)
		}
	})
}

func TestAKeyTakesThoseWithItThatItMade(t *testing.T) {
	onEach(t, func(w *world) {
		add := func(hash, creator string) store.APIKey {
			k := store.APIKey{Name: hash, Hash: []byte(hash), Creator: creator, CreatedAt: epoch}
			w.must(w.AddAPIKey(w.Context(), &k))
			return k
		}
		parent := add("parent", "operator")
		child := add("child", store.KeyActor(parent.ID))
		grandchild := add("grandchild", store.KeyActor(child.ID))
		other := add("other", "operator")
		w.must(w.RevokeAPIKey(w.Context(), parent.ID, epoch))
		for _, k := range []store.APIKey{parent, child, grandchild, other} {
			row, err := w.APIKeyByID(w.Context(), k.ID)
			w.must(err)
			if revoked := row.RevokedAt != nil; revoked == (k.ID == other.ID) {
				w.Errorf("%s is revoked: %v", k.Name, revoked)
			}
		}
		if list, err := w.APIKeys(w.Context()); err != nil || len(list) != 4 || list[0].ID != other.ID {
			w.Errorf("a key that is good is not listed first: %v, %v", list, err)
		}
	})
}

func TestKeysAreNotWithoutEnd(t *testing.T) {
	onEach(t, func(w *world) {
		for i := range store.MostAPIKeys {
			w.must(w.AddAPIKey(w.Context(), &store.APIKey{Name: "One", Hash: []byte{byte(i)}, CreatedAt: epoch}))
		}
		one := store.APIKey{Name: "More", Hash: []byte("more"), CreatedAt: epoch}
		if err := w.AddAPIKey(w.Context(), &one); !errors.Is(err, store.ErrConflict) {
			w.Errorf("one more: %v; want ErrConflict", err)
		}
		list, err := w.APIKeys(w.Context())
		w.must(err)
		w.must(w.RevokeAPIKey(w.Context(), list[0].ID, epoch))
		w.must(w.AddAPIKey(w.Context(), &one))
	})
}
