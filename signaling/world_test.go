package signaling_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait; a test that passes never uses it up.
const patience = 20 * time.Second

const origin = "https://meet.example.org"

var secret = []byte("a secret of a test, 32 bytes long")

// world is a whole signalling server with a real store and media without a network.
type world struct {
	t         *testing.T
	file      string
	records   *store.Store
	transport *sfutest.Transport
	media     *sfu.Server
	keys      *grant.Keys
	server    *signaling.Server
	http      *httptest.Server
	host      store.User
	meeting   store.Meeting
	boots     int
	from      http.Header // further headers of handshakes
}

func newWorld(t *testing.T, change ...func(*signaling.Config)) *world {
	t.Helper()
	w := &world{t: t, file: filepath.Join(t.TempDir(), "plenum.db")}
	cfg := store.Default(t.TempDir())
	cfg.DSN = "sqlite:" + w.file
	cfg.QueryTimeout = 500 * time.Millisecond
	var err error
	w.records, err = store.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { must(t, w.records.Close()) })
	must(t, w.records.MigrateUp(t.Context()))
	w.host = store.User{Email: "ada@plenum.example", Name: "Ada", PasswordHash: "-"}
	must(t, w.records.CreateUser(t.Context(), &w.host))
	w.meeting = store.Meeting{Code: "k3m9x-7pq2r", Title: "Weekly", HostID: w.host.ID, GuestsAllowed: true}
	must(t, w.records.CreateMeeting(t.Context(), &w.meeting))
	w.boot(change...)
	t.Cleanup(w.stop)
	return w
}

// boot starts the server, as after a restart: same store and secret, another boot id.
func (w *world) boot(change ...func(*signaling.Config)) {
	w.t.Helper()
	w.boots++
	w.transport = &sfutest.Transport{}
	log := slog.New(slog.NewTextHandler(testWriter{w.t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	w.media, err = sfu.NewServer(sfu.Default(), w.transport, log)
	must(w.t, err)
	w.keys, err = grant.NewKeys(secret, "node", fmt.Sprintf("boot-%d", w.boots))
	must(w.t, err)
	cfg := signaling.Default("node")
	cfg.Origins = []string{origin}
	// Who is lost has left at once, but in the tests of coming back.
	cfg.Room.ResumeFor = 0
	cfg.Room.RetryFirst, cfg.Room.RetryMost = time.Millisecond, 20*time.Millisecond
	for _, c := range change {
		c(&cfg)
	}
	must(w.t, cfg.Validate())
	w.server = signaling.NewServer(cfg, w.records, w.media, w.keys, log)
	w.http = httptest.NewServer(w.server)
}

func (w *world) stop() {
	if w.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w.server.Close(ctx)
	w.media.Close()
	w.http.Close()
	w.server = nil
}

// claims are those of a new participant of the running occurrence.
func (w *world) claims(name string) grant.Claims {
	w.t.Helper()
	occurrence, err := w.records.OpenOccurrence(w.t.Context(), w.meeting.ID, time.Now())
	must(w.t, err)
	row := store.Participant{
		OccurrenceID: occurrence.ID, MeetingID: w.meeting.ID, Name: name, Role: store.RoleParticipant,
		Status: store.StatusInvited, Guest: true,
	}
	if name == w.host.Name {
		row.UserID, row.Role, row.Guest = &w.host.ID, store.RoleHost, false
	}
	must(w.t, w.records.AddParticipant(w.t.Context(), &row))
	claims := grant.Claims{
		Participant: row.ID, Code: w.meeting.Code, Meeting: w.meeting.ID, Occurrence: occurrence.ID,
		Epoch: occurrence.Epoch, Name: name, Host: row.Role == store.RoleHost, Guest: row.Guest,
	}
	if row.UserID != nil {
		claims.User = *row.UserID
	}
	return claims
}

// account has somebody with an account take part, who is not the host.
func (w *world) account(name string) grant.Claims {
	w.t.Helper()
	user := store.User{Email: strings.ToLower(name) + "@plenum.example", Name: name, PasswordHash: "-"}
	must(w.t, w.records.CreateUser(w.t.Context(), &user))
	occurrence, err := w.records.OpenOccurrence(w.t.Context(), w.meeting.ID, time.Now())
	must(w.t, err)
	row := store.Participant{
		OccurrenceID: occurrence.ID, MeetingID: w.meeting.ID, UserID: &user.ID, Name: name, Role: store.RoleParticipant,
		Status: store.StatusInvited, Device: "device of " + name,
	}
	must(w.t, w.records.AddParticipant(w.t.Context(), &row))
	return grant.Claims{
		Participant: row.ID, Code: w.meeting.Code, Meeting: w.meeting.ID, Occurrence: occurrence.ID, Epoch: occurrence.Epoch,
		User: user.ID, Name: name, Device: row.Device,
	}
}

func (w *world) grant(claims grant.Claims) string {
	w.t.Helper()
	token, err := w.keys.Grant(time.Now(), claims)
	must(w.t, err)
	return token
}

func (w *world) url() string { return "ws" + strings.TrimPrefix(w.http.URL, "http") + "/ws" }

// dial opens a socket with a credential, from an allowed page.
func (w *world) dial(credential string) (*websocket.Conn, *http.Response, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	header := http.Header{"Origin": {origin}}
	maps.Copy(header, w.from)
	return websocket.Dial(ctx, w.url(), &websocket.DialOptions{
		Subprotocols: []string{message.Subprotocol, credential}, HTTPHeader: header,
	})
}

// enter has a new participant join.
func (w *world) enter(name string) *client {
	w.t.Helper()
	return w.enterWith(name, message.GrantPrefix+w.grant(w.claims(name)))
}

func (w *world) enterWith(name, credential string) *client {
	w.t.Helper()
	c := w.connect(name, credential)
	c.joined = expectReply[message.MeetingJoined](c, c.ask(message.MeetingJoin{}))
	return c
}

// lockStore keeps the database from being written until the returned function is called.
func (w *world) lockStore() (unlock func()) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.file)
	must(w.t, err)
	conn, err := db.Conn(w.t.Context())
	must(w.t, err)
	_, err = conn.ExecContext(w.t.Context(), "PRAGMA busy_timeout = 10000")
	must(w.t, err)
	_, err = conn.ExecContext(w.t.Context(), "BEGIN IMMEDIATE")
	must(w.t, err)
	return func() {
		w.t.Helper()
		_, err := conn.ExecContext(w.t.Context(), "ROLLBACK")
		must(w.t, err)
		must(w.t, conn.Close())
		must(w.t, db.Close())
	}
}

// inStore has the database do something behind the server's back.
func (w *world) inStore(statement string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.file+"?_pragma=busy_timeout(10000)")
	must(w.t, err)
	_, err = db.ExecContext(w.t.Context(), statement)
	must(w.t, err)
	must(w.t, db.Close())
}

// eventually waits for a condition that nothing announces.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	eventually(w.t, what, ok)
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("never came true: %s", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
