package transport

import (
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
	ingress sfu.Ingress
	budget  budget
	lines   atomic.Pointer[[]line] // written by Answer, read by the connection's reader

	mu      sync.Mutex // SRTP and SRTCP have a reader each: guards streams
	streams map[uint32]sfu.Stream
}

// NewUpstream makes a connection to receive on.
func (t *Transport) NewUpstream(ingress sfu.Ingress) (sfu.Upstream, error) {
	u := &upstream{ingress: ingress, budget: newBudget(), streams: map[uint32]sfu.Stream{}}
	if err := u.open(t, webrtc.RTPTransceiverDirectionRecvonly, u); err != nil {
		return nil, err
	}
	return u, nil
}

// Answer implements sfu.Upstream.
func (u *upstream) Answer(text string) (string, error) {
	nothing := func(*offer) error { return nil }
	o, answer, err := u.answer(text, maxUpLines, nothing, nothing)
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
	u.lines.Store(&lines)
	return answer, nil
}

func (u *upstream) rtp(now time.Time, ssrc uint32, raw []byte) {
	switch u.budget.spend(now, len(raw)) {
	case spendDropped:
		return
	case spendExhausted:
		u.ended(sfu.ReasonTooMuchTraffic)
		return
	case spendAllowed:
	}
	lines := u.lines.Load()
	if lines == nil || len(*lines) == 0 {
		return
	}
	// Bundled m-lines share the ids of their extensions (RFC 8285 §6); the answer keeps to the client's.
	p, err := packet.Parse(raw, mergedExtensions(*lines))
	if err != nil {
		return
	}
	if p.HasTransportCC {
		u.ingress.Arrived(now, p.SSRC, p.TransportCC)
	}
	if stream := u.stream(ssrc, p, *lines); stream != nil {
		stream.Receive(now, p)
	}
}

func mergedExtensions(lines []line) packet.Extensions {
	var all packet.Extensions
	for i := range lines {
		e := &lines[i].extensions
		all.MID = max(all.MID, e.MID)
		all.RID = max(all.RID, e.RID)
		all.RepairedRID = max(all.RepairedRID, e.RepairedRID)
		all.AudioLevel = max(all.AudioLevel, e.AudioLevel)
		all.TransportCC = max(all.TransportCC, e.TransportCC)
	}
	return all
}

func (u *upstream) stream(ssrc uint32, p packet.Raw, lines []line) sfu.Stream {
	u.mu.Lock()
	stream, ok := u.streams[ssrc]
	u.mu.Unlock()
	if ok {
		return stream
	}
	id, ok := identify(ssrc, p, lines)
	if !ok {
		return nil
	}
	if stream = u.ingress.Stream(id); stream == nil {
		return nil
	}
	u.buffers.announce(ssrc)
	u.mu.Lock()
	u.streams[ssrc] = stream
	u.mu.Unlock()
	return stream
}

// identify finds out what a new SSRC is: declared in the SDP, or named by its header extensions (RFC 8843 §9.2, RFC 8853).
func identify(ssrc uint32, p packet.Raw, lines []line) (sfu.StreamID, bool) {
	for i := range lines {
		l := &lines[i]
		id := sfu.StreamID{MID: l.mid, SSRC: packet.SSRC(ssrc), Codec: l.codecs[p.PayloadType], RIDs: l.rids}
		switch {
		case ssrc == l.ssrc && l.ssrc != 0, ssrc == l.repairSSRC && l.repairSSRC != 0:
			id.Repair = ssrc == l.repairSSRC
		case p.MID == l.mid && p.RID != "" && slices.Contains(l.rids, p.RID):
			id.RID = p.RID
		case p.MID == l.mid && p.RepairedRID != "" && slices.Contains(l.rids, p.RepairedRID):
			id.RID, id.Repair = p.RepairedRID, true
		case p.MID == l.mid && len(l.rids) == 0:
			id.Repair = l.repairs[p.PayloadType]
		default:
			continue
		}
		return id, id.Repair == l.repairs[p.PayloadType] && (id.Repair || id.Codec != codec.Unknown)
	}
	return sfu.StreamID{}, false
}

func (u *upstream) rtcp(now time.Time, ssrc uint32, raw []byte) {
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		return
	}
	for _, p := range packets {
		if report, ok := p.(*rtcp.SenderReport); ok && report.SSRC == ssrc {
			u.ingress.SenderReport(now, packet.SSRC(ssrc), report.NTPTime, report.RTPTime)
		}
	}
}

func (u *upstream) connected() {}

func (u *upstream) ended(reason string) { u.ingress.Ended(reason) }
