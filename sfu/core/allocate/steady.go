package allocate

import (
	"math"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// pageTime is over how long what a screen costs is averaged.
const pageTime = 8 * time.Second

// steady is what the layers of a screen cost on average. A page is a burst of a second or two, which the pacer spreads and
// lets others pass: by its rate of that moment they would be paused at each page.
type steady struct {
	rate [maxSpatial]float64
	at   time.Time
}

// take notes the present rates and puts the averages in their place, in dst.
func (s *steady) take(now time.Time, layers []Layer, dst []Layer) []Layer {
	share := 1.0
	if !s.at.IsZero() {
		share = 1 - math.Exp(-max(now.Sub(s.at), 0).Seconds()/pageTime.Seconds())
	}
	s.at = now
	var top [maxSpatial]packet.Bitrate // with all temporal layers
	for _, o := range layers {
		if valid(o.Layer.Spatial) && o.Live {
			top[o.Layer.Spatial] = max(top[o.Layer.Spatial], o.Rate)
		}
	}
	for i, rate := range top {
		switch mean := &s.rate[i]; {
		case rate == 0 || *mean == 0:
			*mean = float64(rate)
		default:
			*mean += share * (float64(rate) - *mean)
		}
	}
	for _, o := range layers {
		if valid(o.Layer.Spatial) && o.Live && top[o.Layer.Spatial] > 0 {
			o.Rate = packet.Bitrate(float64(o.Rate) * s.rate[o.Layer.Spatial] / float64(top[o.Layer.Spatial]))
		}
		dst = append(dst, o)
	}
	return dst
}
