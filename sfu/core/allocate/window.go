package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	stable  = 2 * time.Second // that a link must carry a rate before it is used for more
	buckets = 20
	bucket  = stable / buckets
)

// window remembers the lowest rate of the last two seconds.
type window struct {
	lows [buckets]packet.Bitrate
	at   [buckets]time.Time // a bucket's latest rate, zero if it has none
	last packet.Bitrate
}

func (w *window) put(now time.Time, rate packet.Bitrate) {
	i := now.UnixNano() / int64(bucket) % buckets
	if i < 0 {
		i += buckets
	}
	if now.Sub(w.at[i]) >= bucket {
		w.lows[i] = rate
	}
	w.lows[i], w.at[i], w.last = min(w.lows[i], rate), now, rate
}

func (w *window) low(now time.Time) packet.Bitrate {
	low := w.last
	for i, at := range w.at {
		if !at.IsZero() && now.Sub(at) < stable {
			low = min(low, w.lows[i])
		}
	}
	return low
}

// leaves says when the lowest rate is forgotten.
func (w *window) leaves(now time.Time) time.Time {
	low, latest := w.low(now), now
	for i, at := range w.at {
		if w.lows[i] == low && !at.IsZero() && now.Sub(at) < stable {
			latest = at
		}
	}
	return latest.Add(stable)
}
