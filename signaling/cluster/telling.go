package cluster

import (
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"
)

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

// Tell has every other node know something.
func (c *Cluster) Tell(n Notice) {
	c.say(subjectNotice, notice{From: c.cfg.Node, Notice: n})
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

// tell says how this node is, beat by beat. It waits for nobody: who is late is taken for dead.
func (c *Cluster) tell() {
	beats := time.NewTicker(c.cfg.Beat)
	defer beats.Stop()
	last := time.Now()
	for {
		select {
		case <-c.stop:
			return
		case now := <-beats.C:
			c.beat(now)
			if now.Sub(last) > c.cfg.Silence {
				// This node stood still, and the others may have given it up.
				wake(c.late)
			}
			last = now
		}
	}
}

func (c *Cluster) beat(now time.Time) {
	self := c.self()
	c.mu.Lock()
	c.members.renewed(now, self)
	c.mu.Unlock()
	c.say(subjectNode, beat{Node: self})
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
