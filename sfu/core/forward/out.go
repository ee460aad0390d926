package forward

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/layer"
)

// Source is a publication as a slot sees it.
type Source struct {
	Publication uint32 // 0 is none
	Clock       uint32 // Hz
	Codec       codec.Kind
	Layers      int8 // number of spatial layers, at least 1
	// Scalable says that one stream carries all spatial layers (SVC) rather than one each (simulcast).
	Scalable bool
	// Live has a bit for each stream that is known to flow, 0 if nothing is known. A slot that is
	// empty then does not wait for a stream that the publisher does not send (yet).
	Live uint8
	// RED is the payload type of Opus inside RED at the slot's receiver, 0 if it takes no RED.
	RED uint8
}

// Start is where a slot's own numbers begin. The shell draws them at random; Sequence
// stays below 2^15 so that a receiver's SRTP roll-over counter starts clear (RFC 3711 §3.3.1).
type Start struct {
	Sequence  uint16
	Timestamp uint32
	PictureID uint16
	TL0       uint8
	KeyIndex  uint8
	Frame     uint16 // number of the dependency descriptor
}

// All is the temporal target that takes every frame.
const All = layer.All

// Out is one packet as the slot sends it.
type Out struct {
	Sequence    uint16
	Timestamp   uint32
	Marker      bool
	Publication uint32     // goes out as CSRC
	Descriptor  []byte     // goes before Payload; valid until the next call
	Payload     []byte     // shared with all other slots, never changed
	Dependency  []byte     // dependency descriptor to write as header extension, nil for none; valid until the next call
	Codec       codec.Kind // of this packet: its payload type follows from it
	Spatial     int8
	Temporal    int8
	Switched    bool // first packet of another stream, publication or feed
	Wake        bool // since this packet a key frame is needed: ask KeyFrameWanted
}

// Reason says why a packet was forwarded or not.
type Reason uint8

// The reasons.
const (
	Forwarded        Reason = iota
	Empty                   // the slot shows nothing
	Paused                  // the slot's target is no layer
	Muted                   // for the shell, which drops muted sources before fan-out
	OtherPublication        // not the one shown, nor the next one
	OtherLayer              // of the right publication, but neither shown nor awaited
	WaitsForKeyFrame        // of the next layer or publication, which starts at a key frame
	WaitsForReport          // a key frame, but no sender report relates its clock to ours yet
	BehindCurrent           // a key frame from before what was already sent
	PaddingOnly             // carries no media; the gap is closed
	Late                    // older than the switch, or than what the slot remembers
	Duplicate               // its number was sent already
	TooFarAhead             // audio: the slot's clock leads the wall clock too far
	AboveTarget             // its frame is not needed for the layer that is shown
	DependsOnDropped        // its frame refers to one that was dropped
	Discarded               // nothing depends on its frame, and the link is congested
	reasons
)

var reasonNames = [reasons]string{
	Forwarded:        "forwarded",
	Empty:            "empty",
	Paused:           "paused",
	Muted:            "muted",
	OtherPublication: "other publication",
	OtherLayer:       "other layer",
	WaitsForKeyFrame: "waits for key frame",
	WaitsForReport:   "waits for sender report",
	BehindCurrent:    "behind current",
	PaddingOnly:      "padding only",
	Late:             "late",
	Duplicate:        "duplicate",
	TooFarAhead:      "too far ahead",
	AboveTarget:      "above target",
	DependsOnDropped: "depends on dropped",
	Discarded:        "discarded for congestion",
}

// String names the reason in the words of the debug view.
func (r Reason) String() string {
	if r < reasons {
		return reasonNames[r]
	}
	return "unknown"
}

// reasonOf is the reason for what package layer decided.
func reasonOf(d layer.Decision) Reason {
	switch d {
	case layer.Forward, layer.Switch:
		return Forwarded
	case layer.Empty:
		return Empty
	case layer.Paused:
		return Paused
	case layer.OtherPublication:
		return OtherPublication
	case layer.OtherLayer:
		return OtherLayer
	case layer.WaitsForKeyFrame:
		return WaitsForKeyFrame
	case layer.Late:
		return Late
	case layer.AboveTarget:
		return AboveTarget
	case layer.DependsOnDropped:
		return DependsOnDropped
	case layer.Discarded:
		return Discarded
	}
	panic("forward: unknown decision")
}

// Snapshot is one slot's forwarding as the debug view prints it.
type Snapshot struct {
	Publication    uint32            `json:"publication"` // that is shown
	Spatial        int8              `json:"spatial"`
	Temporal       int8              `json:"temporal"`
	Wanted         uint32            `json:"wanted"` // publication that should be shown
	Target         int8              `json:"target"`
	TargetTemporal int8              `json:"targetTemporal"`
	Reason         string            `json:"reason"` // of the latest packet that was not forwarded since the last switch
	Packets        uint64            `json:"packets"`
	Octets         uint64            `json:"octets"`
	Switches       uint64            `json:"switches"`
	Resends        uint64            `json:"resends"`
	Dropped        map[string]uint64 `json:"dropped"` // by reason
}
