package sfu

import "github.com/plenum-meet/plenum/sfu/core/codec"

// Event is what a peer's owner is told: one of the types of this file.
type Event interface{ event() }

// Assignment says whose publication a slot carries; Number is 0 for an empty slot.
type Assignment struct {
	MID         string `json:"mid"`
	Number      uint32 `json:"number"`
	Participant string `json:"participant,omitempty"`
	Source      Source `json:"source"`
}

// SlotsAssigned replaces the map of a peer's slots.
type SlotsAssigned struct {
	Version uint64
	Slots   []Assignment
}

// SpeakersChanged says who speaks.
type SpeakersChanged struct {
	// Speakers has the active speaker first, then the ones before, latest first.
	Speakers []string
	// Speaking are the participants heard at this moment.
	Speaking []string
}

// LayersWanted tells a publisher which encodings of a source somebody watches.
type LayersWanted struct {
	Source Source
	// Codec that every receiver can decode.
	Codec codec.Kind
	// Layers has a bit for each encoding (simulcast) or spatial layer (SVC) that is wanted, lowest first; 0 is a pause.
	Layers uint8
}

// SlotClock relates a slot's RTP timestamps to the server's wall clock: the pair of its sender reports.
type SlotClock struct {
	MID string
	// NTP time in 32.32 seconds since 1900, at which the slot's timestamp was RTP.
	NTP uint64
	RTP uint32
}

// SlotsClocked carries the clocks of slots that changed source or whose clock was set anew.
type SlotsClocked struct{ Clocks []SlotClock }

// SlotQuality explains what one slot shows and why it is not more.
type SlotQuality struct {
	MID string
	// Height that is sent, 0 for none.
	Height int
	// Reason in words: "wish is met", "link carries 800 kbit/s".
	Reason string
	// Paused says that nothing is sent for want of bandwidth.
	Paused bool
}

// QualityChanged tells a participant how good their two directions are, 0 to 100.
type QualityChanged struct {
	Up, Down int
	// Estimate of what the downstream link carries, in bit/s; 0 while it is not known.
	Estimate int64
	Slots    []SlotQuality
	// Others are the scores of the other participants' upstream, by participant.
	Others map[string]int
}

// ConnectionEnded says that one of a peer's connections is gone, and the peer waits for an offer of another.
type ConnectionEnded struct {
	Up     bool // it was the one to publish on
	Reason string
}

// PeerClosed is the last event of a peer.
type PeerClosed struct{ Reason string }

func (SlotsAssigned) event()   {}
func (SpeakersChanged) event() {}
func (LayersWanted) event()    {}
func (SlotsClocked) event()    {}
func (QualityChanged) event()  {}
func (ConnectionEnded) event() {}
func (PeerClosed) event()      {}
