package cluster_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/plenum-meet/plenum/signaling/cluster"
)

// patience bounds every wait; a test that passes never uses it up.
const patience = 30 * time.Second

// natsServer is one elsewhere, with nothing in its memory.
func natsServer(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	t.Cleanup(func() { stopNATS(s) })
	return s
}

func stopNATS(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// member is a node in a test: what it was told, and what it says of itself.
type member struct {
	*cluster.Cluster
	t *testing.T

	mu    sync.Mutex
	state cluster.State
	live  []string
	moved []string
	told  []cluster.Notice
}

// join adds a node with the times of a cluster made shorter.
func join(t *testing.T, id, url string) *member {
	t.Helper()
	m := &member{t: t}
	cfg := cluster.Default(id)
	cfg.URL, cfg.Address, cfg.Dir = url, "127.0.0.1:1", t.TempDir()
	cfg.Beat, cfg.Silence, cfg.Renew, cfg.Life = 50*time.Millisecond, time.Second, 200*time.Millisecond, 10*time.Second
	cfg.State = func() cluster.State { m.mu.Lock(); defer m.mu.Unlock(); return m.state }
	cfg.Live = func() []string { m.mu.Lock(); defer m.mu.Unlock(); return append([]string{}, m.live...) }
	cfg.Moved = func(code string) { m.mu.Lock(); defer m.mu.Unlock(); m.moved = append(m.moved, code); m.live = nil }
	cfg.Told = func(n cluster.Notice) { m.mu.Lock(); defer m.mu.Unlock(); m.told = append(m.told, n) }
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := cluster.Join(ctx, cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	m.Cluster = c
	t.Cleanup(c.Close)
	return m
}

func (m *member) set(change func(*member)) { m.mu.Lock(); defer m.mu.Unlock(); change(m) }

// place asks until there is an answer.
func (m *member) place(code string) cluster.Home {
	m.t.Helper()
	var home cluster.Home
	eventually(m.t, "a home for "+code, func() bool {
		var err error
		home, err = m.Place(m.t.Context(), code)
		return err == nil
	})
	return home
}

// knows waits until it has heard whether another one is draining.
func (m *member) knows(id string, draining bool) {
	m.t.Helper()
	eventually(m.t, m.Node()+" knows how "+id+" is", func() bool {
		return slices.ContainsFunc(m.Nodes(), func(n cluster.Node) bool { return n.ID == id && n.Draining == draining })
	})
}

func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

// meet waits until each knows all others.
func meet(t *testing.T, all ...*member) {
	t.Helper()
	for _, m := range all {
		eventually(t, "nodes know each other", func() bool { return len(m.Nodes()) == len(all) })
	}
}

// cable leads to NATS until it is cut.
type cable struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	cut      bool
	ends     []net.Conn
}

func newCable(t *testing.T, to string) *cable {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener, to: to}
	t.Cleanup(func() { listener.Close(); c.setCut(true) })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			c.mu.Lock()
			if c.cut || err != nil {
				near.Close()
				if err == nil {
					far.Close()
				}
			} else {
				c.ends = append(c.ends, near, far)
				go pour(near, far)
				go pour(far, near)
			}
			c.mu.Unlock()
		}
	}()
	return c
}

func pour(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

func (c *cable) url() string { return "nats://" + c.listener.Addr().String() }

func (c *cable) setCut(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, end := range c.ends {
			end.Close()
		}
		c.ends = nil
	}
}
