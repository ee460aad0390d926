package layer

import (
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

func TestWhatHeldAtAPicture(t *testing.T) {
	var e eras
	present := era{level: 9}
	want := func(timestamp packet.Timestamp, level int8) {
		t.Helper()
		if got := e.at(timestamp, present).level; got != level {
			t.Errorf("at %d: level %d, want %d", timestamp, got, level)
		}
	}
	want(0, 9)
	for i := range int8(eraCount + 2) {
		e.end(era{until: packet.Timestamp(i+1) * 10, level: i})
	}
	want(100, 9)
	want(99, 9)
	want(90, 9)
	want(89, 8)
	want(30, 3)
	want(29, 2)
	want(5, 2) // the oldest that is remembered
}

func TestALatePictureGoesByTheLevelOfItsTime(t *testing.T) {
	s := newStrip(t, codec.VP8, temporalTarget(1))
	s.goes(s.key())
	s.goes(s.picture(1, true))
	s.f.SetTarget(temporalTarget(0), false)
	s.goes(s.picture(0, false))
	s.f.SetTarget(temporalTarget(All), false)
	s.goes(s.picture(1, true)) // up again …
	between, beyond := s.picture(1, false), s.picture(2, false)
	s.goes(s.picture(2, true)) // … and further
	s.gives(between, false, Forward)
	s.gives(beyond, false, AboveTarget)
	late := s.picture(1, false)
	s.f.SetTarget(temporalTarget(0), false)
	s.goes(s.picture(0, false))
	s.gives(late, false, Forward) // down at the next picture, not at one before
}

func TestALateKSVCPictureGoesAsItsLayersDidBeforeTheKeyPicture(t *testing.T) {
	s := newSVC(t, true, 1)
	s.plays(true, 0, 1)
	s.plays(false, 0, 1)
	s.plays(false, 1)
	var late []*packet.Packet
	for sid := range uint8(2) {
		late = append(late, s.next(codec.Descriptor{Start: true, EndOfLayer: true, HasLayers: true, HasTID: true, SID: sid, InterPicture: true}))
	}
	late[1].Timestamp = late[0].Timestamp
	s.f.SetTarget(packet.Layer{Spatial: 0, Temporal: All}, false)
	s.plays(true, 0)
	s.gives(late[0], false, AboveTarget) // what it needs did not go out
	s.gives(late[1], false, Forward)
	s.plays(false, 0)
}
