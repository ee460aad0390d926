package dependency

import "errors"

// Why a descriptor was refused.
var (
	ErrSyntax      = errors.New("dependency descriptor is malformed")
	ErrNoStructure = errors.New("dependency descriptor refers to a structure that is not known")
)

const (
	mandatorySize = 3
	// MaxSize of a descriptor in bytes: what fits a header extension (RFC 8285 §4.3).
	MaxSize = 255

	firstBit    = 0x80
	lastBit     = 0x40
	templateIDs = 0x3f

	// The flags behind the mandatory fields (appendix A.8.1, "extended_descriptor_fields").
	extendedFlags   = 5
	attachedFlag    = 1 << 4
	hasActiveFlag   = 1 << 3
	indicationsFlag = 1 << 2
	frameDiffsFlag  = 1 << 1
	chainDiffsFlag  = 1 << 0
)

// Descriptor is what one packet says. Its slices are the structure's or its own, and never change.
type Descriptor struct {
	Raw         []byte // as received; aliases Parse's argument
	First, Last bool   // packet of the frame
	Template    uint8  // id on the wire
	Number      uint16 // of the frame
	Structure   *Structure
	Attached    bool // this packet carries Structure itself
	// Active has a bit for each decode target that is being sent; all, unless the packet says otherwise. Without
	// HasActive or Attached the packet says nothing, and what a packet before said goes on.
	Active            uint32
	HasActive         bool
	Spatial, Temporal int8
	Indications       []Indication
	FrameDiffs        []uint16
	ChainDiffs        []uint16
	Width, Height     uint16 // of the frame, 0 if not announced

	flags  uint8
	active int // bit of Raw where the active decode targets are, or would be
	end    int // bits of Raw, without padding at the end
}

// Parse reads a descriptor. inForce is the structure of the latest key frame, nil if there was none; an attached one
// takes its place. raw is kept. Without custom fields and an attached structure nothing is allocated.
func Parse(raw []byte, inForce *Structure) (Descriptor, error) {
	if len(raw) < mandatorySize || len(raw) > MaxSize {
		return Descriptor{}, ErrSyntax
	}
	d := Descriptor{
		Raw: raw, First: raw[0]&firstBit != 0, Last: raw[0]&lastBit != 0, Template: raw[0] & templateIDs,
		Number: uint16(raw[1])<<8 | uint16(raw[2]), Structure: inForce,
	}
	r := reader{data: raw, at: 8 * mandatorySize}
	if len(raw) > mandatorySize {
		d.flags = uint8(r.take(extendedFlags)) //nolint:gosec // 5 bits
	}
	if d.Attached = d.flags&attachedFlag != 0; d.Attached {
		s, ok := readStructure(&r)
		if !ok {
			return Descriptor{}, ErrSyntax
		}
		d.Structure = s
	}
	template, err := d.template()
	if err != nil {
		return Descriptor{}, err
	}
	d.active, d.Active = r.at, d.Structure.All()
	if d.HasActive = d.flags&hasActiveFlag != 0; d.HasActive {
		d.Active = r.take(d.Structure.Targets)
	}
	d.readFrame(&r, template)
	if r.failed {
		return Descriptor{}, ErrSyntax
	}
	d.end = r.at
	return d, nil
}

func (d *Descriptor) template() (*Template, error) {
	if d.Structure == nil {
		return nil, ErrNoStructure
	}
	index := int(d.Template-d.Structure.TemplateOffset) & templateIDs
	switch {
	case index < len(d.Structure.Templates):
		return &d.Structure.Templates[index], nil
	case d.Attached:
		return nil, ErrSyntax
	}
	return nil, ErrNoStructure
}

// readFrame is what appendix A.8.1 calls frame_dependency_definition.
func (d *Descriptor) readFrame(r *reader, t *Template) {
	d.Spatial, d.Temporal = t.Spatial, t.Temporal
	d.Indications, d.FrameDiffs, d.ChainDiffs = t.Indications, t.FrameDiffs, t.ChainDiffs
	if d.flags&indicationsFlag != 0 {
		d.Indications = make([]Indication, d.Structure.Targets)
		for i := range d.Indications {
			d.Indications[i] = Indication(r.take(2)) //nolint:gosec // 2 bits
		}
	}
	if d.flags&(frameDiffsFlag|chainDiffsFlag) != 0 {
		d.readDiffs(r)
	}
	if int(d.Spatial) < len(d.Structure.Widths) {
		d.Width, d.Height = d.Structure.Widths[d.Spatial], d.Structure.Heights[d.Spatial]
	}
}

// maxFrameDiffs is as many frames as one can refer to in any codec: AV1 has 8 places, H.264 has 16.
const maxFrameDiffs = 16

// readDiffs reads distances of the frame's own, which most frames of simulcast have: so they share one allocation.
func (d *Descriptor) readDiffs(r *reader) {
	frames := 0
	if d.flags&frameDiffsFlag != 0 {
		ahead := *r
		for size := ahead.take(2); size != 0; size = ahead.take(2) {
			ahead.take(4 * int(size))
			frames++
		}
	}
	if frames > maxFrameDiffs {
		r.failed = true
		return
	}
	own := make([]uint16, frames+d.Structure.Chains)
	if d.flags&frameDiffsFlag != 0 {
		d.FrameDiffs = own[:frames:frames]
		for i := range d.FrameDiffs {
			size := int(r.take(2))
			d.FrameDiffs[i] = uint16(r.take(4*size)) + 1 //nolint:gosec // 12 bits
		}
		r.take(2)
	}
	if d.flags&chainDiffsFlag != 0 {
		d.ChainDiffs = own[frames:]
		for i := range d.ChainDiffs {
			d.ChainDiffs[i] = uint16(r.take(8)) //nolint:gosec // 8 bits
		}
	}
}

// Rewrite appends the descriptor to dst with another frame number. It says which decode targets are active if d does
// so, if d carries a structure, or if they differ from d.Active. The references are distances and stay.
func (d *Descriptor) Rewrite(dst []byte, number uint16, active uint32) []byte {
	active &= d.Structure.All()
	return d.rewrite(dst, number, active, d.HasActive || d.Attached || active != d.Active)
}

// RewriteActive is Rewrite that says which decode targets are active in any case: for the frame from which on the
// receiver gets more again, where d has no reason to speak of them.
func (d *Descriptor) RewriteActive(dst []byte, number uint16, active uint32) []byte {
	return d.rewrite(dst, number, active&d.Structure.All(), true)
}

func (d *Descriptor) rewrite(dst []byte, number uint16, active uint32, say bool) []byte {
	dst = append(dst, d.Raw[0], byte(number>>8), byte(number))
	targets, skipped := d.Structure.Targets, 0
	if d.HasActive {
		skipped = targets
	}
	// A descriptor that just fits its header extension cannot say more.
	if !say || d.end-skipped+targets > 8*MaxSize {
		return append(dst, d.Raw[mandatorySize:]...)
	}
	w := writer{data: dst}
	w.put(uint32(d.flags)|hasActiveFlag, extendedFlags)
	w.bits(d.Raw, 8*mandatorySize+extendedFlags, d.active)
	w.put(active, targets)
	w.bits(d.Raw, d.active+skipped, d.end)
	return w.data
}
