package forward_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// receiversOpus is the payload type that the receiver chose for Opus in RED.
const receiversOpus = 63

const (
	maxSlotLead = 400 * time.Millisecond // reordering and late key frames, but nothing that adds up
	maxSlotLag  = 1500 * time.Millisecond
)

// TestContinuity is the central property: whatever the network and the plan do, a slot is
// one continuous stream, and a resend is what was first sent.
func TestContinuity(t *testing.T) { continuity(t, false, *packetCount) }

func TestContinuityOfAudio(t *testing.T) { continuity(t, true, *packetCount/2) }

func continuity(t *testing.T, audio bool, packets int) {
	seeds := chosenSeeds()
	total, guessed := oracle{}, guesses{}
	for _, seed := range seeds {
		s := newScene(seed, audio)
		if err := s.run(packets); err != nil {
			t.Errorf("seed %d, packet %d: %v", seed, s.packets, err)
			continue
		}
		guessed.add(s.guesses)
		total.forwarded += s.oracle.forwarded
		total.switches += s.oracle.switches
		total.late += s.oracle.late
		total.resendCount += s.oracle.resendCount
		total.decoder.checked += s.oracle.decoder.checked
	}
	t.Logf("seeds %d: %d forwarded, %d switches, %d late, %d resends, %d frames decoded",
		seeds, total.forwarded, total.switches, total.late, total.resendCount, total.decoder.checked)
	if *oneSeed == 0 && (total.forwarded < len(seeds)*500 || total.switches < len(seeds)*5 || total.late < len(seeds) || total.resendCount < len(seeds)) {
		t.Errorf("too little happened to prove anything")
	}
	if *oneSeed == 0 && !audio {
		guessed.check(t)
	}
}

// scene is a slot among a few cameras, with a network and a fickle viewer.
type scene struct {
	audio     bool
	frameTime time.Duration
	rng       *rand.Rand
	now       time.Time
	start     time.Time
	slot      *forward.Forwarder
	oracle    *oracle
	guesses   guesses
	cameras   []*camera
	asks      map[uint32]*loss.KeyFrames
	flights   queue
	packets   int
	lossRate  float64
	burst     float64
	reorder   float64
	duplicate float64
	strict    bool // hand over only what the slot wants
	calm      bool
	dropping  bool
	wanted    *camera
	target    packet.Layer
}

func newScene(seed uint64, audio bool) *scene {
	rng := rand.New(rand.NewPCG(seed, 42))
	start := time.Unix(1_700_000_000, 0)
	s := &scene{
		audio: audio, rng: rng, now: start, start: start, frameTime: 33 * time.Millisecond,
		asks:      map[uint32]*loss.KeyFrames{},
		lossRate:  0.3 * rng.Float64() * float64(rng.IntN(2)),
		burst:     0.8 * rng.Float64(),
		reorder:   0.1 * rng.Float64() * float64(rng.IntN(2)),
		duplicate: 0.05 * float64(rng.IntN(2)),
		strict:    rng.IntN(2) == 0,
	}
	first := forward.Start{
		Sequence:  nearWrap(rng, 16, 500),
		Timestamp: -uint32(rng.IntN(90000 * 60)),
		PictureID: nearWrap(rng, 15, 50),
		TL0:       uint8(rng.IntN(256)),
		KeyIndex:  uint8(rng.IntN(32)),
		Frame:     nearWrap(rng, 16, 100),
	}
	s.slot, s.oracle = forward.NewVideo(first), newOracle(first, audio)
	s.oracle.red = rng.IntN(2) == 0
	if audio {
		s.slot, s.frameTime = forward.NewAudio(first), 20*time.Millisecond
	}
	for number := uint32(1); number <= 4; number++ {
		s.cameras = append(s.cameras, newCamera(rng, number, audio))
		s.asks[number] = &loss.KeyFrames{}
	}
	return s
}

// run plays until so many packets reached the slot, then calms down and expects the picture.
func (s *scene) run(packets int) error {
	for s.packets < packets {
		if err := s.act(); err != nil {
			return err
		}
		if err := s.frame(); err != nil {
			return err
		}
	}
	if err := s.settle(); err != nil {
		return err
	}
	if s.audio {
		return nil
	}
	return s.oracle.decoder.check()
}

// settle checks that with a good network the slot shows what is wanted.
func (s *scene) settle() error {
	s.calm = true
	s.slot.SetCongested(false)
	for _, c := range s.cameras {
		c.muted, c.mute, c.deaf, c.steady = false, false, 0, true
		for _, e := range c.streams {
			e.top, e.keyAt = int8(c.spatial), s.now
		}
	}
	if err := s.show(s.cameras[s.rng.IntN(len(s.cameras))]); err != nil {
		return err
	}
	for range 250 {
		if err := s.frame(); err != nil {
			return fmt.Errorf("settling: %w", err)
		}
	}
	if number, shown := s.slot.Current(); number != s.wanted.number || shown != s.expected() {
		return fmt.Errorf("after 5 s and more of calm the slot shows %d/%v, not %d/%v of %v: %+v",
			number, shown, s.wanted.number, s.expected(), s.wanted.describes(), s.slot.Snapshot())
	}
	return nil
}

// expected is the layer that is shown in the end.
func (s *scene) expected() packet.Layer {
	c := s.wanted
	if s.audio {
		return packet.Layer{}
	}
	return packet.Layer{Spatial: min(s.target.Spatial, int8(c.spatial)-1), Temporal: min(s.target.Temporal, int8(c.temporal)-1)}
}

func (s *scene) show(c *camera) error {
	s.oracle.decoder.turned()
	s.wanted = c
	s.target = s.anyLayer(c)
	source := forward.Source{
		Publication: c.number, Clock: uint32(c.clock), Codec: c.kind, Layers: int8(max(c.spatial, 1)), Scalable: c.scalable,
	}
	if s.oracle.red {
		source.RED = receiversOpus
	}
	s.slot.Show(s.now, source, s.target)
	return s.replay(c)
}

// replay starts the slot from the key-frame cache, as a shard may.
func (s *scene) replay(c *camera) (err error) {
	e := c.streams[0]
	if !c.audio && !c.scalable {
		e = c.streams[s.target.Spatial]
	}
	key, ok := e.ring.LatestKey()
	if c.audio || c.muted || !ok || s.rng.IntN(2) == 0 {
		return nil
	}
	if shown, _ := s.slot.Current(); shown == c.number {
		return nil // there is nothing to start
	}
	e.ring.Since(key, func(p *packet.Packet) bool {
		if p.Feed == c.feed {
			err = s.hand(c, p, e.origins[p.Seq])
		}
		return err == nil
	})
	return err
}

func (s *scene) anyLayer(c *camera) packet.Layer {
	l := packet.Layer{Spatial: int8(s.rng.IntN(max(c.spatial, 1))), Temporal: int8(s.rng.IntN(3))}
	if s.rng.IntN(2) == 0 {
		l.Temporal = forward.All
	}
	return l
}

// act does something to the slot or to a camera now and then.
func (s *scene) act() error {
	c := s.cameras[s.rng.IntN(len(s.cameras))]
	switch s.rng.IntN(240) {
	case 0, 1, 2, 3:
		return s.show(c)
	case 4, 5, 6, 7, 20, 21:
		if s.wanted != nil {
			s.oracle.decoder.turned()
			s.target = s.anyLayer(s.wanted)
			s.slot.SetTarget(s.now, s.target)
		}
	case 8:
		s.oracle.decoder.turned()
		s.wanted = nil
		s.slot.Show(s.now, forward.Source{}, packet.None)
	case 9:
		s.oracle.decoder.turned()
		s.slot.SetTarget(s.now, packet.None)
	case 10:
		if s.wanted != nil {
			s.oracle.decoder.turned()
			s.target = packet.Layer{Temporal: s.anyLayer(s.wanted).Temporal}
			s.slot.Cut(s.now, s.target)
		}
	case 16:
		s.slot.SetCongested(true)
	case 22, 23:
		s.slot.SetProtection(s.rng.IntN(3))
	case 17, 18:
		s.slot.SetCongested(false)
	case 19:
		if c.described && c.kind != codec.AV1 {
			c.mute = !c.mute
		}
	case 11:
		c.restart(s.now)
	case 12:
		c.muted = true
	case 13, 14, 15:
		if c.muted {
			c.muted = false
			if s.rng.IntN(2) == 0 {
				c.feed++ // the server dropped packets meanwhile
			}
		}
	}
	if s.wanted == nil && s.rng.IntN(30) == 0 {
		return s.show(c)
	}
	return nil
}

// frame plays one frame time.
func (s *scene) frame() error {
	for _, c := range s.cameras {
		for i, e := range c.streams {
			if ntp, rtp, ok := c.report(e, s.now, s.start); ok {
				s.slot.SenderReport(c.number, int8(i), ntp, rtp, s.now)
			}
		}
		for i, f := range c.frame(s.now, s.start) {
			s.launch(f, time.Duration(i)*50*time.Microsecond)
		}
	}
	end := s.now.Add(s.frameTime)
	for len(s.flights) > 0 && s.flights[0].at.Before(end) {
		f := heap.Pop(&s.flights).(*flight)
		s.now = f.at
		if err := s.arrive(f); err != nil {
			return err
		}
		if err := s.resend(); err != nil {
			return err
		}
	}
	s.now = end
	s.poll()
	return nil
}

// launch gives a packet its fate.
func (s *scene) launch(f *flight, after time.Duration) {
	f.at = s.now.Add(20*time.Millisecond + after)
	if s.calm {
		heap.Push(&s.flights, f)
		return
	}
	p := s.lossRate
	if s.dropping {
		p = max(p, s.burst)
	}
	s.dropping = s.lossRate > 0 && s.rng.Float64() < p
	again := s.rng.Float64()
	if s.dropping {
		if again < 0.6 { // repaired after a round trip
			f.recovered = true
			f.at = f.at.Add(time.Duration(20+s.rng.IntN(200)) * time.Millisecond)
			heap.Push(&s.flights, f)
		}
		return
	}
	if s.rng.Float64() < s.reorder {
		f.at = f.at.Add(time.Duration(s.rng.IntN(60)) * time.Millisecond)
	}
	heap.Push(&s.flights, f)
	if again < s.duplicate {
		twin := *f
		twin.at = f.at.Add(time.Duration(s.rng.IntN(100)) * time.Millisecond)
		heap.Push(&s.flights, &twin)
	}
}

// arrive does what the server's reader and shard do with one packet.
func (s *scene) arrive(f *flight) error {
	p := f.packet
	p.Arrival = s.now
	if f.receiver != f.encoding.receiver {
		return nil // of a connection that is gone
	}
	if f.camera.filtered {
		var fresh bool
		if f.recovered {
			p.Seq, fresh = f.receiver.Recovered(s.now, f.seq)
		} else {
			p.Seq, fresh = f.receiver.Received(s.now, f.seq, f.timestamp)
		}
		if !fresh {
			return nil
		}
	} else {
		p.Seq = f.encoding.unwrap.Unwrap(f.seq)
	}
	p.Timestamp = f.encoding.timestamp64.Unwrap(f.timestamp)
	f.describe(&p)
	p.Overtaken = p.Seq < f.encoding.newest
	f.encoding.newest = max(f.encoding.newest, p.Seq)
	f.encoding.ring.Put(&p)
	f.encoding.origins[p.Seq] = f.origin
	if p.Descriptor.Key {
		s.asks[f.camera.number].Seen(s.now, p.Stream)
	}
	if s.strict && s.slot.Wants(f.camera.number)&(1<<p.Stream) == 0 {
		return nil
	}
	return s.hand(f.camera, &p, f.origin)
}

// describe reads the dependency descriptor as the server does.
func (f *flight) describe(p *packet.Packet) {
	if f.descriptor == nil {
		return
	}
	d, err := dependency.Parse(f.descriptor, f.encoding.inForce)
	if err != nil {
		return
	}
	if d.Attached {
		f.encoding.inForce = d.Structure
	}
	p.Dependency = &d
	p.Temporal = d.Temporal
	if f.camera.scalable {
		p.Spatial = d.Spatial
	}
}

// hand gives a packet to the slot.
func (s *scene) hand(c *camera, p *packet.Packet, from *origin) error {
	s.packets++
	hopeless := s.slot.Hopeless(c.number, p, true)
	out, reason := s.slot.Forward(s.now, c.number, p)
	s.guesses.note(hopeless, reason == forward.Forwarded)
	s.oracle.decoder.handed(c.kind, p, from, out, reason)
	if reason != forward.Forwarded {
		s.oracle.refused(c.number, p, from, reason)
		return nil
	}
	return s.oracle.check(s.now, c.kind, out, p, from)
}

// resend asks for a number that is likely to be known.
func (s *scene) resend() error {
	if s.rng.IntN(4) != 0 {
		return nil
	}
	number := uint16(s.oracle.newestOut) - uint16(s.rng.IntN(700))
	if s.rng.IntN(50) == 0 {
		number = uint16(s.rng.Uint64())
	}
	return s.oracle.checkResend(s.now, number, s.slot)
}

// poll asks the slot for key frames as its shard does.
func (s *scene) poll() {
	if number, stream, ok := s.slot.KeyFrameWanted(s.now); ok {
		s.asks[number].Request(s.now, loss.Server, stream)
	}
	for _, c := range s.cameras {
		if _, ok := s.asks[c.number].Due(s.now); ok {
			c.ask(s.now)
		}
	}
}

// queue is a heap of packets by arrival.
type queue []*flight

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*flight)) }
func (q *queue) Pop() any {
	old := *q
	f := old[len(old)-1]
	*q = old[:len(old)-1]
	return f
}
