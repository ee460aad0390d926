package loadtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

const (
	// openWithin is how long the server may take for its first answer.
	openWithin  = 5 * time.Second
	closeWithin = 20 * time.Second
)

// open finds the server and makes the meetings.
func (r *run) open(ctx context.Context) error {
	if !strings.HasPrefix(r.options.URL, "http://") && !strings.HasPrefix(r.options.URL, "https://") {
		return fmt.Errorf("the server's address %q must begin with http:// or https://", r.options.URL)
	}
	first, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	if err := r.rest.Health(first); err != nil {
		return fmt.Errorf("no Plenum server answers at %s: %w", r.options.URL, err)
	}
	if n := len(r.options.Meetings); n > 0 {
		if n != r.scenario.Rooms {
			return fmt.Errorf("%d meetings were named, the scenario has %d rooms", n, r.scenario.Rooms)
		}
		r.codes = r.options.Meetings
		return nil
	}
	if err := r.signIn(ctx); err != nil {
		return err
	}
	for room := range r.scenario.Rooms {
		err := patiently(ctx, func() error {
			code, err := r.rest.Create(ctx, fmt.Sprintf("Load test %s, room %d", r.scenario.Name, room+1))
			if err == nil {
				r.codes = append(r.codes, code)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("open room %d: %w", room+1, err)
		}
	}
	return nil
}

func (r *run) signIn(ctx context.Context) error {
	if r.options.Email != "" {
		if err := r.rest.Login(ctx, r.options.Email, r.options.Password); err != nil {
			return fmt.Errorf("sign in as %s: %w", r.options.Email, err)
		}
		return nil
	}
	email := "loadtest-" + strings.ToLower(rand.Text()[:12]) + "@example.org"
	err := r.rest.Register(ctx, email, rand.Text(), "Load test")
	if tooOften(err) > 0 {
		return fmt.Errorf("the server has registered too many accounts from here already: name one that is there, or meetings: %w", err)
	}
	if err != nil {
		return fmt.Errorf("register an account: %w", err)
	}
	return nil
}

// tooOften is when to come again, if the server refused because of its limits; else 0.
func tooOften(err error) time.Duration {
	var refused *client.RESTError
	if errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests {
		return max(time.Second, refused.RetryAfter)
	}
	return 0
}

// tooBusy is when to come again, if the server has too much to do at the moment; else 0.
func tooBusy(err error) time.Duration {
	var refused *client.RESTError
	if errors.As(err, &refused) && refused.Status == http.StatusServiceUnavailable {
		return max(time.Second, refused.RetryAfter)
	}
	return 0
}

// patiently calls again as long as the server asks for patience.
func patiently(ctx context.Context, call func() error) error {
	for {
		err := call()
		wait := max(tooOften(err), tooBusy(err))
		if wait == 0 {
			return err
		}
		// Those who were sent away together do not come back together.
		wait += time.Duration(mathrand.Int64N(int64(wait))) //nolint:gosec // no secret
		if !until(ctx, time.Now().Add(wait)) {
			return err
		}
	}
}

// close ends what open made.
func (r *run) close() {
	if r.links != nil {
		r.links.close()
	}
	if len(r.options.Meetings) > 0 || len(r.codes) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	for _, code := range r.codes {
		if r.rest.End(ctx, code) != nil || r.rest.Delete(ctx, code) != nil {
			return // the server is gone, or will be cleaned up by its operator
		}
	}
}
