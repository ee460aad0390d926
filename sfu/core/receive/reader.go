package receive

import (
	"errors"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// MaxLayers is the number of spatial layers that a publication may have.
const MaxLayers = 3

// Why a packet was refused. It is weather: count it and go on.
var (
	// ErrLayer says that a packet belongs to a layer that no publication may have.
	ErrLayer = errors.New("spatial layer is out of range")
	// ErrTooMany says that structures come faster than key frames can.
	ErrTooMany = errors.New("too many structures")
	// ErrWaits says that packets that waited for a structure gave way to this one.
	ErrWaits = errors.New("too many packets wait for a structure")
)

// Reader reads one stream of a publication.
type Reader struct {
	kind   codec.Kind
	stream int8
	alone  bool // the publication's only stream: it may have several spatial layers

	timestamps packet.TimestampUnwrapper
	newest     packet.Seq // that came out
	structures structures
	waiting    []*packet.Packet // for the structure they refer to, in order of arrival
	layers     layers
}

// NewReader reads stream number stream of so many.
func NewReader(kind codec.Kind, stream, streams int8) *Reader {
	return &Reader{kind: kind, stream: stream, alone: streams == 1, layers: layers{n: streams}}
}

// Codec of the stream.
func (r *Reader) Codec() codec.Kind { return r.kind }

// SetCodec goes on with another codec: nothing of the one before is known any more, but clock and numbers go on.
func (r *Reader) SetCodec(kind codec.Kind) {
	streams := r.layers.n
	if r.alone {
		streams = 1
	}
	r.kind, r.structures, r.waiting, r.layers = kind, structures{}, nil, layers{n: streams}
}

// Layers is the number of spatial layers of the publication, as far as this stream tells.
func (r *Reader) Layers() int8 { return r.layers.n }

// Height of a spatial layer's pictures as the latest key frame said, 0 if it did not.
func (r *Reader) Height(spatial int8) int {
	if spatial < 0 || spatial >= MaxLayers {
		return 0
	}
	return int(r.layers.heights[spatial])
}

// shared is a packet and its descriptor in one allocation.
type shared struct {
	packet     packet.Packet
	dependency dependency.Descriptor
}

// Read appends to dst what can go out now: the packet itself, or nothing while the structure that it refers to is missing,
// or with it those that waited for it. It keeps nothing of raw.
func (r *Reader) Read(dst []*packet.Packet, now time.Time, raw *packet.Raw, seq packet.Seq) ([]*packet.Packet, error) {
	if len(raw.Payload) == 0 || len(raw.Dependency) == 0 || !r.kind.Video() {
		p := &packet.Packet{}
		r.fill(p, now, raw, seq)
		if len(raw.Payload) == 0 {
			return append(dst, p), nil
		}
		if err := r.copyPayload(p, raw); err != nil {
			return dst, err
		}
		return r.place(dst, p)
	}
	s := &shared{}
	r.fill(&s.packet, now, raw, seq)
	if err := r.copyPayload(&s.packet, raw); err != nil {
		return dst, err
	}
	return r.describe(dst, now, s, raw.Dependency)
}

// fill takes over what needs no reading.
func (r *Reader) fill(p *packet.Packet, now time.Time, raw *packet.Raw, seq packet.Seq) {
	p.Arrival, p.Seq, p.Timestamp, p.Marker = now, seq, r.timestamps.Unwrap(raw.Timestamp), raw.Marker
	p.Stream, p.Spatial = r.stream, r.stream
	p.Rotation, p.HasRotation, p.CaptureTime = raw.Rotation, raw.HasRotation, raw.CaptureTime
	p.Level, p.HasLevel, p.Voice = raw.Level, raw.HasLevel, raw.Voice
}

// describe reads a packet's dependency descriptor, which is kept behind its payload.
func (r *Reader) describe(dst []*packet.Packet, now time.Time, s *shared, descriptor []byte) ([]*packet.Packet, error) {
	p := &s.packet
	end := len(p.Payload)
	own := p.Payload[end : end+len(descriptor) : end+len(descriptor)]
	copy(own, descriptor)
	p.Payload = p.Payload[:end:end]
	d, err := r.structures.parse(now, own, p.Seq)
	p.Dependency = &s.dependency
	if errors.Is(err, dependency.ErrNoStructure) {
		s.dependency.Raw = own
		return dst, r.wait(now, p)
	}
	if err != nil {
		return dst, err
	}
	s.dependency = d
	if dst, err = r.place(dst, p); err != nil || !d.Attached {
		return dst, err
	}
	return r.release(dst, now), nil
}

// copyPayload reads the payload's header and copies it, with room for the dependency descriptor behind it.
func (r *Reader) copyPayload(p *packet.Packet, raw *packet.Raw) error {
	if r.kind == codec.RED && raw.Codec == codec.Opus {
		// A publisher may send single packets without redundancy: here they become RED with the primary block alone.
		p.Payload = append(append(make([]byte, 0, len(raw.Payload)+1), raw.PayloadType&0x7f), raw.Payload...)
		return nil
	}
	descriptor, err := codec.Parse(r.kind, raw.Payload)
	if err != nil && (len(raw.Dependency) == 0 || r.kind == codec.VP8 || r.kind == codec.VP9) {
		return err // else it may be encrypted, and nobody has to understand it
	}
	p.Descriptor = descriptor
	p.Payload = append(make([]byte, 0, len(raw.Payload)+len(raw.Dependency)), raw.Payload...)
	return nil
}

// place finds out the layer of a packet whose headers are read.
func (r *Reader) place(dst []*packet.Packet, p *packet.Packet) ([]*packet.Packet, error) {
	spatial := int8(0)
	switch d := p.Dependency; {
	case d != nil:
		spatial, p.Temporal = d.Spatial, d.Temporal
		// The payload may be encrypted: the descriptor alone must do.
		p.Descriptor.Start = d.First
		p.Descriptor.Key = d.First && d.Attached
		if p.Descriptor.Key {
			r.layers.announced(d.Structure, r.stream, r.alone)
		}
	case p.Descriptor.HasLayers:
		spatial, p.Temporal = int8(p.Descriptor.SID), int8(p.Descriptor.TID) //nolint:gosec // 3 bits
	case p.Descriptor.HasTID:
		p.Temporal = int8(p.Descriptor.TID) //nolint:gosec // 2 bits
	}
	if spatial < 0 || spatial >= MaxLayers {
		return dst, ErrLayer
	}
	if r.alone {
		p.Spatial = spatial
	}
	r.layers.seen(p, r.alone)
	p.Overtaken = p.Seq < r.newest
	r.newest = max(r.newest, p.Seq)
	return append(dst, p), nil
}

const (
	maxWaiting = 256
	waitAtMost = time.Second
)

// wait holds a packet back until its structure comes: most of the time it was lost, and is asked for again.
func (r *Reader) wait(now time.Time, p *packet.Packet) error {
	stale := 0
	for stale < len(r.waiting) && now.Sub(r.waiting[stale].Arrival) > waitAtMost {
		stale++
	}
	var err error
	if stale == 0 && len(r.waiting) == maxWaiting {
		stale, err = 1, ErrWaits
	}
	if stale > 0 {
		n := copy(r.waiting, r.waiting[stale:])
		clear(r.waiting[n:])
		r.waiting = r.waiting[:n]
	}
	r.waiting = append(r.waiting, p)
	return err
}

// release appends the packets that waited for the structure that has just come. The others are of no use any more.
func (r *Reader) release(dst []*packet.Packet, now time.Time) []*packet.Packet {
	for _, p := range r.waiting {
		d, err := r.structures.parse(now, p.Dependency.Raw, p.Seq)
		if err != nil || now.Sub(p.Arrival) > waitAtMost {
			continue
		}
		*p.Dependency = d
		if placed, err := r.place(dst, p); err == nil {
			dst = placed
		}
	}
	r.Forget()
	return dst
}

// Forget drops what waits: it is not to be shown any more.
func (r *Reader) Forget() {
	clear(r.waiting)
	r.waiting = r.waiting[:0]
}

// Waiting is how many packets wait for a structure.
func (r *Reader) Waiting() int { return len(r.waiting) }
