package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// clockSlack is how far a sender report may be from what arrived before we take it for
// another clock's.
const clockSlack = time.Second

// report is the latest sender report of one layer.
type report struct {
	ntp     uint64 // 32.32 seconds
	rtp     uint32
	arrival time.Time
	known   bool
}

// at returns the layer's timestamp at a moment, by this report.
func (r *report) at(now time.Time, clock int64) uint32 {
	return r.rtp + uint32(packet.Ticks(now.Sub(r.arrival), clock))
}

// fits reports whether a timestamp that was sent about now can be of this report's clock.
func (r *report) fits(now time.Time, timestamp packet.Timestamp, clock int64) bool {
	if !r.known {
		return false
	}
	off := int64(int32(uint32(timestamp) - r.at(now, clock)))
	return max(off, -off) <= packet.Ticks(clockSlack, clock)
}

// clocks holds the sender reports of the two publications a slot deals with: the one it
// shows and the one it wants.
type clocks struct {
	of [2]struct {
		publication uint32
		silent      bool // its reports did not come in time, or made no sense: nobody waits for them again
		layers      [layer.Max]report
	}
}

// keep makes room for the wanted publication; the shown one stays.
func (c *clocks) keep(shown, wanted uint32) {
	for i := range c.of {
		if p := c.of[i].publication; p != shown && p != wanted {
			c.of[i].publication, c.of[i].silent = 0, false
			clear(c.of[i].layers[:])
		}
	}
	if wanted == 0 || c.find(wanted) >= 0 {
		return
	}
	if i := c.find(0); i >= 0 {
		c.of[i].publication = wanted
	}
}

func (c *clocks) find(publication uint32) int {
	for i := range c.of {
		if c.of[i].publication == publication {
			return i
		}
	}
	return -1
}

func (c *clocks) put(publication uint32, spatial int8, r report) {
	if i := c.find(publication); i >= 0 && publication != 0 && spatial >= 0 && spatial < layer.Max {
		c.of[i].layers[spatial] = r
	}
}

// get returns the layer's report; an unknown one if there is none.
func (c *clocks) get(publication uint32, spatial int8) report {
	if i := c.find(publication); i >= 0 && publication != 0 && spatial >= 0 && spatial < layer.Max {
		return c.of[i].layers[spatial]
	}
	return report{}
}

// silence says that nobody is to wait for the publication's reports any more.
func (c *clocks) silence(publication uint32) {
	if i := c.find(publication); i >= 0 {
		c.of[i].silent = true
	}
}

func (c *clocks) silent(publication uint32) bool {
	i := c.find(publication)
	return i >= 0 && c.of[i].silent
}

// translate returns which timestamp of layer a's clock is the moment of timestamp in on
// layer b's, nearest to near.
func translate(a, b report, in packet.Timestamp, near packet.Timestamp, clock int64) packet.Timestamp {
	apart := ntpTicks(int64(b.ntp-a.ntp), clock)
	same := a.rtp + uint32(apart) + (uint32(in) - b.rtp)
	return near + packet.Timestamp(int32(same-uint32(near)))
}

// ntpTicks converts 32.32 seconds to a clock.
func ntpTicks(d int64, clock int64) int64 {
	return (d>>32)*clock + (d&0xffffffff)*clock>>32
}

// ntpSince converts a duration to 32.32 seconds.
func ntpSince(d time.Duration) uint64 {
	return uint64(int64(d/time.Second)<<32 + int64(d%time.Second)<<32/int64(time.Second))
}
