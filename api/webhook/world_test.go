package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/plenum-meet/plenum/store"
)

// patience bounds every wait; a test that passes never uses it up.
const patience = 30 * time.Second

// world is a store with a courier that is quicker to try again than in earnest.
type world struct {
	*testing.T
	store  *store.Store
	seal   *Seal
	cfg    Config
	stop   func()
	file   string            // of the database
	secret map[string]Secret // of each webhook
}

func newWorld(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, cfg: Default(), secret: map[string]Secret{}}
	w.cfg.Policy.First, w.cfg.Policy.Most = 10*time.Millisecond, 50*time.Millisecond
	w.cfg.RetryFirst, w.cfg.LookEvery = 10*time.Millisecond, 100*time.Millisecond
	for _, f := range change {
		f(&w.cfg)
	}
	cfg := store.Default(t.TempDir())
	w.file = filepath.Join(t.TempDir(), "plenum.db")
	cfg.DSN = "sqlite:" + w.file
	// A loaded machine is slow, not broken.
	cfg.QueryTimeout, cfg.TxTimeout = time.Minute, time.Minute
	var err error
	w.store, err = store.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	w.must(err)
	t.Cleanup(func() { w.must(w.store.Close()) })
	w.must(w.store.MigrateUp(t.Context()))
	w.seal, err = NewSeal([]byte(strings.Repeat("s", 32)))
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// run starts a courier; stopping it, or the end of the test, waits for it.
func (w *world) run() *Courier {
	w.Helper()
	c, err := New(w.cfg, w.store, w.seal, slog.New(slog.DiscardHandler))
	w.must(err)
	w.start(c)
	return c
}

func (w *world) start(c *Courier) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx)
	}()
	w.stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	w.Cleanup(w.stop)
}

// told is what a receiver was sent, each checked as the specification's library does.
type told struct {
	w      *world
	secret Secret

	mu     sync.Mutex
	all    []Payload
	ids    []string
	atOnce int
	most   int
}

// hook makes a webhook at a receiver that answers as the test wants, after the signature was checked.
func (w *world) hook(answer func(n int, rw http.ResponseWriter, r *http.Request)) (store.Webhook, *told) {
	w.Helper()
	seen := &told{w: w}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := seen.take(r)
		answer(n, rw, r)
		seen.mu.Lock()
		seen.atOnce--
		seen.mu.Unlock()
	}))
	w.Cleanup(server.Close)
	w.cfg.Allowed = append(w.cfg.Allowed, server.URL)
	hook := store.Webhook{ID: store.NewID(time.Now()), URL: server.URL + "/hook", Events: Types()}
	seen.secret = NewSecret()
	hook.Secret = w.seal.Shut(hook.ID, seen.secret)
	w.must(w.store.AddWebhook(w.Context(), &hook, 10))
	return hook, seen
}

func (s *told) take(r *http.Request) int {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.w.Error(err)
	}
	verifier, err := standardwebhooks.NewWebhook(s.secret.Text())
	if err == nil {
		err = verifier.Verify(body, r.Header)
	}
	if err != nil {
		s.w.Errorf("%s %v: %v", body, r.Header, err)
	}
	var p Payload
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&p); err != nil {
		s.w.Errorf("%s: %v", body, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all, s.ids = append(s.all, p), append(s.ids, r.Header.Get("webhook-id"))
	s.atOnce++
	s.most = max(s.most, s.atOnce)
	return len(s.all)
}

func (s *told) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// distinct events among what was sent.
func (s *told) distinct() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := map[string]bool{}
	for _, id := range s.ids {
		ids[id] = true
	}
	return len(ids)
}

func (w *world) until(what string, true func() bool) {
	w.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !true() {
		if time.Now().After(deadline) {
			w.Fatalf("waited %v for: %s", patience, what)
		}
		<-tick.C
	}
}

func (w *world) delivery(d store.Delivery) store.Delivery {
	w.Helper()
	got, err := w.store.DeliveryByID(w.Context(), d.WebhookID, d.ID)
	w.must(err)
	return got
}

func (w *world) ping(hook store.Webhook) store.Delivery {
	w.Helper()
	d, err := w.store.AddPing(w.Context(), hook.ID, time.Now())
	w.must(err)
	return d
}

func (w *world) settled(d store.Delivery, state string) store.Delivery {
	w.Helper()
	w.until("delivery to be "+state, func() bool { return w.delivery(d).State == state })
	return w.delivery(d)
}

func ok(_ int, rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) }
