package client

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v5/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/message"
)

// Kind of a slot.
type Kind = message.SlotKind

// Slots counts the slots of each kind.
type Slots struct {
	Audio, Video, Screen, ScreenAudio int
}

// Reception says what to receive and where to put it.
type Reception struct {
	Slots Slots
	// Packet gets each packet once, in the order of arrival, from one goroutine that it must not hold up.
	Packet func(Packet)
	// Lose, if set, sees each packet first; true makes as if the network had lost it. Resends pass.
	Lose func(mid string, sequence uint16) bool
	// Wish, if set, says what the slots are to show; it is sent before media can flow, which spares a round trip.
	Wish func(slots []message.DownSlot) message.SlotsWish
	// Measured tells the server when packets came, as browsers do: it sends what the path carries then.
	Measured bool
}

// Packet is one packet of media from a slot.
type Packet struct {
	Arrival time.Time
	MID     string
	Kind    Kind
	SSRC    uint32
	// Publication is the number of the publication that the packet belongs to, from the CSRC list; 0 if there is none.
	Publication uint32
	Sequence    uint16
	Timestamp   uint32
	Marker      bool
	PayloadType uint8
	// Payload is valid during the call.
	Payload []byte
	// Recovered is true for a packet that came by RTX.
	Recovered bool
}

// Downstream receives through a pool of slots. pion's goroutine delivers packets, one goroutine of its own asks for
// lost ones and reports.
type Downstream struct {
	*connection
	reception Reception
	wake      chan struct{} // something is missing
	fresh     chan struct{} // the first packet since arrivals were told
	stop      chan struct{}
	done      chan struct{}

	transceivers []*webrtc.RTPTransceiver // under the client's media lock, as are kinds
	kinds        []Kind

	delivering sync.Mutex

	mu     sync.Mutex
	slots  []*slot
	bySSRC map[uint32]*slot // media and RTX
	came   arrivals
}

// Receive makes the downstream connection with its slots, anew if the last one was lost. It returns when media can flow.
func (c *Client) Receive(ctx context.Context, r Reception) (*Downstream, error) {
	c.media.Lock()
	defer c.media.Unlock()
	c.dropLost()
	if c.down != nil {
		return nil, fmt.Errorf("receive: %w", ErrReceiving)
	}
	if r.Packet == nil {
		r.Packet = func(Packet) {}
	}
	d := &Downstream{
		reception: r, wake: make(chan struct{}, 1), fresh: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
		bySSRC: make(map[uint32]*slot),
	}
	n, err := newConnection(c, message.Down, d.receive, d.media)
	if err != nil {
		return nil, err
	}
	d.connection = n
	go d.run()
	if err := d.grow(ctx, r.Slots); err != nil {
		d.close()
		return nil, err
	}
	c.down = d
	return d, nil
}

// Grow adds slots. What flows goes on.
func (d *Downstream) Grow(ctx context.Context, more Slots) error {
	d.client.media.Lock()
	defer d.client.media.Unlock()
	return d.grow(ctx, more)
}

func (d *Downstream) grow(ctx context.Context, more Slots) error {
	for _, add := range []struct {
		n     int
		kind  Kind
		media webrtc.RTPCodecType
	}{
		{more.Audio, message.AudioSlot, webrtc.RTPCodecTypeAudio},
		{more.Video, message.VideoSlot, webrtc.RTPCodecTypeVideo},
		{more.Screen, message.ScreenSlot, webrtc.RTPCodecTypeVideo},
		{more.ScreenAudio, message.ScreenAudioSlot, webrtc.RTPCodecTypeAudio},
	} {
		for range add.n {
			t, err := d.pc.AddTransceiverFromKind(add.media, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
			if err != nil {
				return fmt.Errorf("add %s slot: %w", add.kind, err)
			}
			d.transceivers = append(d.transceivers, t)
			d.kinds = append(d.kinds, add.kind)
		}
	}
	if err := d.exchange(ctx, d.offer, d.learn); err != nil {
		return err
	}
	if d.reception.Wish != nil {
		if _, err := d.client.Request(ctx, d.reception.Wish(d.Slots())); err != nil {
			return err
		}
	}
	return d.wait(ctx)
}

func (d *Downstream) offer(sdp string) message.WebRTCOffer {
	o := message.WebRTCOffer{PC: message.Down, SDP: sdp}
	for i, t := range d.transceivers {
		o.Slots = append(o.Slots, message.DownSlot{MID: t.Mid(), Kind: d.kinds[i]})
	}
	return o
}

// learn takes the slots' SSRCs from the answer.
func (d *Downstream) learn(answer string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reception.Measured {
		d.came.learn(answer)
	}
	for i, t := range d.transceivers {
		if i < len(d.slots) {
			continue
		}
		s := &slot{mid: t.Mid(), kind: d.kinds[i], clock: 90000}
		if t.Kind() == webrtc.RTPCodecTypeAudio {
			s.clock = 48000
		}
		s.ssrc, s.rtx = streams(answer, s.mid)
		if s.ssrc == 0 {
			return fmt.Errorf("the answer declares no stream for slot %s", s.mid)
		}
		d.slots = append(d.slots, s)
		d.bySSRC[s.ssrc] = s
		if s.rtx != 0 {
			d.bySSRC[s.rtx] = s
		}
	}
	return nil
}

// Slots lists the slots in the order of their m-lines.
func (d *Downstream) Slots() []message.DownSlot {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]message.DownSlot, len(d.slots))
	for i, s := range d.slots {
		all[i] = message.DownSlot{MID: s.mid, Kind: s.kind}
	}
	return all
}

// MIDs lists the slots of one kind.
func (d *Downstream) MIDs(kind Kind) []string {
	var mids []string
	for _, s := range d.Slots() {
		if s.Kind == kind {
			mids = append(mids, s.MID)
		}
	}
	return mids
}

// Stats returns what came through each slot so far, by mid.
func (d *Downstream) Stats() map[string]SlotStats {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make(map[string]SlotStats, len(d.slots))
	for _, s := range d.slots {
		stats := s.stats
		stats.Missing = uint64(len(s.missing))
		all[s.mid] = stats
	}
	return all
}

// Express counts the packets that were taken straight from the socket.
func (d *Downstream) Express() uint64 {
	if d.express == nil {
		return 0
	}
	return d.express.media.Load()
}

// RequestKeyFrame sends a PLI for a slot.
func (d *Downstream) RequestKeyFrame(mid string) error {
	d.mu.Lock()
	var ssrc uint32
	for _, s := range d.slots {
		if s.mid == mid {
			ssrc = s.ssrc
		}
	}
	d.mu.Unlock()
	if ssrc == 0 {
		return fmt.Errorf("request key frame: no slot %s", mid)
	}
	return d.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}})
}

// InjectRTCP sends RTCP packets as given. For tests of servers.
func (d *Downstream) InjectRTCP(packets ...rtcp.Packet) error { return d.pc.WriteRTCP(packets) }

func (d *Downstream) close() {
	close(d.stop)
	<-d.done
	d.connection.close()
}

// receive runs on pion's goroutine.
func (d *Downstream) receive(kind packetio.BufferPacketType, ssrc uint32, raw []byte) {
	d.client.hang()
	now := time.Now()
	if kind == packetio.RTCPBufferPacket {
		d.heed(now, ssrc, raw)
		return
	}
	var p rtp.Packet
	if err := p.Unmarshal(raw); err != nil {
		return
	}
	d.deliver(now, &p)
}

// media runs on the express's goroutine.
func (d *Downstream) media(now time.Time, p *rtp.Packet) {
	d.client.hang()
	d.deliver(now, p)
}

func (d *Downstream) deliver(now time.Time, p *rtp.Packet) {
	// Only where the express takes over from pion do two goroutines meet here.
	d.delivering.Lock()
	defer d.delivering.Unlock()
	if packet, ok := d.sort(now, p); ok {
		d.reception.Packet(packet)
	}
}

// sort finds the slot that a packet belongs to and undoes RTX (RFC 4588 §4).
func (d *Downstream) sort(now time.Time, p *rtp.Packet) (Packet, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.bySSRC[p.SSRC]
	if s == nil {
		return Packet{}, false
	}
	recovered := p.SSRC == s.rtx
	if !recovered && d.reception.Lose != nil && d.reception.Lose(s.mid, p.SequenceNumber) {
		return Packet{}, false
	}
	if d.came.note(now, p) {
		select {
		case d.fresh <- struct{}{}:
		default:
		}
	}
	if recovered {
		if len(p.Payload) < 2 {
			return Packet{}, false // padding, sent to probe the path
		}
		p.SequenceNumber, p.Payload = binary.BigEndian.Uint16(p.Payload), p.Payload[2:]
		p.PayloadType = repaired(p.PayloadType)
	}
	missing := len(s.missing)
	if !s.arrived(now, p.SequenceNumber) {
		return Packet{}, false
	}
	if recovered {
		s.stats.Recovered++
	} else {
		s.timed(now, p.Timestamp)
	}
	if len(s.missing) > missing {
		select {
		case d.wake <- struct{}{}:
		default:
		}
	}
	out := Packet{
		Arrival: now, MID: s.mid, Kind: s.kind, SSRC: s.ssrc, Sequence: p.SequenceNumber, Timestamp: p.Timestamp,
		Marker: p.Marker, PayloadType: p.PayloadType, Payload: p.Payload, Recovered: recovered,
	}
	if len(p.CSRC) > 0 {
		out.Publication = p.CSRC[0]
	}
	return out, true
}

func (d *Downstream) heed(now time.Time, ssrc uint32, raw []byte) {
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range packets {
		r, ok := p.(*rtcp.SenderReport)
		if !ok || r.SSRC != ssrc {
			continue
		}
		if s := d.bySSRC[ssrc]; s != nil {
			s.senderReport(now, r)
		}
	}
}

func (d *Downstream) run() {
	defer close(d.done)
	report := time.NewTicker(reportInterval)
	defer report.Stop()
	ask := time.NewTimer(time.Hour)
	defer ask.Stop()
	tell := time.NewTimer(time.Hour)
	defer tell.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-report.C:
			d.report(time.Now())
		case <-d.fresh:
			tell.Reset(d.patience())
		case <-tell.C:
			d.tell()
		case <-d.wake:
			ask.Reset(d.ask(time.Now()))
		case <-ask.C:
			ask.Reset(d.ask(time.Now()))
		}
	}
}

// ask sends the NACKs that are due and returns when to look again.
func (d *Downstream) ask(now time.Time) time.Duration {
	var packets []rtcp.Packet
	var next time.Time
	d.mu.Lock()
	for _, s := range d.slots {
		due, again := s.nacks(now)
		if len(due) > 0 {
			packets = append(packets, &rtcp.TransportLayerNack{MediaSSRC: s.ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(due)})
		}
		if !again.IsZero() {
			next = earliest(next, again)
		}
	}
	d.mu.Unlock()
	if len(packets) > 0 {
		_ = d.pc.WriteRTCP(packets)
	}
	if next.IsZero() {
		return time.Hour
	}
	return next.Sub(now)
}

// patience is how long after a packet arrivals are told.
func (d *Downstream) patience() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(d.came.interval, arrivalsOften)
}

// tell sends what came since the last time.
func (d *Downstream) tell() {
	d.mu.Lock()
	packets := d.came.tell(time.Now())
	d.mu.Unlock()
	if len(packets) > 0 {
		_ = d.pc.WriteRTCP(packets)
	}
}

func (d *Downstream) report(now time.Time) {
	var packets []rtcp.Packet
	r := &rtcp.ReceiverReport{}
	d.mu.Lock()
	for _, s := range d.slots {
		block, ok := s.reception(now)
		if !ok {
			continue
		}
		if len(r.Reports) == 31 { // the count has five bits
			packets = append(packets, r)
			r = &rtcp.ReceiverReport{}
		}
		r.Reports = append(r.Reports, block)
	}
	d.mu.Unlock()
	if len(r.Reports) > 0 {
		packets = append(packets, r)
	}
	if len(packets) > 0 {
		_ = d.pc.WriteRTCP(append(packets, description(0)))
	}
}
