package webhook

import (
	"database/sql"
	"log/slog"
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

func TestADeliveryThatCannotBeReadHoldsUpItsOwnWebhookAlone(t *testing.T) {
	w := newWorld(t)
	broken, _ := w.hook(ok)
	well, _ := w.hook(ok)
	w.exec("UPDATE deliveries SET event = 'no JSON' WHERE id = ?", w.ping(broken).ID)
	w.run()
	w.settled(w.ping(well), store.DeliveryDelivered)
}
