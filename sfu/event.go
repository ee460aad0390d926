package sfu

// Event is what a peer's owner is told: SlotsAssigned, SpeakersChanged or PeerClosed.
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

// PeerClosed is the last event of a peer.
type PeerClosed struct{ Reason string }

func (SlotsAssigned) event()   {}
func (SpeakersChanged) event() {}
func (PeerClosed) event()      {}
