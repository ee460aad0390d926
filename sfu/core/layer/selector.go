package layer

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Max is the number of streams, and of spatial layers, that a publication can have.
const Max = 4

const (
	patience   = time.Second            // for the wanted stream before another one is taken
	quiet      = 250 * time.Millisecond // without packets: a stream may have stopped
	alive      = time.Second            // since its last packet a stream is worth asking for
	live       = 100 * time.Millisecond // a packet that came longer ago is replayed, in order
	steady     = 2 * time.Second        // that a stream which had stopped must flow before it counts again
	askLeast   = 200 * time.Millisecond // between two requests, at least …
	askMost    = time.Second            // … and at most
	settles    = time.Second            // that a slot shows what was there before it asks for better
	askHard    = 10 * time.Second       // after that long, ask at the slowest pace
	unknownRTT = 100 * time.Millisecond
)

// Choice is one stream of one publication during one feed.
type Choice struct {
	Publication uint32 // 0 is none
	Feed        uint16
	Stream      int8
}

// Decision is what becomes of one packet, which is the reason at the same time.
type Decision uint8

// The decisions of Selector and Filter.
const (
	Forward          Decision = iota // belongs to what is shown
	Switch                           // starts a key frame of what is awaited: Commit it if it can be numbered
	Empty                            // nothing is shown or wanted
	Paused                           // no layer is wanted
	OtherPublication                 // neither shown nor wanted
	OtherLayer                       // of the right publication, neither shown nor awaited
	WaitsForKeyFrame                 // awaited, but not the start of a key frame, or one that packets overtook
	Late                             // of an earlier feed or structure
	AboveTarget                      // its frame is not needed for the layer that is shown
	DependsOnDropped                 // its frame refers to one that was dropped
	Discarded                        // nothing depends on its frame, and the link is congested
)

// Selector chooses among the streams of the publication that a slot wants, and holds what
// it shows until a key frame lets it go over.
type Selector struct {
	// What each packet needs comes first.
	current   Choice // shown; Publication 0 is none
	wanted    uint32
	streams   int8
	target    int8
	broken    bool  // the shown stream cannot go on without a key frame
	hungry    bool  // the shown stream goes on, but only a key frame makes it what is wanted
	stalled   bool  // the shown stream stopped while others go on
	stallSeen uint8 // frames of other streams since the shown one went quiet
	flows     [Max]flow

	live      uint8     // streams known to flow when the publication was wanted, 0: nothing known
	since     time.Time // the present waiting began
	asked     time.Time // latest request for a key frame; zero: none in this waiting
	resume    time.Time // none is asked for before
	begun     time.Time // with a key frame from before it was wanted
	every     time.Duration
	stallTime packet.Timestamp
}

// NewSelector returns a selector that shows nothing.
func NewSelector() Selector {
	s := Selector{target: -1}
	s.current.Stream = -1
	s.SetRTT(unknownRTT)
	return s
}

// Want sets the publication to show, 0 for none, how many streams it has and which is the
// target, -1 for none. live has a bit for each stream known to flow, 0 if nothing is known.
// What is shown stays until the wanted has a key frame; an empty slot shows nothing at once.
func (s *Selector) Want(now time.Time, publication uint32, streams, target int8, live uint8) {
	streams = min(max(streams, 1), Max)
	if publication == 0 {
		s.leave()
	}
	if publication != s.wanted {
		s.wanted = publication
		s.flows = [Max]flow{}
		s.hungry = false
		s.wait(now)
	}
	s.streams, s.live = streams, live
	s.SetTarget(now, target)
}

// SetTarget sets the stream to go to. The old one is kept until the key frame of the new.
func (s *Selector) SetTarget(now time.Time, target int8) {
	target = min(max(target, -1), s.streams-1)
	if target == s.target {
		return
	}
	s.target = target
	if target < 0 {
		s.leave()
	}
	s.wait(now)
}

// Cut sets the stream to go to and stops the old one at once, for a link that cannot carry it.
func (s *Selector) Cut(now time.Time, target int8) {
	s.SetTarget(now, target)
	if s.current.Stream != s.target || s.current.Publication != s.wanted {
		s.leave()
	}
}

// leave shows nothing: what comes next begins with a key frame.
func (s *Selector) leave() {
	s.current = Choice{Stream: -1}
	s.resume = time.Time{} // any key frame is of use now
	s.broken, s.hungry, s.stalled, s.stallSeen = false, false, false, 0
}

// Break says that the shown stream cannot go on without a key frame.
func (s *Selector) Break(now time.Time) {
	if !s.broken {
		s.broken = true
		s.wait(now)
	}
}

// Need says whether the shown stream, though it goes on, needs a key frame to become what is
// wanted. It returns whether that is new.
func (s *Selector) Need(now time.Time, hungry bool) (begins bool) {
	if begins = hungry && !s.hungry; begins {
		s.wait(now)
	}
	s.hungry = hungry
	return begins
}

// Current returns what is shown.
func (s *Selector) Current() Choice { return s.current }

// GoesOn reports whether something is shown that needs no key frame to go on.
func (s *Selector) GoesOn() bool { return s.current.Publication != 0 && !s.broken && !s.stalled }

// Wanted returns the publication to show and its target stream.
func (s *Selector) Wanted() (publication uint32, target int8) { return s.wanted, s.target }

// Select decides about one media packet.
func (s *Selector) Select(now time.Time, publication uint32, p *packet.Packet) Decision {
	switch {
	case publication == 0 || s.wanted == 0:
		return Empty
	case p.Stream < 0 || p.Stream >= Max:
		return OtherLayer
	case s.target < 0:
		if publication == s.wanted {
			s.see(now, p)
		}
		return Paused
	}
	shown := publication == s.current.Publication && p.Stream == s.current.Stream
	if publication != s.wanted {
		return s.held(shown, p)
	}

	overtaken := s.see(now, p)
	if shown && p.Feed == s.current.Feed && !s.broken {
		return Forward
	}
	if shown && int16(p.Feed-s.current.Feed) < 0 {
		return Late
	}
	if shown {
		s.Break(now) // a new feed
	}
	if !s.awaited(now, p.Stream) {
		return OtherLayer
	}
	// What overtook it may have come before the slot looked.
	overtaken = overtaken || p.Overtaken && now.Sub(p.Arrival) < live
	if !StartsKeyFrame(p) || overtaken {
		return WaitsForKeyFrame
	}
	return Switch
}

// StartsKeyFrame reports whether p is the first packet of a key frame. An encrypted payload does not
// tell, but the structure that comes with it does.
func StartsKeyFrame(p *packet.Packet) bool {
	return p.Descriptor.Key || p.Dependency != nil && p.Dependency.Attached && p.Dependency.First
}

// held decides about a packet of a publication that is not wanted any more.
func (s *Selector) held(shown bool, p *packet.Packet) Decision {
	switch {
	case shown && p.Feed == s.current.Feed && !s.broken:
		return Forward
	case shown:
		return Late
	}
	return OtherPublication
}

// acquired reports whether the wanted publication is the one shown.
func (s *Selector) acquired() bool {
	return s.current.Publication != 0 && s.current.Publication == s.wanted
}

// waiting reports whether a key frame would change what is shown.
func (s *Selector) waiting() bool {
	return s.wanted != 0 && s.target >= 0 &&
		(!s.acquired() || s.broken || s.hungry || s.stalled || s.current.Stream != s.target)
}

// awaited reports whether a key frame of this stream of the wanted publication would be taken.
func (s *Selector) awaited(now time.Time, stream int8) bool {
	if !s.waiting() {
		return false
	}
	if !s.acquired() {
		return stream == s.target || s.begins(now, stream)
	}
	if stream == s.current.Stream {
		return s.broken || s.stalled || s.hungry
	}
	if s.stalled || s.flows[stream].doubted {
		return s.stalled
	}
	if stream == s.target {
		return true
	}
	// Stepping: any stream on the way is nearer to the target than what is shown.
	low, high := min(s.current.Stream, s.target), max(s.current.Stream, s.target)
	return stream > low && stream < high
}

// begins reports whether a slot that shows nothing of the publication may begin with this stream,
// which is not the target.
func (s *Selector) begins(now time.Time, stream int8) bool {
	waited := now.Sub(s.since)
	f := &s.flows[s.target]
	silent := !f.seen || now.Sub(f.at) >= quiet
	return waited >= patience || waited >= quiet && silent || !f.seen && stream == s.nearestLive()
}

// nearestLive is the stream to begin with if the target is known not to flow: the next lower
// one that does, else the next higher one; -1 if nothing is known.
func (s *Selector) nearestLive() int8 {
	for i := s.target; i >= 0; i-- {
		if s.live&(1<<i) != 0 {
			return i
		}
	}
	for i := s.target + 1; i < s.streams; i++ {
		if s.live&(1<<i) != 0 {
			return i
		}
	}
	return -1
}

// Commit goes over to the stream that p, of the wanted publication, starts a key frame of.
func (s *Selector) Commit(now time.Time, p *packet.Packet) {
	if !s.acquired() && !p.Arrival.IsZero() && p.Arrival.Before(s.since) {
		s.begun = now
	}
	s.current = Choice{Publication: s.wanted, Feed: p.Feed, Stream: p.Stream}
	s.broken, s.hungry, s.stalled, s.stallSeen = false, false, false, 0
	if s.waiting() {
		// This key frame answered the request; the next one waits its turn.
		s.since, s.asked = now, now
	}
}

// Wants returns a bit for each stream of the publication whose packets may be needed.
func (s *Selector) Wants(now time.Time, publication uint32) (streams uint8) {
	if publication == 0 || s.target < 0 || s.wanted == 0 {
		return 0
	}
	if publication == s.current.Publication && s.current.Stream >= 0 {
		streams |= 1 << s.current.Stream
	}
	if publication != s.wanted {
		return streams
	}
	if !s.acquired() || s.stalled || s.hushed(now) {
		return streams | (1<<s.streams - 1)
	}
	for i := min(s.current.Stream, s.target); i <= max(s.current.Stream, s.target); i++ {
		streams |= 1 << i
	}
	return streams
}
