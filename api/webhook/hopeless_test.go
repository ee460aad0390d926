package webhook

import (
	"database/sql"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// exec goes past the store.
func (w *world) exec(query string, values ...any) {
	w.Helper()
	db, err := sql.Open("sqlite", w.file+"?_pragma=busy_timeout(10000)")
	w.must(err)
	_, err = db.ExecContext(w.Context(), query, values...)
	w.must(err)
	w.must(db.Close())
}

func TestWhatCanNeverBeStoredHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	hook, _ := w.hook(ok)
	c, err := New(w.cfg, w.store, w.seal, slog.New(slog.DiscardHandler))
	w.must(err)
	odd := w.ping(hook)
	odd.State = "no such state"
	c.unstored = []settlement{{delivery: odd, at: time.Now()}}
	w.start(c)
	w.settled(w.ping(hook), store.DeliveryDelivered)
}

// The attempts cannot be stored, and what came of them still is: or it would be sent for ever.
func TestADeliveryIsSettledWithoutItsAttemptsIfItMust(t *testing.T) {
	w := newWorld(t)
	hook, _ := w.hook(ok)
	w.exec(`CREATE TRIGGER no_attempts BEFORE UPDATE OF attempts ON deliveries WHEN NEW.attempts <> 'null' AND NEW.attempts <> OLD.attempts
		BEGIN UPDATE webhooks SET name = hex(zeroblob(101)); END`)
	d := w.ping(hook)
	w.run()
	if d = w.settled(d, store.DeliveryDelivered); len(d.Attempts) != 0 {
		t.Errorf("%+v", d)
	}
}

// It has failed at once, and the log says why; its webhook is none the worse for it.
func TestADeliveryThatCannotBeReadHoldsUpNothing(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.PerWebhook = 1 })
	hook, seen := w.hook(ok)
	broken, odd := w.ping(hook), w.ping(hook)
	w.exec("UPDATE deliveries SET event = 'no JSON' WHERE id = ?", broken.ID)
	w.exec("UPDATE deliveries SET attempts = 'no JSON' WHERE id = ?", odd.ID)
	w.run()
	w.settled(w.ping(hook), store.DeliveryDelivered)
	w.settled(odd, store.DeliveryDelivered)
	if d := w.settled(broken, store.DeliveryFailed); !strings.Contains(d.Reason, "cannot be read") || len(d.Attempts) != 1 {
		t.Errorf("%+v", d)
	}
	got, err := w.store.WebhookByID(t.Context(), hook.ID)
	if w.must(err); got.FailingSince != nil || got.DisabledAt != nil || seen.count() != 2 {
		t.Errorf("%+v, told %d times", got, seen.count())
	}
}

// A secret that the server cannot read any more holds up what is for its own webhook, which is not blamed for it: the log of deliveries
// says what to do, and once it is done all goes out.
func TestASecretThatCannotBeReadIsSaidInTheLog(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Policy.First, c.Policy.Most = time.Hour, time.Hour })
	lost, seen := w.hook(ok)
	well, _ := w.hook(ok)
	other, err := NewSeal([]byte(strings.Repeat("o", 32)))
	w.must(err)
	secret := seen.secret
	w.must(w.store.RotateWebhookSecret(t.Context(), lost.ID, other.Shut(lost.ID, secret), time.Now(), time.Now()))
	waits := w.ping(lost)
	w.run()
	w.settled(w.ping(well), store.DeliveryDelivered)
	w.until("an attempt", func() bool { return len(w.delivery(waits).Attempts) == 1 })
	if d := w.delivery(waits); d.State != store.DeliveryPending || !strings.Contains(d.Attempts[0].Error, "rotate it") {
		t.Errorf("%+v", d)
	}
	if got, err := w.store.WebhookByID(t.Context(), lost.ID); err != nil || got.FailingSince != nil || w.seal.Opens(lost.ID, got.Secret) {
		t.Errorf("%+v, %v", got, err)
	}
	w.must(w.store.RotateWebhookSecret(t.Context(), lost.ID, w.seal.Shut(lost.ID, secret), time.Now(), time.Now()))
	w.must(w.store.HurryDeliveries(t.Context(), lost.ID, time.Now()))
	w.settled(waits, store.DeliveryDelivered)
}
