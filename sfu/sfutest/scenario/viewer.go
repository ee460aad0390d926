package scenario

import (
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/downlink"
	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/pace"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/probe"
)

const (
	overhead    = 76 // bytes on the wire beside the payload: IP, UDP, RTP, extensions, tag
	rtxBytes    = 2  // the original number
	paddingWire = overhead + 255
	nackWire    = 70
	pliWire     = 60

	audioEvery   = 20 * time.Millisecond
	audioPayload = 80
	audioRate    = packet.Bitrate((audioPayload + overhead) * 8 * 50)

	lanes = 4 // of the pacer, for each slot

	waitingEvery = time.Second // that the server looks for packets without feedback
)

// waiting is what the pacer holds: a source packet, a number to send again, or sound.
type waiting struct {
	slot   *slot
	packet *packet.Packet // nil for a resend
	number uint16
}

// Viewer is the server's sending side of one connection, and the browser at its end.
type Viewer struct {
	world    *World
	series   *series
	down, up *Way
	extra    time.Duration // each way, beside the ways' own

	history  *estimate.History
	link     *downlink.Downlink
	news     downlink.News // the latest
	pacer    *pace.Pacer[waiting]
	burst    probe.Burst
	slots    []*slot
	receiver *receiver

	goal     packet.Bitrate // of an elastic source: what it could use
	elastic  bool
	repairs  window
	audioOff bool
	drained  time.Time // when the pacer is looked at next
	due      time.Time // when the link is
	pulsing  bool
}

// slot is one video slot of a viewer.
type slot struct {
	viewer   *Viewer
	number   int
	camera   *Camera
	forward  *forward.Forwarder
	height   int
	priority int
	decision allocate.Decision
	player   *player
	woken    time.Time
}

// NewViewer connects a viewer by two ways. It hears sound from now on.
func (w *World) NewViewer(name string, down, up *Way, extra time.Duration) *Viewer {
	v := &Viewer{
		world: w, series: newSeries(w, name), down: down, up: up, extra: extra,
		history: estimate.NewHistory(), link: downlink.New(), pacer: pace.New[waiting](estimate.Default().Start),
	}
	v.link.Promise()
	v.receiver = newReceiver(v)
	v.series.watch(v)
	v.sound()
	v.wait()
	return v
}

// Watch fills a slot of the given height with a camera.
func (v *Viewer) Watch(c *Camera, height, priority int) {
	s := &slot{viewer: v, number: len(v.slots), camera: c, height: height, priority: priority}
	s.forward = forward.NewVideo(forward.Start{Sequence: 100, Timestamp: 9000})
	s.player = newPlayer(s)
	s.obey(v.news)
	s.forward.Show(v.world.Now(), c.source(), packet.Layer{Spatial: 0, Temporal: allocate.All})
	v.slots = append(v.slots, s)
	c.slots = append(c.slots, s)
	c.report(s)
	v.plan()
	s.wake()
}

// WatchElastic fills a slot with a camera that sends what the link carries, up to most.
func (v *Viewer) WatchElastic(number uint32, most packet.Bitrate) *Camera {
	c := v.world.NewCamera(number, Encoding{Height: 720, Rate: most})
	v.elastic, v.goal = true, most+audioRate
	c.encodings[0].rate = func() packet.Bitrate { return min(v.room(), most) }
	s := &slot{viewer: v, camera: c, height: 720}
	s.forward = forward.NewVideo(forward.Start{Sequence: 100, Timestamp: 9000})
	s.player = newPlayer(s)
	s.obey(v.news)
	s.forward.Show(v.world.Now(), c.source(), packet.Layer{Spatial: 0, Temporal: allocate.All})
	s.decision.Target = packet.Layer{Temporal: allocate.All}
	v.slots = append(v.slots, s)
	c.slots = append(c.slots, s)
	c.report(s)
	s.wake()
	return c
}

// room is what is left of the estimate for the payload of an elastic source: sound and resends come first.
func (v *Viewer) room() packet.Bitrate {
	rate := v.link.Rate()
	repair := max(rate/20, packet.Bitrate(v.repairs.rate(v.world.Now())))
	left := max(rate-audioRate-repair, 20_000)
	return left * mostBytes / (mostBytes + overhead)
}

// Mute ends or begins the sound.
func (v *Viewer) Mute(off bool) { v.audioOff = off }

func (v *Viewer) sound() {
	v.world.After(audioEvery, v.sound)
	if v.audioOff {
		return
	}
	v.pacer.Push(v.world.Now(), pace.Entry[waiting]{Class: pace.Audio, Size: audioPayload + overhead})
	v.drain()
}

// offer queues a packet of a camera, if the slot may need it.
func (s *slot) offer(p *packet.Packet) {
	v := s.viewer
	if s.forward.Wants(s.camera.number)&(1<<p.Stream) == 0 {
		return
	}
	first, size := !v.pacer.Waits(s.lane(p)), len(p.Payload)+overhead
	if s.forward.Hopeless(s.camera.number, p, first) {
		if first {
			s.send(p)
			return
		}
		size = 0
	}
	s.forward.Saw(v.world.Now(), s.camera.number, p)
	if !v.pacer.Push(v.world.Now(), pace.Entry[waiting]{
		Item: waiting{slot: s, packet: p}, Class: pace.Video, Size: size,
		FrameStart: p.Descriptor.Start, Key: p.Descriptor.Key, Lane: s.lane(p),
	}) {
		s.dropped(p)
	}
	v.drain()
}

// drain sends what may go now.
func (v *Viewer) drain() {
	now := v.world.Now()
	for {
		w, gap, ok := v.pacer.Pop(now)
		if !ok {
			break
		}
		switch {
		case w.slot == nil:
			v.send(audioPayload+overhead, estimate.Media, v.receiver.sound)
			v.series.audio++
		case w.packet == nil:
			v.pacer.Settle(w.slot.resend(w.number))
		default:
			if gap {
				w.slot.forward.Skipped(now, w.slot.camera.number, w.packet)
			}
			v.pacer.Settle(w.slot.send(w.packet))
			if v.pacer.Refuses(w.slot.lane(w.packet)) {
				w.slot.dropped(w.packet)
			}
		}
	}
	for {
		drop, ok := v.pacer.Dropped()
		if !ok {
			break
		}
		v.series.pacerDropped += drop.Packets
		drop.Item.slot.dropped(drop.Item.packet)
	}
	if due, ok := v.pacer.Deadline(); ok && (!v.drained.After(now) || due.Before(v.drained)) {
		v.drained = due
		v.world.At(due, v.drain)
	}
}

// lane of the pacer: one for each stream of each slot.
func (s *slot) lane(p *packet.Packet) int { return s.number*lanes + int(p.Stream) }

// dropped tells the forwarder of a packet that the pacer has dropped.
func (s *slot) dropped(p *packet.Packet) {
	now := s.viewer.world.Now()
	if s.viewer.pacer.Waits(s.lane(p)) {
		return
	}
	s.forward.Missed(now, s.camera.number, p)
	s.wake()
}

// send returns how many bytes were sent.
func (s *slot) send(p *packet.Packet) int {
	v := s.viewer
	out, reason := s.forward.Forward(v.world.Now(), s.camera.number, p)
	switch reason {
	case forward.Forwarded:
	case forward.WaitsForKeyFrame, forward.WaitsForReport, forward.BehindCurrent:
		s.wake()
		return 0
	default:
		return 0
	}
	first := fragment{sequence: out.Sequence, timestamp: out.Timestamp, made: p.Arrival, marker: out.Marker, key: p.Descriptor.Key, stream: p.Stream}
	size := len(out.Descriptor) + len(out.Payload) + overhead
	v.send(size, estimate.Media, func() { s.player.arrive(first, false) })
	v.series.media++
	s.player.expect(out.Sequence)
	if out.Switched {
		s.wake()
	}
	return size
}

// resend returns how many bytes were sent.
func (s *slot) resend(number uint16) int {
	v := s.viewer
	sent, ok := s.forward.Resend(v.world.Now(), number)
	if !ok || sent.Stream < 0 || int(sent.Stream) >= len(s.camera.encodings) {
		return 0
	}
	p := s.camera.encodings[sent.Stream].ring.Get(sent.Seq)
	if !sent.Of(p) {
		return 0
	}
	out := s.forward.Rebuild(sent, number, p)
	again := fragment{sequence: number, timestamp: out.Timestamp, made: p.Arrival, marker: out.Marker, key: p.Descriptor.Key, stream: p.Stream}
	size := len(out.Descriptor) + len(out.Payload) + overhead + rtxBytes
	v.repairs.add(v.world.Now(), size)
	v.series.repairBytes += int64(size)
	v.send(size, estimate.Repair, func() { s.player.arrive(again, true) })
	return size
}

// send numbers a packet and puts it on its way.
func (v *Viewer) send(size int, kind estimate.Kind, arrive func()) {
	number := v.history.Put(v.world.Now(), size, kind, v.burst.Cluster())
	v.burst.Sent(size)
	v.series.sent(size, v.down.Waiting())
	v.down.Send(size, v.extra, func() {
		v.series.arrived(size)
		v.receiver.arrive(number)
		if arrive != nil {
			arrive()
		}
	})
}

// wake asks for the key frames that the slot waits for.
func (s *slot) wake() {
	now := s.viewer.world.Now()
	if _, stream, ok := s.forward.KeyFrameWanted(now); ok {
		s.camera.KeyFrame(stream)
	}
	if due, ok := s.forward.Deadline(); ok && (!s.woken.After(now) || due.Before(s.woken)) {
		s.woken = due
		s.viewer.world.At(due, s.wake)
	}
}

// feedback takes what the browser says of the transport.
func (v *Viewer) feedback(fb *rtcp.TransportLayerCC) {
	now := v.world.Now()
	results := v.history.Match(now, fb)
	v.series.reported(results)
	v.follow(v.link.Arrived(now, results))
}

// nack takes the browser's wish for resends.
func (v *Viewer) nack(s *slot, numbers []uint16) {
	for _, n := range numbers {
		if size, ok := s.forward.Resendable(v.world.Now(), n); ok {
			v.pacer.Push(v.world.Now(), pace.Entry[waiting]{
				Item: waiting{slot: s, number: n}, Class: pace.Repair, Size: size + overhead + rtxBytes,
			})
		}
	}
	v.drain()
}

// pli takes the browser's wish for a key frame.
func (v *Viewer) pli(s *slot) {
	v.series.plis++
	if _, shown := s.forward.Current(); shown.Spatial >= 0 {
		s.camera.KeyFrame(shown.Spatial)
	}
}

// wait says once a second that packets have no feedback.
func (v *Viewer) wait() {
	v.world.After(waitingEvery, v.wait)
	if unanswered := v.history.Unanswered(v.world.Now()); unanswered > waitingEvery {
		v.follow(v.link.Waiting(v.world.Now(), unanswered))
	}
}

// tick does what is due by time.
func (v *Viewer) tick() {
	if !v.due.After(v.world.Now()) {
		v.follow(v.link.Tick(v.world.Now()))
	}
}

// follow has everything go by what is known of the link now, with a new plan if there is to be one.
func (v *Viewer) follow(replan bool) {
	now := v.world.Now()
	if replan {
		v.plan()
	}
	goal := v.link.Plan().Next
	if v.elastic {
		if goal = v.goal; v.slots[0].camera.stopped {
			goal = 0
		}
	}
	for _, cluster := range v.link.ProbesFor(now, goal) {
		v.burst.Add(cluster)
		v.series.probes++
	}
	if news, ok := v.link.News(); ok {
		v.news = news
		v.pacer.SetRate(news.Rate)
		for _, s := range v.slots {
			s.obey(news)
		}
	}
	if !v.pulsing {
		v.pulse()
	}
	if due, ok := v.link.Deadline(); ok && (!v.due.After(now) || due.Before(v.due)) {
		v.due = due
		v.world.At(later(due, now.Add(time.Millisecond)), v.tick)
	}
}

// obey takes what is news of the link.
func (s *slot) obey(news downlink.News) {
	s.forward.SetLink(news.RTT, news.RepairShare)
	s.forward.SetCongested(news.Congested)
}

// plan shares the estimate among the slots.
func (v *Viewer) plan() {
	if v.elastic || len(v.slots) == 0 {
		return
	}
	in := allocate.Input{Audio: audioRate}
	for _, s := range v.slots {
		_, shown := s.forward.Current()
		slot := allocate.Slot{ID: s.number, Publication: s.camera.number, Priority: s.priority, Height: s.height, Current: shown}
		for i, e := range s.camera.encodings {
			slot.Layers = append(slot.Layers, allocate.Layer{
				Layer: packet.Layer{Spatial: int8(i)}, Rate: e.measured(), Height: e.Height, FPS: frameRate, Live: !s.camera.stopped, //nolint:gosec // a handful
			})
		}
		in.Slots = append(in.Slots, slot)
	}
	for i, d := range v.link.Share(v.world.Now(), in).Slots {
		v.slots[i].apply(d)
	}
}

func (s *slot) apply(d allocate.Decision) {
	now, before := s.viewer.world.Now(), s.decision
	s.decision = d
	switch {
	case d.Cut:
		s.forward.Cut(now, d.Target)
	case d.Target != before.Target:
		s.forward.SetTarget(now, d.Target)
	default:
		return
	}
	s.wake()
}

// pulse sends what is due of a cluster, padding where media does not suffice.
func (v *Viewer) pulse() {
	now := v.world.Now()
	v.pulsing = v.burst.Begin(now)
	if !v.pulsing {
		return
	}
	for v.burst.Pads(now) {
		v.series.paddingBytes += paddingWire
		v.send(paddingWire, estimate.Padding, nil)
	}
	if v.pulsing = !v.burst.End(now); v.pulsing {
		v.world.After(probe.Pulse, v.pulse)
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
