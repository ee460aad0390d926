package layer

import (
	"math/bits"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// pictureCount bounds how many pictures back a late packet shares the fate of its picture.
const pictureCount = 64

// picture is what was decided about one picture. Pictures are told apart by their timestamps.
type picture struct {
	timestamp packet.Timestamp
	fate      Decision
	forwarded uint8 // a bit for each spatial layer whose frame goes out
	decided   uint8 // … whose frame was looked at
	level     int8  // spatial layer up to which it goes out
}

// pictures remembers the latest decisions: a late packet of a dropped picture must not leak.
type pictures struct {
	highest packet.Timestamp
	latest  uint8
	count   uint8
	of      [pictureCount]picture
}

func (h *pictures) clear() { h.latest, h.count, h.highest = 0, 0, 0 }

// find returns the picture with this timestamp, nil if it is not remembered.
func (h *pictures) find(timestamp packet.Timestamp) *picture {
	if timestamp > h.highest {
		return nil
	}
	for i := range h.count {
		if p := &h.of[(h.latest-i)&(pictureCount-1)]; p.timestamp == timestamp {
			return p
		}
	}
	return nil
}

// add remembers another picture.
func (h *pictures) add(timestamp packet.Timestamp) *picture {
	h.latest = (h.latest + 1) & (pictureCount - 1)
	h.count = min(h.count+1, pictureCount)
	h.highest = max(h.highest, timestamp)
	p := &h.of[h.latest]
	*p = picture{timestamp: timestamp}
	return p
}

// temporal is the temporal layer up to which pictures go out, by payload descriptors.
type temporal struct {
	level  int8
	target int8
	seen   uint8 // a bit for each layer that came
	past   eras
}

// begin starts a source: its key frame lets every layer in.
func (t *temporal) begin() {
	t.past.ended = 0
	*t = temporal{level: t.target, target: t.target, past: t.past}
}

// enter takes the first packet of the newest picture and reports whether the picture goes out.
func (t *temporal) enter(kind codec.Kind, p *packet.Packet, key bool) bool {
	before := t.level
	shown := t.turn(kind, &p.Descriptor, key)
	if t.level != before {
		t.past.end(era{until: p.Timestamp, level: before})
	}
	return shown
}

// turn sets the level of the newest picture, and reports whether it goes out.
func (t *temporal) turn(kind codec.Kind, d *codec.Descriptor, key bool) bool {
	t.level = min(t.level, t.target)
	if key {
		t.level = t.target
	}
	if !d.HasTID {
		return true
	}
	tid := int8(d.TID)
	t.seen |= 1 << (tid & 7)
	if d.Sync && d.Start && t.level < t.target {
		t.rise(kind, tid)
	}
	return tid <= t.level
}

// admits reports whether a picture that none is known of goes out late: if its layer did at its time, what it needs did.
func (t *temporal) admits(p *packet.Packet) bool {
	return !p.Descriptor.HasTID || int8(p.Descriptor.TID) <= t.past.at(p.Timestamp, era{level: t.level}).level
}

// shown is the highest layer that goes out, as far as one came.
func (t *temporal) shown() int8 {
	return min(t.level, max(int8(bits.Len8(t.seen))-1, 0)) //nolint:gosec // at most 8
}

// rise lets more layers in, where nothing of theirs needs what was dropped.
func (t *temporal) rise(kind codec.Kind, tid int8) {
	switch {
	case kind == codec.VP9:
		// What follows above this picture's layer needs nothing from before it (RFC 9628 §4.2, "U").
		if tid <= t.level {
			t.level = t.target
		}
	case tid > t.level && tid <= t.target && t.seen&(1<<tid-1)>>(t.level+1) == 0:
		// This picture needs the lowest layer alone (RFC 7741 §4.2, "Y"), but those after it may need
		// the layers between.
		t.level = tid
	}
}
