package webhook

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func TestWhatBecomesOfADelivery(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	const middle = 0.5 // no jitter
	for name, test := range map[string]struct {
		tried   tried
		outcome outcome
		wait    time.Duration
		quiet   bool
		reason  string
		disable string
	}{
		"200":                          {tried: tried{status: 200, tries: 1}, outcome: delivered},
		"204":                          {tried: tried{status: 204, tries: 1}, outcome: delivered},
		"299":                          {tried: tried{status: 299, tries: 9}, outcome: delivered},
		"first failure":                {tried: tried{status: 500, tries: 1, roll: middle}, outcome: retried, wait: 5 * time.Second},
		"second":                       {tried: tried{status: 502, tries: 2, roll: middle}, outcome: retried, wait: 20 * time.Second},
		"third":                        {tried: tried{status: 404, tries: 3, roll: middle}, outcome: retried, wait: 80 * time.Second},
		"fifth":                        {tried: tried{status: 500, tries: 5, roll: middle}, outcome: retried, wait: 1280 * time.Second},
		"bounded":                      {tried: tried{status: 500, tries: 9, roll: middle}, outcome: retried, wait: 4 * time.Hour},
		"bounded however many":         {tried: tried{status: 500, tries: 1 << 40, roll: middle}, outcome: retried, wait: 4 * time.Hour},
		"luck is short":                {tried: tried{status: 500, tries: 1, roll: 0}, outcome: retried, wait: 4 * time.Second},
		"luck is long":                 {tried: tried{status: 500, tries: 1, roll: 1}, outcome: retried, wait: 6 * time.Second},
		"no answer":                    {tried: tried{err: errors.New("no answer within 5s"), tries: 1, roll: middle}, outcome: retried, wait: 5 * time.Second},
		"a redirect":                   {tried: tried{status: 302, tries: 1, roll: middle}, outcome: retried, wait: 5 * time.Second},
		"asked to wait":                {tried: tried{status: 429, retryAfter: "120", tries: 1, roll: middle}, outcome: retried, wait: 2 * time.Minute, quiet: true},
		"asked to wait until":          {tried: tried{status: 503, retryAfter: noon.Add(time.Hour).Format("Mon, 02 Jan 2006 15:04:05 GMT"), tries: 1, roll: middle}, outcome: retried, wait: time.Hour, quiet: true},
		"asked for less than ours":     {tried: tried{status: 503, retryAfter: "1", tries: 3, roll: middle}, outcome: retried, wait: 80 * time.Second, quiet: true},
		"asked for what has passed":    {tried: tried{status: 503, retryAfter: "Mon, 02 Jan 2006 15:04:05 GMT", tries: 1, roll: middle}, outcome: retried, wait: 5 * time.Second, quiet: true},
		"asked for ever":               {tried: tried{status: 503, retryAfter: "2000000000", tries: 1, roll: middle}, outcome: retried, wait: 6 * time.Hour, quiet: true},
		"asked for nonsense":           {tried: tried{status: 503, retryAfter: "-1", tries: 1, roll: middle}, outcome: retried, wait: 5 * time.Second},
		"asked for more nonsense":      {tried: tried{status: 503, retryAfter: "99999999999999999999", tries: 1, roll: middle}, outcome: retried, wait: 5 * time.Second},
		"gone":                         {tried: tried{status: 410, tries: 1}, outcome: failed, reason: "gone", disable: "410"},
		"old, but young enough":        {tried: tried{status: 500, tries: 9, queuedAt: ago(44 * time.Hour), roll: middle}, outcome: retried, wait: 4 * time.Hour},
		"too old for another try":      {tried: tried{status: 500, tries: 9, queuedAt: ago(44*time.Hour + time.Second), roll: middle}, outcome: failed, reason: "given up after 9 attempts in 44 hours"},
		"asked beyond its age":         {tried: tried{status: 503, retryAfter: "21600", tries: 2, queuedAt: ago(43 * time.Hour), roll: middle}, outcome: failed, quiet: true, reason: "given up"},
		"old and taken":                {tried: tried{status: 200, tries: 9, queuedAt: ago(1000 * time.Hour), failingSince: ago(1000 * time.Hour)}, outcome: delivered},
		"failing for nearly five days": {tried: tried{status: 500, tries: 1, failingSince: ago(120*time.Hour - time.Second), roll: middle}, outcome: retried, wait: 5 * time.Second},
		"failing for five days":        {tried: tried{status: 500, tries: 1, failingSince: ago(120 * time.Hour)}, outcome: failed, reason: "failed for too long", disable: "failed for 120 hours, the last time because: answer 500"},
		"our own fault for five days":  {tried: tried{err: errUnsealed, tries: 1, failingSince: ago(120 * time.Hour), roll: middle}, outcome: retried, wait: 5 * time.Second},
	} {
		if test.tried.queuedAt.IsZero() {
			test.tried.queuedAt = noon
		}
		got := DefaultPolicy().judge(noon, test.tried)
		if got.outcome != test.outcome || got.quiet != test.quiet {
			t.Errorf("%s: %+v, want %s, quiet %v", name, got, test.outcome, test.quiet)
		}
		if wait := got.due.Sub(noon); got.outcome == retried && wait != test.wait {
			t.Errorf("%s: waits %v, want %v", name, wait, test.wait)
		}
		if !strings.Contains(got.reason, test.reason) || (test.reason == "") != (got.reason == "") {
			t.Errorf("%s: reason %q, want %q", name, got.reason, test.reason)
		}
		if !strings.Contains(got.disable, test.disable) || (test.disable == "") != (got.disable == "") {
			t.Errorf("%s: disabled for %q, want %q", name, got.disable, test.disable)
		}
		if (got.why == "") != (got.outcome == delivered) {
			t.Errorf("%s: %s because of %q", name, got.outcome, got.why)
		}
	}
}

// A receiver that is away for a night and comes back gets everything; one that never comes back is tried for two days and not longer.
func TestADeliveryIsTriedOverHours(t *testing.T) {
	for _, roll := range []float64{0, 0.5, 1} {
		var waits []time.Duration
		now, verdict := noon, verdict{outcome: retried}
		for tries := 1; verdict.outcome == retried; tries++ {
			verdict = DefaultPolicy().judge(now, tried{status: 500, tries: tries, queuedAt: noon, roll: roll})
			if verdict.outcome == retried {
				waits = append(waits, verdict.due.Sub(now))
				now = verdict.due
			}
		}
		lasted := now.Sub(noon)
		if len(waits) < 12 || len(waits) > 30 || lasted < 40*time.Hour || lasted > 48*time.Hour {
			t.Errorf("luck %v: %d attempts in %v: %v", roll, len(waits), lasted, waits)
		}
		for i := 1; i < len(waits); i++ {
			if waits[i] < waits[i-1] {
				t.Errorf("luck %v: wait %v after %v", roll, waits[i], waits[i-1])
			}
		}
	}
}
