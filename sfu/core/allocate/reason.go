package allocate

import (
	"fmt"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Kind is why a slot gets what it gets.
type Kind uint8

// The reasons.
const (
	Met       Kind = iota // the best there is of it
	Small                 // taller layers would be lost on the tile
	Link                  // the link carries no more
	Settling              // the link has carried more only for a moment
	NotSent               // the publisher does not send what is wished
	Paused                // the link carries nothing of it
	Saver                 // data saver keeps it low
	AudioOnly             // no video is wanted at all
	Hidden                // not visible
)

var names = [...]string{"met", "small_tile", "link", "settling", "not_sent", "paused", "data_saver", "audio_only", "hidden"}

// Name of the kind, for counting.
func (k Kind) Name() string { return names[k] }

// KindNames are the names of all kinds.
func KindNames() []string { return names[:] }

// Reason says in words why a slot gets what it gets.
type Reason struct {
	Kind Kind
	Rate packet.Bitrate // what the link carries
}

// String returns the reason for people.
func (r Reason) String() string {
	switch r.Kind {
	case Met:
		return "wish is met"
	case Small:
		return "tile is small"
	case Link:
		return fmt.Sprintf("link carries %d kbit/s", r.Rate/1000)
	case Settling:
		return fmt.Sprintf("link carries %d kbit/s, waits until it is steady", r.Rate/1000)
	case NotSent:
		return "layer is not sent by the publisher"
	case Paused:
		return fmt.Sprintf("paused: link carries %d kbit/s", r.Rate/1000)
	case Saver:
		return "data saver"
	case AudioOnly:
		return "audio only"
	case Hidden:
		return "not visible"
	}
	return "unknown"
}

// MarshalText lets snapshots print the reason.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
