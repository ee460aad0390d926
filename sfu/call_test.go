package sfu_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// call is a room on fake connections, in virtual time.
type call struct {
	t         *testing.T
	server    *sfu.Server
	transport *sfutest.Transport
}

// person is a participant of a call.
type person struct {
	call   *call
	name   string
	peer   *sfu.Peer
	up     *sfutest.Upstream
	down   *sfutest.Downstream
	events events
}

type events struct {
	mu  sync.Mutex
	all []sfu.Event
}

func (e *events) add(event sfu.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

// inCall runs a test in virtual time with a server that is closed at the end.
func inCall(outer *testing.T, test func(c *call)) {
	outer.Helper()
	synctest.Test(outer, func(t *testing.T) {
		transport := &sfutest.Transport{}
		config := sfu.Default()
		config.Shards = 2
		server, err := sfu.NewServer(config, transport, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		test(&call{t: t, server: server, transport: transport})
	})
}

func (c *call) join(name string) *person {
	c.t.Helper()
	p := &person{call: c, name: name}
	peer, err := c.server.Join("room", name, p.events.add)
	if err != nil {
		c.t.Fatal(err)
	}
	p.peer = peer
	return p
}

// random are the same numbers in each run, unless others are asked for; the log tells their seed.
func (c *call) random() *rand.Rand {
	seed := seeds.One()
	c.t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// settle lets every goroutine run until it waits, then passes some virtual time.
func (c *call) settle(d time.Duration) {
	synctest.Wait()
	time.Sleep(d) //nolint:forbidigo // synctest's clock
	synctest.Wait()
}

// publishes offers the sources; numbers start at first.
func (p *person) publishes(first uint32, sources ...sfu.Source) {
	p.call.t.Helper()
	var published []sfu.PublishedSource
	for i, source := range sources {
		published = append(published, sfu.PublishedSource{MID: strconv.Itoa(i), Source: source, Number: first + uint32(i)})
	}
	before := len(p.call.transport.Upstreams())
	if _, err := p.peer.OfferUpstream(context.Background(), "offer of "+p.name+strconv.Itoa(before), published); err != nil {
		p.call.t.Fatal(err)
	}
	p.up = p.call.transport.Upstreams()[before]
}

// receives offers slots and opens them.
func (p *person) receives() {
	p.call.t.Helper()
	before := len(p.call.transport.Downstreams())
	p.offersSlots()
	p.down = p.call.transport.Downstreams()[before]
	p.down.Open()
	p.call.settle(0)
}

// offersSlots offers two audio and two video slots (mids a0 a1 v0 v1) and a screen slot s0.
func (p *person) offersSlots() {
	p.call.t.Helper()
	slots := []sfu.SlotSpec{
		{MID: "a0", Kind: sfu.AudioSlot},
		{MID: "a1", Kind: sfu.AudioSlot},
		{MID: "v0", Kind: sfu.VideoSlot},
		{MID: "v1", Kind: sfu.VideoSlot},
		{MID: "s0", Kind: sfu.ScreenSlot},
	}
	before := len(p.call.transport.Downstreams())
	if _, err := p.peer.OfferDownstream(context.Background(), "offer of "+p.name+strconv.Itoa(before), slots); err != nil {
		p.call.t.Fatal(err)
	}
}

func (p *person) camera(rids ...string) *sfutest.Publisher {
	return sfutest.NewPublisher(p.up, "0", codec.VP8, rids...)
}

// film is ada with a camera of the number 7, and bob who watches it in v0 that tall; his slots take every codec.
func (c *call) film(height int) (ada, bob *person) {
	c.t.Helper()
	ada, bob = c.join("ada"), c.join("bob")
	ada.publishes(7, sfu.Camera)
	bob.receivesAll()
	bob.peer.Wish(wish("v0", "ada", sfu.Camera, height))
	return ada, bob
}

func (p *person) sees(mid string) []rtp.Packet { return p.down.Slot(mid).Packets() }

// assigned is the publication of a slot in the newest map.
func (p *person) assigned(mid string) uint32 {
	p.events.mu.Lock()
	defer p.events.mu.Unlock()
	for i := len(p.events.all) - 1; i >= 0; i-- {
		if e, ok := p.events.all[i].(sfu.SlotsAssigned); ok {
			for _, slot := range e.Slots {
				if slot.MID == mid {
					return slot.Number
				}
			}
			return 0
		}
	}
	return 0
}

func (p *person) count(is func(sfu.Event) bool) (n int) {
	p.events.mu.Lock()
	defer p.events.mu.Unlock()
	for _, e := range p.events.all {
		if is(e) {
			n++
		}
	}
	return n
}

func wish(mid, participant string, source sfu.Source, height int) []sfu.Wish {
	return []sfu.Wish{{MID: mid, Participant: participant, Source: source, Height: height}}
}
