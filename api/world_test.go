package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/store"
)

const (
	host     = "plenum.example"
	password = "a long walk by the sea"
)

var secret = api.Secret("0123456789abcdef0123456789abcdef")

// clock stands still until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a whole API over a real database, with everything a test looks at.
type world struct {
	*testing.T
	cfg    api.Config
	clock  *clock
	store  *store.Store
	rooms  *signaling.Server
	grants *grant.Keys
	server *api.Server
	log    *journal
	logger *slog.Logger
	people map[string]*person
	mailer *mailer // nil without a public URL
}

// person is somebody with an account, signed in.
type person struct {
	ID, Email, Token, Cookie string
}

// template is a database with the schema in it, copied for each world.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "plenum-api")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cfg := store.Default(dir)
	st, err := store.Open(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if err := st.MigrateUp(context.Background()); err != nil {
		return nil, err
	}
	if err := st.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "plenum.db"))
})

func config() api.Config {
	cfg := api.Default()
	cfg.Secret = secret
	cfg.Hashing.Memory = 19 << 10 // the least allowed: tests hash often
	cfg.Limits.RegisterPerAddress = api.Rate{Count: 1000, Per: time.Hour, Burst: 1000}
	cfg.Limits.CallsPerAccount = api.Rate{Count: 1000, Per: time.Second, Burst: 1000}
	return cfg
}

// newWorld makes the test run in parallel with others: most of its time it waits for its own disk.
func newWorld(t *testing.T, change ...func(*api.Config)) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, cfg: config(), people: map[string]*person{}, log: &journal{}}
	for _, f := range change {
		f(&w.cfg)
	}
	w.clock = &clock{at: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	schema, err := template()
	w.must(err)
	dir := t.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "plenum.db"), schema, 0o600))
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.logger = log
	db := store.Default(dir)
	// A loaded machine under the race detector is slow, not broken.
	db.QueryTimeout, db.TxTimeout = time.Minute, time.Minute
	w.store, err = store.Open(t.Context(), db, log)
	w.must(err)
	t.Cleanup(func() { _ = w.store.Close() })
	w.grants, err = grant.NewKeys(secret, "node", "boot")
	w.must(err)
	w.rooms = newRooms(w)
	if w.cfg.PublicURL != "" {
		w.mailer = &mailer{}
	}
	w.start()
	return w
}

// start makes the server, anew if there is one: what is not stored is forgotten.
func (w *world) start() {
	w.Helper()
	parts := api.Parts{
		Store: w.store, Signaling: w.rooms, Grants: w.grants, Web: webFiles(), Debug: fakeDebug{}, Log: w.logger, Now: w.clock.now,
	}
	if w.mailer != nil {
		parts.Mailer = w.mailer
	}
	seal, err := webhook.NewSeal(w.cfg.Secret)
	w.must(err)
	// Nothing is sent, for it does not run.
	parts.Webhooks, err = webhook.New(webhook.Default(), w.store, seal, w.logger)
	w.must(err)
	server, err := api.New(w.cfg, parts)
	w.must(err)
	w.Cleanup(server.Close)
	w.server = server
}

// withMail has the server send mail, which needs an address for the links in it.
func withMail(cfg *api.Config) { cfg.PublicURL = "http://" + host }

// mailer keeps what is sent.
type mailer struct {
	mu    sync.Mutex
	mails []api.Mail
}

func (m *mailer) Send(_ context.Context, what api.Mail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, what)
	return nil
}

// sent waits until all mail is out.
func (w *world) sent() []api.Mail {
	w.server.Close()
	w.mailer.mu.Lock()
	defer w.mailer.mu.Unlock()
	return append([]api.Mail{}, w.mailer.mails...)
}

// journal is what was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

type fakeDebug struct{}

func (fakeDebug) Transport() any { return map[string]bool{"express": true} }

func (fakeDebug) Load(context.Context) any { return map[string]int{"sockets": 3} }

func (fakeDebug) Rooms() []string { return []string{"7k3mx-9qd4e"} }

func (fakeDebug) Room(code string) (any, bool) {
	return map[string]any{"code": code, "peers": 3}, code == "7k3mx-9qd4e"
}

func webFiles() fstest.MapFS {
	return fstest.MapFS{
		"index.html":             {Data: []byte(`<meta name="csp-nonce" content="__CSP_NONCE__"><div id="root"></div>`)},
		"assets/index-abc123.js": {Data: []byte(strings.Repeat("let plenum = 1;\n", 100))},
		"favicon.svg":            {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// call is one request.
type call struct {
	method, path string
	as           string            // whose access token; empty: a stranger
	body         string            // JSON
	header       map[string]string // an empty value takes a header away
	cookie       string            // refresh cookie
	from         string            // address, 192.0.2.1 if empty
	tls          bool
	reader       io.Reader // body of another kind
	admin        bool      // by the admin listener
	key          string    // an API key, or the admin token
}

// answer is one response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (w *world) request(c call) *http.Request {
	w.Helper()
	var body io.Reader = strings.NewReader(c.body)
	if c.reader != nil {
		body = c.reader
	}
	scheme := "http"
	if c.tls {
		scheme = "https"
	}
	r := httptest.NewRequest(c.method, scheme+"://"+host+c.path, body)
	r.RemoteAddr = "192.0.2.1:4711"
	if c.from != "" {
		r.RemoteAddr = c.from + ":4711"
	}
	if c.body != "" || c.reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.as != "" {
		r.Header.Set("Authorization", "Bearer "+w.person(c.as).Token)
	}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	if c.cookie != "" {
		name := "plenum_refresh"
		if c.tls || strings.HasPrefix(w.cfg.PublicURL, "https:") {
			name = "__Host-plenum_refresh"
		}
		r.AddCookie(&http.Cookie{Name: name, Value: c.cookie})
	}
	for name, value := range c.header {
		if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
	return r
}

// do makes a request. Every answer of the API is held against its description.
func (w *world) do(c call) answer {
	w.Helper()
	rec := httptest.NewRecorder()
	if c.admin {
		w.server.Admin().ServeHTTP(rec, w.request(c))
	} else {
		w.server.Public().ServeHTTP(rec, w.request(c))
	}
	a := answer{status: rec.Code, header: rec.Header(), body: rec.Body.Bytes()}
	if err := described(c.method, c.path, a); err != nil {
		w.Errorf("%s %s: answer %d differs from openapi.yaml: %v\n%s", c.method, c.path, a.status, err, a.body)
	}
	if a.status < 300 && c.body != "" {
		if err := mayBeSent(c.method, c.path, c.body); err != nil {
			w.Errorf("%s %s was accepted, but openapi.yaml forbids it: %v\n%s", c.method, c.path, err, c.body)
		}
	}
	return a
}

// want makes a request and fails the test if the status is another.
func (w *world) want(status int, c call) answer {
	w.Helper()
	a := w.do(c)
	if a.status != status {
		w.Fatalf("%s %s: status %d, want %d: %s", c.method, c.path, a.status, status, a.body)
	}
	return a
}

// failure is the body of an answer that says no.
type failure struct {
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields"`
}

func (a answer) failure() failure {
	var f failure
	_ = json.Unmarshal(a.body, &f)
	return f
}

// read decodes the body.
func read[T any](w *world, a answer) T {
	w.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		w.Fatalf("answer %s: %v", a.body, err)
	}
	return v
}

// refreshCookieOf is the value that the answer sets, and whether it sets one.
func (a answer) refreshCookie() (*http.Cookie, bool) {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if strings.HasSuffix(c.Name, "plenum_refresh") {
			return c, true
		}
	}
	return nil, false
}

type credentials struct {
	User struct {
		ID, Email, Name string
	}
	AccessToken string
	ExpiresIn   int
}

// hashed is the password as stored, made once: hashing is slow by intent.
var hashed = sync.OnceValues(func() (string, error) { return api.HashPassword(config().Hashing, password) })

// person makes an account at the first use of the name, signed in.
func (w *world) person(name string) *person {
	w.Helper()
	if p, ok := w.people[name]; ok {
		return p
	}
	hash, err := hashed()
	w.must(err)
	now := w.clock.now()
	u := store.User{Email: name + "@plenum.example", Name: strings.ToUpper(name[:1]) + name[1:], PasswordHash: hash, CreatedAt: now}
	w.must(w.store.CreateUser(w.Context(), &u))
	token := "first-token-of-" + name
	sum := sha256.Sum256([]byte(token))
	w.must(w.store.AddRefreshToken(w.Context(), &store.RefreshToken{
		UserID: u.ID, Hash: sum[:], IssuedAt: now, IdleExpiresAt: now.Add(time.Hour), ExpiresAt: now.Add(30 * 24 * time.Hour),
	}))
	p := &person{Email: u.Email}
	p.signedIn(w, w.want(http.StatusOK, refreshCall(token)))
	w.people[name] = p
	return p
}

// later lets time pass; everybody's access token is renewed, for these live a quarter of an hour.
func (w *world) later(d time.Duration) {
	w.Helper()
	w.clock.pass(d)
	for _, p := range w.people {
		p.signedIn(w, w.want(http.StatusOK, refreshCall(p.Cookie)))
	}
}

func (p *person) signedIn(w *world, a answer) {
	w.Helper()
	c := read[credentials](w, a)
	cookie, ok := a.refreshCookie()
	if !ok {
		w.Fatal("no refresh cookie")
	}
	p.ID, p.Token, p.Cookie = c.User.ID, c.AccessToken, cookie.Value
}

type meeting struct {
	Code, Title, HostName string
	Live, GuestsAllowed   bool
	IsHost                *bool
	CreatedAt, EndedAt    *time.Time
	ParticipantCount      *int
}

// meeting makes one with the person as its host.
func (w *world) meeting(hostName, body string) meeting {
	w.Helper()
	a := w.want(http.StatusCreated, call{method: "POST", path: "/api/meetings", as: hostName, body: body})
	return read[struct{ Meeting meeting }](w, a).Meeting
}

// tookPart puts somebody into a meeting that is over for them; empty is a guest.
func (w *world) tookPart(code, name string) store.Participant {
	w.Helper()
	ctx := w.Context()
	m, err := w.store.MeetingByCode(ctx, code)
	w.must(err)
	o, err := w.store.OpenOccurrence(ctx, m.ID, w.clock.now())
	w.must(err)
	p := &store.Participant{OccurrenceID: o.ID, MeetingID: m.ID, Name: "Gus", Role: store.RoleParticipant, Status: store.StatusJoined, Guest: name == "", CreatedAt: w.clock.now()}
	if name != "" {
		id := w.person(name).ID
		p.UserID, p.Name = &id, name
	}
	w.must(w.store.AddParticipant(ctx, p))
	w.must(w.store.SetParticipantStatus(ctx, p.ID, store.StatusLeft, w.clock.now()))
	return *p
}

// invited makes an invitation link of ada's, or invites bob, and returns its id or his.
func (w *world) invited(code string, person bool) string {
	w.Helper()
	if person {
		bob := w.person("bob")
		w.want(http.StatusOK, call{method: "POST", path: "/api/meetings/" + code + "/invitees", as: "ada", body: `{"emails":["` + bob.Email + `"]}`})
		return bob.ID
	}
	a := w.want(http.StatusCreated, call{method: "POST", path: "/api/meetings/" + code + "/invitations", as: "ada", body: `{}`})
	return read[struct{ Invitation struct{ ID string } }](w, a).Invitation.ID
}

// audited counts the events with an action and a result.
func (w *world) audited(action, result string) int {
	w.Helper()
	events, err := w.store.AuditEvents(w.Context(), store.AuditFilter{Action: action})
	w.must(err)
	n := 0
	for _, e := range events {
		if e.Result == result {
			n++
		}
	}
	return n
}

// in is the same world for a subtest.
func (w *world) in(t *testing.T) *world {
	inner := *w
	inner.T = t
	return &inner
}

// fieldNames of a failure, in order.
func fieldNames(a answer) string {
	return strings.Join(slices.Sorted(maps.Keys(a.failure().Fields)), " ")
}

// address makes one of many.
func address(i int) string {
	return fmt.Sprintf("203.0.%d.%d", 113+i/250, 1+i%250)
}
