package layer

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Max is the number of spatial layers a publication can have.
const Max = 4

const (
	patience   = time.Second            // for the wanted layer before another one is taken
	quiet      = 250 * time.Millisecond // without packets: a layer may have stopped
	alive      = time.Second            // since its last packet a layer is worth asking for
	askLeast   = 200 * time.Millisecond // between two requests, at least …
	askMost    = time.Second            // … and at most
	askHard    = 10 * time.Second       // after that long, ask at the slowest pace
	unknownRTT = 100 * time.Millisecond
)

// Choice is one layer of one publication during one feed.
type Choice struct {
	Publication uint32 // 0 is none
	Feed        uint16
	Spatial     int8
}

// Decision is what the selector says about one packet, which is the reason at the same time.
type Decision uint8

// The decisions.
const (
	Forward          Decision = iota // belongs to what is shown
	Switch                           // starts a key frame of what is awaited: Commit it if it can be numbered
	Empty                            // nothing is shown or wanted
	Paused                           // no layer is wanted
	OtherPublication                 // neither shown nor wanted
	OtherLayer                       // of the right publication, neither shown nor awaited
	WaitsForKeyFrame                 // awaited, but not the start of a key frame, or one that packets overtook
	Late                             // of an earlier feed
)

// flow is what the selector has seen of one layer of the wanted publication.
type flow struct {
	at     time.Time // latest packet
	newest packet.Seq
	feed   uint16
	seen   bool
}

// Selector chooses among the layers of the publication that a slot wants, and holds what
// it shows until a key frame lets it go over.
type Selector struct {
	current Choice // shown; Publication 0 is none
	broken  bool   // the shown layer cannot go on without a key frame

	wanted uint32
	layers int8
	target int8
	live   uint8     // layers known to flow when the publication was wanted, 0: nothing known
	since  time.Time // the present waiting began
	asked  time.Time // latest request for a key frame; zero: none in this waiting
	every  time.Duration

	flows     [Max]flow
	stalled   bool // the shown layer stopped while others go on
	stallTime packet.Timestamp
	stallSeen uint8 // frames of other layers since the shown one went quiet
}

// NewSelector returns a selector that shows nothing.
func NewSelector() Selector {
	s := Selector{target: -1}
	s.current.Spatial = -1
	s.SetRTT(unknownRTT)
	return s
}

// SetRTT tells the round trip to the publisher: it sets the pace of requests.
func (s *Selector) SetRTT(rtt time.Duration) { s.every = min(max(2*rtt, askLeast), askMost) }

// Want sets the publication to show, 0 for none, how many layers it has and which is the
// target, -1 for none. live has a bit for each layer known to flow, 0 if nothing is known.
// What is shown stays until the wanted has a key frame; an empty slot shows nothing at once.
func (s *Selector) Want(now time.Time, publication uint32, layers, target int8, live uint8) {
	layers = min(max(layers, 1), Max)
	if publication == 0 {
		s.leave()
	}
	if publication != s.wanted {
		s.wanted = publication
		s.flows = [Max]flow{}
		s.wait(now)
	}
	s.layers, s.live = layers, live
	s.SetTarget(now, target)
}

// SetTarget sets the layer to go to. The old one is kept until the key frame of the new.
func (s *Selector) SetTarget(now time.Time, target int8) {
	target = min(max(target, -1), s.layers-1)
	if target == s.target {
		return
	}
	s.target = target
	if target < 0 {
		s.leave()
	}
	s.wait(now)
}

// Cut sets the layer to go to and stops the old one at once, for a link that cannot carry it.
func (s *Selector) Cut(now time.Time, target int8) {
	s.SetTarget(now, target)
	if s.current.Spatial != s.target {
		s.leave()
	}
}

// leave shows nothing: what comes next begins with a key frame.
func (s *Selector) leave() {
	s.current = Choice{Spatial: -1}
	s.broken, s.stalled, s.stallSeen = false, false, 0
}

// Break says that the shown layer cannot go on without a key frame.
func (s *Selector) Break(now time.Time) {
	if !s.broken {
		s.broken = true
		s.wait(now)
	}
}

// Current returns what is shown.
func (s *Selector) Current() Choice { return s.current }

// Wanted returns the publication to show and its target layer.
func (s *Selector) Wanted() (publication uint32, target int8) { return s.wanted, s.target }

// Select decides about one media packet.
func (s *Selector) Select(now time.Time, publication uint32, p *packet.Packet) Decision {
	switch {
	case publication == 0 || s.wanted == 0:
		return Empty
	case s.target < 0:
		return Paused
	case p.Spatial < 0 || p.Spatial >= Max:
		return OtherLayer
	}
	shown := publication == s.current.Publication && p.Spatial == s.current.Spatial
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
	if !s.awaited(now, p.Spatial) {
		return OtherLayer
	}
	if !p.Descriptor.Key || overtaken {
		return WaitsForKeyFrame
	}
	return Switch
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

// see notes a packet of the wanted publication. It returns whether a later packet of the
// same layer was here before: a key frame that others overtook would start with a hole.
func (s *Selector) see(now time.Time, p *packet.Packet) (overtaken bool) {
	f := &s.flows[p.Spatial]
	if !f.seen || f.feed != p.Feed {
		*f = flow{seen: true, feed: p.Feed, newest: p.Seq - 1}
	}
	f.at = now
	overtaken = p.Seq <= f.newest
	f.newest = max(f.newest, p.Seq)

	if s.wanted != s.current.Publication {
		return overtaken
	}
	if p.Spatial == s.current.Spatial {
		s.stalled, s.stallSeen = false, 0
		return overtaken
	}
	// Two frames of others without one of ours is a stall at any frame rate.
	if !s.stalled && s.hushed(now) && (s.stallSeen == 0 || p.Timestamp != s.stallTime) {
		s.stallTime = p.Timestamp
		s.stallSeen++
		if s.stallSeen >= 3 {
			s.stalled = true
			s.wait(now)
		}
	}
	return overtaken
}

// hushed reports whether the shown layer may have stopped.
func (s *Selector) hushed(now time.Time) bool {
	if s.layers < 2 || !s.acquired() {
		return false
	}
	f := &s.flows[s.current.Spatial]
	return f.seen && now.Sub(f.at) >= quiet
}

// acquired reports whether the wanted publication is the one shown.
func (s *Selector) acquired() bool {
	return s.current.Publication != 0 && s.current.Publication == s.wanted
}

// waiting reports whether a key frame would change what is shown.
func (s *Selector) waiting() bool {
	return s.wanted != 0 && s.target >= 0 &&
		(!s.acquired() || s.broken || s.stalled || s.current.Spatial != s.target)
}

// awaited reports whether a key frame of this layer of the wanted publication would be taken.
func (s *Selector) awaited(now time.Time, spatial int8) bool {
	if !s.waiting() {
		return false
	}
	if spatial == s.target {
		return true
	}
	if !s.acquired() {
		waited := now.Sub(s.since)
		f := &s.flows[s.target]
		silent := !f.seen || now.Sub(f.at) >= quiet
		return waited >= patience || waited >= quiet && silent || !f.seen && spatial == s.nearestLive()
	}
	if s.stalled || s.broken && spatial == s.current.Spatial {
		return true
	}
	// Stepping: any layer on the way is nearer to the target than what is shown.
	low, high := min(s.current.Spatial, s.target), max(s.current.Spatial, s.target)
	return spatial > low && spatial < high
}

// nearestLive is the layer to begin with if the target is known not to flow: the next lower
// one that does, else the next higher one; -1 if nothing is known.
func (s *Selector) nearestLive() int8 {
	for i := s.target; i >= 0; i-- {
		if s.live&(1<<i) != 0 {
			return i
		}
	}
	for i := s.target + 1; i < s.layers; i++ {
		if s.live&(1<<i) != 0 {
			return i
		}
	}
	return -1
}

// Commit goes over to the layer that p, of the wanted publication, starts a key frame of.
func (s *Selector) Commit(now time.Time, p *packet.Packet) {
	s.current = Choice{Publication: s.wanted, Feed: p.Feed, Spatial: p.Spatial}
	s.broken, s.stalled, s.stallSeen = false, false, 0
	if s.waiting() {
		// This key frame answered the request; the next one waits its turn.
		s.since, s.asked = now, now
	}
}

// wait begins to wait for a key frame: one is asked for at once.
func (s *Selector) wait(now time.Time) { s.since, s.asked = now, time.Time{} }

// Wants returns a bit for each layer of the publication whose packets may be needed.
func (s *Selector) Wants(now time.Time, publication uint32) (layers uint8) {
	if publication == 0 || s.target < 0 || s.wanted == 0 {
		return 0
	}
	if publication == s.current.Publication && s.current.Spatial >= 0 {
		layers |= 1 << s.current.Spatial
	}
	if publication != s.wanted {
		return layers
	}
	if !s.acquired() || s.stalled || s.hushed(now) {
		return layers | (1<<s.layers - 1)
	}
	for i := min(s.current.Spatial, s.target); i <= max(s.current.Spatial, s.target); i++ {
		layers |= 1 << i
	}
	return layers
}

// KeyFrameWanted reports whether to ask for a key frame now, and takes it as asked.
func (s *Selector) KeyFrameWanted(now time.Time) bool {
	at, ok := s.askAt(now)
	if !ok || now.Before(at) {
		return false
	}
	s.asked = now
	return true
}

// askAt says when to ask next, false while nothing would come of it.
func (s *Selector) askAt(now time.Time) (time.Time, bool) {
	if !s.waiting() {
		return time.Time{}, false
	}
	if s.asked.IsZero() {
		return s.since, true
	}
	every := s.every
	if now.Sub(s.since) >= askHard {
		every = askMost
	}
	// Without any picture we insist for a while; for a better one only if it flows.
	if !s.acquired() && now.Sub(s.since) < askHard || s.awaitedFlows(now) {
		return s.asked.Add(every), true
	}
	return time.Time{}, false
}

func (s *Selector) awaitedFlows(now time.Time) bool {
	for i := range s.layers {
		f := &s.flows[i]
		if f.seen && now.Sub(f.at) < alive && s.awaited(now, i) {
			return true
		}
	}
	return false
}

// Deadline says when to call KeyFrameWanted next, and to read Wants again.
func (s *Selector) Deadline(now time.Time) (time.Time, bool) {
	at, ok := s.askAt(now)
	if s.layers > 1 && s.acquired() && s.target >= 0 && !s.stalled {
		if hush := s.flows[s.current.Spatial].at.Add(quiet); now.Before(hush) && (!ok || hush.Before(at)) {
			return hush, true
		}
	}
	return at, ok
}
