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
	begun  uint64 // octets that were first sent before the running window
	before uint64 // in the window before
	resent uint64 // bytes in the running window

	pace      time.Duration
	share     float64
	congested bool
	useless   int64         // numbers up to here help the viewer no more: it asked for a key frame …
	until     time.Duration // … that may be expected by then
}

func newLimits() limits { return limits{pace: unknownPace, share: unknownShare} }

// roll begins another window if the running one is over.
func (f *Forwarder) roll() {
	if f.now < f.window {
		return
	}
	l := &f.limits
	l.before = 0
	if f.now-f.window < shareWindow {
		l.before = f.sent.octets - l.begun
	}
	l.begun, l.resent = f.sent.octets, 0
	f.window = f.now + shareWindow
}

// affords reports whether a packet of this size may be resent.
func (f *Forwarder) affords(size int) bool {
	f.roll()
	l := &f.limits
	most := max(shareFloor, uint64(l.share*float64(max(f.sent.octets-l.begun, l.before))))
	return l.resent+uint64(size) <= most
}

// SetLink tells about the receiver's link: its round trip paces resends, and repairShare bounds
// them, as a share of the bytes sent.
func (f *Forwarder) SetLink(rtt time.Duration, repairShare float64) {
	f.limits.pace = min(max(rtt, resendLeast), resendMost)
	f.limits.share = min(max(repairShare, 0), 1)
}

// KeyFrameAsked says that the viewer asked for a key frame: what was sent before helps it no more.
func (f *Forwarder) KeyFrameAsked(now time.Time) {
	f.limits.useless, f.limits.until = f.numbers.sequence.Newest(), f.since(now)+keyFrameDue
}

// Resend returns what was first sent under this number, if it may be sent again: eight
// times at most, not within a round trip of the last, nothing older than the latest key frame or
// the viewer's request for one, and no more than the link's share.
// The shell checks with Sent.Of that the ring still holds that packet and gets its bytes from Rebuild.
func (f *Forwarder) Resend(now time.Time, out uint16) (history.Sent, bool) {
	f.now = f.since(now)
	s, ok := f.resendable(out)
	if !ok || !f.affords(int(s.Size)) {
		return history.Sent{}, false
	}
	f.limits.resent += uint64(s.Size)
	s.ResentAt = f.resendMoment()
	s.Resends++
	f.counts.resends++
	return *s, true
}

// outdated reports whether a packet is of no use any more.
func (f *Forwarder) outdated(s *history.Sent, out uint16) bool {
	if f.audio {
		return false
	}
	newest := f.numbers.sequence.Newest()
	number := newest + int64(int16(out-uint16(newest)))
	if number < f.keyOut || number <= f.limits.useless && f.now < f.limits.until {
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
