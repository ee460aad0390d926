package cluster

import (
	"fmt"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func node(id string, stress float64, draining bool) Node {
	return Node{ID: id, State: State{Stress: stress, Draining: draining}}
}

// drawn gives the numbers in turn.
func drawn(numbers ...int) func(int) int {
	return func(n int) int {
		next := numbers[0] % n
		numbers = numbers[1:]
		return next
	}
}

func TestOfTwoNodesTheLessStressedIsChosen(t *testing.T) {
	for _, c := range []struct {
		name  string
		nodes []Node
		draw  []int
		want  string
	}{
		{"alone", []Node{node("a", 3, false)}, []int{0}, "a"},
		{"first of two is less stressed", []Node{node("a", 0.1, false), node("b", 0.2, false)}, []int{0, 0}, "a"},
		{"second of two is less stressed", []Node{node("a", 0.3, false), node("b", 0.2, false)}, []int{0, 0}, "b"},
		{"drawn in the other order", []Node{node("a", 0.3, false), node("b", 0.2, false)}, []int{1, 0}, "b"},
		{"the third is not drawn", []Node{node("a", 0.3, false), node("b", 0.2, false), node("c", 0, false)}, []int{0, 0}, "b"},
		{"the third is drawn", []Node{node("a", 0.3, false), node("b", 0.2, false), node("c", 0, false)}, []int{0, 1}, "c"},
		{"no draining one", []Node{node("a", 0.9, false), node("b", 0, true)}, []int{0}, "a"},
		{"all draining: this one", []Node{node("a", 0.9, true), node("b", 0, true)}, nil, "a"},
	} {
		m := newMembers("a", 4*time.Second)
		for _, n := range c.nodes {
			m.hear(start, n)
		}
		if got := m.choose(start, drawn(c.draw...)); got.ID != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.ID, c.want)
		}
	}
}

func TestWhatIsPlacedCountsUntilTheNextBeat(t *testing.T) {
	m := newMembers("a", 4*time.Second)
	m.hear(start, node("a", 0.10, false))
	m.hear(start, node("b", 0.125, false))
	var placed []string
	for range 6 {
		placed = append(placed, m.choose(start, drawn(0, 0)).ID)
	}
	// a is two and a half placements ahead: it gets three before b is the better one, and then they take turns.
	if got := fmt.Sprint(placed); got != "[a a a b a b]" {
		t.Errorf("placed at %s", got)
	}
	m.renewed(start, node("a", 0.10, false))
	if m.known["a"].placed != 4 {
		t.Errorf("looking at itself, the node forgot what it placed: %d", m.known["a"].placed)
	}
	m.hear(start, node("a", 0.10, false))
	if m.known["a"].placed != 0 {
		t.Error("a beat tells of what was placed before it")
	}
}

func TestASilentNodeIsGone(t *testing.T) {
	m := newMembers("a", 4*time.Second)
	m.hear(start, node("a", 0, false))
	if !m.hear(start, node("b", 0, false)) {
		t.Error("b is a newcomer")
	}
	if m.hear(start.Add(time.Second), node("b", 0, false)) {
		t.Error("b is none any more")
	}
	if _, ok, _ := m.alive(start.Add(5*time.Second), "b"); !ok {
		t.Error("b was heard 4 s ago and is alive")
	}
	later := start.Add(5*time.Second + 1)
	if _, ok, sure := m.alive(later, "b"); ok || !sure {
		t.Error("b is gone")
	}
	if _, ok, _ := m.alive(start.Add(time.Hour), "a"); !ok {
		t.Error("a node never takes itself for dead")
	}
	if got := m.list(later); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("alive are %v", got)
	}
	if !m.hear(later, node("b", 0, false)) {
		t.Error("back again, b is a newcomer")
	}
	m.left("b")
	if _, ok, _ := m.alive(later, "b"); ok {
		t.Error("b has left")
	}
	m.hear(start.Add(time.Hour), node("c", 0, false))
	if len(m.known) != 2 {
		t.Errorf("nodes that are long gone are kept: %v", m.known)
	}
}

func TestNobodyIsGoneBeforeAllCouldTellOfThemselves(t *testing.T) {
	m := newMembers("a", 4*time.Second)
	m.hear(start, node("a", 0, false))
	m.listen(start)
	if _, ok, sure := m.alive(start.Add(4*time.Second-1), "b"); ok || sure {
		t.Error("b may be there")
	}
	if _, ok, sure := m.alive(start.Add(4*time.Second), "b"); ok || !sure {
		t.Error("b is not there")
	}
}
