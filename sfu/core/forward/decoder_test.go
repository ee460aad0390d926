package forward_test

import (
	"fmt"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// decoder is the receiver's decoder in short: it keeps which frames were handed to the slot and which the
// slot sent, and asks at the end whether each frame that arrived whole can be decoded.
type decoder struct {
	frames  map[frameName]*fate
	order   []frameName
	highest map[streamName]packet.Seq
	events  int // of the viewer and the plan
	segment int
	checked int
}

type frameName struct {
	stream streamName
	id     int64
}

// streamName is one life of an encoding.
type streamName struct {
	encoding *encoding
	life     int
}

// fate is what became of one frame.
type fate struct {
	truth        *truth
	kind         codec.Kind
	described    bool
	parts        map[int]bool // handed to the slot
	sent         map[int]bool
	marked       map[int]bool
	first, whole int  // when its first packet was handed over, and its last; 0 is never
	disturbed    bool // something came out of order, or was missing before it came
	exempt       bool
	segment      int  // at its first packet
	mixed        bool // … and another at a later one
	reasons      map[forward.Reason]int
}

func newDecoder() decoder {
	return decoder{frames: map[frameName]*fate{}, highest: map[streamName]packet.Seq{}}
}

// handed notes a packet that the slot got to see, and what it said.
func (d *decoder) handed(kind codec.Kind, p *packet.Packet, from *origin, out forward.Out, reason forward.Reason) {
	d.events++
	e := streamName{from.encoding, from.life}
	gap := p.Seq != d.highest[e]+1
	d.highest[e] = max(d.highest[e], p.Seq)
	if p.PaddingOnly() {
		return
	}
	if out.Switched {
		d.segment++
	}
	name := frameName{e, from.frame.id}
	f := d.frames[name]
	if f == nil {
		f = &fate{
			truth: from.frame, kind: kind, described: from.described, first: d.events, segment: d.segment,
			parts: map[int]bool{}, sent: map[int]bool{}, marked: map[int]bool{}, reasons: map[forward.Reason]int{},
			exempt: gap && kind == codec.VP8 && out.Dependency == nil,
		}
		d.frames[name] = f
		d.order = append(d.order, name)
	}
	f.disturbed = f.disturbed || gap
	f.mixed = f.mixed || f.segment != d.segment
	if f.parts[from.part] && reason != forward.Forwarded {
		return // a duplicate
	}
	f.parts[from.part] = true
	if len(f.parts) == f.truth.packets {
		f.whole = d.events
	}
	if reason == forward.Forwarded {
		f.sent[from.part] = true
		f.marked[from.part] = out.Marker
	} else {
		f.reasons[reason]++
	}
}

// turned says that the plan changed: what is in flight may be cut short.
func (d *decoder) turned() {
	d.segment++
}

func (f *fate) delivered() bool { return len(f.sent) == f.truth.packets }

// check goes through everything at the end.
func (d *decoder) check() error {
	for i, name := range d.order {
		f := d.frames[name]
		if n := len(f.sent); n > 0 && n < f.truth.packets && f.whole > 0 && !f.disturbed && !f.mixed {
			return fmt.Errorf("frame %d of %v: %d of %d packets went out: %v", f.truth.id, f.kind, n, f.truth.packets, f.reasons)
		}
		if !f.delivered() {
			continue
		}
		if err := d.decodable(name, f); err != nil {
			return err
		}
		if err := d.marked(i, f); err != nil {
			return err
		}
		d.checked++
	}
	return nil
}

// decodable checks that all that a delivered frame needs went out too, as far as the slot could know.
func (d *decoder) decodable(name frameName, f *fate) error {
	if f.exempt {
		return nil
	}
	for _, ref := range f.truth.refs {
		r := d.frames[frameName{name.stream, ref}]
		if r == nil || r.whole == 0 || r.whole > f.first || r.delivered() {
			continue // lost, or it came too late to be known
		}
		if r.disturbed && r.reasons[forward.Late] > 0 {
			continue // from before the clock was set anew: as good as lost
		}
		return fmt.Errorf("frame %d (S%dT%d) of %v went out, but not frame %d (S%dT%d) that it needs: %v; described %v, handed %d/%d sent %d, needer segments %d/%d, disturbed %v",
			f.truth.id, f.truth.spatial, f.truth.temporal, f.kind, ref, r.truth.spatial, r.truth.temporal, r.reasons, f.described,
			len(r.parts), r.truth.packets, len(r.sent), r.segment, f.segment, r.disturbed)
	}
	return nil
}

// marked checks that of a picture that went out undisturbed the last packet, and no other, has the marker.
func (d *decoder) marked(i int, f *fate) error {
	if f.disturbed || f.mixed {
		return nil
	}
	for part, marked := range f.marked {
		if marked && part != f.truth.packets-1 {
			return fmt.Errorf("packet %d of %d in frame %d has the marker", part, f.truth.packets, f.truth.id)
		}
	}
	later := 0
	for _, name := range d.order[i+1 : min(i+40, len(d.order))] {
		g := d.frames[name]
		if name.stream == d.order[i].stream && g.truth.picture == f.truth.picture {
			if g.disturbed || g.mixed || g.segment != f.segment || len(g.parts) < g.truth.packets {
				return nil
			}
			if len(g.sent) > 0 {
				later++
			}
		}
	}
	if last := f.marked[f.truth.packets-1]; last && later > 0 || !last && later == 0 && f.truth.top {
		return fmt.Errorf("frame %d (S%dT%d) of %v: marker %v, %d frames of its picture follow", f.truth.id, f.truth.spatial, f.truth.temporal, f.kind, last, later)
	}
	return nil
}
