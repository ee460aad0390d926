package transport

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// upstream is the receiving side of one connection.
type upstream struct {
	connection
	transport *Transport
	ingress   sfu.Ingress
	keys      *keys                   // nil if media comes through pion
	granted   atomic.Pointer[granted] // written by Answer, read by the connection's readers

	// pion reads until the way past it is found, and has a reader for RTP and one for RTCP.
	reading sync.Mutex // guards what follows
	budget  budget
	streams map[uint32]sfu.Stream

	telling sync.Mutex // guards told
	told    rate

	mu      sync.Mutex // guards what follows
	chosen  bool       // express is
	gone    bool       // Close was called
	express *express   // nil if media comes through pion
}

// NewUpstream makes a connection to receive on.
func (t *Transport) NewUpstream(ingress sfu.Ingress) (sfu.Upstream, error) {
	u := &upstream{
		transport: t, ingress: ingress, budget: newBudget(), told: rate{budget: rtcpBudget}, streams: map[uint32]sfu.Stream{},
	}
	if t.express {
		u.keys = &keys{}
	}
	if err := u.open(t, webrtc.RTPTransceiverDirectionRecvonly, u, u.keys); err != nil {
		return nil, err
	}
	return u, nil
}

// Close takes the connection's media off the sockets first.
func (u *upstream) Close() {
	u.mu.Lock()
	u.gone = true
	e := u.express
	u.mu.Unlock()
	if e != nil {
		e.close()
	}
	u.connection.Close()
}

// Answer implements sfu.Upstream.
func (u *upstream) Answer(text string) (string, error) {
	anything := func(*offer) error { return nil }
	o, answer, err := u.answer(text, maxUpLines, anything, u.keepOrder)
	if err != nil {
		return "", err
	}
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(answer); err != nil {
		u.broken = true
		return "", err
	}
	lines, err := readLines(&o.parsed, &parsed)
	if err != nil {
		u.broken = true
		return "", err
	}
	for _, l := range lines {
		for _, ssrc := range []uint32{l.ssrc, l.repairSSRC} {
			if ssrc != 0 {
				u.buffers.announce(ssrc)
			}
		}
	}
	u.granted.Store(newGranted(lines))
	return answer, nil
}

// keepOrder answers with the codecs that each m-line offers now, in its order: the first is what the client will send.
// pion does so for new m-lines alone.
func (u *upstream) keepOrder(o *offer) error {
	for _, transceiver := range u.pc.GetTransceivers() {
		// With preferences unset the transceiver has the codecs of all m-lines.
		if err := transceiver.SetCodecPreferences(nil); err != nil {
			return fmt.Errorf("%w: codecs of m-line %s: %w", sfu.ErrBadOffer, transceiver.Mid(), err)
		}
		codecs, err := o.codecs(transceiver)
		if err != nil {
			return err
		}
		if err := transceiver.SetCodecPreferences(codecs); err != nil {
			return fmt.Errorf("%w: codecs of m-line %s: %w", sfu.ErrBadOffer, transceiver.Mid(), err)
		}
	}
	return nil
}

func (u *upstream) rtp(now time.Time, ssrc uint32, raw []byte) {
	u.reading.Lock()
	defer u.reading.Unlock()
	switch u.budget.spend(now, len(raw)) {
	case spendDropped:
		return
	case spendExhausted:
		u.ended(sfu.ReasonTooMuchTraffic)
		return
	case spendAllowed:
	}
	granted := u.granted.Load()
	if granted == nil {
		return
	}
	p, err := packet.Parse(raw, granted.extensions)
	if err != nil {
		return
	}
	p.Codec = granted.codecs[p.PayloadType]
	if p.HasTransportCC {
		u.ingress.Arrived(now, p.SSRC, p.TransportCC)
	}
	if p.Codec == codec.Unknown {
		return
	}
	if stream := u.stream(ssrc, p, granted.lines); stream != nil {
		stream.Receive(now, p)
	}
}

// granted is what one answer granted, its m-lines and what they have in common.
type granted struct {
	lines []line
	// Bundled m-lines share the ids of their extensions (RFC 8285 §6) and their payload types (RFC 8843 §9.1); the
	// answer keeps to the client's.
	extensions packet.Extensions
	codecs     [128]codec.Kind // by payload type; a repair's is that of what it repairs
}

func newGranted(lines []line) *granted {
	g := &granted{lines: lines}
	for i := range lines {
		l := &lines[i]
		g.extensions.MID = max(g.extensions.MID, l.extensions.MID)
		g.extensions.RID = max(g.extensions.RID, l.extensions.RID)
		g.extensions.RepairedRID = max(g.extensions.RepairedRID, l.extensions.RepairedRID)
		g.extensions.AudioLevel = max(g.extensions.AudioLevel, l.extensions.AudioLevel)
		g.extensions.TransportCC = max(g.extensions.TransportCC, l.extensions.TransportCC)
		g.extensions.Dependency = max(g.extensions.Dependency, l.extensions.Dependency)
		g.extensions.Allocation = max(g.extensions.Allocation, l.extensions.Allocation)
		g.extensions.CaptureTime = max(g.extensions.CaptureTime, l.extensions.CaptureTime)
		g.extensions.Orientation = max(g.extensions.Orientation, l.extensions.Orientation)
		for payload, kind := range l.codecs {
			g.codecs[payload] = kind
		}
		for payload, original := range l.repairs {
			g.codecs[payload] = l.codecs[original]
		}
	}
	return g
}

func (u *upstream) stream(ssrc uint32, p packet.Raw, lines []line) sfu.Stream {
	stream, ok := u.streams[ssrc]
	if ok {
		return stream
	}
	if !u.buffers.admit(ssrc) {
		return nil
	}
	id, ok := identify(ssrc, p, lines)
	if !ok {
		return nil
	}
	if stream = u.ingress.Stream(id); stream == nil {
		return nil
	}
	u.buffers.announce(ssrc)
	u.streams[ssrc] = stream
	return stream
}

// identify finds out what a new SSRC is: declared in the SDP, or named by its header extensions (RFC 8843 §9.2, RFC 8853).
func identify(ssrc uint32, p packet.Raw, lines []line) (sfu.StreamID, bool) {
	for i := range lines {
		l := &lines[i]
		id := sfu.StreamID{MID: l.mid, SSRC: packet.SSRC(ssrc), Codec: l.codecs[p.PayloadType], NACK: l.nack, RIDs: l.rids}
		_, repairs := l.repairs[p.PayloadType]
		switch {
		case ssrc == l.ssrc && l.ssrc != 0, ssrc == l.repairSSRC && l.repairSSRC != 0:
			id.Repair = ssrc == l.repairSSRC
		case p.MID == l.mid && p.RID != "" && slices.Contains(l.rids, p.RID):
			id.RID = p.RID
		case p.MID == l.mid && p.RepairedRID != "" && slices.Contains(l.rids, p.RepairedRID):
			id.RID, id.Repair = p.RepairedRID, true
		case p.MID == l.mid && len(l.rids) == 0:
			id.Repair = repairs
		default:
			continue
		}
		return id, id.Repair == repairs && (id.Repair || id.Codec != codec.Unknown)
	}
	return sfu.StreamID{}, false
}

// rtcp is what pion decrypted, once for each stream that it speaks of.
func (u *upstream) rtcp(now time.Time, ssrc uint32, raw []byte) {
	u.control(now, raw, func(of uint32) bool { return of == ssrc })
}

// control handles a compound packet, as far as it speaks of the streams that are meant.
func (u *upstream) control(now time.Time, raw []byte, meant func(ssrc uint32) bool) {
	u.telling.Lock()
	defer u.telling.Unlock()
	if u.told.take(now, 1) == 0 {
		return
	}
	reports := func(header rtcp.Header, _ []byte) bool { return header.Type == rtcp.TypeSenderReport }
	for _, p := range readControl(raw, reports) {
		if report, ok := p.(*rtcp.SenderReport); ok && meant(report.SSRC) {
			u.ingress.SenderReport(now, packet.SSRC(report.SSRC), report.NTPTime, report.RTPTime)
		}
	}
}

// connected may come again, after a pause of the path.
func (u *upstream) connected() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.gone || u.chosen {
		return
	}
	u.chosen = true
	if u.express = u.shortcut(); u.express == nil && u.keys != nil {
		u.keys.forget()
	}
}

func (u *upstream) shortcut() *express {
	everything := func(uint32) bool { return true }
	return u.transport.shortcut(&u.connection, u.keys, takers{
		control: func(now time.Time, raw []byte) {
			defer recovered(u)
			u.control(now, raw, everything)
		},
		media: func(now time.Time, ssrc uint32, raw []byte) {
			defer recovered(u)
			u.rtp(now, ssrc, raw)
		},
		admit: u.buffers.admit,
	}, u.follow)
}

// follow takes media off the path where the connection is now. pion cannot go on with streams that it has not seen: where
// there is no way past it the client connects anew.
func (u *upstream) follow(e *express, pair *webrtc.ICECandidatePair) {
	if !e.moved(pair) && !u.closed.Load() {
		u.ended(reasonFailed)
	}
}

func (u *upstream) ended(reason string) { u.ingress.Ended(reason) }

func (u *upstream) panicked(cause any) {
	u.unhandled(cause)
	u.ended(sfu.ReasonInternal)
}
