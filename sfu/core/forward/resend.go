package forward

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const (
	// maxResends of one packet: one that stays out blocks the picture, and a resend costs little beside that. With
	// three, a viewer at 20 % loss saw a frozen picture 39 % of the time, with eight 2 % (scenarios of 40 ms round trip).
	maxResends  = 8
	resendLeast = 10 * time.Millisecond // between two of one packet, at least …
	resendMost  = 100 * time.Millisecond
	unknownPace = 50 * time.Millisecond

	unknownShare = 0.5       // of the bytes sent, until the link tells
	shareFloor   = 30 * 1200 // bytes in a window that may be resent in any case
	shareWindow  = time.Second

	// keyFrameDue is how long a requested key frame may take; a request that is deferred for longer repairs nothing.
	keyFrameDue = 500 * time.Millisecond
)

// limits bound what resends cost: beyond their share they only feed congestion, and a viewer who
// asks for everything three times must not quadruple a stream.
type limits struct {
	pace      time.Duration
	share     float64
	congested bool
	useless   int64     // numbers up to here help the viewer no more: it asked for a key frame …
	until     time.Time // … that may be expected by then

	ends          time.Time
	first, resent int // bytes in the running window
	before        int // bytes first sent in the window before
}

func newLimits() limits { return limits{pace: unknownPace, share: unknownShare} }

func (l *limits) roll(now time.Time) {
	if now.Before(l.ends) {
		return
	}
	l.before = 0
	if now.Sub(l.ends) < shareWindow {
		l.before = l.first
	}
	l.first, l.resent = 0, 0
	l.ends = now.Add(shareWindow)
}

// sent counts a packet that goes out for the first time.
func (l *limits) sent(now time.Time, size int) {
	l.roll(now)
	l.first += size
}

// spend reports whether a packet of this size may be resent, and takes it as done.
func (l *limits) spend(now time.Time, size int) bool {
	if !l.affords(now, size) {
		return false
	}
	l.resent += size
	return true
}

// affords reports whether a packet of this size may be resent.
func (l *limits) affords(now time.Time, size int) bool {
	l.roll(now)
	return l.resent+size <= max(shareFloor, int(l.share*float64(max(l.first, l.before))))
}

// SetLink tells about the receiver's link: its round trip paces resends, and repairShare bounds
// them, as a share of the bytes sent.
func (f *Forwarder) SetLink(rtt time.Duration, repairShare float64) {
	f.limits.pace = min(max(rtt, resendLeast), resendMost)
	f.limits.share = min(max(repairShare, 0), 1)
}

// KeyFrameAsked says that the viewer asked for a key frame: what was sent before helps it no more.
func (f *Forwarder) KeyFrameAsked(now time.Time) {
	f.limits.useless, f.limits.until = f.numbers.sequence.Newest(), now.Add(keyFrameDue)
}

// Resend returns what was first sent under this number, if it may be sent again: eight
// times at most, not within a round trip of the last, nothing older than the latest key frame or
// the viewer's request for one, and no more than the link's share.
// The shell checks with Sent.Of that the ring still holds that packet and gets its bytes from Rebuild.
func (f *Forwarder) Resend(now time.Time, out uint16) (history.Sent, bool) {
	f.now = now
	s, ok := f.resendable(now, out)
	if !ok || !f.limits.spend(now, int(s.Size)) {
		return history.Sent{}, false
	}
	s.ResentAt = f.resendMoment(now)
	s.Resends++
	f.sent.resends++
	return *s, true
}

// outdated reports whether a packet is of no use any more.
func (f *Forwarder) outdated(s *history.Sent, out uint16) bool {
	if f.audio {
		return false
	}
	newest := f.numbers.sequence.Newest()
	number := newest + int64(int16(out-uint16(newest)))
	if number < f.keyOut || number <= f.limits.useless && f.now.Before(f.limits.until) {
		return true
	}
	// A layer that is being left is not worth the congestion that it is left for.
	return f.limits.congested && (s.Publication != f.shown.Publication || s.Stream != f.selector.Current().Stream)
}

// Rebuild returns a packet as it was first sent: p is the one that sent is Of. A protected voice comes
// without the frames that were repeated before it.
func (f *Forwarder) Rebuild(sent history.Sent, number uint16, p *packet.Packet) Out {
	var out Out
	f.build(&sent, number, p, &out)
	return out
}
