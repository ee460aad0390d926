package layer

import (
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// A publisher whose clock is set back goes on to be shown, layer by layer and thinned out, without a key picture.
func TestAClockThatIsSetBackChangesNoLayers(t *testing.T) {
	s := newSVC(t, true, 1)
	s.plays(true, 0, 1)
	s.plays(false, 0, 1)
	for range 10 {
		s.plays(false, 1)
	}
	s.f.SetTarget(packet.Layer{Spatial: 0, Temporal: All}, false)
	s.plays(true, 0)
	for range 10 {
		s.plays(false, 0)
	}
	s.f.SetTarget(packet.Layer{Spatial: 1, Temporal: All}, false)
	s.plays(true, 0, 1)
	s.plays(false, 0, 1)
	for range 3 {
		s.plays(false, 1)
	}
	s.back = 75_000
	for range 100 {
		s.plays(false, 1)
	}
	s.plays(true, 0, 1)
	s.plays(false, 0, 1)
	s.plays(false, 1)

	thin := newStrip(t, codec.VP8, temporalTarget(0))
	thin.goes(thin.key())
	for range 10 {
		thin.stays(thin.picture(1, true))
		thin.goes(thin.picture(0, false))
	}
	thin.back = 30_000
	for range 100 {
		thin.stays(thin.picture(1, true))
		thin.goes(thin.picture(0, false))
	}
}
