package dependency

import "errors"

// Why a descriptor was refused.
var (
	ErrSyntax      = errors.New("dependency descriptor is malformed")
	ErrNoStructure = errors.New("dependency descriptor refers to a structure that is not known")
)

// Indication says what a frame is to a decode target (appendix A.4, "DTI").
type Indication uint8

// The indications.
const (
	NotPresent  Indication = iota // the target does without the frame
	Discardable                   // the target shows it and nothing depends on it
	Switch                        // the target can be joined here
	Required                      // the target needs it
)

// Template is the layer and the references that frames of one kind share.
type Template struct {
	Spatial, Temporal int8
	Indications       []Indication // one for each decode target
	FrameDiffs        []uint16     // frames it refers to, as distances back in frame numbers
	ChainDiffs        []uint16     // one for each chain: distance back to the chain's former frame, 0 at its start
}

// Structure is what a key frame announces and the frames after it refer to. It is immutable.
type Structure struct {
	TemplateOffset uint8 // of the first template's id, modulo 64
	Targets        int   // number of decode targets, 1 to 32
	Chains         int
	Protecting     []int8 // for each decode target the chain that protects it
	Templates      []Template
	TargetSpatial  []int8 // highest layer that each decode target has
	TargetTemporal []int8
	Widths         []uint16 // by spatial layer; empty if not announced
	Heights        []uint16
}

// Descriptor is what one packet says. Its slices are the structure's or its own, and never change.
type Descriptor struct {
	Raw               []byte // as received; aliases Parse's argument
	First, Last       bool   // packet of the frame
	Template          uint8  // id on the wire
	Number            uint16 // of the frame
	Structure         *Structure
	Attached          bool   // this packet carries Structure itself
	Active            uint32 // bit for each decode target that is being sent; all, unless the packet says otherwise
	HasActive         bool
	Spatial, Temporal int8
	Indications       []Indication
	FrameDiffs        []uint16
	ChainDiffs        []uint16
	Width, Height     uint16 // of the frame, 0 if not announced
}
