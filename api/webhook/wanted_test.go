package webhook

import (
	"net/http"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// A receiver that asks for six hours once holds back what comes then until something has changed, or somebody asks.
func TestWhatAReceiverAskedForIsForgotten(t *testing.T) {
	for what, change := range map[string]func(w *world, c *Courier, hook store.Webhook, held store.Delivery){
		"when the URL is changed": func(w *world, c *Courier, hook store.Webhook, _ store.Delivery) {
			hook.URL += "/other"
			w.must(w.store.UpdateWebhook(w.Context(), &hook, time.Now()))
			c.Nudge()
		},
		"when it is enabled again": func(w *world, c *Courier, hook store.Webhook, held store.Delivery) {
			w.must(w.store.DisableWebhook(w.Context(), hook.ID, "by hand", time.Now()))
			w.must(w.store.EnableWebhook(w.Context(), hook.ID, time.Now()))
			c.Nudge()
			w.must(w.store.ReplayDelivery(w.Context(), hook.ID, held.ID, time.Now()))
		},
		"when a ping is asked for": func(w *world, c *Courier, hook store.Webhook, _ store.Delivery) {
			w.ping(hook)
			c.Want(hook.ID)
		},
		"when a replay is asked for": func(w *world, c *Courier, hook store.Webhook, held store.Delivery) {
			w.must(w.store.ReplayDelivery(w.Context(), hook.ID, held.ID, time.Now()))
			c.Want(hook.ID)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			hook, seen := w.hook(func(n int, rw http.ResponseWriter, _ *http.Request) {
				if n == 1 {
					rw.Header().Set("Retry-After", "21600")
					rw.WriteHeader(http.StatusTooManyRequests)
				}
			})
			first := w.ping(hook)
			c := w.run()
			w.until("the receiver's wish to be stored", func() bool { return w.delivery(first).Tries == 1 })
			held := w.ping(hook)
			change(w, c, hook, held)
			w.settled(held, store.DeliveryDelivered)
			if n := seen.count(); n < 2 {
				t.Errorf("%d requests", n)
			}
		})
	}
}
