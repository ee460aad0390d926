package layer

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// absence is after how many pictures without it a spatial layer is taken to have stopped.
const absence = 8

// spatial is the spatial layer up to which the frames of VP9 pictures go out, by payload
// descriptors (RFC 9628 §4.2). It serves where no dependency descriptor comes.
type spatial struct {
	level   int8
	target  int8
	cut     bool  // do not go on above the target
	top     int8  // highest layer that came since the last key picture
	alone   bool  // between key pictures no layer needs the one below (K-SVC)
	thinned bool  // since the last key picture a frame below the level was left out
	lost    bool  // nothing can go out before the next key picture
	absent  uint8 // pictures since the level's latest frame
	past    eras
}

// begin starts a source at its key picture.
func (s *spatial) begin() {
	s.past.ended = 0
	*s = spatial{level: s.target, target: s.target, past: s.past}
}

// present is what holds at the newest picture.
func (s *spatial) present() era {
	if s.lost {
		return era{level: -1}
	}
	return era{level: s.level, top: s.top, alone: s.alone}
}

// end notes what held until a picture.
func (s *spatial) end(before era, timestamp packet.Timestamp) {
	before.until = timestamp
	s.past.end(before)
}

// enter takes the first packet of the newest picture; key says that it needs no former picture.
func (s *spatial) enter(timestamp packet.Timestamp, key bool) {
	s.absent++
	before := s.present()
	switch {
	case key:
		s.end(before, timestamp)
		*s = spatial{level: s.target, target: s.target, past: s.past}
	case !s.alone && !s.thinned:
		if s.target < s.level {
			s.end(before, timestamp)
			s.level = s.target
		}
	case s.target < s.level && s.cut, s.absent > absence:
		// Of the layers below nothing went out since the last key picture.
		if !s.lost {
			s.end(before, timestamp)
			s.lost = true
		}
	}
}

// frame reports whether one layer's frame of the newest picture goes out; unused says that no layer above needs it.
func (s *spatial) frame(timestamp packet.Timestamp, d *codec.Descriptor, unused bool) bool {
	sid := int8(d.SID)
	s.top = max(s.top, sid)
	if sid > 0 && d.InterPicture && d.Start {
		s.alone = !d.InterLayer
	}
	if sid == s.level+1 && sid <= s.target && d.Start && !d.InterPicture {
		s.end(s.present(), timestamp)
		s.level = sid
	}
	if sid == min(s.level, s.top) {
		s.absent = 0
	}
	return s.goes(s.present(), d, unused)
}

// late reports whether one layer's frame of an older picture goes out.
func (s *spatial) late(timestamp packet.Timestamp, d *codec.Descriptor, unused bool) bool {
	return s.goes(s.at(timestamp), d, unused)
}

// goes reports whether a frame goes out as things are, or were at its time.
func (s *spatial) goes(at era, d *codec.Descriptor, unused bool) bool {
	sid := int8(d.SID)
	idle := sid < min(at.level, at.top) && d.InterPicture && (unused || at.alone)
	s.thinned = s.thinned || idle
	return sid <= at.level && !idle
}

// at is what held at a picture.
func (s *spatial) at(timestamp packet.Timestamp) era { return s.past.at(timestamp, s.present()) }

// refusal is why a frame does not go out.
func (s *spatial) refusal() Decision {
	if s.lost {
		return WaitsForKeyFrame
	}
	return AboveTarget
}

// hungry reports whether only a key picture leads to the target.
func (s *spatial) hungry() bool {
	return s.lost || min(s.target, s.top) != min(s.level, s.top)
}
