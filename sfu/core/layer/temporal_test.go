package layer

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// strip is a filter and a stream of pictures of one packet each.
type strip struct {
	t    *testing.T
	f    Filter
	now  time.Time
	seq  packet.Seq
	kind codec.Kind
	back packet.Timestamp // by how much its clock was set back
}

func newStrip(t *testing.T, kind codec.Kind, target packet.Layer) *strip {
	t.Helper()
	s := &strip{t: t, f: NewFilter(), now: time.Unix(1000, 0), seq: 100, kind: kind}
	s.f.Prepare()
	s.f.SetTarget(target, false)
	s.f.Begin(kind)
	return s
}

func (s *strip) next(d codec.Descriptor) *packet.Packet {
	s.seq++
	s.now = s.now.Add(33 * ms)
	return &packet.Packet{Seq: s.seq, Timestamp: packet.Timestamp(s.seq)*3000 - s.back, Payload: []byte{0}, Descriptor: d, Marker: true}
}

// picture is the next VP8 or VP9 picture of a temporal layer; sync is Y or U.
func (s *strip) picture(tid uint8, sync bool) *packet.Packet {
	return s.next(codec.Descriptor{Start: true, HasTID: true, TID: tid, Sync: sync})
}

func (s *strip) key() *packet.Packet {
	return s.next(codec.Descriptor{Start: true, Key: true, HasTID: true})
}

func (s *strip) gives(p *packet.Packet, gap bool, want Decision) Verdict {
	s.t.Helper()
	v := s.f.Take(s.now, p, p.Seq == s.seq, gap)
	if v.Decision != want {
		s.t.Errorf("packet %d, T%d: decision %d, want %d", p.Seq, p.Descriptor.TID, v.Decision, want)
	}
	return v
}

func (s *strip) goes(p *packet.Packet) { s.t.Helper(); s.gives(p, false, Forward) }
func (s *strip) stays(p *packet.Packet) {
	s.t.Helper()
	s.gives(p, false, AboveTarget)
}

func temporalTarget(t int8) packet.Layer { return packet.Layer{Spatial: Max, Temporal: t} }

func TestTemporalLayersOfVP8(t *testing.T) {
	s := newStrip(t, codec.VP8, temporalTarget(1))
	s.goes(s.key())
	s.stays(s.picture(2, true))
	s.goes(s.picture(1, true))
	s.stays(s.picture(2, false))

	s.f.SetTarget(temporalTarget(All), false)
	s.stays(s.picture(2, false)) // it may need one that was dropped
	s.goes(s.picture(0, false))
	s.goes(s.picture(2, true))
	s.goes(s.picture(1, false))
	s.goes(s.picture(2, false))

	s.f.SetTarget(temporalTarget(0), false)
	s.stays(s.picture(1, false))
	s.goes(s.picture(0, false))
	s.f.SetTarget(temporalTarget(2), false)
	s.stays(s.picture(2, true)) // it could go itself, but what follows it may need T1
	s.goes(s.picture(1, true))
	s.goes(s.picture(2, true))
	s.f.SetTarget(temporalTarget(0), false)
	s.stays(s.picture(2, false))
	s.f.SetTarget(temporalTarget(2), false)
	s.goes(s.key()) // nothing behind it needs anything from before
	s.goes(s.picture(2, false))
}

func TestALayerBetweenThatNeverCameIsNotWaitedFor(t *testing.T) {
	s := newStrip(t, codec.VP8, temporalTarget(0))
	s.goes(s.key())
	s.stays(s.picture(2, true))
	s.f.SetTarget(temporalTarget(All), false)
	s.goes(s.picture(2, true))
}

func TestAPictureBehindAGapPassesWhole(t *testing.T) {
	s := newStrip(t, codec.VP8, temporalTarget(0))
	s.goes(s.key())
	s.stays(s.picture(2, false))
	s.seq++
	exempt := s.picture(2, false)
	s.gives(exempt, true, Forward)
	rest := s.next(exempt.Descriptor)
	rest.Timestamp = exempt.Timestamp
	s.goes(rest)
	s.stays(s.picture(2, false))
}

func TestLatePackets(t *testing.T) {
	s := newStrip(t, codec.VP8, temporalTarget(1))
	s.goes(s.key())
	dropped := s.picture(2, true)
	s.stays(dropped)
	lost, unknown := s.picture(1, true), s.picture(2, true)
	s.goes(s.picture(0, false))
	s.f.SetTarget(temporalTarget(2), false)
	s.goes(s.picture(2, true))
	again := *dropped
	s.gives(&again, false, AboveTarget) // its picture was dropped, though the layer goes out by now
	s.gives(lost, false, Forward)
	s.gives(unknown, false, AboveTarget) // from before the layer went out

	s.f.SetTarget(temporalTarget(0), false)
	begun := s.seq
	s.goes(s.picture(0, false))
	if s.seq == begun {
		t.Fatal("no picture")
	}
	s.gives(lost, false, Forward) // it was forwarded before
}

func TestUnneededPicturesGoFirstUnderCongestion(t *testing.T) {
	s := newStrip(t, codec.VP8, temporalTarget(All))
	s.goes(s.key())
	s.f.SetCongested(true)
	p := s.picture(2, true)
	p.Payload[0] = vp8NonReference
	s.gives(p, false, Discarded)
	s.goes(s.picture(1, true))
	s.f.SetCongested(false)
	p = s.picture(2, true)
	p.Payload[0] = vp8NonReference
	s.goes(p)
}

func TestTemporalLayersOfVP9(t *testing.T) {
	s := newStrip(t, codec.VP9, temporalTarget(0))
	s.goes(s.key())
	s.stays(s.picture(1, true)) // U is about what follows a picture that goes out
	s.f.SetTarget(temporalTarget(All), false)
	s.stays(s.picture(2, true))
	s.goes(s.picture(0, false))
	s.stays(s.picture(1, true))
	s.goes(s.picture(0, true))
	s.goes(s.picture(2, false))
	s.f.SetTarget(temporalTarget(1), false)
	s.stays(s.picture(2, false))
	s.goes(s.picture(1, false))
}

func TestCodecsThatTellNoLayersGoOutWhole(t *testing.T) {
	for _, kind := range []codec.Kind{codec.H264, codec.AV1} {
		s := newStrip(t, kind, temporalTarget(0))
		s.goes(s.next(codec.Descriptor{Start: true, Key: true}))
		s.goes(s.next(codec.Descriptor{Start: true}))
		if s.f.Hungry() {
			t.Errorf("%v: asks for a key frame", kind)
		}
	}
}
