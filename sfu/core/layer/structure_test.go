package layer

import (
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/dependency"
)

// again is the structure as it is read from a key frame that comes once more.
func again(s *dependency.Structure) *dependency.Structure {
	twin := *s
	return &twin
}

func TestAKeyFrameThatComesTwiceChangesNothing(t *testing.T) {
	d := newDescribed(t, dependency.KeyOnly, 2, 1, at(1, All))
	d.expect(true, "S0T0 S1T0*")
	d.inForce = again(d.inForce)
	d.expect(false, "S0T0- S1T0*")
	d.hungry(false)
	d.expect(true, "S0T0 S1T0*")
}

func TestAStructureThatSaysOtherwiseIsAnother(t *testing.T) {
	d := newDescribed(t, dependency.KeyOnly, 2, 1, at(1, All))
	d.expect(true, "S0T0 S1T0*")
	d.inForce = again(d.inForce)
	d.inForce.Widths, d.inForce.Heights = []uint16{320, 640}, []uint16{180, 360}
	d.expect(false, "S0T0* S1T0-")
}
