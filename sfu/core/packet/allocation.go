package packet

import "encoding/binary"

// The most that a video layers allocation can name.
const (
	MaxAllocatedStreams  = 4
	MaxAllocatedSpatial  = 4
	MaxAllocatedTemporal = 4

	maxAllocated = MaxAllocatedStreams * MaxAllocatedSpatial
	// maxAllocatedRate is in kbit/s; more is a lie.
	maxAllocatedRate = 10_000_000
	allocatedSize    = 5 // bytes of width, height and frame rate
)

// Allocated is what a publisher means to spend on one spatial layer.
type Allocated struct {
	Stream, Spatial int8
	Temporals       int8 // number of temporal layers, 1 to 4
	// Rates by temporal layer, those below included; spatial layers below are not.
	Rates         [MaxAllocatedTemporal]Bitrate
	Width, Height uint16 // 0 if not announced
	FPS           uint8
}

// Allocation is the layers that a publisher sends at present (header extension video-layers-allocation00). A layer
// that is not named is not sent.
type Allocation struct {
	Stream  int8 // that carried the extension
	Streams int8 // how many there are, of which some may be off
	Layers  int
	layers  [maxAllocated]Allocated
}

// Layer returns one of a.Layers.
func (a *Allocation) Layer(i int) *Allocated { return &a.layers[i] }

// ParseAllocation reads Raw.Allocation.
func ParseAllocation(raw []byte) (Allocation, error) {
	if len(raw) == 0 {
		return Allocation{}, ErrExtension
	}
	a := Allocation{Stream: int8(raw[0] >> 6), Streams: int8(raw[0]>>4&0x03) + 1} //nolint:gosec // 2 bits
	if len(raw) == 1 && raw[0]&0x0f == 0 {
		return a, nil // nothing is sent
	}
	if a.Stream >= a.Streams {
		return Allocation{}, ErrExtension
	}
	rest, ok := a.readMasks(raw)
	if !ok {
		return Allocation{}, ErrExtension
	}
	if rest, ok = a.readTemporals(rest); !ok {
		return Allocation{}, ErrExtension
	}
	if rest, ok = a.readRates(rest); !ok {
		return Allocation{}, ErrExtension
	}
	if len(rest) == 0 {
		return a, nil
	}
	if len(rest) < a.Layers*allocatedSize {
		return Allocation{}, ErrExtension
	}
	for i := range a.Layers {
		size := rest[i*allocatedSize:]
		l := &a.layers[i]
		l.Width = uint16(min(int(binary.BigEndian.Uint16(size))+1, 0xffff))      //nolint:gosec // bounded
		l.Height = uint16(min(int(binary.BigEndian.Uint16(size[2:]))+1, 0xffff)) //nolint:gosec // bounded
		l.FPS = size[4]
	}
	return a, nil
}

// readMasks finds the layers: one mask for all streams, or half a byte for each.
func (a *Allocation) readMasks(raw []byte) ([]byte, bool) {
	shared, rest := raw[0]&0x0f, raw[1:]
	own := int(a.Streams+1) / 2
	if shared == 0 && len(rest) < own {
		return nil, false
	}
	for stream := range a.Streams {
		mask := shared
		if shared == 0 {
			mask = rest[stream/2] >> (4 * (1 - stream%2)) & 0x0f
		}
		for spatial := range int8(MaxAllocatedSpatial) {
			if mask&(1<<spatial) != 0 {
				a.layers[a.Layers] = Allocated{Stream: stream, Spatial: spatial}
				a.Layers++
			}
		}
	}
	if shared == 0 {
		rest = rest[own:]
	}
	return rest, true
}

// readTemporals reads two bits for each layer.
func (a *Allocation) readTemporals(rest []byte) ([]byte, bool) {
	size := (a.Layers + 3) / 4
	if len(rest) < size {
		return nil, false
	}
	for i := range a.Layers {
		a.layers[i].Temporals = int8(rest[i/4]>>(2*(3-i%4))&0x03) + 1 //nolint:gosec // 2 bits
	}
	return rest[size:], true
}

func (a *Allocation) readRates(rest []byte) ([]byte, bool) {
	for i := range a.Layers {
		l := &a.layers[i]
		for t := range l.Temporals {
			rate, n := leb128(rest)
			if n == 0 || rate > maxAllocatedRate {
				return nil, false
			}
			l.Rates[t] = Bitrate(rate) * 1000
			rest = rest[n:]
		}
	}
	return rest, true
}

// leb128 reads a number in groups of 7 bits. n is 0 if there is none of four bytes or less.
func leb128(data []byte) (v uint32, n int) {
	for i := 0; i < len(data) && i < 4; i++ {
		v |= uint32(data[i]&0x7f) << (7 * i)
		if data[i]&0x80 == 0 {
			return v, i + 1
		}
	}
	return 0, 0
}
