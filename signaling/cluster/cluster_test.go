package cluster_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/plenum-meet/plenum/signaling/cluster"
)

func TestAMeetingHasOneHome(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	nodes := []*member{join(t, "a", url), join(t, "b", url), join(t, "c", url)}
	meet(t, nodes...)
	const meetings = 60
	homes := make([][]string, len(nodes))
	var wg sync.WaitGroup
	for i, n := range nodes {
		homes[i] = make([]string, meetings)
		wg.Go(func() {
			for k := range meetings {
				home, err := n.Place(t.Context(), fmt.Sprintf("meeting-%d", k))
				if err != nil {
					t.Error(err)
					return
				}
				homes[i][k] = home.Node.ID
				if home.Here != (home.Node.ID == n.Node()) {
					t.Errorf("%s takes the home at %s for its own: %v", n.Node(), home.Node.ID, home.Here)
				}
			}
		})
	}
	wg.Wait()
	used := map[string]int{}
	for k := range meetings {
		used[homes[0][k]]++
		if homes[0][k] != homes[1][k] || homes[0][k] != homes[2][k] {
			t.Errorf("meeting %d has homes %s, %s and %s", k, homes[0][k], homes[1][k], homes[2][k])
		}
	}
	if len(used) != 3 {
		t.Errorf("all meetings are at %v", used)
	}
}

func TestAMeetingOfANodeThatIsGoneIsPlacedAgain(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	wire := newCable(t, strings.TrimPrefix(url, "nats://"))
	a := join(t, "a", wire.url())
	b := join(t, "b", url)
	meet(t, a, b)
	b.set(func(m *member) { m.state.Draining = true })
	a.knows("b", true)
	if home := a.place("meeting"); !home.Here {
		t.Fatalf("the meeting is at %s", home.Node.ID)
	}
	a.set(func(m *member) { m.live = []string{"meeting"} })
	b.set(func(m *member) { m.state.Draining = false })
	if home := b.place("meeting"); home.Node.ID != "a" {
		t.Fatalf("b finds the meeting at %s", home.Node.ID)
	}

	wire.setCut(true)
	eventually(t, "b has the meeting", func() bool {
		home, err := b.Place(t.Context(), "meeting")
		return err == nil && home.Here
	})
	if _, err := a.Place(t.Context(), "other"); !errors.Is(err, cluster.ErrUnavailable) {
		t.Errorf("cut off, a places: %v", err)
	}
	if !a.Mine("meeting") {
		t.Error("cut off, a gave up its meeting")
	}
	b.set(func(m *member) { m.live = []string{"meeting"} })
	wire.setCut(false)
	eventually(t, "a lets the meeting go", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return slices.Equal(a.moved, []string{"meeting"})
	})
	if a.Mine("meeting") || !b.Mine("meeting") {
		t.Error("b is not the one home")
	}
	if home := a.place("meeting"); home.Node.ID != "b" {
		t.Errorf("a finds the meeting at %s", home.Node.ID)
	}
}

func TestADrainingNodeGetsNothingNew(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	a, b := join(t, "a", url), join(t, "b", url)
	meet(t, a, b)
	b.set(func(m *member) { m.state.Draining = true })
	a.knows("b", true)
	for k := range 20 {
		if home := a.place(fmt.Sprintf("meeting-%d", k)); !home.Here {
			t.Fatal("a draining node got a meeting")
		}
	}
	// One that it has already stays while there is somebody in it, and goes to another node when there is not.
	b.set(func(m *member) { m.state.Draining = false })
	a.set(func(m *member) { m.state.Draining = true })
	a.set(func(m *member) { m.live = []string{"meeting-0"} })
	b.knows("a", true)
	a.knows("b", false)
	if home := a.place("meeting-0"); !home.Here {
		t.Error("a meeting with people in it was given away")
	}
	if home := a.place("meeting-1"); home.Node.ID != "b" {
		t.Error("an empty meeting was opened on a draining node")
	}
}

func TestWhoLeavesGivesItsMeetingsBack(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	a := join(t, "a", url)
	if home := a.place("meeting"); !home.Here {
		t.Fatal("alone, a is not the home")
	}
	b := join(t, "b", url)
	meet(t, a, b)
	a.set(func(m *member) { m.state.Draining = true })
	b.knows("a", true)
	a.Release()
	if home := b.place("meeting"); home.Node.ID != "b" {
		t.Errorf("the meeting is at %s", home.Node.ID)
	}
}

func TestRecordsOutliveALossOfNATS(t *testing.T) {
	first := natsServer(t, -1)
	url := first.ClientURL()
	a, b := join(t, "a", url), join(t, "b", url)
	meet(t, a, b)
	home := a.place("meeting")
	holder, other := a, b
	if !home.Here {
		holder, other = b, a
	}
	holder.place("meeting")
	other.place("meeting")
	holder.set(func(m *member) { m.live = []string{"meeting"} })
	port := first.Addr().(*net.TCPAddr).Port
	stopNATS(first)
	eventually(t, "the loss is noticed", func() bool { return !a.Connected() && !b.Connected() })
	if home, ok, err := other.Home(t.Context(), "meeting"); err != nil || !ok || home.Node.ID != holder.Node() {
		t.Errorf("without NATS the home that was known is %+v, %v", home, err)
	}
	if _, err := other.Place(t.Context(), "another"); !errors.Is(err, cluster.ErrUnavailable) {
		t.Errorf("without NATS a meeting is placed: %v", err)
	}
	if !holder.Mine("meeting") {
		t.Error("without NATS the meeting is given up")
	}

	natsServer(t, port) // its memory is empty
	// Whoever asks first waits until the home had the time to write its record again.
	if home := other.place("meeting"); home.Node.ID != holder.Node() {
		t.Errorf("the meeting has moved to %s", home.Node.ID)
	}
	holder.mu.Lock()
	defer holder.mu.Unlock()
	if len(holder.moved) > 0 {
		t.Errorf("let go: %v", holder.moved)
	}
}

func TestWhatWasFoundHereLatelyOpensNothingWithoutNATS(t *testing.T) {
	first := natsServer(t, -1)
	a, b := join(t, "a", first.ClientURL()), join(t, "b", first.ClientURL())
	meet(t, a, b)
	b.set(func(m *member) { m.state.Draining = true })
	a.knows("b", true)
	if !a.place("meeting").Here {
		t.Fatal("a draining node got the meeting")
	}
	// It is over on a, and held again on b.
	b.set(func(m *member) { m.state.Draining = false })
	a.set(func(m *member) { m.state.Draining = true })
	b.knows("a", true)
	a.knows("b", false)
	if a.place("meeting").Here {
		t.Fatal("a draining node kept an empty meeting")
	}
	b.set(func(m *member) { m.live = []string{"meeting"} })
	a.set(func(m *member) { m.state.Draining = false })
	stopNATS(first)
	eventually(t, "the loss is noticed", func() bool { return !a.Connected() && !b.Connected() })
	if home, err := a.Place(t.Context(), "meeting"); err != nil || home.Node.ID != "b" {
		t.Errorf("a finds it at %+v, %v", home, err)
	}
	if _, err := b.Place(t.Context(), "meeting"); !errors.Is(err, cluster.ErrUnavailable) {
		t.Errorf("b would open it again: %v", err)
	}
	if found, alive, err := a.Find("b"); err != nil || !alive || found.ID != "b" {
		t.Errorf("without NATS b is %+v, %v, %v", found, alive, err)
	}
	if _, alive, err := a.Find("c"); alive || !errors.Is(err, cluster.ErrUnavailable) {
		t.Errorf("whether there is a c is known: %v, %v", alive, err)
	}
}

func TestWhoeverComesRenewsTheRecord(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	a := join(t, "a", url)
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	records, err := js.KeyValue(t.Context(), cluster.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	revision := func() uint64 {
		entry, err := records.Get(t.Context(), "meeting")
		if err != nil {
			t.Fatal(err)
		}
		return entry.Revision()
	}
	a.place("meeting")
	first := revision()
	if _, ok, err := a.Home(t.Context(), "meeting"); !ok || err != nil || revision() != first {
		t.Errorf("who only asks renews it: %v, %v", ok, err)
	}
	if a.place("meeting"); revision() == first {
		t.Error("the record may lapse before the socket comes")
	}
}

func TestNoticesReachEveryOtherNode(t *testing.T) {
	url := natsServer(t, -1).ClientURL()
	a, b, c := join(t, "a", url), join(t, "b", url), join(t, "c", url)
	meet(t, a, b, c)
	a.Tell(cluster.Notice{SignedOut: []string{"family"}})
	for _, m := range []*member{b, c} {
		eventually(t, "told", func() bool {
			m.mu.Lock()
			defer m.mu.Unlock()
			return len(m.told) == 1 && m.told[0].SignedOut[0] == "family"
		})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.told) > 0 {
		t.Error("a was told by itself")
	}
}

func TestANodeAloneHasNATSInItsProcess(t *testing.T) {
	a := join(t, "a", "")
	home, err := a.Place(t.Context(), "meeting")
	if err != nil || !home.Here || !a.Mine("meeting") || !a.Connected() {
		t.Errorf("home %+v, %v", home, err)
	}
	if _, ok, err := a.Home(t.Context(), "other"); ok || err != nil {
		t.Errorf("a meeting that was never placed has a home: %v", err)
	}
	if len(a.Others()) != 0 {
		t.Errorf("alone with %v", a.Others())
	}
}

func TestADoctorTriesNATSAndChangesNothing(t *testing.T) {
	there := natsServer(t, -1)
	cfg := cluster.Default("doctor")
	cfg.URL = there.ClientURL()
	if _, err := cluster.Try(t.Context(), cfg); err != nil {
		t.Error(err)
	}
	if has, err := there.Jsz(nil); err != nil || has.Streams != 0 {
		t.Errorf("made: %+v, %v", has, err)
	}
	plain, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	plain.Start()
	defer stopNATS(plain)
	if !plain.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	cfg.URL, cfg.Within = plain.ClientURL(), 200*time.Millisecond
	if _, err := cluster.Try(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "JetStream") {
		t.Errorf("without JetStream: %v", err)
	}
}

func TestANodeSaysWhyItCannotJoin(t *testing.T) {
	cfg := cluster.Default("a")
	cfg.State, cfg.Live = func() cluster.State { return cluster.State{} }, func() []string { return nil }
	cfg.Moved, cfg.Told = func(string) {}, func(cluster.Notice) {}
	cfg.URL, cfg.Address = "nats://127.0.0.1:1", "127.0.0.1:7880"
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if _, err := cluster.Join(t.Context(), cfg, log); err == nil || !strings.Contains(err.Error(), "NATS cannot be reached") {
		t.Errorf("nobody listens: %v", err)
	}
	cfg.URL = "nats://plenum:hunter2@[::1"
	if _, err := cluster.Join(t.Context(), cfg, log); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an address that is none: %v", err)
	}
	cfg.Address = "elsewhere"
	if _, err := cluster.Join(t.Context(), cfg, log); err == nil || !strings.Contains(err.Error(), "address for other nodes") {
		t.Errorf("address without a port: %v", err)
	}
}
