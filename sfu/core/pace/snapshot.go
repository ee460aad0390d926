package pace

import "github.com/plenum-meet/plenum/sfu/core/packet"

// Snapshot explains a pacer at one moment. Counts are by class.
type Snapshot struct {
	Rate    packet.Bitrate  `json:"rate"` // of the link
	Waiting int             `json:"waiting"`
	Bytes   int             `json:"bytes"` // that wait
	Bound   int             `json:"bound"` // that may wait, key frames apart
	Sent    [classes]uint64 `json:"sent"`
	Dropped [classes]uint64 `json:"dropped"`
}

// Snapshot explains the pacer.
func (p *Pacer[T]) Snapshot() Snapshot {
	s := p.stats
	s.Rate, s.Waiting, s.Bytes, s.Bound = p.rate, p.Len(), p.bytes+p.sound, p.bound()
	return s
}
