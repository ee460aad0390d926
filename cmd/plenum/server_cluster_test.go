package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/cluster"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// nodes are two servers with one database and one NATS.
type nodes struct {
	*meeting
	// all are the first one, which the meeting's bots and its host ask, and the second one.
	all      []*node
	stop     []func()
	natsAway func()
}

// shared is what the nodes of a cluster have in common, and how their NATS ends.
func shared(t *testing.T) (share func(*serveCommand), away func()) {
	t.Helper()
	bus, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	bus.Start()
	away = sync.OnceFunc(func() { bus.Shutdown(); bus.WaitForShutdown() })
	t.Cleanup(away)
	if !bus.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	records := "sqlite:" + filepath.Join(t.TempDir(), "plenum.db")
	return func(c *serveCommand) {
		c.Storage.Database, c.Secret = records, strings.Repeat("s", 48)
		c.Cluster.NATSURL, c.Cluster.NodeListen = bus.ClientURL(), "127.0.0.1:0"
		c.AdminToken = operatorsToken
	}, away
}

func startNodes(t *testing.T) *nodes {
	t.Helper()
	share, away := shared(t)
	n := &nodes{meeting: startMeeting(t, share), natsAway: away}
	n.all = []*node{n.server}
	second := serveCommand{Storage: storageOptions{Data: t.TempDir()}, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", MediaAddress: n.server.cfg.MediaAddress}
	share(&second)
	other, err := start(n.ctx, second, second.Log.logger(n.log, usualLevel))
	if err != nil {
		t.Fatal(err)
	}
	n.all = append(n.all, other)
	for _, each := range n.all {
		stop := sync.OnceFunc(func() {
			stopping, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			each.Stop(stopping)
		})
		n.stop = append(n.stop, stop)
		t.Cleanup(stop)
	}
	for _, each := range n.all {
		n.until("the nodes know each other", func() bool { return ready(each) })
	}
	return n
}

// ready says whether a node knows of another one, and both take meetings.
func ready(n *node) bool {
	all := n.cluster.Nodes()
	return len(all) == 2 && !all[0].Draining && !all[1].Draining
}

const operatorsToken = "a token of at least sixteen bytes"

// at asks the i-th node as a guest.
func (n *nodes) at(i int) client.REST { return client.REST{Base: "http://" + n.all[i].public.String()} }

// homes are the nodes on which there is a room of the meeting.
func (n *nodes) homes() (at []int) {
	for i, each := range n.all {
		if slices.Contains(each.signals.Codes(), n.code) {
			at = append(at, i)
		}
	}
	return at
}

// livesAt makes meetings until one lives on the i-th node, with its host inside, who came by the first one.
func (n *nodes) livesAt(i int) *bot {
	n.t.Helper()
	for range 40 {
		host := n.enterBy(n.rest, "Host")
		if slices.Equal(n.homes(), []int{i}) {
			return host
		}
		host.Close()
		var err error
		if n.code, err = n.rest.Create(n.ctx, "Test"); err != nil {
			n.t.Fatal(err)
		}
	}
	n.t.Fatalf("none of forty meetings lives on node %d", i)
	return nil
}

// admin asks the i-th node as its operator.
func (n *nodes) admin(i int, method, path, body string, want int, out any) {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.ctx, method, n.all[i].AdminURL()+path, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+operatorsToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != want {
		n.t.Fatalf("%s %s at node %d: %s, want %d", method, path, i, answer.Status, want)
	}
	if out != nil {
		if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
			n.t.Fatal(err)
		}
	}
}

// Whichever node people ask, they meet, see each other, and can be looked after.
func TestAMeetingLivesOnOneNodeAndIsReachedByAll(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	host := n.livesAt(1)
	guest := n.enterBy(n.at(1), "Gus") // by the home itself
	other := n.enterBy(n.at(0), "Ola") // passed on, as the host was
	if got := n.homes(); !slices.Equal(got, []int{1}) {
		t.Fatalf("the meeting lives on %v", got)
	}
	host.publish(camera())
	for _, viewer := range []*bot{guest, other} {
		viewer.receive(client.Slots{Video: 1})
		viewer.wish(720, host.id)
		viewer.flows(20, viewer.video(0))
	}
	other.must(message.ChatSend{ClientID: "a", Text: "hello"})
	n.until("the chat is heard", func() bool {
		host.mu.Lock()
		defer host.mu.Unlock()
		return len(host.chat) == 1
	})

	for i := range n.all {
		var rooms struct {
			Rooms []struct {
				Code         string
				Participants int
			}
		}
		n.admin(i, "GET", "/api/admin/rooms", "", 200, &rooms)
		if len(rooms.Rooms) != 1 || rooms.Rooms[0].Code != n.code || rooms.Rooms[0].Participants != 3 {
			t.Errorf("node %d lists %+v", i, rooms)
		}
		var told struct{ Rooms int }
		n.admin(i, "POST", "/api/admin/announce", `{"text":"soon"}`, 200, &told)
		if told.Rooms != 1 {
			t.Errorf("node %d has told %d meetings", i, told.Rooms)
		}
		n.admin(i, "POST", "/api/admin/rooms/"+n.code+"/announce", `{"text":"now"}`, 204, nil)
		type one struct {
			ID   string
			Here bool
		}
		var list struct{ Nodes []one }
		n.admin(i, "GET", "/api/admin/nodes", "", 200, &list)
		if len(list.Nodes) != 2 || list.Nodes[0].ID > list.Nodes[1].ID || !slices.Contains(list.Nodes, one{n.all[i].id, true}) {
			t.Errorf("node %d knows %+v", i, list.Nodes)
		}
	}
	seen := administration{meeting: n.meeting, key: operatorsToken}.online("nodes")
	for _, each := range n.all {
		if !strings.Contains(seen, each.id) {
			t.Errorf("plenum admin nodes says nothing of %s:\n%s", each.id, seen)
		}
	}
	n.admin(0, "DELETE", "/api/admin/rooms/"+n.code+"/participants/"+guest.id, "", 204, nil)
	n.until("who was removed by the other node is out", over(guest))
}

// What ends a sign-in on one node takes effect on the node where they are.
func TestASignOutIsHeardByEveryNode(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	host := n.livesAt(1)
	phone := n.at(0)
	if err := phone.Login(n.ctx, "host@plenum.example", "a long enough password"); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(n.ctx, http.MethodDelete, phone.Base+"/api/users/me/sessions", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+phone.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		t.Fatal(answer.Status)
	}
	n.until("the host is out of the meeting on the other node", over(host))
}

// A node that stops lets its meetings go: people come back by themselves, on another one.
func TestPeopleOfANodeThatStopsComeBackOnAnother(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	host := n.livesAt(1)
	guest := n.enter("Gus")
	n.admin(0, "PATCH", "/api/admin/nodes/"+n.all[1].id, `{"draining":true}`, 200, nil)
	n.until("the first node knows that the second drains", func() bool {
		return slices.ContainsFunc(n.all[0].cluster.Nodes(), func(one cluster.Node) bool { return one.ID == n.all[1].id && one.Draining })
	})
	before, err := n.rest.Create(n.ctx, "Another")
	if err != nil {
		t.Fatal(err)
	}
	here := n.code
	n.code = before
	n.enter("Ada")
	if got := n.homes(); !slices.Equal(got, []int{0}) {
		t.Errorf("a new meeting lives on %v while the second node drains", got)
	}
	n.code = here
	if got := n.homes(); !slices.Equal(got, []int{1}) {
		t.Errorf("the meeting lives on %v while its node drains", got)
	}

	n.stop[1]()
	for _, b := range []*bot{host, guest} {
		n.until(b.name+" is back", func() bool {
			ctx, cancel := context.WithTimeout(n.ctx, 5*time.Second)
			defer cancel()
			_, err := b.Resume(ctx)
			return err == nil
		})
	}
	if got := n.homes(); !slices.Equal(got, []int{0}) {
		t.Errorf("the meeting lives on %v", got)
	}
	live, _ := n.all[0].signals.Live(n.code)
	if len(live.Participants) != 2 || live.Participants[0].ID != host.id && live.Participants[1].ID != host.id {
		t.Errorf("back are %+v", live.Participants)
	}
}

// A node that dies says nothing. The others find its silence, and its people come back to one of them.
func TestPeopleOfANodeThatIsKilledComeBackOnAnother(t *testing.T) {
	t.Parallel()
	share, _ := shared(t)
	m := startMeeting(t, share)
	c := &m.server.cfg
	program := exec.CommandContext(m.ctx, os.Args[0], "serve", "--data", t.TempDir(), "--database", c.Storage.Database, "--secret", c.Secret,
		"--nats-url", c.Cluster.NATSURL, "--node-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--admin-listen", "off",
		"--media-port", "0", "--media-address", "127.0.0.1", "--turn", "off")
	program.Env = append(os.Environ(), programVariable+"=1")
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	t.Cleanup(kill)
	m.until("the nodes know each other", func() bool { return ready(m.server) })

	var host *bot
	for try := 0; host == nil; try++ {
		if try == 40 {
			t.Fatal("none of forty meetings lives on the other node")
		}
		var err error
		if m.code, err = m.rest.Create(m.ctx, "Test"); err != nil {
			t.Fatal(err)
		}
		if came := m.enterBy(m.rest, "Host"); m.server.signals.Has(m.code) {
			came.Close()
		} else {
			host = came
		}
	}
	guest := m.enter("Gus")
	host.publish(camera())
	guest.receive(client.Slots{Video: 1})
	guest.wish(720, host.id)
	guest.flows(20, guest.video(0))

	kill()
	for _, b := range []*bot{host, guest} {
		m.until(b.name+" is back", func() bool {
			ctx, cancel := context.WithTimeout(m.ctx, 5*time.Second)
			defer cancel()
			_, err := b.Resume(ctx)
			return err == nil
		})
	}
	live, _ := m.server.signals.Live(m.code)
	if len(live.Participants) != 2 {
		t.Errorf("back are %+v", live.Participants)
	}
}

// drains has the i-th node drain or not, and waits until the other one knows.
func (n *nodes) drains(i int, draining bool) {
	n.t.Helper()
	n.admin(0, "PATCH", "/api/admin/nodes/"+n.all[i].id, fmt.Sprintf(`{"draining":%v}`, draining), 200, nil)
	n.until("the other node knows", func() bool {
		return slices.ContainsFunc(n.all[1-i].cluster.Nodes(), func(one cluster.Node) bool { return one.ID == n.all[i].id && one.Draining == draining })
	})
}

// A meeting that was to be opened on a node that drains since is opened on another, and nobody notices.
func TestAMeetingIsOpenedWhereNobodyDrains(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	n.drains(0, true)
	home, err := n.all[0].cluster.Place(n.ctx, n.code)
	if err != nil || home.Here {
		t.Fatalf("a node that drains took the meeting: %v", err)
	}
	n.drains(0, false)
	n.drains(1, true)
	n.enter("Gus")
	if got := n.homes(); !slices.Equal(got, []int{0}) {
		t.Errorf("the meeting lives on %v", got)
	}
}

// Whose fault it is that a body cannot be read is said alike by every node.
func TestABodyThatIsTooLargeIsSaidSoByEveryNode(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	n.livesAt(1)
	for i := range n.all {
		// Without a length, so that it is found while it is passed on.
		endless := io.MultiReader(bytes.NewReader(make([]byte, 4<<20)))
		r, err := http.NewRequestWithContext(n.ctx, http.MethodPost, n.at(i).Base+"/api/meetings/"+n.code+"/end", endless)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+n.rest.Token)
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("node %d says %s", i, answer.Status)
		}
	}
}

// A socket that is passed on ends with the one behind it, whatever its client does.
func TestASocketThatIsPassedOnEndsWithItsHome(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	host := n.livesAt(1)
	keys, err := grant.NewKeys([]byte(n.server.cfg.Secret), "elsewhere", "boot")
	if err != nil {
		t.Fatal(err)
	}
	ticket, _, err := keys.Ticket(time.Now(), grant.Claims{Participant: host.id, Code: n.code, Meeting: "m", Occurrence: "o"})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", n.all[0].public.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: plenum.v1, resume.%s\r\n\r\n", ticket)
	from := bufio.NewReader(conn)
	if line, err := from.ReadString('\n'); err != nil || !strings.Contains(line, "101") {
		t.Fatalf("the handshake: %q, %v", line, err)
	}
	n.all[1].signals.LetGo(n.code)
	// What the home says at the end comes, and then nothing can be sent any more.
	_, _ = io.Copy(io.Discard, from)
	n.until("the socket is gone", func() bool {
		_, err := conn.Write([]byte{0})
		return err != nil
	})
}

// Without NATS, meetings go on, whoever comes finds those that their node has looked for, and hosts end them from anywhere.
func TestWithoutNATSMeetingsAreReachedByEveryNode(t *testing.T) {
	t.Parallel()
	n := startNodes(t)
	host := n.livesAt(1)
	n.natsAway()
	n.until("the nodes hear of each other no more", func() bool { return len(n.all[0].cluster.Others()) == 0 })
	guest := n.enter("Gus")
	if got := n.homes(); !slices.Equal(got, []int{1}) {
		t.Errorf("the meeting lives on %v", got)
	}
	elsewhere, err := n.rest.Create(n.ctx, "Another")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.rest.Join(n.ctx, elsewhere, ""); err == nil || !strings.Contains(err.Error(), "503") && !strings.Contains(err.Error(), "unavailable") {
		t.Errorf("a meeting was begun without NATS: %v", err)
	}
	if err := n.rest.End(n.ctx, n.code); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*bot{host, guest} {
		n.until(b.name+" is out", over(b))
	}
}
