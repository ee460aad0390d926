package allocate_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

var begin = time.Unix(1_700_000_000, 0)

func camera(id, height int, rates ...packet.Bitrate) allocate.Slot {
	s := allocate.Slot{ID: id, Publication: uint32(id), Priority: 100, Height: height, Current: packet.None}
	for i, rate := range rates {
		s.Layers = append(s.Layers, allocate.Layer{
			Layer: packet.Layer{Spatial: int8(i)}, Rate: rate * 1000, Height: 180 << i, FPS: 30, Live: true,
		})
	}
	return s
}

func TestPlanGivesEverySlotItsLowestBeforeOneGetsMore(t *testing.T) {
	a := allocate.New()
	plan := a.Plan(begin, allocate.Input{Rate: 400_000, Slots: []allocate.Slot{
		camera(1, 720, 150, 500, 1500), camera(2, 720, 150, 500, 1500),
	}})
	for _, d := range plan.Slots {
		if d.Target != (packet.Layer{Spatial: 0, Temporal: allocate.All}) || d.Reason.String() != "link carries 400 kbit/s" || d.Wanted != 1 {
			t.Errorf("slot %d gets %v, wants %b of the publisher: %v", d.ID, d.Target, d.Wanted, d.Reason)
		}
	}
	if plan.Next != (650_000*110+94)/95+1 {
		t.Errorf("next step at %d", plan.Next)
	}
}
