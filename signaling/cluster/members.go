package cluster

import (
	"slices"
	"strings"
	"time"
)

// herding is how much stress one placement counts for until the node has told of itself again: else all that is placed within
// a beat goes to one node.
const herding = 0.01

// members are the nodes as they last told of themselves. Time is an argument.
type members struct {
	self    string
	silence time.Duration
	// settled is when a node that has not been heard of is gone: nobody is, before everybody had the time to tell of themselves.
	settled time.Time
	known   map[string]*member
}

type member struct {
	Node
	heard time.Time
	// placed since then.
	placed int
}

func newMembers(self string, silence time.Duration) *members {
	return &members{self: self, silence: silence, known: map[string]*member{}}
}

// hear takes what a node told of itself; true if it was not known before.
func (m *members) hear(now time.Time, n Node) (newcomer bool) {
	before, ok := m.known[n.ID]
	newcomer = !ok || now.Sub(before.heard) > m.silence
	m.known[n.ID] = &member{Node: n, heard: now}
	for id, other := range m.known {
		if id != m.self && now.Sub(other.heard) > 10*m.silence {
			delete(m.known, id)
		}
	}
	return newcomer
}

// renewed is how this node is now; what was placed since its last beat still counts.
func (m *members) renewed(now time.Time, self Node) {
	if before, ok := m.known[m.self]; ok {
		before.Node, before.heard = self, now
		return
	}
	m.hear(now, self)
}

func (m *members) left(id string) { delete(m.known, id) }

// listen begins anew: what is known of others may be old.
func (m *members) listen(now time.Time) { m.settled = now.Add(m.silence) }

// alive finds a node; sure is false if it may only not have been heard of yet.
func (m *members) alive(now time.Time, id string) (n Node, ok, sure bool) {
	found, ok := m.known[id]
	if ok && (id == m.self || now.Sub(found.heard) <= m.silence) {
		return found.Node, true, true
	}
	return Node{}, false, !now.Before(m.settled)
}

// list is every node that is alive, by its name.
func (m *members) list(now time.Time) []Node {
	var out []Node
	for id := range m.known {
		if n, ok, _ := m.alive(now, id); ok {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b Node) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// choose is where the next meeting goes: of two nodes drawn at random the less stressed one (Mitzenmacher, The Power of Two
// Choices, 2001). Draw gives a number below n. If all are draining, this node takes it.
func (m *members) choose(now time.Time, draw func(n int) int) Node {
	eligible := slices.DeleteFunc(m.list(now), func(n Node) bool { return n.Draining })
	if len(eligible) == 0 {
		return m.known[m.self].Node
	}
	first := draw(len(eligible))
	chosen := eligible[first]
	if len(eligible) > 1 {
		second := eligible[(first+1+draw(len(eligible)-1))%len(eligible)]
		if m.stress(second) < m.stress(chosen) {
			chosen = second
		}
	}
	m.known[chosen.ID].placed++
	return chosen
}

func (m *members) stress(n Node) float64 { return n.Stress + herding*float64(m.known[n.ID].placed) }
