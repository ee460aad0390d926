package sfutest

import (
	"encoding/binary"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	// stuck is how long a browser is without a picture until it asks for a key frame.
	stuck = 3 * time.Second
	// nackSize and pliSize are what they take on the wire, in bytes.
	nackSize = 70
	pliSize  = 60
)

// Player is what a browser does with the pictures of a slot: it asks for what is missing, and shows what is whole. It
// belongs to its path.
type Player struct {
	path  *Path
	line  *Slot
	kind  codec.Kind
	loss  *loss.Receiver
	came  map[packet.Seq]part
	next  packet.Seq // that the decoder waits for, 0: a key frame
	asked time.Time
	shown []time.Time
}

// part is a packet of a picture.
type part struct{ marker, key bool }

// Play has the viewer at the end of the path show what comes in a slot, which is of that codec.
func (p *Path) Play(mid string, kind codec.Kind) *Player {
	p.mu.Lock()
	defer p.mu.Unlock()
	player := &Player{
		path: p, line: p.viewer.Slot(mid), kind: kind, loss: loss.NewReceiver(kind.Clock()), came: map[packet.Seq]part{}, asked: time.Now(),
	}
	p.players = append(p.players, player)
	return player
}

// Still is the longest time without a new picture since then.
func (s *Player) Still(since time.Time) (longest time.Duration) {
	s.path.mu.Lock()
	defer s.path.mu.Unlock()
	latest := since
	for _, at := range s.shown {
		if at.After(since) {
			longest, latest = max(longest, at.Sub(latest)), at
		}
	}
	return max(longest, time.Since(latest))
}

// Shown is how many pictures were shown since then.
func (s *Player) Shown(since time.Time) (n int) {
	s.path.mu.Lock()
	defer s.path.mu.Unlock()
	for _, at := range s.shown {
		if at.After(since) {
			n++
		}
	}
	return n
}

// arrive takes a packet of the slot.
func (s *Player) arrive(p Passage) {
	if p.Line != s.line || p.Padding {
		return
	}
	payload, repaired := p.Begins, packet.SSRC(p.Header.SSRC) == s.line.Line.RTX
	var seq packet.Seq
	var fresh bool
	switch {
	case !repaired:
		seq, fresh = s.loss.Received(p.At, p.Header.SequenceNumber, p.Header.Timestamp)
	case len(payload) > 2:
		seq, fresh = s.loss.Recovered(p.At, binary.BigEndian.Uint16(payload))
		payload = payload[2:]
	}
	if !fresh {
		return
	}
	d, err := codec.Parse(s.kind, payload)
	key := err == nil && d.Key && d.Start
	s.came[seq] = part{marker: p.Header.Marker, key: key}
	if key {
		s.loss.KeyFrame(seq)
	}
	s.decode(p.At)
	s.ask(p.At)
}

// decode shows what can be shown, and goes on at a later key frame that is whole.
func (s *Player) decode(now time.Time) {
	for s.show(now, s.next) {
	}
	for seq, part := range s.came {
		switch {
		case seq < s.next:
			delete(s.came, seq)
		case part.key && s.show(now, seq):
			for s.show(now, s.next) {
			}
		}
	}
}

// show shows the picture that begins at a number, if all of it is there.
func (s *Player) show(now time.Time, seq packet.Seq) bool {
	if seq == 0 {
		return false
	}
	end := seq
	for ; ; end++ {
		part, here := s.came[end]
		if !here {
			return false
		}
		if part.marker {
			break
		}
	}
	for ; seq <= end; seq++ {
		delete(s.came, seq)
	}
	s.next = seq
	s.shown = append(s.shown, now)
	return true
}

// ask sends the requests that are due.
func (s *Player) ask(now time.Time) {
	if numbers := s.loss.Nacks(now, 0, nil); len(numbers) > 0 {
		s.path.back(now, nackSize, func() { s.path.viewer.Egress.Nack(s.line.Line.SSRC, numbers) })
	}
	latest := s.asked
	if n := len(s.shown); n > 0 && s.shown[n-1].After(latest) {
		latest = s.shown[n-1]
	}
	if s.loss.NeedsKeyFrame() || now.Sub(latest) > stuck {
		s.asked = now
		s.path.back(now, pliSize, func() { s.path.viewer.Egress.KeyFrame(s.line.Line.SSRC) })
	}
}
