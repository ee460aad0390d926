package sfutest

import (
	"slices"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// Payload types of the fake downstream.
const (
	OpusPayload = 111
	VP8Payload  = 96
	RTXPayload  = 97
)

// Transport makes fake connections and keeps them, oldest first.
type Transport struct {
	mu   sync.Mutex
	ups  []*Upstream
	down []*Downstream
}

// Upstream is a fake connection on which a test publishes.
type Upstream struct {
	Ingress sfu.Ingress

	mu      sync.Mutex
	session string
	sent    []rtcp.Packet
	rtt     time.Duration
	closed  bool
}

// Downstream is a fake connection on which a test receives.
type Downstream struct {
	Egress sfu.Egress

	mu      sync.Mutex
	session string
	slots   map[string]*Slot
	reports []rtcp.Packet
	closed  bool
}

// Slot keeps what was sent on one m-line.
type Slot struct {
	Kind sfu.SlotKind
	Line egress.Line

	path *Path // nil: everything arrives at once

	mu      sync.Mutex
	packets []rtp.Packet
	fault   func()
}

// NewUpstream implements sfu.Transport.
func (t *Transport) NewUpstream(ingress sfu.Ingress) (sfu.Upstream, error) {
	u := &Upstream{Ingress: ingress}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ups = append(t.ups, u)
	return u, nil
}

// NewDownstream implements sfu.Transport.
func (t *Transport) NewDownstream(sending sfu.Egress) (sfu.Downstream, error) {
	d := &Downstream{Egress: sending, slots: map[string]*Slot{}}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down = append(t.down, d)
	return d, nil
}

// Upstreams are the connections made so far.
func (t *Transport) Upstreams() []*Upstream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.ups)
}

// Downstreams are the connections made so far.
func (t *Transport) Downstreams() []*Downstream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.down)
}

// Garbage is an offer that no fake connection answers.
const Garbage = "garbage"

// Answer takes any text but Garbage; another text than the first is the offer of another connection.
func (u *Upstream) Answer(sdp string) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return answer(&u.session, sdp)
}

func answer(session *string, sdp string) (string, error) {
	switch {
	case sdp == Garbage:
		return "", sfu.ErrBadOffer
	case *session != "" && *session != sdp:
		return "", sfu.ErrOtherSession
	}
	*session = sdp
	return "answer to " + sdp, nil
}

// WriteRTCP keeps what the publisher is told.
func (u *Upstream) WriteRTCP(packets []rtcp.Packet) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sent = append(u.sent, packets...)
	return nil
}

// Told is what the publisher was told so far.
func (u *Upstream) Told() []rtcp.Packet {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.sent)
}

// KeyFramesAsked counts the picture loss indications among them.
func (u *Upstream) KeyFramesAsked() (n int) {
	for _, p := range u.Told() {
		if _, ok := p.(*rtcp.PictureLossIndication); ok {
			n++
		}
	}
	return n
}

// RTT implements sfu.Upstream: it is not known unless SetRTT said it.
func (u *Upstream) RTT() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.rtt
}

// SetRTT says how long the round trip to the publisher is.
func (u *Upstream) SetRTT(rtt time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.rtt = rtt
}

// Close implements sfu.Upstream.
func (u *Upstream) Close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
}

// Closed says whether the SFU closed the connection.
func (u *Upstream) Closed() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.closed
}

// Answer takes any text but Garbage and keeps the slots for Open.
func (d *Downstream) Answer(sdp string, slots []sfu.SlotSpec) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, err := answer(&d.session, sdp)
	if err != nil {
		return "", err
	}
	for i, spec := range slots {
		if d.slots[spec.MID] == nil {
			slot := &Slot{Kind: spec.Kind}
			slot.Line = egress.Line{
				SSRC: packet.SSRC(1000 + i), RTX: packet.SSRC(2000 + i), Writer: slot, //nolint:gosec // a handful
				Payloads: map[codec.Kind]egress.PayloadTypes{
					codec.Opus: {Media: OpusPayload}, codec.VP8: {Media: VP8Payload, RTX: RTXPayload},
				},
			}
			d.slots[spec.MID] = slot
		}
	}
	return text, nil
}

// Open says that every slot can send.
func (d *Downstream) Open() {
	d.mu.Lock()
	slots := make(map[string]egress.Line, len(d.slots))
	for mid, slot := range d.slots {
		slots[mid] = slot.Line
	}
	d.mu.Unlock()
	for mid, line := range slots {
		d.Egress.Ready(mid, line)
	}
}

// Slot is the one of that m-line.
func (d *Downstream) Slot(mid string) *Slot {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slots[mid]
}

// WriteRTCP keeps the sender reports.
func (d *Downstream) WriteRTCP(packets []rtcp.Packet) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reports = append(d.reports, packets...)
	return nil
}

// Reports are the RTCP packets sent so far.
func (d *Downstream) Reports() []rtcp.Packet {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.reports)
}

// RTT implements sfu.Downstream: it is not known.
func (d *Downstream) RTT() time.Duration { return 0 }

// Close implements sfu.Downstream.
func (d *Downstream) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
}

// WriteRTP keeps a copy.
func (s *Slot) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil {
		s.fault()
	}
	if s.path != nil {
		s.path.send(s, header, payload)
		return len(payload), nil
	}
	s.packets = append(s.packets, rtp.Packet{Header: header.Clone(), Payload: slices.Clone(payload)})
	return len(payload), nil
}

// Fail runs fault at every packet from now on.
func (s *Slot) Fail(fault func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Packets are those sent so far, resends included.
func (s *Slot) Packets() []rtp.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.packets)
}

// Publisher sends media of one source on a fake upstream.
type Publisher struct {
	upstream *Upstream
	streams  map[string]*stream
	ids      []sfu.StreamID
}

type stream struct {
	taker     sfu.Stream
	kind      codec.Kind
	sequence  uint16
	timestamp uint32
	picture   uint16
	tl0       uint8
	latest    time.Time // frame
}

// NewPublisher begins streams on the m-line mid: one for each rid, or one without.
func NewPublisher(upstream *Upstream, mid string, kind codec.Kind, rids ...string) *Publisher {
	p := &Publisher{upstream: upstream, streams: map[string]*stream{}}
	names := rids
	if len(names) == 0 {
		names = []string{""}
	}
	for i, rid := range names {
		ssrc := packet.SSRC(10_000 + 100*len(mid) + int(mid[0]) + 10*i) //nolint:gosec // a handful
		p.ids = append(p.ids, sfu.StreamID{MID: mid, RID: rid, SSRC: ssrc, Codec: kind, RIDs: rids})
		p.streams[rid] = &stream{kind: kind, sequence: 65530, timestamp: 1 << 20}
	}
	return p
}

// Picture sends one VP8 picture of one packet on the stream rid; a key frame says its height.
func (p *Publisher) Picture(now time.Time, rid string, key bool, height int) {
	s := p.stream(rid)
	if s == nil {
		return
	}
	s.picture++
	s.tl0++
	frame := []byte{0x90, 0xe0, 0x80 | byte(s.picture>>8), byte(s.picture), s.tl0, 0x20, 0x01}
	if key {
		width := height * 16 / 9
		frame[6] = 0x00
		frame = append(frame, 0, 0, 0x9d, 0x01, 0x2a, byte(width), byte(width>>8), byte(height), byte(height>>8))
	}
	s.timestamp += 3000
	s.send(now, packet.Raw{Marker: true, Payload: append(frame, make([]byte, 100)...)})
}

// Frame sends one VP8 picture of size bytes in as many packets as it takes.
func (p *Publisher) Frame(now time.Time, rid string, key bool, height, size int) {
	s := p.stream(rid)
	if s == nil {
		return
	}
	s.picture++
	s.tl0++
	s.timestamp += uint32(now.Sub(s.latest).Milliseconds()) * 90 //nolint:gosec // virtual time is short
	s.latest = now
	for first := true; size > 0; first = false {
		frame := []byte{0x80, 0xe0, 0x80 | byte(s.picture>>8), byte(s.picture), s.tl0, 0x20, 0x01}
		if first {
			frame[0] |= 0x10
		}
		if first && key {
			width := height * 16 / 9
			frame[6] = 0x00
			frame = append(frame, 0, 0, 0x9d, 0x01, 0x2a, byte(width), byte(width>>8), byte(height), byte(height>>8))
		}
		part := min(size, framePart)
		size -= part
		s.send(now, packet.Raw{Codec: codec.VP8, Marker: size == 0, Payload: append(frame, make([]byte, part)...)})
	}
}

// Report sends a sender report of each stream whose frame has just been sent, by the server's clock.
func (p *Publisher) Report(now time.Time) {
	for _, id := range p.ids {
		if s := p.streams[id.RID]; s.taker != nil && s.latest.Equal(now) {
			ntp := uint64(now.Unix()+secondsTo1970)<<32 + uint64(now.Nanosecond())<<32/uint64(time.Second) //nolint:gosec // after 1970
			p.upstream.Ingress.SenderReport(now, id.SSRC, ntp, s.timestamp)
		}
	}
}

// secondsTo1970 from 1900, where NTP begins.
const secondsTo1970 = 2208988800

// framePart is what a packet carries of a picture, in bytes.
const framePart = 1100

// Sound sends one Opus packet of 20 ms with a level in -dBov.
func (p *Publisher) Sound(now time.Time, level uint8) {
	s := p.stream("")
	if s == nil {
		return
	}
	s.timestamp += 960
	s.send(now, packet.Raw{Payload: append([]byte{0x78}, make([]byte, 60)...), Level: level, HasLevel: true, Voice: true})
}

// SSRC of a stream.
func (p *Publisher) SSRC(rid string) packet.SSRC {
	for _, id := range p.ids {
		if id.RID == rid {
			return id.SSRC
		}
	}
	return 0
}

// Skip loses one packet of a stream on the way.
func (p *Publisher) Skip(rid string) { p.streams[rid].sequence++ }

func (p *Publisher) stream(rid string) *stream {
	s := p.streams[rid]
	for _, id := range p.ids {
		if s.taker == nil && id.RID == rid {
			s.taker = p.upstream.Ingress.Stream(id)
		}
	}
	if s.taker == nil {
		return nil
	}
	return s
}

func (s *stream) send(now time.Time, raw packet.Raw) {
	raw.SequenceNumber, raw.Timestamp, raw.Codec = s.sequence, s.timestamp, s.kind
	s.sequence++
	s.taker.Receive(now, raw)
}

var _ sfu.Transport = (*Transport)(nil)
