package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v5/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/signaling/message"
)

// reportInterval is how often both connections report.
const reportInterval = time.Second

// Upstream sends what this client publishes. One goroutine asks the feeds, numbers packets and answers feedback.
type Upstream struct {
	*connection
	commands chan func()
	feedback chan feedback
	stop     chan struct{}
	done     chan struct{}
	counters counters

	// Under the client's media lock.
	sources []*source

	// Owned by the goroutine.
	live      []*source
	transport uint16
}

// source is one track with its streams.
type source struct {
	track     Track
	m         *webrtc.RTPTransceiver
	encodings []*encoding

	// Owned by the goroutine.
	due      time.Time
	keyFrame bool
	paused   bool
	layers   uint64 // a bit for each layer that was wanted at the last frame
	// ended is under the client's media lock.
	ended bool
}

// feedback is an RTCP packet for one of our streams.
type feedback struct {
	ssrc   uint32
	packet rtcp.Packet
}

// Stream is one RTP stream of the upstream, for those who look at packets.
type Stream struct {
	Source      message.Source
	MID, RID    string
	SSRC, RTX   uint32
	PayloadType uint8
}

// Publish sends tracks. The first call makes the upstream connection; later calls add to it, or bring back a source
// that Unpublish ended, without a new offer. It returns when media flows. After the connection was lost (the event
// message.Error with code media_closed) it makes a new one, with these tracks alone.
func (c *Client) Publish(ctx context.Context, tracks ...Track) (*Upstream, error) {
	c.media.Lock()
	defer c.media.Unlock()
	c.dropLost()
	first := c.up == nil
	if first {
		u, err := newUpstream(c)
		if err != nil {
			return nil, err
		}
		c.up = u
	}
	up := c.up
	if err := up.publish(ctx, tracks); err != nil {
		if first {
			c.up = nil
			up.close()
		}
		return nil, err
	}
	return up, nil
}

// Unpublish ends a source: nobody sees it until it is published again.
func (c *Client) Unpublish(ctx context.Context, which message.Source) error {
	c.media.Lock()
	defer c.media.Unlock()
	if c.up != nil {
		for _, s := range c.up.sources {
			if s.track.Source == which && !s.ended {
				s.ended = true
				c.up.do(func() { c.up.remove(s) })
			}
		}
	}
	_, err := c.Request(ctx, message.PublicationSet{Source: which, Live: false})
	return err
}

func newUpstream(c *Client) (*Upstream, error) {
	c.wanted.forget()
	u := &Upstream{
		commands: make(chan func()), feedback: make(chan feedback, 256),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	n, err := newConnection(c, message.Up, u.receive, nil)
	if err != nil {
		return nil, err
	}
	u.connection = n
	go u.run()
	return u, nil
}

func (u *Upstream) close() {
	close(u.stop)
	<-u.done
	u.connection.close()
}

// publish needs the client's media lock.
func (u *Upstream) publish(ctx context.Context, tracks []Track) error {
	var started []*source
	offer := false
	for _, t := range tracks {
		s, back, err := u.source(t)
		if err != nil {
			return err
		}
		if back {
			if _, err := u.client.Request(ctx, message.PublicationSet{Source: t.Source, Live: true}); err != nil {
				return err
			}
		}
		offer = offer || !back
		started = append(started, s)
	}
	if offer {
		err := u.exchange(ctx, u.offer, func(string) error { return nil })
		if err != nil {
			return err
		}
	}
	if err := u.wait(ctx); err != nil {
		return err
	}
	for _, s := range started {
		for _, e := range s.encodings {
			select {
			case <-e.bound:
				e.mid = s.m.Mid()
			case <-u.failed:
				return fmt.Errorf("publish %s: %w", s.track.Source, errFailed)
			case <-u.client.Done():
				return fmt.Errorf("publish %s: %w", s.track.Source, ErrClosed)
			case <-ctx.Done():
				return fmt.Errorf("publish %s: %w", s.track.Source, ctx.Err())
			}
		}
		s.ended = false
	}
	u.do(func() {
		now := time.Now()
		for _, s := range started {
			s.due, s.keyFrame, s.paused = now, true, false
			u.live = append(u.live, s)
		}
	})
	return nil
}

// source returns the source for a track: the one that was ended (back), or a new one with its m-line.
func (u *Upstream) source(t Track) (s *source, back bool, err error) {
	for _, s := range u.sources {
		if s.track.Source != t.Source {
			continue
		}
		if !s.ended {
			return nil, false, fmt.Errorf("publish %s: %w", t.Source, ErrPublished)
		}
		u.do(func() {
			s.track = t
			for _, e := range s.encodings {
				e.lose = t.Lose
				// The new feed counts from its own origin; the stream's clock goes on.
				e.origin = e.last + uint32(time.Since(e.lastSent).Seconds()*float64(t.clock()))
			}
		})
		return s, true, nil
	}
	s = &source{track: t, ended: true}
	for layer := range max(1, len(t.RIDs)) {
		s.encodings = append(s.encodings, newEncoding(t, layer, "plenum-"+string(t.Source)))
	}
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	if t.SSRC != 0 {
		init.SendEncodings = []webrtc.RTPEncodingParameters{{RTPCodingParameters: webrtc.RTPCodingParameters{SSRC: webrtc.SSRC(t.SSRC)}}}
	}
	if s.m, err = u.pc.AddTransceiverFromTrack(s.encodings[0], init); err != nil {
		return nil, false, fmt.Errorf("publish %s: %w", t.Source, err)
	}
	for _, e := range s.encodings[1:] {
		if err := s.m.Sender().AddEncoding(e); err != nil {
			return nil, false, fmt.Errorf("publish %s: %w", t.Source, err)
		}
	}
	u.sources = append(u.sources, s)
	return s, false, nil
}

func (u *Upstream) offer(sdp string) message.WebRTCOffer {
	o := message.WebRTCOffer{PC: message.Up, SDP: withoutSimulcastSSRC(sdp)}
	for _, s := range u.sources {
		o.Sources = append(o.Sources, message.UpSource{MID: s.m.Mid(), Source: s.track.Source})
	}
	return o
}

// withoutSimulcastSSRC takes the SSRCs out of simulcast sections: as browsers do it, packets say by MID and RID which
// stream they are.
func withoutSimulcastSSRC(sdp string) string {
	sections := strings.Split(sdp, "\r\nm=")
	for i, section := range sections {
		if !strings.Contains(section, "\r\na=simulcast:send") {
			continue
		}
		lines := strings.Split(section, "\r\n")
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "a=ssrc") })
		sections[i] = strings.Join(lines, "\r\n")
	}
	return strings.Join(sections, "\r\nm=")
}

// Streams lists the RTP streams.
func (u *Upstream) Streams() []Stream {
	var all []Stream
	u.do(func() {
		for _, s := range u.live {
			for _, e := range s.encodings {
				all = append(all, Stream{s.track.Source, e.mid, e.rid, e.ssrc, e.rtx, e.payload})
			}
		}
	})
	return all
}

// Inject sends a packet exactly as given, encrypted. For tests of servers.
func (u *Upstream) Inject(h *rtp.Header, payload []byte) error {
	err := ErrClosed
	u.do(func() {
		if err = errors.New("nothing is published"); len(u.live) > 0 {
			_, err = u.live[0].encodings[0].writer.WriteRTP(h, payload)
		}
	})
	return err
}

// InjectRTCP sends RTCP packets as given. For tests of servers.
func (u *Upstream) InjectRTCP(packets ...rtcp.Packet) error { return u.pc.WriteRTCP(packets) }

func (u *Upstream) pause(which message.Source, paused bool) {
	u.do(func() {
		for _, s := range u.live {
			if s.track.Source == which {
				// What comes after a pause starts with a key frame.
				s.paused, s.keyFrame, s.due = paused, true, time.Now()
			}
		}
	})
}

// do runs f on the upstream's goroutine and waits for it. After the end f does not run.
func (u *Upstream) do(f func()) {
	ran := make(chan struct{})
	select {
	case u.commands <- func() { f(); close(ran) }:
		<-ran
	case <-u.done:
	}
}

// receive runs on pion's goroutine.
func (u *Upstream) receive(kind packetio.BufferPacketType, ssrc uint32, raw []byte) {
	if kind != packetio.RTCPBufferPacket {
		return
	}
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		return
	}
	for _, p := range packets {
		select {
		case u.feedback <- feedback{ssrc, p}:
		default:
			u.counters.dropped.Add(1)
		}
	}
}

func (u *Upstream) run() {
	defer close(u.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-u.stop:
			return
		case f := <-u.commands:
			f()
		case f := <-u.feedback:
			u.heed(f)
		case <-timer.C:
		}
		timer.Reset(u.send(time.Now()))
	}
}

// send sends what is due and returns when to look again.
func (u *Upstream) send(now time.Time) time.Duration {
	next := time.Hour
	for _, s := range u.live {
		if s.paused {
			continue
		}
		if !s.due.After(now) {
			before := s.layers
			s.layers = u.client.wanted.of(s.track.Source)
			// A layer that comes back starts with a key frame.
			frames, interval := s.track.Feed.Next(now, s.keyFrame || s.layers&^before != 0)
			s.keyFrame = false
			for _, f := range frames {
				if f.Layer < len(s.encodings) && s.layers&(1<<f.Layer) != 0 {
					u.counters.packets.Add(uint64(s.encodings[f.Layer].send(now, f, &u.transport)))
				}
			}
			s.due = s.due.Add(interval)
			// Far behind, after a stall of the machine: no burst to catch up.
			if now.Sub(s.due) > 250*time.Millisecond {
				s.due = now.Add(interval)
			}
			u.report(now, s)
		}
		next = min(next, s.due.Sub(now))
	}
	return max(next, 0)
}

func (u *Upstream) report(now time.Time, s *source) {
	for _, e := range s.encodings {
		if now.Before(e.reportDue) {
			continue
		}
		if r := e.report(now); r != nil {
			e.reportDue = now.Add(reportInterval)
			_ = u.pc.WriteRTCP([]rtcp.Packet{r, description(e.ssrc)})
		}
	}
}

func description(ssrc uint32) rtcp.Packet {
	return &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "plenum"}},
	}}}
}

func (u *Upstream) remove(s *source) {
	u.live = slices.DeleteFunc(u.live, func(other *source) bool { return other == s })
}

// heed acts on feedback about one of our streams.
func (u *Upstream) heed(f feedback) {
	if _, ok := f.packet.(*rtcp.TransportLayerCC); ok {
		u.counters.transportFeedback.Add(1)
		return
	}
	for _, s := range u.live {
		for _, e := range s.encodings {
			if e.ssrc == f.ssrc {
				u.heedFor(s, e, f.packet)
			}
		}
	}
}

func (u *Upstream) heedFor(s *source, e *encoding, p rtcp.Packet) {
	switch p := p.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		u.counters.keyFrameRequests.Add(1)
		s.keyFrame = true
	case *rtcp.TransportLayerNack:
		for _, pair := range p.Nacks {
			for _, sequence := range pair.PacketList() {
				u.counters.nacked.Add(1)
				if e.resend(sequence, &u.transport) {
					u.counters.resent.Add(1)
				}
			}
		}
	case *rtcp.ReceiverReport:
		u.counters.receiverReports.Add(1)
		e.announced = true
	case *rtcp.SenderReport:
		// A peer that sends and receives puts its reports in here.
		if len(p.Reports) > 0 {
			u.counters.receiverReports.Add(1)
			e.announced = true
		}
	}
}
