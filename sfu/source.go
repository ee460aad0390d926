package sfu

import "time"

// Source is what a publication shows or carries.
type Source uint8

// The sources of a participant, numbered as core/assign does.
const (
	Camera Source = iota
	Microphone
	Screen
	ScreenAudio
)

func (s Source) String() string {
	switch s {
	case Camera:
		return "camera"
	case Microphone:
		return "microphone"
	case Screen:
		return "screen"
	case ScreenAudio:
		return "screen-audio"
	default:
		return "unknown"
	}
}

// MarshalText names the source in snapshots.
func (s Source) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// silence is how long a layer is silent before it counts as stopped. A screen that does not change sends little, and so
// does a silent microphone.
func (s Source) silence() time.Duration {
	if s == Camera {
		return 500 * time.Millisecond
	}
	return 2 * time.Second
}

func (s Source) video() bool { return s == Camera || s == Screen }

// SlotKind is what a slot is kept for.
type SlotKind uint8

// The kinds of slots, numbered as core/assign does. Audio slots are filled with the loudest; the others by wish.
const (
	AudioSlot SlotKind = iota
	VideoSlot
	ScreenSlot
	ScreenAudioSlot
)

func (k SlotKind) String() string {
	switch k {
	case AudioSlot:
		return "audio"
	case VideoSlot:
		return "video"
	case ScreenSlot:
		return "screen"
	case ScreenAudioSlot:
		return "screen-audio"
	default:
		return "unknown"
	}
}

func (k SlotKind) video() bool { return k == VideoSlot || k == ScreenSlot }

// PublishedSource is one m-line of an upstream offer.
type PublishedSource struct {
	MID    string
	Source Source
	// Number is unique in the room; every packet carries it as CSRC.
	Number uint32
	Muted  bool
}

// SlotSpec is one m-line of a downstream offer.
type SlotSpec struct {
	MID  string
	Kind SlotKind
}

// Warm names a picture, camera or screen, that a client does not see and may turn to.
type Warm struct {
	Participant string
	Source      Source
}

// Wish is what a client wants to see in one slot.
type Wish struct {
	MID string
	// Participant whose Source is wanted, unless Speaker follows the active speaker.
	Participant string
	Speaker     bool
	Source      Source
	// Height of the tile in device pixels.
	Height int
	// Priority from 0, the first to give way, to 255.
	Priority int
}
