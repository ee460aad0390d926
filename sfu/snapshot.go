package sfu

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// snapshotWait is how long a snapshot waits for the loops; what has not answered by then is left out.
const snapshotWait = time.Second

// RoomSnapshot explains a room at one moment.
type RoomSnapshot struct {
	Code         string                `json:"code"`
	Publications []PublicationSnapshot `json:"publications"`
	Peers        []PeerSnapshot        `json:"peers"`
	Speakers     []string              `json:"speakers"`
	Loudest      []uint32              `json:"loudest"`
}

// PeerSnapshot explains what a participant gets.
type PeerSnapshot struct {
	Participant string                `json:"participant"`
	Upstream    bool                  `json:"upstream"`
	Downstream  bool                  `json:"downstream"`
	Assigned    []Assignment          `json:"assigned"`
	Slots       []egress.SlotSnapshot `json:"slots"`
	// Link is what is known of the way to the participant, and how the slots share it.
	Link *LinkSnapshot `json:"link,omitempty"`
}

// Snapshot explains the live room of that code.
func (s *Server) Snapshot(code string) (RoomSnapshot, bool) {
	s.mu.Lock()
	room, ok := s.rooms[code]
	s.mu.Unlock()
	if !ok {
		return RoomSnapshot{}, false
	}
	return room.snapshot(), true
}

func (r *Room) snapshot() RoomSnapshot {
	deadline := time.NewTimer(snapshotWait)
	defer deadline.Stop()
	type state struct {
		RoomSnapshot
		peers []*Peer
	}
	reply := make(chan state, 1)
	r.do(func(time.Time) {
		answer := state{RoomSnapshot: RoomSnapshot{
			Code: r.code, Speakers: slices.Clone(r.speakers.Speakers), Loudest: slices.Clone(r.speakers.Loudest),
		}}
		for _, p := range r.publications {
			answer.Publications = append(answer.Publications, p.snapshot())
		}
		for _, m := range r.members {
			answer.peers = append(answer.peers, m.peer)
		}
		reply <- answer
	})
	select {
	case answer := <-reply:
		answer.Peers = snapshotPeers(answer.peers, deadline.C)
		slices.SortFunc(answer.Publications, func(a, b PublicationSnapshot) int { return int(int64(a.Number) - int64(b.Number)) })
		return answer.RoomSnapshot
	case <-r.stop:
	case <-deadline.C:
	}
	return RoomSnapshot{Code: r.code}
}

func snapshotPeers(peers []*Peer, deadline <-chan time.Time) []PeerSnapshot {
	var mu sync.Mutex
	var snapshots []PeerSnapshot
	answered := make(chan struct{}, len(peers))
	for _, peer := range peers {
		peer.snapshot(func(s PeerSnapshot) {
			mu.Lock()
			snapshots = append(snapshots, s)
			mu.Unlock()
			answered <- struct{}{}
		})
	}
	for range peers {
		select {
		case <-answered:
			continue
		case <-deadline:
		}
		break
	}
	mu.Lock()
	defer mu.Unlock()
	sorted := slices.Clone(snapshots)
	slices.SortFunc(sorted, func(a, b PeerSnapshot) int { return strings.Compare(a.Participant, b.Participant) })
	return sorted
}

func (p *Peer) snapshot(reply func(PeerSnapshot)) {
	p.do(func() {
		s := PeerSnapshot{Participant: p.participant, Upstream: p.up != nil, Downstream: p.down != nil, Assigned: slices.Clone(p.announced)}
		if p.down == nil {
			reply(s)
			return
		}
		link := p.down.link.snapshot()
		s.Link = &link
		p.down.egress.Snapshot(func(slots []egress.SlotSnapshot) {
			slices.SortFunc(slots, func(a, b egress.SlotSnapshot) int { return strings.Compare(a.MID, b.MID) })
			s.Slots = slots
			reply(s)
		})
	})
}
