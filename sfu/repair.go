package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/receive"
)

// repair takes the retransmissions of a stream (RFC 4588): the payload begins with the original number.
type repair struct {
	upstream *upstream
	id       StreamID
	layer    *encoding
}

func (r *repair) Receive(now time.Time, raw packet.Raw) {
	if len(raw.Payload) < 2 {
		return // padding that probes for bandwidth
	}
	if r.layer == nil || r.layer.feed == nil {
		r.layer = r.upstream.primary(r.id)
	}
	raw.SequenceNumber = uint16(raw.Payload[0])<<8 | uint16(raw.Payload[1])
	raw.Payload = raw.Payload[2:]
	if r.layer == nil || !r.layer.begun {
		r.upstream.keepEarly(now, r.id, &raw)
		return
	}
	r.layer.recovered(now, &raw)
}

// primary is the stream that a repair stream repeats, nil if nothing of it came yet.
func (u *upstream) primary(id StreamID) *encoding {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, l := range u.layers {
		if l.id.MID == id.MID && l.id.RID == id.RID {
			return l
		}
	}
	return nil
}

// keepEarly keeps a packet for the stream that it repeats.
func (u *upstream) keepEarly(now time.Time, id StreamID, raw *packet.Raw) {
	key := encodingID{id.MID, id.RID}
	if u.early[key] == nil {
		u.early[key] = &receive.Early{}
	}
	u.early[key].Keep(now, raw)
}

// begin takes the stream's first packet, and the retransmissions that came before it.
func (l *encoding) begin(now time.Time, raw packet.Raw) {
	l.begun = true
	early := l.upstream.early
	kept := early[encodingID{l.id.MID, l.id.RID}]
	if kept == nil {
		l.receive(now, raw)
		return
	}
	delete(early, encodingID{l.id.MID, l.id.RID})
	before, behind := kept.Take(now, raw.SequenceNumber)
	if len(before) > 0 {
		l.upstream.mu.Lock()
		l.loss.Begin(before[0].SequenceNumber)
		l.upstream.mu.Unlock()
	}
	for i := range before {
		l.recovered(now, &before[i])
	}
	l.receive(now, raw)
	for i := range behind {
		l.recovered(now, &behind[i])
	}
}
