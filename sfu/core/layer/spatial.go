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
	cut     bool             // do not go on above the target
	top     int8             // highest layer that came since the last key picture
	alone   bool             // between key pictures no layer needs the one below (K-SVC)
	thinned bool             // since the last key picture a frame below the level was left out
	lost    bool             // nothing can go out before the next key picture
	absent  uint8            // pictures since the level's latest frame
	former  int8             // level before it rose …
	rose    packet.Timestamp // … at this picture
}

// begin starts a source at its key picture.
func (s *spatial) begin() { *s = spatial{level: s.target, target: s.target, former: s.target} }

// enter takes the first packet of the newest picture; key says that it needs no former picture.
func (s *spatial) enter(timestamp packet.Timestamp, key bool) {
	s.absent++
	switch {
	case key:
		before := lowest(s.former, s.level, s.rose, timestamp)
		if s.lost {
			before = -1
		}
		s.begin()
		s.former, s.rose = min(before, s.level), timestamp
	case !s.alone && !s.thinned:
		s.level = min(s.level, s.target)
	case s.target < s.level && s.cut, s.absent > absence:
		// Of the layers below nothing went out since the last key picture.
		s.lost = true
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
		s.former, s.rose = min(s.former, s.level), timestamp
		s.level = sid
	}
	if sid == min(s.level, s.top) {
		s.absent = 0
	}
	return s.goes(s.level, s.top, d, unused)
}

// goes reports whether a frame goes out of a picture whose layers do up to level, where top is the highest.
func (s *spatial) goes(level, top int8, d *codec.Descriptor, unused bool) bool {
	sid := int8(d.SID)
	idle := sid < min(level, top) && d.InterPicture && (unused || s.alone)
	s.thinned = s.thinned || idle
	return !s.lost && sid <= level && !idle
}

// levelAt is the level of a picture that none was known of until now.
func (s *spatial) levelAt(timestamp packet.Timestamp) int8 {
	switch {
	case s.lost:
		return -1
	case timestamp < s.rose:
		return min(s.level, s.former)
	}
	return s.level
}

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
