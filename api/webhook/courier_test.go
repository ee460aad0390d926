package webhook

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestAPingIsDeliveredAndLogged(t *testing.T) {
	w := newWorld(t)
	hook, seen := w.hook(func(_ int, rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "thank you") })
	c := w.run()
	d := w.settled(w.ping(hook), store.DeliveryDelivered)
	if len(d.Attempts) != 1 || d.Attempts[0].Status != 200 || d.Attempts[0].Answer != "thank you" || d.Attempts[0].Error != "" || d.FinishedAt == nil {
		t.Errorf("%+v", d)
	}
	if seen.count() != 1 || seen.all[0].Type != store.EventPing || seen.ids[0] != "evt_"+d.EventID || !seen.all[0].Timestamp.Equal(d.CreatedAt) {
		t.Errorf("%v %+v", seen.ids, seen.all)
	}
	w.until("the queue to be counted empty", func() bool {
		s := c.Snapshot()
		return s.Delivered == 1 && s.Well == 1 && s.Queued == 0 && s.UnderWay == 0
	})
}

func TestAReceiverThatWasAwayGetsEverything(t *testing.T) {
	w := newWorld(t)
	const pings = 10
	var back sync.Map
	hook, seen := w.hook(func(_ int, rw http.ResponseWriter, _ *http.Request) {
		if _, is := back.Load("back"); !is {
			http.Error(rw, "down for maintenance", http.StatusServiceUnavailable)
		}
	})
	c := w.run()
	var all []store.Delivery
	for range pings {
		all = append(all, w.ping(hook))
	}
	w.until("some attempts", func() bool { return seen.count() > 3*pings })
	w.until("it to be seen failing", func() bool { return c.Snapshot().Failing == 1 && c.Snapshot().Queued > 0 })
	back.Store("back", true)
	for _, d := range all {
		d = w.settled(d, store.DeliveryDelivered)
		if first := d.Attempts[0]; len(d.Attempts) < 2 || first.Status != 503 || first.Error != "answer 503" || !strings.HasPrefix(first.Answer, "down for") {
			t.Errorf("%+v", d.Attempts)
		}
	}
	if seen.distinct() != pings {
		t.Errorf("%d events with ids of their own, want %d", seen.distinct(), pings)
	}
	w.until("it to be well", func() bool { return c.Snapshot().Well == 1 })
}

// Whatever the courier does when it is stopped, the next one finishes: what was under way, what waited, and what came in between.
func TestARestartLosesNothing(t *testing.T) {
	w := newWorld(t)
	ended := make(chan struct{})
	w.Cleanup(func() { close(ended) })
	hook, seen := w.hook(func(n int, rw http.ResponseWriter, r *http.Request) {
		if n <= w.cfg.PerWebhook {
			select { // the first ones never get an answer
			case <-r.Context().Done():
			case <-ended:
			}
			return
		}
		rw.WriteHeader(http.StatusOK)
	})
	w.run()
	var all []store.Delivery
	for range 3 * w.cfg.PerWebhook {
		all = append(all, w.ping(hook))
	}
	w.until("attempts to be under way", func() bool { return seen.count() == w.cfg.PerWebhook })
	w.stop()
	all = append(all, w.ping(hook))
	w.run()
	for _, d := range all {
		w.settled(d, store.DeliveryDelivered)
	}
}

// Two nodes share the database: each delivery is sent by one of them, though both look for work all the time.
func TestTwoCouriersSendEachDeliveryOnce(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.LookEvery = time.Millisecond })
	const pings = 100
	hook, seen := w.hook(ok)
	var all []store.Delivery
	for range pings {
		all = append(all, w.ping(hook))
	}
	first, second := w.run(), w.run()
	for _, d := range all {
		if d = w.settled(d, store.DeliveryDelivered); len(d.Attempts) != 1 {
			t.Errorf("%+v", d.Attempts)
		}
	}
	w.until("both to have told what they did", func() bool { return first.Snapshot().Delivered+second.Snapshot().Delivered >= pings })
	if seen.count() != pings || seen.distinct() != pings {
		t.Errorf("%d requests for %d deliveries, want one for each of %d", seen.count(), seen.distinct(), pings)
	}
	t.Logf("one sent %d, the other %d", first.Snapshot().Delivered, second.Snapshot().Delivered)
}

// A process that was killed has claimed deliveries and said nothing of them.
func TestWhatADeadProcessClaimedIsDelivered(t *testing.T) {
	w := newWorld(t)
	hook, _ := w.hook(ok)
	d := w.ping(hook)
	now := time.Now()
	claimed, err := w.store.ClaimDeliveries(t.Context(), hook.ID, "dead", now, now.Add(300*time.Millisecond), 10)
	if w.must(err); len(claimed) != 1 {
		t.Fatal(claimed)
	}
	w.run()
	w.settled(d, store.DeliveryDelivered)
}

func TestAReceiverThatIsGoneIsToldNothingMore(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.PerWebhook = 1 })
	hook, seen := w.hook(func(_ int, rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) })
	first, second := w.ping(hook), w.ping(hook)
	c := w.run()
	w.settled(first, store.DeliveryFailed)
	if d := w.settled(second, store.DeliveryFailed); d.Reason == "" {
		t.Errorf("%+v", d)
	}
	w.until("it to be disabled", func() bool { return c.Snapshot().Disabled == 1 })
	got, err := w.store.WebhookByID(t.Context(), hook.ID)
	if w.must(err); !strings.Contains(got.DisabledReason, "410") || seen.count() != 1 {
		t.Errorf("disabled since %q, told %d times", got.DisabledReason, seen.count())
	}
}

func TestAWebhookThatFailsForTooLongIsDisabled(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Policy.DisableAfter = 100 * time.Millisecond })
	hook, _ := w.hook(func(_ int, rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) })
	d := w.ping(hook)
	w.run()
	w.settled(d, store.DeliveryFailed)
	w.until("it to be disabled", func() bool {
		got, err := w.store.WebhookByID(t.Context(), hook.ID)
		w.must(err)
		return got.DisabledAt != nil && strings.Contains(got.DisabledReason, "answer 418")
	})
}

func TestASlowReceiverHoldsUpNobodyElse(t *testing.T) {
	w := newWorld(t)
	ended := make(chan struct{})
	slow, slowSeen := w.hook(func(_ int, _ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	})
	quick, _ := w.hook(ok)
	for range 50 {
		w.ping(slow)
	}
	w.run()
	w.until("the slow one to be busy", func() bool { return slowSeen.count() >= w.cfg.PerWebhook })
	var all []store.Delivery
	for range 20 {
		all = append(all, w.ping(quick))
	}
	for _, d := range all {
		w.settled(d, store.DeliveryDelivered)
	}
	close(ended)
	slowSeen.mu.Lock()
	defer slowSeen.mu.Unlock()
	if slowSeen.most > w.cfg.PerWebhook {
		t.Errorf("%d requests at once, want %d at most", slowSeen.most, w.cfg.PerWebhook)
	}
}

func TestAWebhookThatFailsIsTriedOneAtATime(t *testing.T) {
	w := newWorld(t)
	hook, seen := w.hook(func(_ int, rw http.ResponseWriter, _ *http.Request) {
		// Long enough for another one to come meanwhile, if it may.
		<-time.After(10 * time.Millisecond)
		rw.WriteHeader(http.StatusBadGateway)
	})
	w.run()
	w.settledFailing(hook)
	seen.mu.Lock()
	seen.most = 0
	seen.mu.Unlock()
	for range 20 {
		w.ping(hook)
	}
	before := seen.count()
	w.until("further attempts", func() bool { return seen.count() > before+40 })
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.most > 1 {
		t.Errorf("%d requests at once to a receiver that fails", seen.most)
	}
}

func (w *world) settledFailing(hook store.Webhook) {
	w.Helper()
	d := w.ping(hook)
	w.until("the first failure to be stored", func() bool { return w.delivery(d).Tries > 0 })
}

func TestRetryAfterKeepsEverythingBack(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.PerWebhook = 1 })
	asked, next := make(chan time.Time, 1), make(chan time.Time, 1)
	hook, seen := w.hook(func(n int, rw http.ResponseWriter, _ *http.Request) {
		switch n {
		case 1:
			rw.Header().Set("Retry-After", "1")
			rw.WriteHeader(http.StatusTooManyRequests)
			asked <- time.Now()
		case 2:
			next <- time.Now()
		}
	})
	first, second := w.ping(hook), w.ping(hook)
	w.run()
	w.settled(first, store.DeliveryDelivered)
	w.settled(second, store.DeliveryDelivered)
	// A courier's clock may be read a moment before the answer is written.
	if waited := (<-next).Sub(<-asked); waited < 900*time.Millisecond || seen.count() != 3 {
		t.Errorf("%d requests, the second after %v, though it asked for a second", seen.count(), waited)
	}
}

// While the secret is being rotated, a receiver that knows the old one and one that knows the new one both accept; afterwards the new one.
func TestBothSecretsSignWhileOneTakesOver(t *testing.T) {
	w := newWorld(t)
	hook, seen := w.hook(ok) // checks by the first secret
	next := NewSecret()
	w.must(w.store.RotateWebhookSecret(t.Context(), hook.ID, w.seal.Shut(hook.ID, next), time.Now().Add(time.Hour), time.Now()))
	w.run()
	w.settled(w.ping(hook), store.DeliveryDelivered)
	seen.secret = next
	w.settled(w.ping(hook), store.DeliveryDelivered)

	third := NewSecret()
	w.must(w.store.RotateWebhookSecret(t.Context(), hook.ID, w.seal.Shut(hook.ID, third), time.Now().Add(-time.Second), time.Now()))
	seen.secret = third
	d := w.settled(w.ping(hook), store.DeliveryDelivered)
	if d.Attempts[0].Status != http.StatusNoContent {
		t.Errorf("%+v", d.Attempts)
	}
	row, err := w.store.WebhookByID(t.Context(), hook.ID)
	w.must(err)
	c, err := New(w.cfg, w.store, w.seal, slog.New(slog.DiscardHandler))
	w.must(err)
	if secrets, err := c.secrets(time.Now(), row); err != nil || len(secrets) != 1 {
		t.Errorf("%d secrets sign when the time of the old one is over: %v", len(secrets), err)
	}
}

// The server's own secret was changed: that is said at the start, and is no fault of the receiver's.
func TestASecretThatCannotBeReadSendsNothing(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Policy.DisableAfter = time.Nanosecond })
	hook, seen := w.hook(ok)
	d := w.ping(hook)
	var err error
	w.seal, err = NewSeal([]byte(strings.Repeat("t", 32)))
	w.must(err)
	log := &logged{}
	c, err := New(w.cfg, w.store, w.seal, slog.New(slog.NewTextHandler(log, nil)))
	w.must(err)
	w.start(c)
	w.until("some attempts", func() bool { return len(w.delivery(d).Attempts) > 2 })
	if got := w.delivery(d).Attempts[0]; !strings.Contains(got.Error, "rotate it") || seen.count() != 0 {
		t.Errorf("%+v, told %d times", got, seen.count())
	}
	if row, err := w.store.WebhookByID(t.Context(), hook.ID); err != nil || row.DisabledAt != nil || row.FailingSince != nil {
		t.Errorf("%+v: %v", row, err)
	}
	if text := log.text(); strings.Count(text, "until its secret is rotated") != 1 || !strings.Contains(text, hook.ID) {
		t.Errorf("logged %q", text)
	}
	seen.secret = NewSecret()
	w.must(w.store.RotateWebhookSecret(t.Context(), hook.ID, w.seal.Shut(hook.ID, seen.secret), time.Now().Add(time.Hour), time.Now()))
	w.settled(d, store.DeliveryDelivered)
}

// logged is what a courier has logged.
type logged struct {
	mu    sync.Mutex
	bytes []byte
}

func (l *logged) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes = append(l.bytes, line...)
	return len(line), nil
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.bytes)
}

// A URL that was allowed once leads nowhere when the operator allows it no more.
func TestAPlaceThatIsNoLongerAllowedIsNotConnectedTo(t *testing.T) {
	w := newWorld(t)
	hook, seen := w.hook(ok)
	w.cfg.Allowed = nil
	d := w.ping(hook)
	w.run()
	w.until("an attempt", func() bool { return len(w.delivery(d).Attempts) > 0 })
	if got := w.delivery(d).Attempts[0]; !strings.Contains(got.Error, "https://") || seen.count() != 0 {
		t.Errorf("%+v, told %d times", got, seen.count())
	}
}

func TestTheLogIsTidiedByItself(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.TidyEvery, c.KeepFinished = 10*time.Millisecond, 3 })
	hook, seen := w.hook(ok)
	w.run()
	for range 10 {
		w.ping(hook)
	}
	w.until("all to be delivered, and three to be left", func() bool {
		page, _, err := w.store.Deliveries(t.Context(), hook.ID, store.DeliveryFilter{Limit: 100})
		w.must(err)
		return seen.distinct() == 10 && len(page) == 3
	})
}
