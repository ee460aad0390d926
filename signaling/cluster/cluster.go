package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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

// Cluster is a node's part in the cluster. Its goroutine ends with Close.
type Cluster struct {
	cfg Config
	log *slog.Logger
	bus *bus
	// again wakes run when NATS is back.
	again chan struct{}
	stop  chan struct{}
	ended chan struct{}

	mu      sync.Mutex
	members *members
	// mine are the records that name this node.
	mine map[string]record

	// recent are the homes that were found last: while NATS is away nothing moves, so that they hold.
	recent *lru.Cache[string, Node]
}

// maxRecent bounds what is remembered; the home that was looked for longest ago is forgotten.
const maxRecent = 10_000

// record of a meeting in the bucket, as this node last saw it.
type record struct {
	revision uint64
	seen     time.Time
}

// Join connects to NATS and tells the others of this node.
func Join(ctx context.Context, cfg Config, log *slog.Logger) (*Cluster, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	c := &Cluster{
		cfg: cfg, log: log.With("package", "cluster"), again: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{}),
		members: newMembers(cfg.Node, cfg.Silence), mine: map[string]record{},
	}
	now := time.Now()
	c.members.hear(now, c.self())
	if cfg.URL != "" {
		c.members.listen(now)
	}
	var err error
	if c.recent, err = lru.New[string, Node](maxRecent); err != nil {
		return nil, err
	}
	if c.bus, err = openBus(ctx, cfg, c.reconnected); err != nil {
		return nil, err
	}
	for subject, take := range map[string]nats.MsgHandler{subjectNode: c.heard, subjectNotice: c.told} {
		if _, err := c.bus.conn.Subscribe(subject, take); err != nil {
			c.bus.close()
			return nil, fmt.Errorf("listening to %s: %w", subject, err)
		}
	}
	c.beat(now)
	go c.run()
	return c, nil
}

// Close lets all meetings go and tells the others that this node is gone.
func (c *Cluster) Close() {
	close(c.stop)
	<-c.ended
	c.Release()
	c.say(subjectNode, beat{Node: c.self(), Leaving: true})
	_ = c.bus.conn.FlushTimeout(c.cfg.Within) // the others find out by themselves
	c.bus.close()
}

// Node is this one.
func (c *Cluster) Node() string { return c.cfg.Node }

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

// Find is a node by its name; false if it is not alive.
func (c *Cluster) Find(id string) (Node, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok, _ := c.members.alive(time.Now(), id)
	return n, ok
}

// Connected says whether NATS can be reached.
func (c *Cluster) Connected() bool { return c.bus.connected() }

// Mine says whether this node is the home of a meeting, as far as it knows.
func (c *Cluster) Mine(code string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.mine[code]
	return ok
}

// Home says where a meeting lives; false if nowhere, or on a node that is gone. The error is ErrUnavailable.
func (c *Cluster) Home(ctx context.Context, code string) (Home, bool, error) {
	home, _, ok, err := c.look(ctx, code)
	return home, ok, err
}

// Place says where a meeting lives, and finds a node for it if it has none. The error is ErrUnavailable.
func (c *Cluster) Place(ctx context.Context, code string) (Home, error) {
	for range attempts {
		home, revision, ok, err := c.look(ctx, code)
		if err != nil {
			return Home{}, err
		}
		if ok && !(home.Here && c.passesOn(code)) {
			return home, nil
		}
		taken, err := c.take(ctx, code, c.choose(), revision)
		if err == nil {
			return taken, nil
		}
		if !isConflict(err) {
			return Home{}, c.unavailable(err)
		}
	}
	return Home{}, c.unavailable(errors.New("others change the record all the time"))
}

// passesOn says that this node is draining and nobody is in the meeting: another one may open it.
func (c *Cluster) passesOn(code string) bool {
	return c.cfg.State().Draining && len(c.Others()) > 0 && !slices.Contains(c.cfg.Live(), code)
}

// look reads the record of a meeting. The revision is 0 if there is none.
func (c *Cluster) look(ctx context.Context, code string) (home Home, revision uint64, ok bool, err error) {
	if !c.bus.connected() {
		if node, known := c.recent.Get(code); known {
			return Home{Node: node, Here: node.ID == c.cfg.Node}, 0, true, nil
		}
		return home, 0, false, c.unavailable(nats.ErrDisconnected)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Within)
	defer cancel()
	entry, err := c.bus.rooms.Get(ctx, code)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return home, 0, false, nil
	}
	if err != nil {
		return home, 0, false, c.unavailable(err)
	}
	id := string(entry.Value())
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	node, alive, sure := c.members.alive(now, id)
	if !alive && !sure {
		return home, 0, false, c.unavailable(fmt.Errorf("node %s has not been heard of yet", id))
	}
	home = Home{Node: node, Here: id == c.cfg.Node}
	if alive {
		c.recent.Add(code, node)
	}
	if home.Here {
		c.mine[code] = record{entry.Revision(), now}
	}
	return home, entry.Revision(), alive, nil
}

// take makes a node the home, if the record is still as it was.
func (c *Cluster) take(ctx context.Context, code string, target Node, was uint64) (Home, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Within)
	defer cancel()
	revision, err := c.write(ctx, code, target.ID, was)
	if err != nil {
		return Home{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.mine, code)
	if target.ID == c.cfg.Node {
		c.mine[code] = record{revision, time.Now()}
	}
	c.recent.Add(code, target)
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

// Release gives all meetings of this node back, so that whoever asks next finds another one.
func (c *Cluster) Release() {
	c.mu.Lock()
	mine := c.mine
	c.mine = map[string]record{}
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Within)
	defer cancel()
	for code, r := range mine {
		if err := c.bus.rooms.Delete(ctx, code, jetstream.LastRevision(r.revision)); err != nil && !isConflict(err) {
			c.log.Warn("a meeting's home is not given back; it lasts until the record expires", "error", err)
			return
		}
	}
}

// Tell has every other node know something.
func (c *Cluster) Tell(n Notice) {
	c.say(subjectNotice, notice{From: c.cfg.Node, Notice: n})
}

// beat is what is said on subjectNode.
type beat struct {
	Node
	Leaving bool `json:"leaving,omitempty"`
}

// notice is what is said on subjectNotice.
type notice struct {
	From string `json:"from"`
	Notice
}

func (c *Cluster) say(subject string, what any) {
	text, err := json.Marshal(what)
	if err == nil {
		err = c.bus.conn.Publish(subject, text)
	}
	if err != nil && c.bus.connected() {
		c.log.Warn("other nodes cannot be told", "subject", subject, "error", err)
	}
}

func (c *Cluster) self() Node {
	return Node{ID: c.cfg.Node, Address: c.cfg.Address, State: c.cfg.State()}
}

func (c *Cluster) heard(m *nats.Msg) {
	var b beat
	if err := json.Unmarshal(m.Data, &b); err != nil || b.ID == "" || b.ID == c.cfg.Node {
		return
	}
	c.mu.Lock()
	newcomer := false
	if b.Leaving {
		c.members.left(b.ID)
	} else {
		newcomer = c.members.hear(time.Now(), b.Node)
	}
	c.mu.Unlock()
	switch {
	case b.Leaving:
		c.log.Info("a node has left", "node", b.ID)
	case newcomer:
		c.log.Info("a node is there", "node", b.ID, "address", b.Address)
		c.say(subjectNode, beat{Node: c.self()}) // it does not wait for the next beat
	}
}

func (c *Cluster) told(m *nats.Msg) {
	var n notice
	if err := json.Unmarshal(m.Data, &n); err == nil && n.From != c.cfg.Node {
		c.cfg.Told(n.Notice)
	}
}

func (c *Cluster) reconnected() {
	select {
	case c.again <- struct{}{}:
	default:
	}
}

func (c *Cluster) run() {
	defer close(c.ended)
	beats, renewals := time.NewTicker(c.cfg.Beat), time.NewTicker(c.cfg.Renew)
	defer beats.Stop()
	defer renewals.Stop()
	// After a loss of NATS the bucket may be lost too.
	lost := false
	for {
		select {
		case <-c.stop:
			return
		case <-c.again:
			now := time.Now()
			c.mu.Lock()
			c.members.listen(now)
			c.mu.Unlock()
			c.log.Info("NATS is back")
			c.beat(now)
			lost = !c.restore()
		case now := <-beats.C:
			c.beat(now)
			if lost {
				lost = !c.restore()
			}
		case <-renewals.C:
			c.renew()
		}
	}
}

func (c *Cluster) beat(now time.Time) {
	self := c.self()
	c.mu.Lock()
	c.members.hear(now, self)
	c.mu.Unlock()
	c.say(subjectNode, beat{Node: self})
}

// restore finds the bucket again and puts the records of what is alive here back.
func (c *Cluster) restore() bool {
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Within)
	defer cancel()
	if _, err := c.bus.bucket(ctx, c.cfg.Life); err != nil {
		c.log.Warn("NATS is back without its bucket", "error", err)
		return false
	}
	c.renew()
	return true
}

// renew keeps the records of what is alive here, and lets go what has been given to another node.
func (c *Cluster) renew() {
	if !c.bus.connected() {
		return
	}
	live := c.cfg.Live()
	for _, code := range live {
		if err := c.keep(code); err != nil {
			c.log.Warn("a meeting's record is not renewed", "error", err)
			break
		}
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.mine, func(code string, r record) bool {
		return now.Sub(r.seen) > c.cfg.Life && !slices.Contains(live, code)
	})
}

// keep renews one record, or makes it anew if NATS has lost it.
func (c *Cluster) keep(code string) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Within)
	defer cancel()
	c.mu.Lock()
	was := c.mine[code].revision
	c.mu.Unlock()
	for range attempts {
		revision, err := c.write(ctx, code, c.cfg.Node, was)
		if err == nil {
			c.mu.Lock()
			c.mine[code] = record{revision, time.Now()}
			c.mu.Unlock()
			return nil
		}
		if !isConflict(err) {
			return err
		}
		entry, err := c.bus.rooms.Get(ctx, code)
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound):
			was = 0
		case err != nil:
			return err
		case string(entry.Value()) == c.cfg.Node:
			was = entry.Revision()
		default:
			c.mu.Lock()
			delete(c.mine, code)
			c.recent.Remove(code)
			c.mu.Unlock()
			c.log.Warn("a meeting lives elsewhere now and is let go", "node", string(entry.Value()))
			c.cfg.Moved(code)
			return nil
		}
	}
	return nil
}

func (c *Cluster) unavailable(why error) error { return fmt.Errorf("%w: %w", ErrUnavailable, why) }

// isConflict says that somebody else was there before.
func isConflict(err error) bool {
	var refused *jetstream.APIError
	return errors.Is(err, jetstream.ErrKeyExists) ||
		errors.As(err, &refused) && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence
}
