package egress

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
)

// Writer encrypts one RTP packet and sends it, for peers without a route. It must not block and must not keep what it is
// given.
type Writer interface {
	WriteRTP(header *rtp.Header, payload []byte) (int, error)
}

// PayloadTypes are the numbers that one peer chose for a codec. RTX 0 means that it takes no resends.
type PayloadTypes struct {
	Media, RTX uint8
}

// Line is what was negotiated for one slot's m-line.
type Line struct {
	SSRC, RTX packet.SSRC
	Payloads  map[codec.Kind]PayloadTypes
	// Ids of header extensions, 0 if not negotiated. Those above 14 need the two-byte form (RFC 8285 §4.3).
	AudioLevel, Dependency, TransportCC, PlayoutDelay, Orientation, CaptureTime uint8
	Writer                                                                      Writer
	// Route past pion, the same for all lines of a peer; nil for a peer whose packets pion sends by Writer.
	Route *Route
}

// Decodes reports whether the receiver can be sent a publication in that codec. RED is stripped for whom it is not.
func (l *Line) Decodes(kind codec.Kind) bool {
	_, ok := l.Payloads[kind]
	if !ok && kind == codec.RED {
		_, ok = l.Payloads[codec.Opus]
	}
	return ok
}

// opusInRED is the payload type of the blocks of RED, 0 if the receiver takes none.
func (l *Line) opusInRED() uint8 {
	if _, ok := l.Payloads[codec.RED]; !ok {
		return 0
	}
	return l.Payloads[codec.Opus].Media
}

// Slot is the sending side of one m-line. Its owner is the peer's shard.
type Slot struct {
	MID     string
	number  int // among the peer's slots
	peer    *Peer
	line    Line
	forward *forward.Forwarder
	shown   *Feed // what Show asked for last
	shape   shape // of shown, as the forwarder knows it
	blank   bool  // shown was never aimed for: its picture can begin with the past
	feeds   []*Feed
	payload PayloadTypes
	codec   codec.Kind // that payload is of

	rtxSequence uint16
	last        head // what was sent last: padding goes on from there
	extensions  extensions
	original    [2]byte

	reportDue time.Time
	clocked   *rtcp.SenderReport // the one that the owner knows; nil after a change of source
	rolled    time.Time          // latest pre-roll
	told      shows
	sources   sources
	built     int // bytes on the wire, of all packets
	counts    SlotCounts
	video     bool // for Load
}

// shows is what the owner was told that a slot shows.
type shows struct {
	feed  *Feed
	layer packet.Layer
}

// SlotCounts are what a slot sent and what it refused.
type SlotCounts struct {
	Packets     uint64 `json:"packets"`
	Bytes       uint64 `json:"bytes"`
	Resent      uint64 `json:"resent"`
	Padding     uint64 `json:"padding"`
	WriteErrors uint64 `json:"writeErrors"`
	Oversize    uint64 `json:"oversize"`
}

func newSlot(peer *Peer, mid string, video bool, line Line) *Slot {
	s := &Slot{MID: mid, number: len(peer.slots), peer: peer, line: line, rtxSequence: random16(), video: video}
	start := forward.Start{Sequence: random16(), Timestamp: uint32(random16())<<16 | uint32(random16()), PictureID: random16(), Frame: random16()}
	if video {
		s.forward = forward.NewVideo(start)
	} else {
		s.forward = forward.NewAudio(start)
	}
	return s
}

// random16 is below 2^15, so that the first packets never wrap before the receiver has seen a few.
func random16() uint16 {
	var b [2]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint16(b[:]) >> 1
}

// show asks the forwarder for another publication and keeps the feeds that it still needs packets of.
// It can begin with a stream at once, or with none in particular above.
func (s *Slot) show(now time.Time, feed *Feed, target packet.Layer, begin int8) {
	source := forward.Source{}
	if feed != nil {
		if s.line.Decodes(feed.Codec) {
			source = forward.Source{
				Publication: feed.ID, Clock: feed.Clock, Codec: feed.Codec, Layers: feed.Layers(), Scalable: feed.Scalable(),
				Live: feed.live(now) & (1<<(begin+1) - 1), RED: s.line.opusInRED(),
			}
		} else {
			feed = nil
		}
	}
	s.blank = feed != nil && target.Spatial < 0 && (s.blank || s.shown != feed)
	s.shown, s.shape = feed, shapeOf(feed)
	s.forward.Show(now, source, target)
	s.measure()
	if feed != nil {
		for spatial := range feed.Streams {
			if r := feed.Reports[spatial].Load(); r != nil {
				s.forward.SenderReport(feed.ID, spatial, r.NTP, r.Timestamp, r.Arrival)
			}
		}
	}
	if feed != nil && !containsFeed(s.feeds, feed) {
		s.feeds = append(s.feeds, feed)
	}
}

// shape of a feed is what its first key frame tells, and a later one may change.
type shape struct {
	layers   int8
	scalable bool
}

func shapeOf(feed *Feed) shape {
	if feed == nil {
		return shape{}
	}
	return shape{feed.Layers(), feed.Scalable()}
}

func (s *Slot) setLink(link Link) {
	s.forward.SetLink(link.RTT, link.RepairShare)
	s.forward.SetCongested(link.Congested || s.peer.shard.shedder.Level() >= shed.Frames)
	s.forward.SetProtection(link.Protection)
}

// measure tells the forwarder how far the publisher is, whom it asks for key frames.
func (s *Slot) measure() {
	if s.shown == nil {
		return
	}
	if rtt := s.shown.RTT(); rtt > 0 {
		s.forward.SetRTT(rtt)
	}
}

// releaseFeeds drops the feeds that the forwarder wants no more and returns them.
func (s *Slot) releaseFeeds() (released []*Feed) {
	kept := s.feeds[:0]
	for _, feed := range s.feeds {
		if feed == s.shown || s.forward.Wants(feed.ID) != 0 {
			kept = append(kept, feed)
		} else {
			released = append(released, feed)
		}
	}
	clear(s.feeds[len(kept):])
	s.feeds = kept
	return released
}

func containsFeed(feeds []*Feed, feed *Feed) bool {
	for _, f := range feeds {
		if f == feed {
			return true
		}
	}
	return false
}

func (s *Slot) feed(id uint32) *Feed {
	for _, f := range s.feeds {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// outcome is what a packet changed beyond being sent or not.
type outcome uint8

const (
	unchanged outcome = iota
	switched          // the slot shows another source from this packet on
	waits             // the slot may have to ask for a key frame
)

// send forwards one packet of a feed, if the forwarder wants it.
func (s *Slot) send(now time.Time, feed *Feed, p *packet.Packet) outcome {
	out, reason := s.forward.Forward(now, feed.ID, p)
	switch reason {
	case forward.Forwarded:
	case forward.WaitsForKeyFrame, forward.WaitsForReport, forward.BehindCurrent:
		return waits
	default:
		return unchanged
	}
	result := unchanged
	if out.Wake {
		result = waits
	}
	if out.Switched || out.Codec != s.codec {
		s.codec, s.payload = out.Codec, s.line.Payloads[out.Codec]
	}
	if out.Switched {
		s.reportDue = now
		s.clocked = nil
		result = switched
	}
	s.write(now, head{ssrc: s.line.SSRC, payload: s.payload.Media, sequence: out.Sequence}, &out, estimate.Media, feed.Number, p, nil)
	if out.Marker && s.shape.scalable {
		s.tell() // layers of one stream come and go without a switch
	}
	return result
}

// resend answers one NACKed number on the RTX stream.
func (s *Slot) resend(now time.Time, number uint16) {
	sent, ok := s.forward.Resend(now, number)
	if !ok {
		return
	}
	feed := s.feed(sent.Publication)
	if feed == nil || sent.Stream < 0 || int(sent.Stream) >= MaxLayers || feed.Rings[sent.Stream] == nil {
		return
	}
	p := feed.Rings[sent.Stream].Get(sent.Seq)
	if p == nil || !sent.Of(p) {
		return
	}
	out := s.forward.Rebuild(sent, number, p)
	types := s.line.Payloads[out.Codec]
	// A plain resend would be the same number with another header: AES-GCM must never see one twice.
	if types.RTX == 0 || s.line.RTX == 0 {
		return
	}
	original := binary.BigEndian.AppendUint16(s.original[:0], number)
	repair := head{ssrc: s.line.RTX, payload: types.RTX, sequence: s.rtxSequence}
	s.rtxSequence++
	s.counts.Resent++
	s.write(now, repair, &out, estimate.Repair, feed.Number, p, original)
}

// write builds one packet of which the head says already the stream, payload type and number.
func (s *Slot) write(now time.Time, h head, out *forward.Out, kind estimate.Kind, publication uint32, p *packet.Packet, original []byte) {
	h.csrc, h.timestamp, h.marker = publication, out.Timestamp, out.Marker
	s.extensions.reset()
	s.extensions.addOf(&s.line, p)
	s.extensions.add(s.line.Dependency, out.Dependency)
	s.build(now, h, kind, 0, original, out.Descriptor, out.Payload)
}

// build lays out a packet for its departure.
func (s *Slot) build(now time.Time, h head, kind estimate.Kind, padding int, original, descriptor, payload []byte) {
	if s.line.TransportCC != 0 {
		s.extensions.addNumber(s.line.TransportCC)
	}
	shard := s.peer.shard
	room := shard.room(now, s.peer)
	size := headSize + s.extensions.size() + len(original) + len(descriptor) + len(payload) + padding
	if size+tagSize+maxPadding > len(room) {
		s.counts.Oversize++
		return
	}
	n := h.put(room, padding > 0)
	n, numberAt := s.extensions.put(room, n, s.line.TransportCC)
	for _, part := range [...][]byte{original, descriptor, payload} {
		n += copy(room[n:], part)
	}
	if padding > 0 {
		clear(room[n : n+padding])
		n += padding
		room[n-1] = byte(padding)
	}
	s.last = h
	s.built += n + tagSize + ipAndUDP
	shard.built(departure{
		slot: s, kind: kind, size: n, payload: len(original) + len(descriptor) + len(payload), numberAt: numberAt, padding: padding,
		stretch: s.codec.Video() && kind == estimate.Media,
	})
}

// count takes note of a packet that left.
func (s *Slot) count(x *departure) {
	s.counts.Packets++
	s.counts.Bytes += uint64(x.payload) //nolint:gosec // a packet
}

// tell says to the owner what the slot shows, if that is news.
func (s *Slot) tell() {
	publication, shown := s.forward.Current()
	next := shows{feed: s.feed(publication), layer: shown}
	if next.feed == nil {
		next.layer = packet.None
	}
	if s.told != next {
		s.told = next
		s.peer.owner.Shows(s.MID, next.feed, next.layer)
	}
}

// report is the slot's sender report, if one is due and can be given.
func (s *Slot) report(now time.Time) (*rtcp.SenderReport, bool) {
	ntp, timestamp, packets, octets, ok := s.forward.Report(now)
	if !ok {
		return nil, false
	}
	report := &rtcp.SenderReport{SSRC: uint32(s.line.SSRC), NTPTime: ntp, RTPTime: timestamp, PacketCount: packets, OctetCount: octets}
	if s.clocked == nil || s.drifted(report) {
		s.clocked = report
		s.peer.owner.Clocked(s.MID, ntp, timestamp)
	}
	return report, true
}

// clockStep is how far a slot's clock may move before its owner is told anew.
const clockStep = 20 * time.Millisecond

// drifted compares a report with what the one before lets expect.
func (s *Slot) drifted(report *rtcp.SenderReport) bool {
	elapsed := float64(report.NTPTime-s.clocked.NTPTime) / (1 << 32)
	clock := float64(s.told.clock())
	off := float64(int32(report.RTPTime-s.clocked.RTPTime)) - elapsed*clock
	return max(off, -off) > clock*clockStep.Seconds()
}

func (s shows) clock() uint32 {
	if s.feed == nil {
		return 0
	}
	return s.feed.Clock
}
