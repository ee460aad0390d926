package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var cheap = Hashing{Memory: minHashMemory, Passes: minHashPasses, Workers: 1, Queue: 2, Wait: 3 * time.Second}

func anyTurn() error { return nil }

func TestHashPassword(t *testing.T) {
	one, err := HashPassword(cheap, "a long walk")
	if err != nil {
		t.Fatal(err)
	}
	two, err := HashPassword(cheap, "a long walk")
	if err != nil {
		t.Fatal(err)
	}
	if one == two {
		t.Error("two hashes of one password are equal: no salt")
	}
	h := newHasher(cheap)
	for _, s := range []struct {
		name, stored, password string
		ok, stale              bool
	}{
		{"right", one, "a long walk", true, false},
		{"wrong", one, "a long talk", false, false},
		{"empty", one, "", false, false},
		{"unknown account", "", "a long walk", false, false},
		{"unknown account, empty", "", "", false, false},
		// RFC 9106 has no PHC strings; this is the reference implementation's: echo -n password | argon2 somesalt -id -t 2 -m 16.
		{"reference", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password", true, true},
	} {
		t.Run(s.name, func(t *testing.T) {
			ok, stale, err := h.verify(t.Context(), s.stored, s.password, anyTurn)
			if err != nil || ok != s.ok || stale != s.stale {
				t.Errorf("ok %v, stale %v, %v", ok, stale, err)
			}
		})
	}
}

func TestBadHashes(t *testing.T) {
	h := newHasher(cheap)
	for _, stored := range []string{
		"x", "plain", "$2a$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=65536,t=2,p=1$!$!",
	} {
		if ok, _, err := h.verify(t.Context(), stored, "password", anyTurn); ok || !errors.Is(err, errBadHash) {
			t.Errorf("%s: ok %v, %v", stored, ok, err)
		}
	}
}

// One hashes, two wait, the next is turned away at once; who waits too long as well.
func TestHashingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(cheap)
		release, err := h.acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		results := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := h.acquire(t.Context())
				results <- err
			}()
		}
		synctest.Wait()
		if _, err := h.acquire(t.Context()); !errors.Is(err, errBusy) {
			t.Errorf("with the queue full: %v", err)
		}
		release()
		if err := <-results; err != nil {
			t.Errorf("the first in the queue: %v", err)
		}
		if err := <-results; !errors.Is(err, errBusy) {
			t.Errorf("after three seconds in the queue: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.acquire(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("whose client is gone: %v", err)
		}
	})
}

// The limit is looked at again when it is the request's turn: while it waited, others failed.
func TestTurnIsAskedLate(t *testing.T) {
	h := newHasher(cheap)
	refused := errors.New("too late")
	stored, err := HashPassword(cheap, "a long walk")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := h.verify(t.Context(), stored, "a long walk", func() error { return refused }); ok || !errors.Is(err, refused) {
		t.Errorf("ok %v, %v", ok, err)
	}
	release, err := h.acquire(t.Context())
	if err != nil {
		t.Fatal("the worker was not given back")
	}
	release()
}

func TestCommonPasswords(t *testing.T) {
	list := commonList()
	if len(list) < 1000 || !slices.IsSorted(list) {
		t.Fatalf("%d entries, sorted %v", len(list), slices.IsSorted(list))
	}
	for _, p := range list {
		if len(p) < minPassword || p != strings.ToLower(p) || strings.TrimSpace(p) != p {
			t.Errorf("entry %q", p)
		}
	}
	for p, want := range map[string]bool{
		"1234567890": true, "QWERTYUIOP": true, "Password123": true, "iloveyou123": true, "correct horse battery staple": true,
		"zzzzzzzzzzzzzzzzzzzz": true, "ééééééééééé": true,
		"a long walk by the sea": false, "plenum-demo-1": false, "": false,
	} {
		if got := commonPassword(p); got != want {
			t.Errorf("%q: %v", p, got)
		}
	}
}
