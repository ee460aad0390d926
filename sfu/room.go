package sfu

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/assign"
	"github.com/plenum-meet/plenum/sfu/core/speaker"
	"github.com/plenum-meet/plenum/sfu/mailbox"
)

const (
	roomMessages = 65536
	// levelInterval is how often the room looks at audio levels.
	levelInterval = 50 * time.Millisecond
)

// Room is a meeting's media on this node. Its loop owns which publications there are, who speaks, and which slot of
// which peer carries what.
type Room struct {
	code   string
	server *Server
	log    *slog.Logger
	box    *mailbox.Mailbox[func(now time.Time)]
	stop   chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex // guards joined and ended: who may still come in
	joined  map[string]*Peer
	ended   bool
	stopped sync.Once

	pictures atomic.Int64 // publications with pictures, which share what is kept of them
	past     past

	// The rest belongs to the loop.
	members      map[string]*member
	publications map[uint32]*Publication
	bySource     map[Warm]*Publication // pictures
	ranking      *speaker.Ranking
	speakers     speaker.Result
	dirty        bool
}

// member is what the room keeps of a peer.
type member struct {
	peer     *Peer
	slots    []assign.Slot
	wishes   []assign.Wish
	warm     []Warm
	assigned map[string]uint32
}

func newRoom(code string, server *Server) *Room {
	r := &Room{
		code: code, server: server, log: server.log.With("room", code),
		box:  mailbox.New[func(time.Time)](roomMessages),
		stop: make(chan struct{}), joined: map[string]*Peer{},
		members: map[string]*member{}, publications: map[uint32]*Publication{}, bySource: map[Warm]*Publication{},
		ranking: speaker.New(speaker.Config{Slots: server.config.AudioSlots}),
	}
	r.done.Go(r.loop)
	return r
}

// Join puts a participant into the room. events is called from the peer's loops and must not block.
func (r *Room) Join(participant string, events func(Event)) (*Peer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ended:
		return nil, ErrClosed
	case r.joined[participant] != nil:
		return nil, ErrPeerExists
	case len(r.joined) >= r.server.config.PeersPerRoom:
		return nil, ErrRoomFull
	}
	peer := newPeer(r, participant, events)
	r.joined[participant] = peer
	r.do(func(time.Time) { r.members[participant] = &member{peer: peer, assigned: map[string]uint32{}} })
	return peer, nil
}

// left is called by a peer's loop as its last act.
func (r *Room) left(peer *Peer) {
	for _, p := range peer.publications {
		r.past.keep(time.Now(), p)
		r.server.totals.retire(p)
	}
	r.do(func(time.Time) {
		for number, p := range r.publications {
			if p.participant == peer.participant {
				r.remove(number)
			}
		}
		delete(r.members, peer.participant)
	})
	r.mu.Lock()
	delete(r.joined, peer.participant)
	empty := len(r.joined) == 0
	r.ended = r.ended || empty
	r.mu.Unlock()
	if empty {
		r.server.forget(r)
		r.end()
	}
}

// end stops the loop without waiting for it.
func (r *Room) end() {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	r.stopped.Do(func() { close(r.stop) })
}

// close ends every peer and waits.
func (r *Room) close() {
	r.mu.Lock()
	r.ended = true
	peers := slices.Collect(maps.Values(r.joined))
	r.mu.Unlock()
	for _, peer := range peers {
		peer.closeFor(ReasonShutdown)
	}
	for _, peer := range peers {
		peer.wait()
	}
	r.end()
	r.done.Wait()
}

func (r *Room) do(step func(now time.Time)) {
	if !r.box.Put(step) {
		r.log.Error("room's mailbox is full")
	}
}

func (r *Room) loop() {
	levels := time.NewTicker(levelInterval)
	defer levels.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-r.box.Ready():
			now := time.Now()
			for _, step := range r.box.Take() {
				step(now)
			}
		case now := <-levels.C:
			r.listen(now)
		}
		if r.dirty {
			r.dirty = false
			r.assign()
		}
	}
}

// publish makes a publication known, or finds the one with that number.
func (r *Room) publish(p *Publication) {
	r.do(func(time.Time) {
		r.publications[p.number] = p
		r.bySource[p.picture()] = p
		r.count()
		r.dirty = true
	})
}

// changed is called by publications from any goroutine.
func (r *Room) changed(p *Publication) {
	r.do(func(time.Time) {
		if !p.live() {
			r.ranking.Remove(p.number)
		}
		r.dirty = true
	})
}

func (r *Room) remove(number uint32) {
	if p := r.publications[number]; p != nil && r.bySource[p.picture()] == p {
		delete(r.bySource, p.picture())
	}
	delete(r.publications, number)
	r.count()
	r.ranking.Remove(number)
	r.dirty = true
}

// count tells the publications how many they are.
func (r *Room) count() {
	n := int64(0)
	for _, p := range r.publications {
		if p.source.video() {
			n++
		}
	}
	r.pictures.Store(n)
}

// wish replaces what a peer's slots are and what it wishes to see in them, now and on the next page; nil wishes leave the
// choice to us.
func (r *Room) wish(participant string, slots []SlotSpec, wishes []Wish, warm []Warm) {
	r.do(func(time.Time) {
		m, ok := r.members[participant]
		if !ok {
			return
		}
		m.slots = m.slots[:0]
		for _, s := range slots {
			m.slots = append(m.slots, assign.Slot{MID: s.MID, Kind: uint8(s.Kind)})
		}
		m.wishes, m.warm = nil, warm
		if wishes != nil {
			m.wishes = make([]assign.Wish, 0, len(wishes))
		}
		for _, w := range wishes {
			m.wishes = append(m.wishes, assign.Wish{
				MID: w.MID, Participant: w.Participant, Speaker: w.Speaker, Source: uint8(w.Source),
				Height: w.Height, Priority: w.Priority,
			})
		}
		r.assignTo(m, r.available())
	})
}

// listen ranks the microphones by their level since the last look.
func (r *Room) listen(now time.Time) {
	for number, p := range r.publications {
		// A publisher chooses its heights; how often we act on them is ours to choose.
		if p.resized.Swap(false) {
			r.dirty = true
		}
		p.expire(now)
		if p.source == Microphone && p.live() {
			r.ranking.Level(now, p.participant, number, p.level.take())
		}
	}
	result, changed := r.ranking.Tick(now)
	if !changed {
		return
	}
	if !slices.Equal(result.Loudest, r.speakers.Loudest) || !slices.Equal(result.Speakers, r.speakers.Speakers) {
		r.dirty = true
	}
	heard := !slices.Equal(result.Speakers, r.speakers.Speakers) || !slices.Equal(result.Speaking, r.speakers.Speaking)
	r.speakers = speaker.Result{
		Loudest: slices.Clone(result.Loudest), Speakers: slices.Clone(result.Speakers), Speaking: slices.Clone(result.Speaking),
	}
	if heard {
		for _, m := range r.members {
			m.peer.events(SpeakersChanged{Speakers: r.speakers.Speakers, Speaking: r.speakers.Speaking})
		}
	}
}

func (r *Room) available() []assign.Publication {
	list := make([]assign.Publication, 0, len(r.publications))
	for number, p := range r.publications {
		list = append(list, assign.Publication{
			Number: number, Participant: p.participant, Source: uint8(p.source), Live: p.live(),
		})
	}
	slices.SortFunc(list, func(a, b assign.Publication) int { return int(int64(a.Number) - int64(b.Number)) })
	return list
}

func (r *Room) assign() {
	available := r.available()
	for _, m := range r.members {
		r.assignTo(m, available)
	}
}

func (r *Room) assignTo(m *member, available []assign.Publication) {
	if len(m.slots) == 0 {
		return
	}
	m.assigned = assign.Assign(m.peer.participant, m.slots, m.wishes, m.assigned, available, r.speakers.Loudest, r.speakers.Speakers)
	shown := make(map[string]*Publication, len(m.assigned))
	for mid, number := range m.assigned {
		if number != 0 {
			shown[mid] = r.publications[number]
		}
	}
	m.peer.assigned(shown, r.warmFor(m))
}

// warmFor are the publications that are to be at hand for a peer and may be seen by it.
func (r *Room) warmFor(m *member) []*Publication {
	list := make([]*Publication, 0, len(m.warm))
	for _, w := range m.warm {
		if p := r.bySource[w]; p != nil && p.live() && p.participant != m.peer.participant {
			list = append(list, p)
		}
	}
	return list
}
