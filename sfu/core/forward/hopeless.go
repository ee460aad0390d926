package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// Hopeless reports whether a packet will be kept back. It has to come to Forward all the same, in its place: but nothing
// has to be paid for it. first says that none of its stream waits before it; else what waits may be a key frame that
// changes what the slot shows. It is a guess: the wish may change while the packet waits.
func (f *Forwarder) Hopeless(publication uint32, p *packet.Packet, first bool) bool {
	switch {
	case f.audio:
		return false
	case p.PaddingOnly(), f.above(publication, p):
		return true
	}
	return first && !f.selector.Shows(publication, p) && !layer.StartsKeyFrame(p)
}

// above reports whether a packet's layer is higher than what is wanted and than what is shown.
func (f *Forwarder) above(publication uint32, p *packet.Packet) bool {
	if publication != f.source.Publication {
		return false // it goes on as it is
	}
	most := packet.None
	if f.selector.Shows(publication, p) {
		most = f.filter.Layer()
	}
	return p.Temporal > max(f.target.Temporal, most.Temporal) ||
		f.source.Scalable && p.Spatial > max(f.target.Spatial, most.Spatial)
}

// Shows reports whether the slot shows a stream of a publication.
func (f *Forwarder) Shows(publication uint32, stream int8) bool {
	c := f.selector.Current()
	return publication != 0 && c.Publication == publication && c.Stream == stream
}

// Missed says that a packet was dropped before it came to Forward, and that what follows it is dropped to its stream's
// next key frame: if the slot shows it, it goes on there, without a gap in the numbers. Ask KeyFrameWanted after it.
func (f *Forwarder) Missed(now time.Time, publication uint32, p *packet.Packet) {
	f.now = f.since(now)
	f.selector.Missed(now, publication, p)
}

// Saw says that a packet came which has not reached Forward, and may never: its stream flows.
func (f *Forwarder) Saw(now time.Time, publication uint32, p *packet.Packet) {
	f.selector.Saw(now, publication, p)
}

// Skipped says, before p comes to Forward, that what was right before p in its stream was dropped.
func (f *Forwarder) Skipped(now time.Time, publication uint32, p *packet.Packet) {
	f.now = f.since(now)
	f.selector.Skipped(now, publication, p)
}

// Resendable reports whether Resend would answer a number as things are, and how large that packet is without headers.
func (f *Forwarder) Resendable(now time.Time, out uint16) (size int, ok bool) {
	f.now = f.since(now)
	s, ok := f.resendable(out)
	if !ok {
		return 0, false
	}
	return int(s.Size), f.affords(int(s.Size))
}

// resendable returns what was sent under a number, if it is of use to send it again now.
func (f *Forwarder) resendable(out uint16) (*history.Sent, bool) {
	if f.index.Capacity() == 0 {
		return nil, false
	}
	s, ok := f.index.Get(out)
	if !ok || s.Resends >= maxResends || f.outdated(s, out) {
		return nil, false
	}
	return s, s.ResentAt == 0 || f.resendMoment()-s.ResentAt >= uint32(f.limits.pace/time.Millisecond)
}

// resendMoment counts milliseconds from 1, since 0 is never.
func (f *Forwarder) resendMoment() uint32 {
	return uint32(f.now/time.Millisecond) + 1
}
