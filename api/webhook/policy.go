package webhook

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Policy says when a delivery is tried again, and when it is not.
type Policy struct {
	// First is the wait after the first failure; each further one is Factor times as long, Most at most.
	First, Most time.Duration
	Factor      float64
	// Jitter is the share by which a wait is shorter or longer by chance, so that what failed together does not come back together.
	Jitter float64
	// MostAsked bounds what a receiver may ask for with Retry-After.
	MostAsked time.Duration
	// GiveUpAfter bounds the age of a delivery.
	GiveUpAfter time.Duration
	// DisableAfter is how long a webhook may fail without one success.
	DisableAfter time.Duration
}

// DefaultPolicy tries after about 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, and then every 4 hours for two days.
func DefaultPolicy() Policy {
	return Policy{
		First: 5 * time.Second, Most: 4 * time.Hour, Factor: 4, Jitter: 0.2,
		MostAsked: 6 * time.Hour, GiveUpAfter: 48 * time.Hour, DisableAfter: 5 * 24 * time.Hour,
	}
}

// Validate says what is wrong with the policy.
func (p Policy) Validate() error {
	if p.First <= 0 || p.Most < p.First || p.Factor < 1 || p.Jitter < 0 || p.Jitter >= 1 || p.MostAsked < 0 || p.GiveUpAfter <= 0 || p.DisableAfter <= 0 {
		return errors.New("webhook: a policy has positive times, waits that grow and a jitter below 1")
	}
	return nil
}

// tried is what is known when an attempt is over.
type tried struct {
	status     int // 0 without an answer
	retryAfter string
	err        error
	// tries since queuedAt, this one included.
	tries    int
	queuedAt time.Time
	// failingSince is when the webhook first failed after its last success; zero for now.
	failingSince time.Time
	// roll is a number from 0 to 1, by chance.
	roll float64
}

// outcome of an attempt.
type outcome string

const (
	delivered outcome = "delivered"
	retried   outcome = "retried"
	failed    outcome = "failed"
)

// verdict is what becomes of a delivery and of its webhook.
type verdict struct {
	outcome outcome
	// due is when it is tried again; quiet says that nothing at all is sent to the webhook before.
	due   time.Time
	quiet bool
	// why an attempt does not count, and why the delivery failed for good.
	why, reason string
	// unsent says that it failed for a reason of the server's own: that is not the receiver's fault.
	unsent bool
	// disable is why the webhook is told nothing any more; empty if it is.
	disable string
}

// judge decides. Only a 2xx takes a delivery: a redirect is not followed, so what is there has not been told.
func (p Policy) judge(now time.Time, t tried) verdict {
	if t.err == nil && t.status >= 200 && t.status < 300 {
		return verdict{outcome: delivered}
	}
	v := verdict{outcome: retried, why: whyNot(t), unsent: errors.Is(t.err, errUnsealed) || errors.Is(t.err, errUnreadable)}
	wait := p.wait(t.tries, t.roll)
	if asked, ok := p.asked(now, t.retryAfter); ok && t.status != 0 {
		wait, v.quiet = max(wait, asked), true
	}
	v.due = now.Add(wait)
	switch {
	case errors.Is(t.err, errUnreadable):
		v.outcome, v.reason = failed, v.why
	case t.status == http.StatusGone:
		v.outcome, v.reason, v.disable = failed, "the receiver is gone (410)", "The receiver answered 410: it is gone."
	case !v.unsent && !t.failingSince.IsZero() && now.Sub(t.failingSince) >= p.DisableAfter:
		v.outcome, v.reason = failed, "the webhook has failed for too long"
		v.disable = fmt.Sprintf("It has failed for %s, the last time because: %s.", inHours(now.Sub(t.failingSince)), v.why)
	case v.due.Sub(t.queuedAt) > p.GiveUpAfter:
		v.outcome, v.reason = failed, fmt.Sprintf("given up after %d attempts in %s", t.tries, inHours(now.Sub(t.queuedAt)))
	}
	return v
}

func inHours(d time.Duration) string { return fmt.Sprintf("%.0f hours", d.Hours()) }

// wait before the next attempt.
func (p Policy) wait(tries int, roll float64) time.Duration {
	// The exponent is bounded before the power is.
	grown := float64(p.First) * math.Pow(p.Factor, float64(min(max(tries-1, 0), 64)))
	bounded := min(grown, float64(p.Most))
	return time.Duration(bounded * (1 + p.Jitter*(2*roll-1)))
}

// asked reads Retry-After: seconds or a date, RFC 9110 §10.2.3.
func (p Policy) asked(now time.Time, header string) (time.Duration, bool) {
	if header == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, p.MostAsked), true
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), p.MostAsked), true
	}
	return 0, false
}

func whyNot(t tried) string {
	switch {
	case t.err != nil:
		return t.err.Error()
	case t.status >= 300 && t.status < 400:
		return fmt.Sprintf("answer %d: redirects are not followed", t.status)
	}
	return fmt.Sprintf("answer %d", t.status)
}
