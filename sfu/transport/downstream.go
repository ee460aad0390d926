package transport

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// What a peer may tell us in a second: packets of RTCP (each counts once per stream that it speaks of), numbers to send
// again and requests for key frames, numbers whose arrival it reports. An honest one stays far below: beyond the second
// its link is lost anyway, and 20 Mbit/s are 2500 packets.
const (
	rtcpBudget     = 2000
	nackBudget     = 2000
	feedbackBudget = 20_000
)

// downstream is the sending side of one connection: a fixed pool of slots.
type downstream struct {
	connection
	transport *Transport
	egress    sfu.Egress
	keys      *keys // nil if media goes through pion
	slots     map[*webrtc.RTPSender]*slotTrack
	told      rate
	asked     rate
	seen      rate

	budgets sync.Mutex // pion's reader and the socket's share them for a moment

	mu      sync.Mutex // guards what follows
	canSend bool
	gone    bool // Close was called: a connection that comes up now has no way past pion
	waiting []opening
	express *express // nil if media goes through pion
}

// opening is a slot that was bound before the connection could send.
type opening struct {
	mid  string
	line egress.Line
}

// NewDownstream makes a connection to send on.
func (t *Transport) NewDownstream(egress sfu.Egress) (sfu.Downstream, error) {
	d := &downstream{
		transport: t, egress: egress, slots: map[*webrtc.RTPSender]*slotTrack{},
		told: rate{budget: rtcpBudget}, asked: rate{budget: nackBudget}, seen: rate{budget: feedbackBudget},
	}
	if t.express {
		d.keys = &keys{}
	}
	if err := d.open(t, webrtc.RTPTransceiverDirectionSendonly, d, d.keys); err != nil {
		return nil, err
	}
	return d, nil
}

// Close takes the connection's media off the sockets first.
func (d *downstream) Close() {
	d.mu.Lock()
	d.gone = true
	e := d.express
	d.mu.Unlock()
	if e != nil {
		e.close()
	}
	d.connection.Close()
}

// Answer implements sfu.Downstream: every recvonly m-line gets a slot, once.
func (d *downstream) Answer(text string, slots []sfu.SlotSpec) (string, error) {
	kinds := map[string]sfu.SlotKind{}
	for _, s := range slots {
		kinds[s.MID] = s.Kind
	}
	check := func(o *offer) error { return checkSlots(o, kinds) }
	prepare := func(o *offer) error { return d.fill(o, len(kinds)) }
	_, answer, err := d.answer(text, maxDown, check, prepare)
	return answer, err
}

func checkSlots(o *offer, kinds map[string]sfu.SlotKind) error {
	if len(kinds) != len(o.parsed.MediaDescriptions) {
		return fmt.Errorf("%w: every m-line needs a slot kind", sfu.ErrBadOffer)
	}
	for _, media := range o.parsed.MediaDescriptions {
		mid := attribute(media, "mid")
		kind, ok := kinds[mid]
		if !ok {
			return fmt.Errorf("%w: m-line %s has no slot kind", sfu.ErrBadOffer, mid)
		}
		video := kind == sfu.VideoSlot || kind == sfu.ScreenSlot
		if video != (media.MediaName.Media == "video") {
			return fmt.Errorf("%w: m-line %s is of another kind than its slot", sfu.ErrBadOffer, mid)
		}
		if _, ok := media.Attribute("recvonly"); !ok {
			return fmt.Errorf("%w: m-line %s does not only receive", sfu.ErrBadOffer, mid)
		}
	}
	return nil
}

// fill adds a track to each transceiver that has none. AddTrack takes them in m-line order per kind.
func (d *downstream) fill(o *offer, want int) error {
	for _, transceiver := range d.pc.GetTransceivers() {
		if sender := transceiver.Sender(); sender != nil && d.slots[sender] != nil {
			continue
		}
		if _, err := o.codecs(transceiver); err != nil {
			return err
		}
		track := &slotTrack{kind: transceiver.Kind(), downstream: d}
		sender, err := d.pc.AddTrack(track)
		if err != nil {
			return fmt.Errorf("add slot: %w", err)
		}
		d.slots[sender] = track
	}
	for _, transceiver := range d.pc.GetTransceivers() {
		track := d.slots[transceiver.Sender()]
		if track == nil || transceiver.Mid() == "" {
			return fmt.Errorf("%w: an m-line got no slot", sfu.ErrBadOffer)
		}
		track.mid = transceiver.Mid()
	}
	if len(d.slots) != want {
		return fmt.Errorf("%w: %d slots for %d m-lines", sfu.ErrBadOffer, len(d.slots), want)
	}
	return nil
}

func (d *downstream) rtp(time.Time, uint32, []byte) {}

// rtcp is what pion decrypted, once for each stream that it speaks of.
func (d *downstream) rtcp(now time.Time, ssrc uint32, raw []byte) {
	d.control(now, raw, func(of uint32) bool { return of == ssrc })
}

// control handles a compound packet, as far as it speaks of the streams that are meant.
func (d *downstream) control(now time.Time, raw []byte, meant func(ssrc uint32) bool) {
	d.budgets.Lock()
	defer d.budgets.Unlock()
	if d.told.take(now, 1) == 0 {
		return
	}
	wanted := func(header rtcp.Header, packet []byte) bool { return d.wants(now, header, packet) }
	for _, p := range readControl(raw, wanted) {
		switch p := p.(type) {
		case *rtcp.TransportLayerNack:
			if meant(p.MediaSSRC) {
				d.nack(now, p)
			}
		case *rtcp.PictureLossIndication:
			if meant(p.MediaSSRC) {
				d.keyFrame(now, p.MediaSSRC)
			}
		case *rtcp.FullIntraRequest:
			for _, entry := range p.FIR {
				if meant(entry.SSRC) {
					d.keyFrame(now, entry.SSRC)
				}
			}
		case *rtcp.TransportLayerCC:
			if meant(p.MediaSSRC) {
				d.egress.Feedback(now, p)
			}
		case *rtcp.ReceiverReport:
			d.report(now, meant, p.Reports)
		case *rtcp.SenderReport:
			d.report(now, meant, p.Reports)
		}
	}
}

func (d *downstream) nack(now time.Time, p *rtcp.TransportLayerNack) {
	var numbers []uint16
	for _, pair := range p.Nacks {
		numbers = append(numbers, pair.PacketList()...)
	}
	if numbers = numbers[:d.asked.take(now, len(numbers))]; len(numbers) > 0 {
		d.egress.Nack(packet.SSRC(p.MediaSSRC), numbers)
	}
}

func (d *downstream) keyFrame(now time.Time, ssrc uint32) {
	if d.asked.take(now, 1) == 1 {
		d.egress.KeyFrame(packet.SSRC(ssrc))
	}
}

// wants tells what is worth parsing.
func (d *downstream) wants(now time.Time, header rtcp.Header, packet []byte) bool {
	switch header.Type {
	case rtcp.TypeSenderReport, rtcp.TypeReceiverReport:
		return true
	case rtcp.TypeTransportSpecificFeedback:
		if header.Count != rtcp.FormatTCC {
			return header.Count == rtcp.FormatTLN
		}
		n, ok := statuses(packet)
		return ok && d.seen.take(now, n) == n
	case rtcp.TypePayloadSpecificFeedback:
		return header.Count == rtcp.FormatPLI || header.Count == rtcp.FormatFIR
	}
	return false
}

func (d *downstream) report(now time.Time, meant func(ssrc uint32) bool, reports []rtcp.ReceptionReport) {
	if len(reports) > 0 && meant(reports[0].SSRC) {
		d.egress.Report(now, reports)
	}
}

// ready opens a slot, but not before the connection can send: until then pion takes packets and drops them without a
// word, and the first to go would be the key frame.
func (d *downstream) ready(mid string, line egress.Line) {
	d.mu.Lock()
	canSend := d.canSend
	if !canSend {
		d.waiting = append(d.waiting, opening{mid, line})
	}
	e := d.express
	d.mu.Unlock()
	if canSend {
		d.begin(mid, line, e)
	}
}

func (d *downstream) begin(mid string, line egress.Line, e *express) {
	if e != nil {
		line.Route = e.route
	}
	d.egress.Ready(mid, line)
}

// connected may come again, after a pause of the path.
func (d *downstream) connected() {
	d.mu.Lock()
	if d.gone {
		d.mu.Unlock()
		return
	}
	if !d.canSend {
		d.express = d.choose()
	}
	waiting, e := d.waiting, d.express
	d.canSend, d.waiting = true, nil
	d.mu.Unlock()
	for _, o := range waiting {
		d.begin(o.mid, o.line, e)
	}
}

// choose decides before the first packet and for good which way media goes: past pion, or nil.
func (d *downstream) choose() *express {
	if e := d.shortcut(); e != nil {
		d.transport.paths.express.Add(1)
		return e
	}
	d.transport.paths.fallback.Add(1)
	if d.keys != nil {
		d.keys.forget()
	}
	return nil
}

func (d *downstream) shortcut() *express {
	everything := func(uint32) bool { return true }
	control := func(now time.Time, raw []byte) {
		defer recovered(d)
		d.control(now, raw, everything)
	}
	return d.transport.shortcut(&d.connection, d.keys, takers{control: control}, d.follow)
}

// follow leads media to where the connection is now. Its streams cannot go on through pion: where there is no way past
// it the client connects anew.
func (d *downstream) follow(e *express, pair *webrtc.ICECandidatePair) {
	if !e.moved(pair) && !d.closed.Load() {
		d.ended(reasonFailed)
	}
}

func (d *downstream) ended(reason string) { d.egress.Ended(reason) }

func (d *downstream) panicked(cause any) {
	d.unhandled(cause)
	d.ended(sfu.ReasonInternal)
}

// rate counts what is taken of a budget within a second. Its owner is the connection's reader.
type rate struct {
	budget int
	second time.Time
	used   int
}

func (r *rate) take(now time.Time, n int) int {
	if now.Sub(r.second) >= time.Second {
		r.second, r.used = now, 0
	}
	granted := min(n, r.budget-r.used)
	r.used += granted
	return granted
}

// slotNumber makes each slot's stream id its own: a shared one would lip-sync strangers.
var slotNumber atomic.Uint64

// slotTrack is the pion side of a slot.
type slotTrack struct {
	kind       webrtc.RTPCodecType
	mid        string
	id         string
	downstream *downstream
}

// Bind is called by pion while it applies the answer: it hands the line to the shard.
func (s *slotTrack) Bind(context webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	line := egress.Line{
		SSRC: packet.SSRC(context.SSRC()), RTX: packet.SSRC(context.SSRCRetransmission()),
		Payloads: map[codec.Kind]egress.PayloadTypes{}, Writer: context.WriteStream(),
	}
	var first *webrtc.RTPCodecParameters
	codecs := context.CodecParameters()
	for i, c := range codecs {
		kind := codec.KindOf(c.MimeType)
		if kind == codec.Unknown || !forwarded(c) {
			continue
		}
		if first == nil {
			first = &codecs[i]
		}
		if _, ok := line.Payloads[kind]; !ok {
			line.Payloads[kind] = egress.PayloadTypes{Media: uint8(c.PayloadType), RTX: repairOf(c.PayloadType, codecs)}
		}
	}
	if first == nil {
		return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
	}
	for _, extension := range context.HeaderExtensions() {
		id := uint8(extension.ID) //nolint:gosec // 1 to 255
		switch extension.URI {
		case sdp.AudioLevelURI:
			line.AudioLevel = id
		case sdp.TransportCCURI:
			line.TransportCC = id
		case dependencyURI:
			line.Dependency = id
		case playoutDelayURI:
			line.PlayoutDelay = id
		case orientationURI:
			line.Orientation = id
		case captureTimeURI:
			line.CaptureTime = id
		}
	}
	s.downstream.buffers.announce(uint32(line.SSRC))
	s.downstream.buffers.announce(uint32(line.RTX))
	s.downstream.ready(s.mid, line)
	return *first, nil
}

// repairOf finds the RTX payload type of a codec by its apt parameter, never by position: pion's order is random.
func repairOf(payload webrtc.PayloadType, codecs []webrtc.RTPCodecParameters) uint8 {
	for _, c := range codecs {
		if !strings.EqualFold(c.MimeType, webrtc.MimeTypeRTX) {
			continue
		}
		if original, ok := repeated(c.SDPFmtpLine); ok && original == uint8(payload) {
			return uint8(c.PayloadType)
		}
	}
	return 0
}

// Unbind is called by pion when the connection closes; the shard has been told before.
func (s *slotTrack) Unbind(webrtc.TrackLocalContext) error { return nil }

func (s *slotTrack) ID() string {
	if s.id == "" {
		s.id = "slot" + strconv.FormatUint(slotNumber.Add(1), 36)
	}
	return s.id
}

func (s *slotTrack) StreamID() string          { return s.ID() }
func (s *slotTrack) RID() string               { return "" }
func (s *slotTrack) Kind() webrtc.RTPCodecType { return s.kind }
