package bridge

import (
	"cmp"
	"slices"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// Counters say what passed the bridge.
type Counters struct {
	Profile string          `json:"profile"`
	Clients []ClientCounter `json:"clients"`
	Up      WayCounter      `json:"up"`   // of all clients
	Down    WayCounter      `json:"down"` // of all clients
	Refused uint64          `json:"refused"`
	// Overrun is not 0 if the bridge itself lost datagrams: then the run proves nothing.
	Overrun uint64 `json:"overrun"`
}

// ClientCounter is about one source address.
type ClientCounter struct {
	Client   string     `json:"client"`
	Upstream string     `json:"upstream"` // the address that the server sees
	Up       WayCounter `json:"up"`
	Down     WayCounter `json:"down"`
}

// WayCounter is about one direction.
type WayCounter struct {
	Taken Traffic     `json:"taken"` // read from the sender
	Given Traffic     `json:"given"` // written to the receiver
	Link  link.Counts `json:"link"`
}

func (w WayCounter) plus(other WayCounter) WayCounter {
	return WayCounter{Taken: w.Taken.plus(other.Taken), Given: w.Given.plus(other.Given), Link: w.Link.Plus(other.Link)}
}

func (t Traffic) plus(other Traffic) Traffic {
	return Traffic{Datagrams: t.Datagrams + other.Datagrams, Bytes: t.Bytes + other.Bytes}
}

// Counters of the clients that are there.
func (b *Bridge) Counters() Counters {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := Counters{Profile: b.profile.Name, Refused: b.refused, Overrun: b.overrun}
	byNumber := make([]*client, 0, len(b.clients))
	for _, c := range b.clients {
		byNumber = append(byNumber, c)
	}
	slices.SortFunc(byNumber, func(a, b *client) int { return cmp.Compare(a.number, b.number) })
	for _, c := range byNumber {
		one := ClientCounter{
			Client: c.address.String(), Upstream: c.upstream.LocalAddr().String(),
			Up:   WayCounter{Taken: c.up.taken, Given: c.up.given, Link: c.up.counts()},
			Down: WayCounter{Taken: c.down.taken, Given: c.down.given, Link: c.down.counts()},
		}
		all.Clients = append(all.Clients, one)
		all.Up, all.Down = all.Up.plus(one.Up), all.Down.plus(one.Down)
	}
	return all
}
