package metrics

import "github.com/plenum-meet/plenum/api/webhook"

// webhookFamilies say how those fare who want to be told of events, 0 throughout if there are none.
var webhookFamilies = []family{
	{
		name: "plenum_webhook_attempts_total", kind: counter, labels: []string{"outcome"},
		help: "Requests to webhooks by outcome: delivered, retried (failed, and will be tried again), failed (for good).",
		read: func(s *state, put put) {
			put(count(s.webhooks.Delivered), "delivered")
			put(count(s.webhooks.Retried), "retried")
			put(count(s.webhooks.Failed), "failed")
		},
	},
	hooks("plenum_webhook_queued_deliveries", "Deliveries that wait in the database for webhooks that are not disabled.",
		func(s webhook.Snapshot) int { return s.Queued }),
	hooks("plenum_webhook_sending_deliveries", "Requests to webhooks that are under way.", func(s webhook.Snapshot) int { return s.UnderWay }),
	{
		name: "plenum_webhooks", kind: gauge, labels: []string{"state"},
		help: "Webhooks by state: well, failing (the last attempt failed), disabled (by an administrator, or after failing for too long).",
		read: func(s *state, put put) {
			put(float64(s.webhooks.Well), "well")
			put(float64(s.webhooks.Failing), "failing")
			put(float64(s.webhooks.Disabled), "disabled")
		},
	},
}

// hooks is a gauge of the courier.
func hooks(name, help string, of func(webhook.Snapshot) int) family {
	return family{name: name, kind: gauge, help: help, read: func(s *state, put put) { put(float64(of(s.webhooks))) }}
}
