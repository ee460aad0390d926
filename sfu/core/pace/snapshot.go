package pace

import "github.com/plenum-meet/plenum/sfu/core/packet"

// Snapshot explains a pacer at one moment. Counts are by class.
type Snapshot struct {
	Rate    packet.Bitrate  `json:"rate"` // of the link
	Waiting int             `json:"waiting"`
	Bytes   [classes]int    `json:"bytes"`   // that wait
	Counted int             `json:"counted"` // bytes of video that wait, key frames apart
	Bound   int             `json:"bound"`   // above that much of it no frame comes in
	Sent    [classes]uint64 `json:"sent"`    // that had their turn
	Unsent  [classes]uint64 `json:"unsent"`  // of these, and were not sent after all
	Dropped [classes]uint64 `json:"dropped"`
}

// Snapshot explains the pacer.
func (p *Pacer[T]) Snapshot() Snapshot {
	s := p.stats
	s.Rate, s.Waiting, s.Bytes, s.Counted, s.Bound = p.rate, p.count, p.bytes, p.counted, p.bound
	return s
}
