package forward

import "time"

// Break says that packets which the slot should have sent were dropped before they were numbered: what is shown goes on
// at the next key frame, without a gap in the numbers.
func (f *Forwarder) Break(now time.Time) {
	f.now = now
	f.selector.Break(now)
}
