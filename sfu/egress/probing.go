package egress

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/probe"
)

const (
	// pulseInterval is how often a probe or a queue is looked at.
	pulseInterval = probe.Pulse
	// paddingSize is the most that one packet can carry (RFC 3550 §5.1).
	paddingSize = 255
)

// feedProbe sends the part of the cluster that is due, and ends it when all is sent.
func (p *Peer) feedProbe(now time.Time) (done bool) {
	if !p.burst.Begin(now) {
		return true
	}
	for p.burst.Pads(now) {
		if slot := p.paddable(); slot == nil || !slot.pad(now) {
			break
		}
	}
	return p.burst.End(now)
}

// paddable is a slot on whose RTX stream padding can go: one that has sent media, or any before the first has.
func (p *Peer) paddable() (first *Slot) {
	for _, slot := range p.slots {
		if slot.line.RTX == 0 || slot.line.TransportCC == 0 || slot.repairs() == 0 {
			continue
		}
		if slot.payload.RTX != 0 {
			return slot
		}
		if first == nil || slot.number < first.number {
			first = slot
		}
	}
	return first
}

// repairs is the payload type of the slot's RTX stream, whatever it repairs while nothing was sent; 0 if there is none.
func (s *Slot) repairs() uint8 {
	if s.payload.RTX != 0 {
		return s.payload.RTX
	}
	least := uint8(0)
	for _, types := range s.line.Payloads {
		if types.RTX != 0 && (least == 0 || types.RTX < least) {
			least = types.RTX
		}
	}
	return least
}

// pad sends one packet of padding alone on the RTX stream (RFC 4588 streams may carry it without an original number).
func (s *Slot) pad(now time.Time) bool {
	h := s.last
	h.ssrc, h.payload, h.sequence, h.marker = s.line.RTX, s.repairs(), s.rtxSequence, false
	s.rtxSequence++
	s.extensions.reset()
	errors := s.counts.WriteErrors
	s.build(now, h, estimate.Padding, paddingSize, nil, nil, nil)
	s.peer.shard.depart(now, s.peer)
	s.counts.Padding++
	return s.counts.WriteErrors == errors
}
