package store_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// waitingForLock counts the transactions in the database of the test that wait for another one.
const waitingForLock = `SELECT COUNT(*) FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p ON p.id = t.trx_mysql_thread_id
	WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'`

// Something happens while one of the webhooks is being deleted: it is stored, and told to the other one.
func TestAWebhookThatIsBeingDeletedUndoesNothing(t *testing.T) {
	w := newWorld(t, mysqlConfig(t))
	ctx := t.Context()
	w.must(w.MigrateUp(ctx))
	gone, stays := w.webhook("gone"), w.webhook("stays")
	m := w.meeting(w.user("ada"), "code", epoch)
	p := w.participant(w.occurrence(m), nil, store.StatusInvited, epoch)

	deletion, err := w.rows.BeginTx(ctx, nil)
	w.must(err)
	defer func() { _ = deletion.Rollback() }()
	_, err = deletion.ExecContext(ctx, "DELETE FROM webhooks WHERE id = ?", gone.ID)
	w.must(err)
	joined := make(chan error, 1)
	go func() {
		_, err := w.JoinMeeting(ctx, p.ID, epoch)
		joined <- err
	}()
	deadline := time.Now().Add(20 * time.Second)
	// The server refreshes its table of transactions when nobody has read it for 100 ms.
	for tick := time.NewTicker(150 * time.Millisecond); w.count(waitingForLock) == 0; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the one who joins does not wait for the deletion")
		}
	}
	w.must(deletion.Commit())
	w.must(<-joined)
	if got := w.told(stays); got != "meeting.started, participant.joined Guest" {
		t.Errorf("told %q", got)
	}
	if n := w.count("SELECT COUNT(*) FROM deliveries WHERE webhook_id = ?", gone.ID); n != 0 {
		t.Errorf("%d deliveries to one that is gone", n)
	}
}
