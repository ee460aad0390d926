package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrUnavailable says that nobody knows at the moment where a meeting lives. Whoever asks again in a second may learn it.
var ErrUnavailable = errors.New("the home of the meeting is not known at the moment")

// attempts at a record that others change at the same time.
const attempts = 4

// Home is where a meeting lives.
type Home struct {
	Node Node
	// Here says that it is this node.
	Here bool
}

// Cluster is a node's part in the cluster. Its goroutines end with Close.
type Cluster struct {
	cfg Config
	log *slog.Logger
	bus *bus
	// back and late wake the goroutine that renews: NATS is there again, or this node stood still.
	back, late chan struct{}
	stop       chan struct{}
	running    sync.WaitGroup

	mu      sync.Mutex
	members *members
	// mine are the records that name this node, as they were last written.
	mine map[string]record
	// released says that all have been given back and none is renewed.
	released bool
	// whole is from when on a record that is not there was not lost with NATS either: others had the time to write it again.
	whole time.Time

	// recent are the homes that were found last, for while NATS is away.
	recent *lru.Cache[string, Node]
}

// maxRecent bounds what is remembered; the home that was looked for longest ago is forgotten.
const maxRecent = 10_000

// record of a meeting in the bucket, as this node last wrote it.
type record struct {
	revision uint64
	written  time.Time
}

// Join connects to NATS and tells the others of this node.
func Join(ctx context.Context, cfg Config, log *slog.Logger) (*Cluster, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	c := &Cluster{
		cfg: cfg, log: log.With("package", "cluster"),
		back: make(chan struct{}, 1), late: make(chan struct{}, 1), stop: make(chan struct{}),
		members: newMembers(cfg.Node, cfg.Silence), mine: map[string]record{},
	}
	now := time.Now()
	c.members.hear(now, c.self())
	if !c.Alone() {
		c.members.listen(now)
	}
	var err error
	if c.recent, err = lru.New[string, Node](maxRecent); err != nil {
		return nil, err
	}
	if c.bus, err = openBus(ctx, cfg, c.log, func() { wake(c.back) }); err != nil {
		return nil, err
	}
	for subject, take := range map[string]nats.MsgHandler{subjectNode: c.heard, subjectNotice: c.told} {
		if _, err := c.bus.conn.Subscribe(subject, take); err != nil {
			c.bus.close()
			return nil, fmt.Errorf("listening to %s: %w", subject, err)
		}
	}
	c.beat(now)
	c.running.Go(c.tell)
	c.running.Go(c.holdOn)
	return c, nil
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close lets all meetings go and tells the others that this node is gone.
func (c *Cluster) Close() {
	close(c.stop)
	c.running.Wait()
	c.Release()
	c.say(subjectNode, beat{Node: c.self(), Leaving: true})
	_ = c.bus.conn.FlushTimeout(c.cfg.Within) // the others find out by themselves
	c.bus.close()
}

// Node is this one.
func (c *Cluster) Node() string { return c.cfg.Node }

// Alone says that there never is another node.
func (c *Cluster) Alone() bool { return c.cfg.URL == "" }

// Nodes are all that are alive, by name.
func (c *Cluster) Nodes() []Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.members.list(time.Now())
}

// Others are the nodes that are alive but for this one.
func (c *Cluster) Others() []Node {
	return slices.DeleteFunc(c.Nodes(), func(n Node) bool { return n.ID == c.cfg.Node })
}

// Find is a node by its name: as it was last heard of, while NATS is away. It fails with ErrUnavailable if the node may only not have
// been heard of yet; false says that it is gone.
func (c *Cluster) Find(id string) (Node, bool, error) {
	connected := c.bus.connected()
	c.mu.Lock()
	defer c.mu.Unlock()
	n, alive, sure := c.members.alive(time.Now(), id)
	if last, known := c.members.known[id]; !connected && known {
		return last.Node, true, nil
	}
	if !alive && (!sure || !connected) {
		return Node{}, false, c.unavailable(fmt.Errorf("node %s has not been heard of yet", id))
	}
	return n, alive, nil
}

// Connected says whether NATS can be reached.
func (c *Cluster) Connected() bool { return c.bus.connected() }

// Mine says whether this node is the home of a meeting: its record is there and has not lapsed.
func (c *Cluster) Mine(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.mine[code]
	return ok && time.Since(r.written) < c.cfg.Life
}

// Home says where a meeting lives; false if nowhere, or on a node that is gone. The error is ErrUnavailable.
func (c *Cluster) Home(ctx context.Context, code string) (Home, bool, error) {
	home, _, ok, err := c.look(ctx, code)
	return home, ok, err
}

// Place says where a meeting lives, and finds a node for it if it has none. What lives here is renewed. The error is ErrUnavailable.
func (c *Cluster) Place(ctx context.Context, code string) (Home, error) {
	for range attempts {
		home, revision, ok, err := c.look(ctx, code)
		if err != nil {
			return Home{}, err
		}
		if ok && !home.Here {
			return home, nil
		}
		target := c.self()
		if !ok || c.passesOn(code) {
			target = c.choose()
		}
		taken, err := c.take(ctx, code, target, revision)
		if err == nil {
			return taken, nil
		}
		if !isConflict(err) {
			return Home{}, c.unavailable(err)
		}
	}
	return Home{}, c.unavailable(errContended)
}

var errContended = errors.New("others change the record all the time")

// passesOn says that this node is draining and nobody is in the meeting: another one may open it.
func (c *Cluster) passesOn(code string) bool {
	return c.cfg.State().Draining && len(c.Others()) > 0 && !slices.Contains(c.cfg.Live(), code)
}

// look reads the record of a meeting. The revision is 0 if there is none. While NATS is away, what was found lately may lead to
// another node, which knows better; never here.
func (c *Cluster) look(ctx context.Context, code string) (home Home, revision uint64, ok bool, err error) {
	if !c.bus.connected() {
		if node, known := c.recent.Get(code); known && node.ID != c.cfg.Node {
			return Home{Node: node}, 0, true, nil
		}
		return home, 0, false, c.unavailable(nats.ErrDisconnected)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Within)
	defer cancel()
	entry, err := c.bus.rooms.Get(ctx, code)
	missing := errors.Is(err, jetstream.ErrKeyNotFound)
	if err != nil && !missing {
		return home, 0, false, c.unavailable(err)
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if missing {
		if now.Before(c.whole) {
			return home, 0, false, c.unavailable(errors.New("NATS is back just now, and records may be missing"))
		}
		return home, 0, false, nil
	}
	id := string(entry.Value())
	node, alive, sure := c.members.alive(now, id)
	if !alive && !sure {
		return home, 0, false, c.unavailable(fmt.Errorf("node %s has not been heard of yet", id))
	}
	if alive {
		c.recent.Add(code, node)
	}
	return Home{Node: node, Here: id == c.cfg.Node}, entry.Revision(), alive, nil
}

// take makes a node the home, if the record is still as it was.
func (c *Cluster) take(ctx context.Context, code string, target Node, was uint64) (Home, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Within)
	defer cancel()
	revision, err := c.write(ctx, code, target.ID, was)
	if err != nil {
		return Home{}, err
	}
	c.recent.Add(code, target)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.mine, code)
	if target.ID == c.cfg.Node {
		c.mine[code] = record{revision, time.Now()}
	}
	return Home{Node: target, Here: target.ID == c.cfg.Node}, nil
}

func (c *Cluster) write(ctx context.Context, code, node string, was uint64) (uint64, error) {
	if was == 0 {
		return c.bus.rooms.Create(ctx, code, []byte(node))
	}
	return c.bus.rooms.Update(ctx, code, []byte(node), was)
}

func (c *Cluster) choose() Node {
	now, self := time.Now(), c.self()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members.renewed(now, self)
	return c.members.choose(now, rand.IntN)
}

func (c *Cluster) self() Node {
	return Node{ID: c.cfg.Node, Address: c.cfg.Address, State: c.cfg.State()}
}

func (c *Cluster) unavailable(why error) error { return fmt.Errorf("%w: %w", ErrUnavailable, why) }

// isConflict says that somebody else was there before.
func isConflict(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch)
}
