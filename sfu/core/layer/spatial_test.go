package layer

import (
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// svc plays VP9 pictures of three spatial layers without dependency descriptors.
type svc struct {
	*strip
	alone bool // K-SVC
}

func newSVC(t *testing.T, alone bool, spatial int8) *svc {
	return &svc{newStrip(t, codec.VP9, packet.Layer{Spatial: spatial, Temporal: All}), alone}
}

// plays one picture and checks which of its layers go out, and that the last of them has the marker.
func (s *svc) plays(key bool, want ...int8) {
	s.t.Helper()
	var got []int8
	marked := int8(-1)
	timestamp := packet.Timestamp(s.seq+1)*3000 - s.back
	for sid := range int8(3) {
		p := s.next(codec.Descriptor{
			Start: true, EndOfLayer: true, HasLayers: true, HasTID: true, SID: uint8(sid), Key: key && sid == 0,
			InterPicture: !key, InterLayer: sid > 0 && (key || !s.alone),
		})
		p.Timestamp, p.Marker = timestamp, sid == 2
		v := s.f.Take(s.now, p, true, false)
		if v.Decision != Forward {
			continue
		}
		got = append(got, sid)
		if v.Marker {
			marked = sid
		}
	}
	same := len(got) == len(want)
	for i := range got {
		same = same && got[i] == want[i]
	}
	if !same || len(got) > 0 && marked != got[len(got)-1] {
		s.t.Errorf("picture before %d: layers %v, marker on %d; want %v", s.seq, got, marked, want)
	}
}

func TestSpatialLayersOfVP9(t *testing.T) {
	s := newSVC(t, false, 1)
	s.plays(true, 0, 1)
	s.plays(false, 0, 1)
	s.f.SetTarget(packet.Layer{Spatial: 2, Temporal: All}, false)
	s.plays(false, 0, 1)
	if !s.f.Hungry() {
		t.Error("does not ask for the key picture that leads up")
	}
	s.plays(true, 0, 1, 2)
	if s.f.Hungry() {
		t.Error("asks on")
	}
	s.f.SetTarget(packet.Layer{Spatial: 0, Temporal: All}, false)
	s.plays(false, 0) // down at any picture
}

func TestKeyPicturesAloneJoinTheLayersOfKSVC(t *testing.T) {
	s := newSVC(t, true, 2)
	s.plays(true, 0, 1, 2)
	s.plays(false, 0, 2) // the first one shows how the layers lean on each other
	s.plays(false, 2)
	s.f.SetTarget(packet.Layer{Spatial: 1, Temporal: All}, false)
	s.plays(false, 2) // what layer 1 needs did not go out
	if !s.f.Hungry() {
		t.Error("does not ask for the key picture that leads down")
	}
	s.plays(true, 0, 1)
	s.plays(false, 0, 1)
	s.plays(false, 1)
	s.f.SetTarget(packet.Layer{Spatial: 0, Temporal: All}, true)
	s.plays(false) // cut: nothing at all is better than what the link cannot carry
	if !s.f.Hungry() {
		t.Error("does not ask for a key picture")
	}
	s.plays(true, 0)
	s.plays(false, 0)
}

func TestATopLayerThatStopsIsNotWaitedForLong(t *testing.T) {
	s := newSVC(t, true, 2)
	s.plays(true, 0, 1, 2)
	s.plays(false, 0, 2)
	frame := func(key bool, sid uint8) Decision {
		p := s.next(codec.Descriptor{Start: true, EndOfLayer: true, HasLayers: true, HasTID: true, SID: sid, Key: key, InterPicture: !key})
		return s.f.Take(s.now, p, true, false).Decision
	}
	for range absence + 1 {
		if frame(false, 0) == Forward {
			t.Fatal("a layer goes out whose references did not")
		}
	}
	if !s.f.Hungry() {
		t.Fatal("does not ask for a key picture")
	}
	if frame(true, 0) != Forward || frame(false, 0) != Forward || s.f.Hungry() {
		t.Error("does not go on with the layer that is left")
	}
}
