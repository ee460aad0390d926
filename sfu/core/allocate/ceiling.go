package allocate

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	retry   = 5 * time.Second  // after an up-step that the link dropped soon none as high, doubled each time …
	retries = 3                // … that often
	proven  = 30 * time.Second // an up-step that lasts clears the failures
	margin  = 5                // percent below what failed that is not tried either
	wider   = 20               // percent above the rate that failed at which the link is another one
)

// ceiling is what is known of a link from steps up that it did not bear. It is the link's, not
// a slot's: else each slot tries in turn what the one before has tried.
type ceiling struct {
	used     packet.Bitrate // by the plan that failed, a margin less
	rate     packet.Bitrate // that the link was taken to carry then
	until    time.Time
	failures int       // in a row
	rose     time.Time // a plan above what failed was made, and held since
}

// at is how much may be used by going up.
func (c *ceiling) at(now time.Time, rate packet.Bitrate) packet.Bitrate {
	if rate > c.rate*(100+wider)/100 {
		*c = ceiling{rose: c.rose}
	}
	if now.Before(c.until) {
		return c.used
	}
	return unlimited
}

// judge looks whether the latest step up has failed. before is the rate of the latest plan.
func (c *ceiling) judge(now time.Time, before packet.Bitrate, f *fill, order []*entry) {
	rose, dropped, raised := false, false, false
	for _, e := range order {
		soon := e.state.rose && now.Sub(e.state.since) <= active
		rose = rose || soon
		dropped = dropped || !e.fresh && e.level < e.held
		raised = raised || !e.fresh && e.level > e.held
	}
	switch {
	case f.congested && dropped && rose:
		c.used, c.rate = f.before*(100-margin)/100, before
		c.until = now.Add(retry << c.failures)
		c.failures = min(c.failures+1, retries)
		c.rose = time.Time{}
	case f.congested && dropped:
		c.rose = time.Time{}
	case raised && f.used > c.used:
		c.rose = now
	case !c.rose.IsZero() && now.Sub(c.rose) >= proven:
		*c = ceiling{}
	}
}
