package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// receiver is somebody who wants to be told, and checks each signature as the library of the specification does.
type receiver struct {
	t    *testing.T
	url  string
	down atomic.Bool
	key  string // of the admin API
	// quiet is how many seconds it asks for while it is down, empty for none.
	quiet string

	mu     sync.Mutex
	secret string
	told   map[string]webhook.Payload // by the id of the event
	times  int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, told: map[string]webhook.Payload{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return // the server has stopped
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times++
	verifier, err := standardwebhooks.NewWebhook(r.secret)
	if err == nil {
		err = verifier.Verify(body, request.Header)
	}
	var p webhook.Payload
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	if err != nil {
		r.t.Errorf("%s: %v", body, err)
	}
	if r.down.Load() {
		if r.quiet != "" {
			w.Header().Set("Retry-After", r.quiet)
		}
		http.Error(w, "closed at night", http.StatusServiceUnavailable)
		return
	}
	r.told[request.Header.Get("webhook-id")] = p
}

// events are what it was told, in the order in which it happened: type, name, reason.
func (r *receiver) events() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := map[string]int{}
	for _, p := range r.told {
		line := p.Type
		if who := p.Data.Participant; who != nil {
			line += " " + who.Name
		}
		if p.Data.Reason != "" {
			line += " " + p.Data.Reason
		}
		if p.Data.Message != nil {
			line += ": " + p.Data.Message.Text
		}
		count[line]++
	}
	var lines []string
	for line, n := range count {
		lines = append(lines, fmt.Sprintf("%d× %s", n, line))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// payloads of a type.
func (r *receiver) payloads(kind string) (out []webhook.Payload) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.told {
		if p.Type == kind {
			out = append(out, p)
		}
	}
	return out
}

// mayAdminister gives the receiver's owner an API key of a server, by its data directory.
func (r *receiver) mayAdminister(data string) {
	r.t.Helper()
	records, err := store.Open(r.t.Context(), store.Default(data), slog.New(slog.DiscardHandler))
	if err != nil {
		r.t.Fatal(err)
	}
	defer records.Close()
	row, key, err := api.NewAPIKey("Test", []string{string(api.ScopeWebhooks)}, "operator", time.Now(), nil)
	if err == nil {
		err = records.AddAPIKey(r.t.Context(), &row)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.key = key
}

// calls the admin API.
func (r *receiver) calls(admin, method, path, body string, out any) int {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, admin+"/api/admin/webhooks"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			r.t.Fatalf("%s %s: %s: %v", method, path, text, err)
		}
	}
	return response.StatusCode
}

// subscribe makes a webhook for a receiver and returns its id.
func (r *receiver) subscribe(admin string, events ...string) string {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{"name": "Test", "url": r.url + "/plenum", "events": events})
	if err != nil {
		r.t.Fatal(err)
	}
	var made struct {
		Webhook struct{ ID string }
		Secret  string
	}
	if status := r.calls(admin, http.MethodPost, "", string(body), &made); status != http.StatusCreated {
		r.t.Fatalf("a webhook cannot be made: %d", status)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = made.Secret
	return made.Webhook.ID
}

// allowed has a server that is about to start tell a receiver inside, whose owner gets a key.
func (r *receiver) allowed(c *serveCommand) {
	c.WebhookAllow = append(c.WebhookAllow, r.url)
	records, err := store.Open(r.t.Context(), store.Default(c.Storage.Data), slog.New(slog.DiscardHandler))
	if err == nil {
		err = errors.Join(records.MigrateUp(r.t.Context()), records.Close())
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.mayAdminister(c.Storage.Data)
}

// A meeting with a host, guests, a chat, a removal and an end is told event by event, each once and with what identifies it.
func TestACallIsToldToAWebhook(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	m := startMeeting(t, r.allowed, func(c *serveCommand) { c.ResumeWindow = 0 })
	r.subscribe(m.admin, webhook.Types()...)
	host := m.enterBy(m.rest, "Host")
	ada, grace := m.enter("Ada"), m.enter("Grace")
	if err := ada.Chat(m.ctx, "first", "Hello!"); err != nil {
		t.Fatal(err)
	}
	host.must(
		message.ModerationRole{Participant: ada.id, Role: message.CoHost},
		message.ModerationMute{Participant: grace.id, Hard: true},
		message.ModerationRemove{Participant: grace.id},
	)
	if err := ada.Leave(m.ctx); err != nil {
		t.Fatal(err)
	}
	alan := m.enter("Alan")
	alan.Close() // the connection breaks
	m.until("Alan to be gone", func() bool {
		return look(host, func() bool { _, there := host.roster[alan.id]; return !there })
	})
	if err := host.End(m.ctx); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"1× chat.message Ada: Hello!",
		"1× meeting.ended ended",
		"1× meeting.started",
		"1× participant.joined Ada",
		"1× participant.joined Alan",
		"1× participant.joined Grace",
		"1× participant.joined Host",
		"1× participant.left Ada left",
		"1× participant.left Alan lost",
		"1× participant.left Grace removed",
		"1× participant.left Host ended",
		"1× participant.permissions_changed Grace",
		"1× participant.role_changed Ada",
	}, "\n")
	m.until("everything to be told", func() bool { return strings.Count(r.events(), "\n") >= strings.Count(want, "\n") })
	if got := r.events(); got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
	started, ended := r.payloads(store.EventMeetingStarted)[0], r.payloads(store.EventMeetingEnded)[0]
	if started.Data.Meeting.Code != m.code || started.Data.Meeting.Occurrence == "" || started.Data.Meeting.Occurrence != ended.Data.Meeting.Occurrence ||
		!ended.Timestamp.After(started.Timestamp) {
		t.Errorf("%+v … %+v", started.Data.Meeting, ended.Data.Meeting)
	}
	for _, p := range r.payloads(store.EventParticipantLeft) {
		if who := p.Data.Participant; (who.User != nil) != (who.Name == "Host") || who.Name == "Grace" && who.ID != grace.id {
			t.Errorf("%+v has left", who)
		}
	}
	if by := r.payloads(store.EventRoleChanged)[0].Data; by.By != host.id || by.Participant.Role != "COHOST" || by.PreviousRole != "PARTICIPANT" {
		t.Errorf("the role is told as %+v", by)
	}
}

// serve starts a server on what there is in a directory, with a receiver that may be inside.
func (r *receiver) serve(ctx context.Context, data string, log *logBuffer) (base, admin string, stop func()) {
	r.t.Helper()
	c := serveCommand{
		Storage: storageOptions{Data: data}, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0",
		MediaAddress: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	}
	r.allowed(&c)
	n, err := start(ctx, c, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		r.t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		stopping, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		n.Stop(stopping)
	})
	r.t.Cleanup(stop)
	return "http://" + n.public.String(), n.AdminURL(), stop
}

// A receiver that is down asks for six hours of quiet. When it is up again its owner asks for a ping, and does not wait so long.
func TestAPingComesThoughTheReceiverHasAskedForQuiet(t *testing.T) {
	t.Parallel()
	r, log := newReceiver(t), &logBuffer{}
	r.quiet = "21600"
	r.down.Store(true)
	_, admin, _ := r.serve(t.Context(), t.TempDir(), log)
	id := r.subscribe(admin)
	m := &meeting{t: t, ctx: t.Context(), log: log}
	ping := func() (made struct {
		Delivery struct {
			ID       string
			Attempts []struct{ Status int }
		}
	},
	) {
		t.Helper()
		m.until("a ping to be accepted", func() bool {
			return r.calls(admin, http.MethodPost, "/"+id+"/ping", "", &made) == http.StatusAccepted
		})
		return made
	}
	first := ping()
	m.until("the attempt in vain to be stored", func() bool {
		r.calls(admin, http.MethodGet, "/"+id+"/deliveries/"+first.Delivery.ID, "", &first)
		return len(first.Delivery.Attempts) > 0
	})
	r.down.Store(false)
	ping()
	m.until("the second ping to come", func() bool { return len(r.payloads(store.EventPing)) > 0 })
}

// While a receiver is down people meet, and the server is started anew: when both are back, everything is told. Of who does not come
// back after the restart, it is told that they have left.
func TestNothingIsLostWhileReceiverAndServerAreDown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	r, data, log := newReceiver(t), t.TempDir(), &logBuffer{}
	r.down.Store(true)
	base, admin, stop := r.serve(ctx, data, log)
	id := r.subscribe(admin)
	m := openMeeting(ctx, t, client.REST{Base: base})
	m.log = log
	m.enterBy(m.rest, "Host")
	ada := m.enter("Ada")
	if err := ada.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	m.until("attempts in vain", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.times > 0
	})
	var page struct {
		Deliveries []struct {
			State    string
			Attempts []struct {
				Status int
				Answer string
			}
		}
	}
	m.until("the failure to be in the log", func() bool {
		r.calls(admin, http.MethodGet, "/"+id+"/deliveries?state=PENDING", "", &page)
		for _, d := range page.Deliveries {
			if len(d.Attempts) > 0 {
				return d.Attempts[0].Status == http.StatusServiceUnavailable && strings.HasPrefix(d.Attempts[0].Answer, "closed at night")
			}
		}
		return false
	})
	stop()
	r.down.Store(false)
	base, admin, _ = r.serve(ctx, data, log)
	m.rest.Base = base
	want := strings.Join([]string{
		"1× meeting.started",
		"1× participant.joined Ada",
		"1× participant.joined Host",
		"1× participant.left Ada left",
	}, "\n")
	m.within(2*patience, "what happened before the restart to be told", func() bool { return r.events() == want })
	// The host never came back, and ends the meeting by the API.
	if status := end(t, m); status != http.StatusNoContent {
		t.Fatalf("ending the meeting: %d", status)
	}
	want = strings.Join([]string{
		"1× meeting.ended ended",
		"1× meeting.started",
		"1× participant.joined Ada",
		"1× participant.joined Host",
		"1× participant.left Ada left",
		"1× participant.left Host ended",
	}, "\n")
	m.until("the end to be told", func() bool { return r.events() == want })
	var replayed struct{ Replayed int }
	if status := r.calls(admin, http.MethodPost, "/"+id+"/replay", `{"since":"2020-01-01T00:00:00Z"}`, &replayed); status != http.StatusAccepted || replayed.Replayed != 0 {
		t.Errorf("%d: %d deliveries have failed for good", status, replayed.Replayed)
	}
}

func end(t *testing.T, m *meeting) int {
	t.Helper()
	r, err := http.NewRequestWithContext(m.ctx, http.MethodPost, m.rest.Base+"/api/meetings/"+m.code+"/end", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+m.rest.Token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// A receiver that never answers, while people come, speak and go: nobody waits for it.
func TestAMeetingDoesNotWaitForAReceiver(t *testing.T) {
	t.Parallel()
	deaf := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		<-request.Context().Done()
	}))
	t.Cleanup(deaf.Close)
	r := &receiver{t: t, url: deaf.URL}
	m := startMeeting(t, r.allowed)
	id := r.subscribe(m.admin, webhook.Types()...)
	m.call()
	ada := m.enter("Ada")
	for i := range 5 {
		if err := ada.Chat(m.ctx, fmt.Sprint("m", i), "Hello!"); err != nil {
			t.Fatal(err)
		}
	}
	m.until("requests that get no answer", func() bool { return m.scrape()["plenum_webhook_sending_deliveries"] > 0 })
	if now := m.scrape(); now["plenum_webhook_attempts_total"] != 0 && now["plenum_webhooks"] != 1 {
		t.Errorf("%v attempts are over, %v webhooks", now["plenum_webhook_attempts_total"], now["plenum_webhooks"])
	}
	if status := r.calls(m.admin, http.MethodDelete, "/"+id, "", nil); status != http.StatusNoContent {
		t.Errorf("deleting it while requests are under way: %d", status)
	}
}

// What points inside is refused at set-up, in a sentence.
func TestAWebhookThatPointsInsideIsRefused(t *testing.T) {
	t.Parallel()
	r := &receiver{t: t, url: "http://127.0.0.1:1"}
	m := startMeeting(t, r.allowed)
	for _, url := range []string{
		m.admin + "/debug/rooms", "https://127.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://0x7f000001/", "https://169.254.169.254/", "https://user@hooks.example.org/",
	} {
		var no struct{ Fields map[string]string }
		status := r.calls(m.admin, http.MethodPost, "", fmt.Sprintf(`{"name":"Inside","url":%q}`, url), &no)
		if status != http.StatusBadRequest || !strings.HasPrefix(no.Fields["url"], "is refused: the ") {
			t.Errorf("%s: %d %+v", url, status, no)
		}
	}
}
