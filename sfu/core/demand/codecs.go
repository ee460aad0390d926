package demand

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// back is how long nobody must need the fallback before the publisher goes back to its own choice.
const back = 30 * time.Second

// fallbacks are what to go down to, in this order: every browser decodes both, and VP8 has temporal layers everywhere.
var fallbacks = []codec.Kind{codec.VP8, codec.H264}

// Codecs chooses the codec of one publication. The policy is regression: the publisher's own choice while all receivers can
// decode it, else the first fallback that all can, for everybody; back after half a minute without need. One encoding at a
// time costs the publisher no second encoder, which phones do not have. The zero value is ready.
type Codecs struct {
	primary   codec.Kind
	receivers map[uint64]set
	decode    [kinds]int // receivers that do, by codec
	chosen    codec.Kind
	needed    time.Time // when somebody last needed the fallback
}

// kinds is more than there are codecs.
const kinds = 16

type set uint16

// SetPrimary says which codec the publisher chose by itself.
func (c *Codecs) SetPrimary(kind codec.Kind) { c.primary, c.chosen = kind, kind }

// Set says which codecs a receiver decodes; none for a receiver that is gone.
func (c *Codecs) Set(receiver uint64, can ...codec.Kind) {
	c.count(c.receivers[receiver], -1)
	if len(can) == 0 {
		delete(c.receivers, receiver)
		return
	}
	var s set
	for _, kind := range can {
		s |= 1 << kind
	}
	if c.receivers == nil {
		c.receivers = map[uint64]set{}
	}
	c.receivers[receiver] = s
	c.count(s, 1)
}

func (c *Codecs) count(s set, n int) {
	for kind := range c.decode {
		if s&(1<<kind) != 0 {
			c.decode[kind] += n
		}
	}
}

// common reports whether all receivers decode a codec.
func (c *Codecs) common(kind codec.Kind) bool {
	return int(kind) < kinds && c.decode[kind] == len(c.receivers)
}

// Choose returns the codec to send.
func (c *Codecs) Choose(now time.Time) codec.Kind {
	best := c.primary
	if !c.common(best) {
		c.needed = now
		for _, kind := range fallbacks {
			if c.common(kind) {
				best = kind
				break
			}
		}
	}
	if best == c.primary && c.chosen != c.primary && now.Sub(c.needed) < back && c.common(c.chosen) {
		return c.chosen
	}
	c.chosen = best
	return best
}
