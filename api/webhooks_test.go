package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/store"
)

type hook struct {
	ID, Name, URL, DisabledReason string
	Events                        []string
	Enabled                       bool
	PreviousSecretUntil           *time.Time
}

type newHook struct {
	Webhook hook
	Secret  string
}

type delivery struct {
	ID, Event, Type, State, Reason string
	DueAt                          *time.Time
}

// hooks makes a call of webhooks with a key that may.
func (w *world) hooks(status int, method, path, body string) answer {
	w.Helper()
	return w.want(status, w.keyed(call{method: method, path: "/api/admin/webhooks" + path, body: body}, api.ScopeWebhooks))
}

func (w *world) hook(body string) newHook {
	w.Helper()
	return read[newHook](w, w.hooks(201, "POST", "", body))
}

func TestEachCallOfWebhooksAsksForTheScope(t *testing.T) {
	w := newWorld(t)
	made := w.hook(`{"name":"Test","url":"https://hooks.example.org/"}`)
	d := read[struct{ Delivery delivery }](w, w.hooks(202, "POST", "/"+made.Webhook.ID+"/ping", "")).Delivery
	tried := 0
	for route, scope := range w.server.AdminRoutes() {
		if scope != api.ScopeWebhooks {
			continue
		}
		tried++
		c := call{method: route.Method, admin: true, path: strings.NewReplacer(":id", made.Webhook.ID, ":delivery", d.ID).Replace(route.Path)}
		w.want(401, c)
		others := slices.DeleteFunc(api.Scopes(), func(s api.Scope) bool { return s == scope })
		if got := w.want(403, w.keyed(c, others...)).failure(); !strings.Contains(got.Message, "lacks the scope webhooks") {
			t.Errorf("%s %s: %+v", route.Method, route.Path, got)
		}
		public := w.keyed(c, scope)
		public.admin = false
		w.want(404, public)
	}
	if tried != 11 {
		t.Errorf("%d calls, want 11", tried)
	}
}

func TestAWebhookIsMadeChangedAndDeleted(t *testing.T) {
	w := newWorld(t)
	made := w.hook(`{"name":"Attendance","url":"https://hooks.example.org/plenum"}`)
	if _, err := webhook.ParseSecret(made.Secret); err != nil {
		t.Errorf("the secret %q: %v", made.Secret, err)
	}
	if h := made.Webhook; !h.Enabled || h.Name != "Attendance" || !slices.Equal(h.Events, webhook.StandardTypes()) || slices.Contains(h.Events, "chat.message") {
		t.Errorf("%+v", h)
	}
	path := "/" + made.Webhook.ID
	changed := read[struct{ Webhook hook }](w, w.hooks(200, "PATCH", path, `{"name":"Chat","url":"https://8.8.8.8:8443/","events":["chat.message","meeting.ended","chat.message"]}`)).Webhook
	if changed.Name != "Chat" || changed.URL != "https://8.8.8.8:8443/" || !slices.Equal(changed.Events, []string{"meeting.ended", "chat.message"}) {
		t.Errorf("%+v", changed)
	}
	off := read[struct{ Webhook hook }](w, w.hooks(200, "PATCH", path, `{"enabled":false}`)).Webhook
	if off.Enabled || off.DisabledReason == "" || off.Name != "Chat" {
		t.Errorf("%+v", off)
	}
	for _, call := range []string{"/ping", "/replay"} {
		body := map[string]string{"/replay": `{"since":"2026-11-25T00:00:00Z"}`}[call]
		if got := w.hooks(409, "POST", path+call, body).failure(); got.Code != "disabled" {
			t.Errorf("%s of a webhook that is off: %+v", call, got)
		}
	}
	if on := read[struct{ Webhook hook }](w, w.hooks(200, "PATCH", path, `{"enabled":true}`)).Webhook; !on.Enabled || on.DisabledReason != "" {
		t.Errorf("%+v", on)
	}
	list := w.hooks(200, "GET", "", "")
	if got := read[struct{ Webhooks []hook }](w, list).Webhooks; len(got) != 1 || got[0].ID != made.Webhook.ID {
		t.Errorf("%+v", got)
	}
	// A secret is told once, and is neither in the database as it is, nor in the log.
	row, err := w.store.WebhookByID(t.Context(), made.Webhook.ID)
	w.must(err)
	secret, err := webhook.ParseSecret(made.Secret)
	w.must(err)
	if strings.Contains(string(list.body), made.Secret[6:]) || strings.Contains(string(row.Secret), string(secret)) || strings.Contains(w.log.String(), made.Secret[6:]) {
		t.Error("the secret is told again")
	}
	w.hooks(204, "DELETE", path, "")
	for _, again := range []string{"GET", "DELETE"} {
		if got := w.hooks(404, again, path, "").failure(); !strings.Contains(got.Message, "no such webhook") {
			t.Errorf("%s: %+v", again, got)
		}
	}
	if n := w.noted("webhook_create") + w.noted("webhook_change") + w.noted("webhook_delete"); n != 5 {
		t.Errorf("%d events in the audit log, want 5", n)
	}
}

func TestASecretIsRotatedWithAnOverlap(t *testing.T) {
	w := newWorld(t)
	made := w.hook(`{"name":"Test","url":"https://hooks.example.org/"}`)
	path := "/" + made.Webhook.ID + "/secret"
	for body, hours := range map[string]int{``: 24, `{"overlapHours":1}`: 1, `{"overlapHours":168}`: 168} {
		next := read[newHook](w, w.hooks(200, "POST", path, body))
		if until := next.Webhook.PreviousSecretUntil; next.Secret == made.Secret || until == nil || !until.Equal(w.clock.now().Add(time.Duration(hours)*time.Hour)) {
			t.Errorf("%s: the old secret holds until %v", body, until)
		}
	}
	if next := read[newHook](w, w.hooks(200, "POST", path, `{"overlapHours":0}`)); next.Webhook.PreviousSecretUntil != nil {
		t.Errorf("without overlap the old secret holds until %v", next.Webhook.PreviousSecretUntil)
	}
	for _, body := range []string{`{"overlapHours":-1}`, `{"overlapHours":169}`} {
		if got := w.hooks(400, "POST", path, body).failure(); got.Fields["overlapHours"] == "" {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestWhatIsWrongWithAWebhookIsSaid(t *testing.T) {
	w := newWorld(t)
	made := w.hook(`{"name":"Test","url":"https://hooks.example.org/"}`)
	for body, field := range map[string]string{
		`{"url":"https://hooks.example.org/"}`:                                       "name",
		`{"name":"Test"}`:                                                            "url",
		`{"name":"Test","url":"http://hooks.example.org/"}`:                          "url",
		`{"name":"Test","url":"https://127.0.0.1/"}`:                                 "url",
		`{"name":"Test","url":"https://2130706433/"}`:                                "url",
		`{"name":"Test","url":"https://[64:ff9b::7f00:1]/"}`:                         "url",
		`{"name":"Test","url":"https://hooks.example.org/","events":["everything"]}`: "events",
		`{"name":"Test","url":"https://hooks.example.org/","secret":"whsec_"}`:       "secret",
	} {
		if got := w.hooks(400, "POST", "", body).failure(); got.Fields[field] == "" {
			t.Errorf("%s: %+v", body, got)
		}
		if field == "name" || body == `{"name":"Test"}` {
			continue // a change may leave it out
		}
		if got := w.hooks(400, "PATCH", "/"+made.Webhook.ID, body).failure(); got.Fields[field] == "" {
			t.Errorf("changed to %s: %+v", body, got)
		}
	}
	for path, field := range map[string]string{"/deliveries?state=GONE": "state", "/deliveries?limit=201": "limit", "/deliveries?before=%25": "before"} {
		if got := w.hooks(400, "GET", "/"+made.Webhook.ID+path, "").failure(); got.Fields[field] == "" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := w.hooks(400, "POST", "/"+made.Webhook.ID+"/replay", `{}`).failure(); got.Fields["since"] == "" {
		t.Errorf("replay since ever: %+v", got)
	}
	if got := w.hooks(404, "GET", "/"+made.Webhook.ID+"/deliveries/01ABC", "").failure(); !strings.Contains(got.Message, "delivery") {
		t.Errorf("%+v", got)
	}
	for range 19 {
		w.hook(`{"name":"Test","url":"https://hooks.example.org/"}`)
	}
	w.hooks(409, "POST", "", `{"name":"Test","url":"https://hooks.example.org/"}`)
}

func TestDeliveriesAreShownAndReplayed(t *testing.T) {
	w := newWorld(t)
	made := w.hook(`{"name":"Test","url":"https://hooks.example.org/"}`)
	path := "/" + made.Webhook.ID
	var ids []string
	for range 5 {
		d := read[struct{ Delivery delivery }](w, w.hooks(202, "POST", path+"/ping", "")).Delivery
		if d.Type != "ping" || d.State != "PENDING" || d.DueAt == nil || !strings.HasPrefix(d.Event, "evt_") {
			t.Errorf("%+v", d)
		}
		ids = append(ids, d.ID)
		w.clock.pass(time.Minute)
		row, err := w.store.DeliveryByID(t.Context(), made.Webhook.ID, d.ID)
		w.must(err)
		row.State, row.Reason, row.Tries = store.DeliveryFailed, "given up after 9 attempts in 44 hours", 9
		row.Attempts = row.Attempts.And(store.Attempt{At: w.clock.now(), Milliseconds: 12, Status: 503, Answer: "closed", Error: "answer 503"})
		w.must(w.store.SettleDelivery(t.Context(), row, w.clock.now()))
	}
	type page struct {
		Deliveries []delivery
		Next       string
	}
	var seen []string
	for before := ""; ; {
		p := read[page](w, w.hooks(200, "GET", path+"/deliveries?state=FAILED&limit=2&before="+before, ""))
		for _, d := range p.Deliveries {
			seen = append(seen, d.ID)
			if d.Reason == "" || d.DueAt != nil {
				t.Errorf("%+v", d)
			}
		}
		if before = p.Next; before == "" {
			break
		}
	}
	slices.Reverse(seen)
	if !slices.Equal(seen, ids) {
		t.Errorf("page by page %v, want %v", seen, ids)
	}
	a := w.hooks(200, "GET", path+"/deliveries/"+ids[0], "")
	if !strings.Contains(string(a.body), `"milliseconds":12,"status":503,"answer":"closed","error":"answer 503"`) {
		t.Errorf("%s", a.body)
	}
	if d := read[struct{ Delivery delivery }](w, w.hooks(202, "POST", path+"/deliveries/"+ids[0]+"/replay", "")).Delivery; d.State != "PENDING" || !d.DueAt.Equal(w.clock.now()) {
		t.Errorf("replayed: %+v", d)
	}
	// The last two were made three minutes ago and less.
	since := w.clock.now().Add(-2 * time.Minute).Format(time.RFC3339)
	if n := read[struct{ Replayed int }](w, w.hooks(202, "POST", path+"/replay", fmt.Sprintf(`{"since":%q}`, since))).Replayed; n != 2 {
		t.Errorf("%d are replayed, want 2", n)
	}
}

// The server has another secret than the one that a webhook's was sealed with: the list says so, and rotating it mends that at once.
func TestAWebhookWhoseSecretIsLostSaysSo(t *testing.T) {
	w := newWorld(t)
	made := w.hook(`{"name":"Test","url":"https://hooks.example.org/"}`)
	path := "/" + made.Webhook.ID
	d := read[struct{ Delivery delivery }](w, w.hooks(202, "POST", path+"/ping", "")).Delivery
	row, err := w.store.DeliveryByID(t.Context(), made.Webhook.ID, d.ID)
	w.must(err)
	row.DueAt = w.clock.now().Add(4 * time.Hour)
	w.must(w.store.SettleUnsent(t.Context(), row, w.clock.now()))
	lost := func(want bool) {
		t.Helper()
		for _, path := range []string{path, ""} {
			if a := w.hooks(200, "GET", path, ""); strings.Contains(string(a.body), `"secretLost":true`) != want {
				t.Errorf("%s", a.body)
			}
		}
	}
	lost(false)
	w.cfg.Secret = api.Secret("another secret of thirty-two bytes")
	w.start()
	w.people = map[string]*person{}
	lost(true)
	w.hooks(200, "POST", path+"/secret", `{"overlapHours":0}`)
	lost(false)
	if d = read[struct{ Delivery delivery }](w, w.hooks(200, "GET", path+"/deliveries/"+d.ID, "")).Delivery; !d.DueAt.Equal(w.clock.now()) {
		t.Errorf("what has waited is due at %v", d.DueAt)
	}
}
