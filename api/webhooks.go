package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/store"
)

func (s *Server) webhookRoutes() {
	if s.webhooks == nil {
		return
	}
	const one = "/api/admin/webhooks/:id"
	s.adminRoute(http.MethodGet, "/api/admin/webhooks", ScopeWebhooks, s.listWebhooks)
	s.adminRoute(http.MethodPost, "/api/admin/webhooks", ScopeWebhooks, s.createWebhook)
	s.adminRoute(http.MethodGet, one, ScopeWebhooks, s.getWebhook)
	s.adminRoute(http.MethodPatch, one, ScopeWebhooks, s.changeWebhook)
	s.adminRoute(http.MethodDelete, one, ScopeWebhooks, s.deleteWebhook)
	s.adminRoute(http.MethodPost, one+"/secret", ScopeWebhooks, s.rotateWebhookSecret)
	s.adminRoute(http.MethodPost, one+"/ping", ScopeWebhooks, s.pingWebhook)
	s.adminRoute(http.MethodPost, one+"/replay", ScopeWebhooks, s.replayFailed)
	s.adminRoute(http.MethodGet, one+"/deliveries", ScopeWebhooks, s.listDeliveries)
	s.adminRoute(http.MethodGet, one+"/deliveries/:delivery", ScopeWebhooks, s.getDelivery)
	s.adminRoute(http.MethodPost, one+"/deliveries/:delivery/replay", ScopeWebhooks, s.replayDelivery)
}

const (
	maxWebhooks = 20
	// standardOverlap is how long the secret before signs too, mostOverlap how long it can at most.
	standardOverlap, mostOverlap = 24, 7 * 24 // hours
)

var (
	errNoWebhook   = errNotFound.because("There is no such webhook.")
	errNoDelivery  = errNotFound.because("There is no such delivery.")
	errWebhookOff  = &Failure{status: http.StatusConflict, Code: "disabled", Message: "The webhook is disabled. Enable it first."}
	errWebhookMany = &Failure{status: http.StatusConflict, Code: "too_many", Message: "There are 20 webhooks already. Delete one first."}
)

type createWebhookRequest struct {
	Name   string   `json:"name"`
	URL    string   `json:"url"`
	Events []string `json:"events"`
}

type changeWebhookRequest struct {
	Name    *string   `json:"name"`
	URL     *string   `json:"url"`
	Events  *[]string `json:"events"`
	Enabled *bool     `json:"enabled"`
}

type rotateSecretRequest struct {
	OverlapHours *int `json:"overlapHours"`
}

type replayFailedRequest struct {
	Since *time.Time `json:"since"`
}

type webhookJSON struct {
	ID                  string     `json:"id"`
	Name                string     `json:"name"`
	URL                 string     `json:"url"`
	Events              []string   `json:"events"`
	Enabled             bool       `json:"enabled"`
	DisabledAt          *time.Time `json:"disabledAt,omitempty"`
	DisabledReason      string     `json:"disabledReason,omitempty"`
	FailingSince        *time.Time `json:"failingSince,omitempty"`
	PreviousSecretUntil *time.Time `json:"previousSecretUntil,omitempty"`
	SecretLost          bool       `json:"secretLost,omitempty"`
	CreatedAt           time.Time  `json:"createdAt"`
}

type webhooksResponse struct {
	Webhooks []webhookJSON `json:"webhooks"`
}

type webhookResponse struct {
	Webhook webhookJSON `json:"webhook"`
}

type newSecretResponse struct {
	Webhook webhookJSON `json:"webhook"`
	Secret  string      `json:"secret"` // this once
}

type attemptJSON struct {
	At           time.Time `json:"at"`
	Milliseconds int       `json:"milliseconds"`
	Status       int       `json:"status,omitempty"`
	Answer       string    `json:"answer,omitempty"`
	Error        string    `json:"error,omitempty"`
}

type deliveryJSON struct {
	ID         string          `json:"id"`
	Event      string          `json:"event"` // what the receiver knows it by
	Type       string          `json:"type"`
	State      string          `json:"state"`
	Reason     string          `json:"reason,omitempty"`
	CreatedAt  time.Time       `json:"createdAt"`
	DueAt      *time.Time      `json:"dueAt,omitempty"`
	FinishedAt *time.Time      `json:"finishedAt,omitempty"`
	Attempts   []attemptJSON   `json:"attempts"`
	Payload    webhook.Payload `json:"payload"`
}

type deliveriesResponse struct {
	Deliveries []deliveryJSON `json:"deliveries"`
	Next       string         `json:"next,omitempty"`
}

type deliveryResponse struct {
	Delivery deliveryJSON `json:"delivery"`
}

type replayedResponse struct {
	Replayed int `json:"replayed"`
}

func (s *Server) renderWebhook(w store.Webhook, now time.Time) webhookJSON {
	out := webhookJSON{
		ID: w.ID, Name: w.Name, URL: w.URL, Events: append([]string{}, w.Events...), Enabled: w.DisabledAt == nil, DisabledAt: w.DisabledAt,
		DisabledReason: w.DisabledReason, FailingSince: w.FailingSince, CreatedAt: w.CreatedAt,
		SecretLost: !s.webhooks.Seal().Opens(w.ID, w.Secret),
	}
	if w.PreviousUntil != nil && now.Before(*w.PreviousUntil) {
		out.PreviousSecretUntil = w.PreviousUntil
	}
	return out
}

func renderDelivery(d store.Delivery) deliveryJSON {
	if d.Event.Unreadable {
		d.Event.Type, d.Event.At = d.Type, d.CreatedAt
	}
	out := deliveryJSON{
		ID: d.ID, Event: webhook.IDOf(d), Type: d.Type, State: d.State, Reason: d.Reason, CreatedAt: d.CreatedAt, FinishedAt: d.FinishedAt,
		Attempts: make([]attemptJSON, 0, len(d.Attempts)), Payload: webhook.PayloadOf(d.Event),
	}
	if d.State == store.DeliveryPending {
		out.DueAt = &d.DueAt
	}
	for _, a := range d.Attempts {
		out.Attempts = append(out.Attempts, attemptJSON(a))
	}
	return out
}

// webhookURL is one that may be told of events.
func (c *checks) webhookURL(field, value string, places webhook.Places) string {
	if err := places.Check(value); err != nil {
		c.wrong(field, "is refused: "+err.Error())
	}
	return value
}

// webhookEvents are those given, each once and in the order of the list; the standard ones if none is given.
func (c *checks) webhookEvents(field string, names []string) store.EventTypes {
	if len(names) == 0 {
		return webhook.StandardTypes()
	}
	for _, name := range names {
		if !slices.Contains(webhook.Types(), name) {
			c.wrong(field, "are some of "+strings.Join(webhook.Types(), ", "))
		}
	}
	return slices.DeleteFunc(webhook.Types(), func(t string) bool { return !slices.Contains(names, t) })
}

// webhookOf finds the webhook of the path.
func (s *Server) webhookOf(c echo.Context) (store.Webhook, error) {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return store.Webhook{}, err
	}
	hook, err := s.store.WebhookByID(c.Request().Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return hook, errNoWebhook
	}
	return hook, err
}

// deliveryOf finds the delivery of the path.
func (s *Server) deliveryOf(c echo.Context, hook store.Webhook) (store.Delivery, error) {
	var check checks
	id := check.id("delivery", c.Param("delivery"))
	if err := check.failure(); err != nil {
		return store.Delivery{}, err
	}
	d, err := s.store.DeliveryByID(c.Request().Context(), hook.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return d, errNoDelivery
	}
	return d, err
}

func (s *Server) listWebhooks(c echo.Context) error {
	rows, err := s.store.Webhooks(c.Request().Context())
	if err != nil {
		return err
	}
	out := webhooksResponse{Webhooks: make([]webhookJSON, 0, len(rows))}
	for _, w := range rows {
		out.Webhooks = append(out.Webhooks, s.renderWebhook(w, s.now()))
	}
	return tagged(c, out)
}

func (s *Server) getWebhook(c echo.Context) error {
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	return tagged(c, webhookResponse{s.renderWebhook(hook, s.now())})
}

func (s *Server) createWebhook(c echo.Context) error {
	var in createWebhookRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	hook := store.Webhook{
		Name: check.name("name", in.Name), URL: check.webhookURL("url", in.URL, s.webhooks.Places()), Events: check.webhookEvents("events", in.Events),
		ID: store.NewID(s.now()), CreatedAt: s.now(),
	}
	if err := check.failure(); err != nil {
		return err
	}
	secret := webhook.NewSecret()
	hook.Secret = s.webhooks.Seal().Shut(hook.ID, secret)
	err := s.store.AddWebhook(c.Request().Context(), &hook, maxWebhooks)
	if errors.Is(err, store.ErrConflict) {
		return errWebhookMany
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "webhook_create", target: hook.ID})
	s.webhooks.Nudge()
	return c.JSON(http.StatusCreated, newSecretResponse{s.renderWebhook(hook, s.now()), secret.Text()})
}

func (s *Server) changeWebhook(c echo.Context) error {
	var in changeWebhookRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	var check checks
	if in.Name != nil {
		hook.Name = check.name("name", *in.Name)
	}
	if in.URL != nil {
		hook.URL = check.webhookURL("url", *in.URL, s.webhooks.Places())
	}
	if in.Events != nil {
		hook.Events = check.webhookEvents("events", *in.Events)
	}
	if err := check.failure(); err != nil {
		return err
	}
	ctx, now := c.Request().Context(), s.now()
	err = s.store.InTx(ctx, func(tx *store.Store) error {
		if err := tx.UpdateWebhook(ctx, &hook, now); err != nil || in.Enabled == nil {
			return err
		}
		if *in.Enabled {
			return tx.EnableWebhook(ctx, hook.ID, now)
		}
		return tx.DisableWebhook(ctx, hook.ID, "An administrator has disabled it.", now)
	})
	if err != nil {
		return err
	}
	s.audit(c, event{action: "webhook_change", target: hook.ID})
	s.webhooks.Nudge()
	return s.getWebhook(c)
}

func (s *Server) deleteWebhook(c echo.Context) error {
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	if err := s.store.DeleteWebhook(c.Request().Context(), hook.ID); err != nil {
		return err
	}
	s.audit(c, event{action: "webhook_delete", target: hook.ID})
	s.webhooks.Nudge()
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) rotateWebhookSecret(c echo.Context) error {
	var in rotateSecretRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	hours := standardOverlap
	if in.OverlapHours != nil {
		hours = *in.OverlapHours
	}
	if hours < 0 || hours > mostOverlap {
		return invalidFields(map[string]string{"overlapHours": "is from 0 to 168"})
	}
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	secret, now := webhook.NewSecret(), s.now()
	until := now.Add(time.Duration(hours) * time.Hour)
	if err := s.store.RotateWebhookSecret(c.Request().Context(), hook.ID, s.webhooks.Seal().Shut(hook.ID, secret), until, now); err != nil {
		return err
	}
	if !s.webhooks.Seal().Opens(hook.ID, hook.Secret) {
		// What has waited for this does so no longer.
		if err := s.store.HurryDeliveries(c.Request().Context(), hook.ID, now); err != nil {
			return err
		}
	}
	s.audit(c, event{action: "webhook_rotate", target: hook.ID})
	s.webhooks.Nudge()
	if hook, err = s.webhookOf(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newSecretResponse{s.renderWebhook(hook, now), secret.Text()})
}

func (s *Server) pingWebhook(c echo.Context) error {
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	if hook.DisabledAt != nil {
		return errWebhookOff
	}
	d, err := s.store.AddPing(c.Request().Context(), hook.ID, s.now())
	if err != nil {
		return err
	}
	s.webhooks.Want(hook.ID)
	s.audit(c, event{action: "webhook_ping", target: hook.ID})
	return c.JSON(http.StatusAccepted, deliveryResponse{renderDelivery(d)})
}

func (s *Server) listDeliveries(c echo.Context) error {
	var check checks
	filter := store.DeliveryFilter{State: c.QueryParam("state"), Before: c.QueryParam("before"), Limit: check.limit(c, 50, 200)}
	switch filter.State {
	case "", store.DeliveryPending, store.DeliveryDelivered, store.DeliveryFailed:
	default:
		check.wrong("state", "is PENDING, DELIVERED or FAILED")
	}
	if filter.Before != "" {
		check.id("before", filter.Before)
	}
	if err := check.failure(); err != nil {
		return err
	}
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	page, next, err := s.store.Deliveries(c.Request().Context(), hook.ID, filter)
	if err != nil {
		return err
	}
	out := deliveriesResponse{Deliveries: make([]deliveryJSON, 0, len(page)), Next: next}
	for _, d := range page {
		out.Deliveries = append(out.Deliveries, renderDelivery(d))
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) getDelivery(c echo.Context) error {
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	d, err := s.deliveryOf(c, hook)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, deliveryResponse{renderDelivery(d)})
}

func (s *Server) replayDelivery(c echo.Context) error {
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	d, err := s.deliveryOf(c, hook)
	if err != nil {
		return err
	}
	if hook.DisabledAt != nil {
		return errWebhookOff
	}
	ctx := c.Request().Context()
	if err := s.store.ReplayDelivery(ctx, hook.ID, d.ID, s.now()); err != nil {
		return err
	}
	s.webhooks.Want(hook.ID)
	s.audit(c, event{action: "webhook_replay", target: hook.ID})
	if d, err = s.store.DeliveryByID(ctx, hook.ID, d.ID); err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, deliveryResponse{renderDelivery(d)})
}

func (s *Server) replayFailed(c echo.Context) error {
	var in replayFailedRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.Since == nil {
		return invalidFields(map[string]string{"since": "is required"})
	}
	hook, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	if hook.DisabledAt != nil {
		return errWebhookOff
	}
	n, err := s.store.ReplayFailed(c.Request().Context(), hook.ID, *in.Since, s.now())
	if err != nil {
		return err
	}
	s.webhooks.Want(hook.ID)
	s.audit(c, event{action: "webhook_replay", target: hook.ID})
	return c.JSON(http.StatusAccepted, replayedResponse{n})
}
