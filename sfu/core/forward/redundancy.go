package forward

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

const (
	maxDistance = 2
	maxOlder    = 32                  // blocks of a RED packet
	maxRepeated = 320                 // bytes of a frame that is worth repeating: 128 kbit/s in 20 ms
	maxBack     = audioClock * 2 / 10 // ticks: what is older has been concealed

	// From how much loss on a voice repeats one former frame, and two; it stops at half of that.
	lossy     = 0.03
	veryLossy = 0.12
)

// redundancy converts a voice to what the slot's receiver takes (RFC 2198): RED passes or is stripped
// to its newest frame, plain Opus is protected by repeating the frames before it.
type redundancy struct {
	payloadType uint8 // of Opus inside RED at the receiver, 0 if it takes no RED
	distance    int

	former [maxDistance]spoken // oldest first
	count  int
	older  [maxOlder]codec.Block
	header [4*maxOlder + 1 + maxDistance*maxRepeated]byte
}

// spoken is a frame that was sent.
type spoken struct {
	timestamp uint32
	data      []byte // shared, never changed
}

// forget starts another voice: it is not mixed with the one before.
func (r *redundancy) forget() { *r = redundancy{payloadType: r.payloadType, distance: r.distance} }

// takes is the codec in which a source goes out.
func (r *redundancy) takes(kind codec.Kind) codec.Kind {
	if kind == codec.RED && r.payloadType == 0 {
		return codec.Opus
	}
	return kind
}

// convert takes apart a RED packet: what is newest for a receiver of Opus, else all of it, with the
// receiver's payload type in the headers.
func (r *redundancy) convert(to codec.Kind, payload []byte) (header, rest []byte) {
	blocks, err := codec.SplitRED(r.older[:0], payload)
	if err != nil || len(blocks) == 0 {
		return nil, payload
	}
	newest := blocks[len(blocks)-1]
	if to == codec.Opus {
		return nil, newest.Data
	}
	size := 0
	for _, b := range blocks {
		size += len(b.Data)
	}
	header = append(r.header[:0], payload[:len(payload)-size]...)
	for at := 0; at < len(header); at += 4 {
		header[at] = header[at]&0x80 | r.payloadType
	}
	return header, payload[len(payload)-size:]
}

// protect puts the frames before p in front of it, if the receiver takes RED and its link loses packets.
func (f *Forwarder) protect(out *Out, newest bool) {
	r := f.voice
	if out.Codec != codec.Opus || !newest || f.codec != codec.Opus {
		return
	}
	if r.payloadType != 0 && r.distance > 0 {
		blocks := r.older[:0]
		for _, s := range r.former[max(r.count-r.distance, 0):r.count] {
			if back := out.Timestamp - s.timestamp; back > 0 && back <= maxBack && len(s.data) <= maxRepeated {
				blocks = append(blocks, codec.Block{Offset: uint16(back), Data: s.data})
			}
		}
		out.Codec = codec.RED
		out.Descriptor = codec.AppendRED(r.header[:0], r.payloadType, blocks, nil)
	}
	if r.count == maxDistance {
		copy(r.former[:], r.former[1:])
		r.count--
	}
	r.former[r.count] = spoken{timestamp: out.Timestamp, data: out.Payload}
	r.count++
}

// Protection is how many former frames each packet of a voice should repeat, by the link's loss and by how
// many it repeats at present.
func Protection(loss float64, present int) int {
	switch {
	case loss >= veryLossy, present >= 2 && loss >= veryLossy/2:
		return 2
	case loss >= lossy, present >= 1 && loss >= lossy/2:
		return 1
	}
	return 0
}

// SetProtection sets how many former frames each packet of a voice repeats, 0 to 2, where the
// receiver takes RED and the publisher sends none.
func (f *Forwarder) SetProtection(distance int) {
	if f.voice != nil {
		f.voice.distance = min(max(distance, 0), maxDistance)
	}
}
