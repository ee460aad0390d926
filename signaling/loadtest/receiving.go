package loadtest

import (
	"bytes"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// slot is what a bot knows of one of its slots.
type slot struct {
	watch
	layer       int
	publication uint32 // that the newest packet belonged to
	assigned    uint32
	since       time.Time // of the assignment
	asked       time.Time // for a key frame
	heard       time.Time // the newest packet of sound
}

// packet takes media, on pion's goroutine.
func (b *bot) packet(p client.Packet) {
	stamp, stamped := client.ReadStamp(p.Payload)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.slots == nil {
		return // leaving
	}
	o := &b.outcome
	o.Packets++
	o.Bytes += uint64(len(p.Payload))
	if stamped && stamp.Here && !p.Recovered {
		o.Latency.Add(p.Arrival.Sub(stamp.Sent))
	}
	if p.Kind == message.AudioSlot || p.Kind == message.ScreenAudioSlot {
		o.ReceivedAudio.add(Flow{1, uint64(len(p.Payload))})
		s := b.slotOf(p.MID)
		if p.Publication == s.publication && !s.heard.IsZero() {
			o.AudioGap.Add(p.Arrival.Sub(s.heard))
		}
		s.publication, s.heard = p.Publication, p.Arrival
		return
	}
	s := b.slotOf(p.MID)
	if stamped {
		s.layer = min(stamp.Layer, layers-1)
	}
	// What has no stamp, the picture of a key frame, comes first in its frame: it counts for the layer before.
	o.Received[s.layer].add(Flow{1, uint64(len(p.Payload))})
	s.video = true
	if p.Publication != s.publication {
		s.publication = p.Publication
		s.restart()
	}
	_, first := s.packet(p.Arrival, &p, client.BeginsKeyFrame(p.PayloadType, p.Payload))
	if first && !b.framed {
		b.framed = true
		o.FirstFrame.Add(p.Arrival.Sub(b.dialled))
	}
}

func (b *bot) slotOf(mid string) *slot {
	s := b.slots[mid]
	if s == nil {
		s = &slot{}
		b.slots[mid] = s
	}
	return s
}

var (
	joinedKind  = []byte(`"type":"participant:joined"`)
	leftKind    = []byte(`"type":"participant:left"`)
	qualityKind = []byte(`"type":"quality:changed"`)
	silentOne   = []byte(`"publications":[]`)
)

// skip passes over what a bot has no use for: in a meeting of a thousand each join is a thousand messages.
func (b *bot) skip(raw []byte) bool {
	kind := raw[:min(len(raw), 96)]
	return bytes.Contains(kind, joinedKind) && bytes.Contains(raw, silentOne) || bytes.Contains(kind, qualityKind) ||
		bytes.Contains(kind, leftKind) && b.leaving.Load()
}

// event takes what the server says, on the client's goroutine.
func (b *bot) event(m message.ServerMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch m := m.(type) {
	case message.ParticipantJoined:
		b.roster[m.Participant.ID] = m.Participant
	case message.ParticipantUpdated:
		b.roster[m.Participant.ID] = m.Participant
	case message.ParticipantLeft:
		if _, known := b.roster[m.ID]; !known {
			return
		}
		delete(b.roster, m.ID)
	case message.SlotsAssigned:
		b.assigned(m)
		return
	default:
		return
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *bot) assigned(m message.SlotsAssigned) {
	if b.slots == nil {
		return
	}
	for _, a := range m.Slots {
		s := b.slotOf(a.MID)
		if s.assigned == a.Number {
			continue
		}
		s.video = s.video || a.Source == message.Camera || a.Source == message.Screen
		s.assigned, s.since = a.Number, time.Now()
		if a.Number == 0 {
			s.finish(s.since)
			s.restart()
			s.heard = time.Time{}
		}
	}
}
