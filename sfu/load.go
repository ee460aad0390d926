package sfu

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// Sources are all there are.
var Sources = []Source{Camera, Microphone, Screen, ScreenAudio}

// Load is what this node carries at one moment, and what it has carried since it started.
type Load struct {
	Rooms  []RoomLoad         `json:"rooms"`
	Shards []egress.ShardLoad `json:"shards"`
	// Received is by source, of publications that are gone too.
	Received map[Source]Received `json:"received"`
}

// RoomLoad is what a room costs and how its participants fare.
type RoomLoad struct {
	Code         string         `json:"code"`
	Publications map[Source]int `json:"publications"` // that are live
	// Bytes that its publications have brought; those that are gone are left out.
	Bytes uint64     `json:"bytes"`
	Ups   []UpLoad   `json:"ups"`
	Peers []PeerLoad `json:"peers"`
}

// UpLoad is how a publication arrived in the last second.
type UpLoad struct {
	RTT  time.Duration `json:"rtt"`
	Loss float64       `json:"loss"` // before repair
}

// PeerLoad is what a participant is sent.
type PeerLoad struct {
	Up   bool `json:"up"`
	Down bool `json:"down"`
	// Slots are counted by what they are for and why they get what they get.
	Slots map[SlotState]int `json:"-"`
	// Measured says that the rest is known.
	Measured bool           `json:"measured"`
	Estimate packet.Bitrate `json:"estimate"`
	Planned  packet.Bitrate `json:"planned"`
	RTT      time.Duration  `json:"rtt"`
	Loss     float64        `json:"loss"`
}

// SlotState is what a slot is for and why it gets what it gets.
type SlotState struct{ Kind, Reason string }

// SlotStates are all there are.
func SlotStates() (all []SlotState) {
	for _, kind := range []SlotKind{AudioSlot, VideoSlot, ScreenSlot, ScreenAudioSlot} {
		reasons := []string{metSlot, emptySlot, undecodableSlot}
		if kind.video() {
			reasons = append(slices.Clone(allocate.KindNames()), emptySlot, undecodableSlot)
		}
		for _, reason := range reasons {
			all = append(all, SlotState{kind.String(), reason})
		}
	}
	return all
}

// PausedSlot is the reason of a picture that the line does not carry.
var PausedSlot = allocate.Paused.Name()

// The reasons of slots besides those of allocate: nothing is assigned, or the client cannot decode what is.
const (
	emptySlot       = "empty"
	undecodableSlot = "undecodable"
	metSlot         = "met"
)

// Received is what has come of a kind of publication.
type Received struct {
	PublicationCounts
	KeyFramesAsked      uint64 `json:"keyFramesAsked"`
	KeyFramesUnanswered uint64 `json:"keyFramesUnanswered"`
}

func (r *Received) add(p *Publication) {
	c := p.counts.snapshot()
	r.Packets += c.Packets
	r.Bytes += c.Bytes
	r.Recovered += c.Recovered
	r.Late += c.Late
	r.Malformed += c.Malformed
	r.Unstructured += c.Unstructured
	r.Refused += c.Refused
	r.Reports += c.Reports
	r.Muted += c.Muted
	r.Nacked += c.Nacked
	r.KeyFramesAsked += p.counts.keyFramesAsked.Load()
	r.KeyFramesUnanswered += p.counts.keyFramesMissing.Load()
}

// totals know every publication, so that what has come can be summed up when somebody asks.
type totals struct {
	mu   sync.Mutex
	live map[*Publication]struct{}
	gone map[Source]Received
}

func newTotals() totals {
	return totals{live: map[*Publication]struct{}{}, gone: map[Source]Received{}}
}

func (t *totals) begin(p *Publication) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live[p] = struct{}{}
}

// retire keeps what came of a publication that ends.
func (t *totals) retire(p *Publication) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := t.gone[p.source]
	sum.add(p)
	t.gone[p.source] = sum
	delete(t.live, p)
}

// now returns the sums, and the publications that there are.
func (t *totals) now() (map[Source]Received, []*Publication) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sums := make(map[Source]Received, len(Sources))
	for _, source := range Sources {
		sums[source] = t.gone[source]
	}
	for p := range t.live {
		sum := sums[p.source]
		sum.add(p)
		sums[p.source] = sum
	}
	return sums, slices.Collect(maps.Keys(t.live))
}

// Load sums up what the node carries. A loop that does not answer while ctx lasts is left out.
func (s *Server) Load(ctx context.Context) Load {
	s.mu.Lock()
	rooms := slices.Collect(maps.Values(s.rooms))
	s.mu.Unlock()
	slices.SortFunc(rooms, func(a, b *Room) int { return strings.Compare(a.code, b.code) })
	shards := s.askShards()
	received, publications := s.totals.now()
	load := Load{Received: received, Rooms: make([]RoomLoad, 0, len(rooms))}
	of := map[*Room][]*Publication{}
	for _, p := range publications {
		of[p.room] = append(of[p.room], p)
	}
	for _, room := range rooms {
		load.Rooms = append(load.Rooms, room.load(ctx, of[room]))
	}
	load.Shards = answered(ctx, shards)
	return load
}

// Shards says how busy those are that send, without asking any room. One that does not answer while ctx lasts is left out.
func (s *Server) Shards(ctx context.Context) []egress.ShardLoad { return answered(ctx, s.askShards()) }

func answered(ctx context.Context, shards []chan egress.ShardLoad) (loads []egress.ShardLoad) {
	for _, answer := range shards {
		select {
		case shard := <-answer:
			loads = append(loads, shard)
		case <-ctx.Done():
		}
	}
	return loads
}

func (s *Server) askShards() []chan egress.ShardLoad {
	answers := make([]chan egress.ShardLoad, len(s.shards))
	for i, shard := range s.shards {
		answers[i] = make(chan egress.ShardLoad, 1)
		shard.Load(func(load egress.ShardLoad) {
			load.Shard = i
			answers[i] <- load
		})
	}
	return answers
}

func (r *Room) load(ctx context.Context, publications []*Publication) RoomLoad {
	load := RoomLoad{Code: r.code, Publications: map[Source]int{}}
	for _, p := range publications {
		load.Bytes += p.counts.bytes.Load()
		if !p.live() {
			continue
		}
		load.Publications[p.source]++
		if in, ok := p.Quality(); ok {
			load.Ups = append(load.Ups, UpLoad{RTT: in.RTT, Loss: in.Loss + in.Repaired})
		}
	}
	r.mu.Lock()
	peers := slices.Collect(maps.Values(r.joined))
	r.mu.Unlock()
	answers := make([]chan PeerLoad, len(peers))
	for i, peer := range peers {
		answers[i] = make(chan PeerLoad, 1)
		peer.do(func() { answers[i] <- peer.load() })
	}
	for i, peer := range peers {
		select {
		case answer := <-answers[i]:
			load.Peers = append(load.Peers, answer)
		case <-peer.done:
		case <-ctx.Done():
		}
	}
	return load
}

// load is for the peer's loop.
func (p *Peer) load() PeerLoad {
	load := PeerLoad{Up: p.up != nil, Down: p.down != nil, Slots: map[SlotState]int{}}
	if p.down == nil {
		return load
	}
	reasons := p.down.link.load(&load)
	for _, slot := range p.slots {
		state := SlotState{Kind: slot.Kind.String(), Reason: emptySlot}
		reason, planned := reasons[slot.MID]
		switch {
		case p.shown[slot.MID] == nil:
		case planned:
			state.Reason = reason
		case p.feedFor(slot) == nil:
			state.Reason = undecodableSlot
		case !slot.Kind.video():
			state.Reason = metSlot
		}
		load.Slots[state]++
	}
	return load
}

// load fills in what is known of the way, and returns the reason of each slot that shares it.
func (l *link) load(of *PeerLoad) map[string]string {
	l.lock()
	defer l.mu.Unlock()
	plan, e := l.way.Plan(), l.way.Estimate()
	of.Measured, of.Estimate, of.Planned = l.way.Measurable(), l.way.Rate(), plan.Used
	of.RTT, of.Loss = e.RTT(), e.Loss()
	reasons := make(map[string]string, len(plan.Slots))
	for _, d := range plan.Slots {
		reasons[l.mids[d.ID]] = d.Reason.Kind.Name()
	}
	return reasons
}
