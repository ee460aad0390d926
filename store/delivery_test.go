package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// pings are n deliveries to a webhook, a second apart.
func (w *world) pings(hook store.Webhook, n int) (all []store.Delivery) {
	w.Helper()
	for i := range n {
		d, err := w.AddPing(w.Context(), hook.ID, epoch.Add(time.Duration(i)*time.Second))
		w.must(err)
		all = append(all, d)
	}
	return all
}

func TestADeliveryIsClaimedByOneAtATime(t *testing.T) {
	onEach(t, func(w *world) {
		const number = 40
		hook := w.webhook("one")
		w.pings(hook, number)
		other := open(w.T, w.cfg)
		now := epoch.Add(time.Hour)
		var mu sync.Mutex
		seen := map[string]int{}
		atOnce(8, func(i int) {
			s := w.Store
			if i%2 == 1 {
				s = other
			}
			for {
				due, err := s.ClaimDeliveries(w.Context(), hook.ID, fmt.Sprint(i), now, now.Add(time.Minute), 3)
				if err != nil {
					w.Error(err)
				}
				if len(due) == 0 {
					return
				}
				mu.Lock()
				for _, d := range due {
					seen[d.ID]++
				}
				mu.Unlock()
			}
		})
		for id, n := range seen {
			if n != 1 {
				w.Errorf("%s was claimed %d times", id, n)
			}
		}
		if len(seen) != number {
			w.Errorf("%d claimed, want %d", len(seen), number)
		}
		// Whoever claimed them is gone: they are due again afterwards.
		again, err := w.ClaimDeliveries(w.Context(), hook.ID, "here", now.Add(time.Minute), now.Add(2*time.Minute), 100)
		if w.must(err); len(again) != number {
			w.Errorf("%d are due when the claim has run out, want %d", len(again), number)
		}
	})
}

// One process was slow for longer than its claim lasts, and another has taken over: what the first says late changes nothing.
func TestAClaimThatHasRunOutIsAnothers(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook := w.webhook("one")
		sent := w.pings(hook, 1)[0]
		claim := func(by string, at, until time.Time) store.Delivery {
			w.Helper()
			due, err := w.ClaimDeliveries(ctx, hook.ID, by, at, until, 10)
			if w.must(err); len(due) != 1 || due[0].ClaimedBy != by {
				w.Fatalf("%s claims %+v", by, due)
			}
			return due[0]
		}
		untouched := func(after string, want time.Time) {
			w.Helper()
			got, err := w.DeliveryByID(ctx, hook.ID, sent.ID)
			if w.must(err); got.State != store.DeliveryPending || got.ClaimedBy != "second" || !got.DueAt.Equal(want) || got.Tries != 0 {
				w.Errorf("after %s: %+v", after, got)
			}
		}
		now := epoch.Add(time.Minute)
		late := claim("first", epoch, now)
		taken := claim("second", now, now.Add(time.Minute))
		late.Tries, late.DueAt = 1, now
		w.must(w.SettleDelivery(ctx, late, now))
		untouched("a late failure", now.Add(time.Minute))
		w.must(w.ReleaseDeliveries(ctx, []string{sent.ID}, "first", now))
		untouched("a late release", now.Add(time.Minute))

		// A replay is a wish to have it sent anew: what is under way does not fulfil it.
		w.must(w.ReplayDelivery(ctx, hook.ID, sent.ID, now))
		taken.State = store.DeliveryDelivered
		w.must(w.SettleDelivery(ctx, taken, now))
		claim("third", now, now.Add(time.Minute))
	})
}

func TestADeliveryGoesItsWay(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook := w.webhook("one")
		first, second := w.pings(hook, 2)[0], store.Delivery{}
		now := epoch.Add(time.Second)
		due, err := w.ClaimDeliveries(ctx, hook.ID, "here", epoch, epoch.Add(time.Minute), 10)
		if w.must(err); len(due) != 1 || due[0].ID != first.ID || due[0].Event.Type != store.EventPing {
			w.Fatalf("due at first: %+v", due)
		}
		at, ok, err := w.NextDelivery(ctx, hook.ID)
		if w.must(err); !ok || !at.Equal(now) {
			w.Errorf("the next is due at %v %v", at, ok)
		}
		// It fails, and is due later.
		d := due[0]
		d.Tries, d.DueAt = 1, epoch.Add(time.Hour)
		d.Attempts = d.Attempts.And(store.Attempt{At: now, Milliseconds: 7, Status: 503, Answer: strings.Repeat("é\xff<", 1000), Error: "answer 503"})
		w.must(w.SettleDelivery(ctx, d, now))
		got, err := w.DeliveryByID(ctx, hook.ID, d.ID)
		w.must(err)
		if got.State != store.DeliveryPending || got.Tries != 1 || !got.DueAt.Equal(d.DueAt) || got.FinishedAt != nil || len(got.Attempts) != 1 {
			w.Errorf("after a failure: %+v", got)
		}
		if a := got.Attempts[0]; a.Status != 503 || a.Milliseconds != 7 || !a.At.Equal(now) || len([]rune(a.Answer)) != 256 || a.Error != "answer 503" {
			w.Errorf("the attempt is kept as %+v", a)
		}
		failing, err := w.WebhookByID(ctx, hook.ID)
		if w.must(err); failing.FailingSince == nil || !failing.FailingSince.Equal(now) {
			w.Errorf("failing since %v", failing.FailingSince)
		}
		// Another failure does not make it fail from later on; a success ends it.
		w.must(w.SettleDelivery(ctx, d, now.Add(time.Hour)))
		if failing, err = w.WebhookByID(ctx, hook.ID); err != nil || !failing.FailingSince.Equal(now) {
			w.Errorf("failing since %v, %v", failing.FailingSince, err)
		}
		d.State = store.DeliveryDelivered
		w.must(w.SettleDelivery(ctx, d, now.Add(time.Hour)))
		if failing, err = w.WebhookByID(ctx, hook.ID); err != nil || failing.FailingSince != nil {
			w.Errorf("failing since %v, %v", failing.FailingSince, err)
		}
		// Settled once more it stays as it is.
		d.State, d.Reason = store.DeliveryFailed, "late"
		w.must(w.SettleDelivery(ctx, d, now.Add(time.Hour)))
		if got, err = w.DeliveryByID(ctx, hook.ID, d.ID); err != nil || got.State != store.DeliveryDelivered || got.FinishedAt == nil {
			w.Errorf("after success: %+v %v", got, err)
		}
		// Released, the other one is due at once.
		due, err = w.ClaimDeliveries(ctx, hook.ID, "here", now, now.Add(time.Minute), 10)
		if w.must(err); len(due) != 1 {
			w.Fatalf("due then: %+v", due)
		}
		second = due[0]
		w.must(w.ReleaseDeliveries(ctx, []string{second.ID, d.ID}, "here", now))
		if due, err = w.ClaimDeliveries(ctx, hook.ID, "here", now, now.Add(time.Minute), 10); err != nil || len(due) != 1 || due[0].ID != second.ID {
			w.Errorf("due after it was released: %+v %v", due, err)
		}
		if n, err := w.PendingDeliveries(ctx); err != nil || n != 1 {
			w.Errorf("%d pending, %v", n, err)
		}
	})
}

func TestOnlyTheLastAttemptsAreKept(t *testing.T) {
	var all store.Attempts
	for i := range 30 {
		all = all.And(store.Attempt{At: epoch, Status: i})
	}
	if len(all) != 20 || all[0].Status != 10 || all[19].Status != 29 {
		t.Errorf("%d attempts, %+v", len(all), all)
	}
	// Full of what takes most room in JSON, they fit their column.
	for range 20 {
		all = all.And(store.Attempt{At: epoch, Milliseconds: 5000, Status: 500, Answer: strings.Repeat("<", 1000), Error: strings.Repeat("\x01", 1000)})
	}
	if text, err := all.Value(); err != nil || len(text.(string)) > 65535 {
		t.Errorf("%d bytes, %v", len(text.(string)), err)
	}
}

func TestDeliveriesAreReplayed(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook, other := w.webhook("one"), w.webhook("other")
		all := w.pings(hook, 5)
		w.pings(other, 1)
		for i, d := range all {
			d.State, d.Reason, d.Tries = store.DeliveryFailed, "given up", 9
			if i == 4 {
				d.State, d.Reason = store.DeliveryDelivered, ""
			}
			w.must(w.SettleDelivery(ctx, d, epoch.Add(time.Hour)))
		}
		now := epoch.Add(2 * time.Hour)
		n, err := w.ReplayFailed(ctx, hook.ID, all[2].CreatedAt, now)
		if w.must(err); n != 2 {
			w.Errorf("%d of those failed since are replayed, want 2", n)
		}
		w.must(w.ReplayDelivery(ctx, hook.ID, all[4].ID, now))
		due, err := w.ClaimDeliveries(ctx, hook.ID, "here", now, now.Add(time.Minute), 10)
		w.must(err)
		var ids []string
		for _, d := range due {
			ids = append(ids, d.ID)
			if d.Tries != 0 || d.Reason != "" || !d.QueuedAt.Equal(now) || d.FinishedAt != nil || !d.Event.At.Equal(d.CreatedAt) {
				w.Errorf("replayed as %+v", d)
			}
		}
		if want := fmt.Sprint([]string{all[2].ID, all[3].ID, all[4].ID}); fmt.Sprint(ids) != want {
			w.Errorf("due again: %v, want %v", ids, want)
		}
		if err := w.ReplayDelivery(ctx, other.ID, all[0].ID, now); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("a delivery of another webhook: %v", err)
		}
	})
}

func TestAWebhookThatIsDisabledLetsGoOfWhatWaits(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook := w.webhook("one")
		w.pings(hook, 2)
		w.must(w.DisableWebhook(ctx, hook.ID, strings.Repeat("long ", 100), epoch))
		w.must(w.DisableWebhook(ctx, hook.ID, "again", epoch.Add(time.Hour)))
		got, err := w.WebhookByID(ctx, hook.ID)
		if w.must(err); got.DisabledAt == nil || !got.DisabledAt.Equal(epoch) || !strings.HasPrefix(got.DisabledReason, "long ") {
			w.Errorf("%+v", got)
		}
		if n := w.count("SELECT COUNT(*) FROM deliveries WHERE state = 'FAILED' AND reason <> '' AND finished_at IS NOT NULL"); n != 2 {
			w.Errorf("%d have failed, want 2", n)
		}
		w.must(w.EnableWebhook(ctx, hook.ID, epoch.Add(2*time.Hour)))
		if got, err = w.WebhookByID(ctx, hook.ID); err != nil || got.DisabledAt != nil || got.DisabledReason != "" || got.FailingSince != nil {
			w.Errorf("%+v %v", got, err)
		}
		w.must(w.DeleteWebhook(ctx, hook.ID))
		if n := w.count("SELECT COUNT(*) FROM deliveries"); n != 0 {
			w.Errorf("%d deliveries of a webhook that was deleted", n)
		}
		for what, err := range map[string]error{
			"delete": w.DeleteWebhook(ctx, hook.ID), "disable": w.DisableWebhook(ctx, hook.ID, "", epoch), "enable": w.EnableWebhook(ctx, hook.ID, epoch),
			"rotate": w.RotateWebhookSecret(ctx, hook.ID, nil, epoch, epoch), "update": w.UpdateWebhook(ctx, &hook, epoch),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				w.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestWebhooksAreKeptAsTheyAre(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook := w.webhook("one", store.EventChatMessage, store.EventMeetingEnded)
		hook.Name, hook.URL, hook.Events = "two", "https://two.example/", store.EventTypes{store.EventPing}
		w.must(w.UpdateWebhook(ctx, &hook, epoch.Add(time.Hour)))
		w.must(w.RotateWebhookSecret(ctx, hook.ID, []byte("next"), epoch.Add(24*time.Hour), epoch.Add(time.Hour)))
		all, err := w.Webhooks(ctx)
		w.must(err)
		got := all[0]
		if len(all) != 1 || got.Name != "two" || got.URL != hook.URL || fmt.Sprint(got.Events) != "[ping]" || string(got.Secret) != "next" ||
			string(got.PreviousSecret) != "sealed" || !got.PreviousUntil.Equal(epoch.Add(24*time.Hour)) || !got.CreatedAt.Equal(epoch) {
			w.Errorf("%+v", all)
		}
		if err := w.AddWebhook(ctx, &store.Webhook{Name: "more", URL: "https://x.example"}, 1); !errors.Is(err, store.ErrConflict) {
			w.Errorf("one too many: %v", err)
		}
	})
}

func TestTheLogOfDeliveriesIsBounded(t *testing.T) {
	onEach(t, func(w *world) {
		ctx := w.Context()
		hook, other := w.webhook("one"), w.webhook("other")
		all := w.pings(hook, 10)
		w.pings(other, 3)
		for _, d := range all[:6] {
			d.State = store.DeliveryDelivered
			w.must(w.SettleDelivery(ctx, d, d.CreatedAt))
		}
		// Two finished ones are too old, and of those left one is too many; of four that wait, one is too many.
		more, err := w.TidyDeliveries(ctx, hook.ID, store.Keep{Since: all[2].CreatedAt, Finished: 3, Pending: 3}, epoch.Add(time.Hour))
		if w.must(err); more {
			w.Error("more to do")
		}
		for i, d := range all {
			got, err := w.DeliveryByID(ctx, hook.ID, d.ID)
			want := map[bool]string{true: store.DeliveryDelivered, false: store.DeliveryPending}[i < 6]
			switch {
			case i < 3:
				if !errors.Is(err, store.ErrNotFound) {
					w.Errorf("delivery %d: %v, want it gone", i, err)
				}
			case i == 6:
				if got.State != store.DeliveryFailed || got.Reason == "" {
					w.Errorf("delivery 6: %s, want it given up", got.State)
				}
			case err != nil || got.State != want:
				w.Errorf("delivery %d: %s %v, want %s", i, got.State, err, want)
			}
		}
		if n := w.count("SELECT COUNT(*) FROM deliveries WHERE webhook_id = ?", other.ID); n != 3 {
			w.Errorf("another webhook has %d deliveries left", n)
		}
		if _, err := w.TidyDeliveries(ctx, hook.ID, store.Keep{Since: epoch.Add(24 * time.Hour), Finished: 1, Pending: 1}, epoch.Add(time.Hour)); err != nil {
			w.Error(err)
		}
	})
}
