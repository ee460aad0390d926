package egress

import (
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/shed"
	"github.com/plenum-meet/plenum/sfu/mailbox"
)

const (
	// mediaLimit is how many messages may wait before media is dropped: a quarter of a second at 32 000 packets/s.
	mediaLimit = 8192
	// soundLimit lets sound go on when pictures cannot.
	soundLimit = 2 * mediaLimit
	// messageLimit leaves control messages room beyond what media may fill.
	messageLimit = 4 * mediaLimit
	// pictureHold is how long the parts of a picture wait for the last one: what comes to a receiver in one pass leaves in
	// one message.
	pictureHold = time.Millisecond
	// feedbackHold is how long feedback waits for other work: many receivers speak at once, and often.
	feedbackHold = 5 * time.Millisecond
	// reportInterval is the time between the sender reports of a slot (RFC 3550 §6.2 allows less for video).
	reportInterval = time.Second
	// reportStep is between the moments at which slots report.
	reportStep = 100 * time.Millisecond
	// housekeepGap keeps a shard with many slots from looking at all of them for each that is due.
	housekeepGap = 10 * time.Millisecond
)

// Shard owns the sending side of its peers. Its methods are safe from any goroutine and never block.
type Shard struct {
	box  *mailbox.Mailbox[message]
	log  *slog.Logger
	stop chan struct{}
	done sync.WaitGroup

	// The rest belongs to the loop.
	peers map[*Peer]struct{}
	slots map[*Feed][]*Slot
	timer *time.Timer
	due   time.Time // when the timer fires: the earliest thing that waits for time to pass
	steps time.Time // one of the moments at which slots report

	pulsing map[*Peer]struct{} // that have something to send over time
	pulses  *time.Timer        // runs while there are any

	shedder    shed.Shedder
	touched    []*Peer // that media of this pass is for
	batches    map[*Socket]*Batch
	departures departures

	gone  gone // for Load
	asked AskedCounts
}

// message is either media, when packet is set, or a step that the loop runs.
type message struct {
	feed   *Feed
	packet *packet.Packet
	step   func(now time.Time)
	peer   *Peer
}

// NewShard starts a shard.
func NewShard(log *slog.Logger) *Shard {
	s := &Shard{
		box: mailbox.New[message](messageLimit), log: log, stop: make(chan struct{}),
		peers: map[*Peer]struct{}{}, slots: map[*Feed][]*Slot{},
		timer:   time.NewTimer(reportInterval),
		pulsing: map[*Peer]struct{}{}, pulses: time.NewTimer(reportInterval),
		batches: map[*Socket]*Batch{},
	}
	s.done.Go(s.loop)
	return s
}

// Close ends the loop and waits for it.
func (s *Shard) Close() {
	close(s.stop)
	s.done.Wait()
}

// Media hands over one packet by reference. It is dropped if the shard is far behind, pictures before sound.
func (s *Shard) Media(feed *Feed, p *packet.Packet) {
	limit := mediaLimit
	if !feed.Codec.Video() {
		limit = soundLimit
	}
	m := message{feed: feed, packet: p}
	if feed.Codec.Video() && !p.Marker {
		s.box.Hold(limit, pictureHold, m)
		return
	}
	s.box.PutWithin(limit, m)
}

// Dropped counts the messages that found the queue full.
func (s *Shard) Dropped() uint64 { return s.box.Dropped() }

// SenderReport passes a publisher's sender report to the slots that show the publication.
func (s *Shard) SenderReport(feed *Feed, spatial int8, ntp uint64, timestamp uint32, arrival time.Time) {
	s.box.PutWithin(mediaLimit, message{step: func(now time.Time) {
		for _, slot := range slices.Clone(s.slots[feed]) {
			s.report(now, slot, feed, spatial, ntp, timestamp, arrival)
		}
	}})
}

func (s *Shard) report(now time.Time, slot *Slot, feed *Feed, spatial int8, ntp uint64, timestamp uint32, arrival time.Time) {
	defer s.recovered(slot.peer)
	if slot.forward.SenderReport(feed.ID, spatial, ntp, timestamp, arrival) {
		s.wake(now, slot)
	}
}

func (s *Shard) loop() {
	defer s.timer.Stop()
	defer s.pulses.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.box.Ready():
			now := time.Now()
			s.pass(now, s.box.Take())
			if !now.Before(s.due) {
				s.housekeep(now)
			}
		case now := <-s.timer.C:
			s.housekeep(now)
		case now := <-s.pulses.C:
			s.pulse(now)
		}
		s.flush()
	}
}

// pass works off what is queued, receiver by receiver rather than packet by packet: what goes to one address leaves
// together.
func (s *Shard) pass(now time.Time, messages []message) {
	fresh := true
	for i := 0; i < len(messages); {
		m := &messages[i]
		if m.packet == nil {
			// A peer's media keeps its place before what is asked of the peer afterwards.
			if m.peer != nil && len(m.peer.came) > 0 {
				s.deliver(now, m.peer)
			}
			s.run(now, m)
			i++
			continue
		}
		if fresh {
			s.saw(now, m.packet)
			fresh = false
		}
		from := i
		for i < len(messages) && messages[i].packet != nil && messages[i].feed == m.feed {
			i++
		}
		s.spread(m.feed, messages[from:i])
	}
	for i, peer := range s.touched {
		s.lookAhead(i)
		s.deliver(now, peer)
	}
	clear(s.touched)
	s.touched = s.touched[:0]
}

// lookAhead has the processor fetch what the next peers need while one is worked for: first their own memory, then that
// of their slots, which it tells where to find.
func (s *Shard) lookAhead(i int) {
	if i+2 < len(s.touched) {
		s.touched[i+2].prefetch()
	}
	if i+1 < len(s.touched) {
		if next := s.touched[i+1]; len(next.came) > 0 {
			next.came[0].slot.prefetch()
		}
	}
}

// saw notes for how long the oldest packet of a pass has waited.
func (s *Shard) saw(now time.Time, p *packet.Packet) {
	if p.Arrival.IsZero() || !s.shedder.Saw(now, now.Sub(p.Arrival)) {
		return
	}
	s.log.Warn("this machine's load has changed what is left out", "level", s.shedder.Level())
	for peer := range s.peers {
		s.strain(peer)
	}
}

// strain tells a peer how much is left out.
func (s *Shard) strain(peer *Peer) {
	defer s.recovered(peer)
	for _, slot := range peer.slots {
		slot.setLink(peer.link)
	}
	peer.owner.Strained(s.shedder.Level())
}

// flush sends what the batches hold. That of a socket which is gone has no use any more.
func (s *Shard) flush() {
	for socket, batch := range s.batches {
		batch.flush()
		if socket.closed.Load() {
			delete(s.batches, socket)
		}
	}
}

// batch of a socket, which the shard's peers share.
func (s *Shard) batch(socket *Socket) *Batch {
	b, ok := s.batches[socket]
	if !ok {
		b = socket.newBatch()
		s.batches[socket] = b
	}
	return b
}

// busy has the shard look after a peer at each pulse, until nothing of it waits for time to pass.
func (s *Shard) busy(now time.Time, peer *Peer) {
	if len(s.pulsing) == 0 {
		s.pulses.Reset(pulseInterval)
	}
	s.pulsing[peer] = struct{}{}
}

// pulse goes on with what is sent over time rather than at once.
func (s *Shard) pulse(now time.Time) {
	for peer := range s.pulsing {
		s.pulsePeer(now, peer)
	}
	if len(s.pulsing) > 0 {
		s.pulses.Reset(pulseInterval)
	}
}

func (s *Shard) pulsePeer(now time.Time, peer *Peer) {
	defer s.recovered(peer)
	delete(s.pulsing, peer)
	peer.drain(now)
	if !peer.feedProbe(now) {
		s.pulsing[peer] = struct{}{}
	}
	s.depart(now, peer)
}

// run applies a control message; a panic in it costs its peer alone.
func (s *Shard) run(now time.Time, m *message) {
	if m.peer == nil {
		m.step(now)
		return
	}
	if m.peer.broken {
		return
	}
	defer s.recovered(m.peer)
	m.step(now)
	s.depart(now, m.peer)
}

// spread notes packets of a feed at the peers whose slots may want them.
func (s *Shard) spread(feed *Feed, run []message) {
	for _, slot := range s.slots[feed] {
		peer := slot.peer
		if len(peer.came) == 0 {
			s.touched = append(s.touched, peer)
		}
		peer.came = append(peer.came, arrival{slot: slot, feed: feed, run: run})
	}
}

// deliver offers a peer what came for it, slot by slot.
func (s *Shard) deliver(now time.Time, peer *Peer) {
	defer s.recovered(peer)
	came := peer.came
	peer.came = peer.came[:0]
	if !peer.broken {
		peer.batch.makeRoom()
		peer.take(now, came)
		s.depart(now, peer)
	}
	clear(came)
}

func (s *Shard) send(now time.Time, slot *Slot, feed *Feed, p *packet.Packet) {
	switch slot.send(now, feed, p) {
	case switched:
		s.refresh(now, slot)
		slot.peer.prune(slot)
	case waits:
		s.wake(now, slot)
	case unchanged:
	}
}

// list puts the slot on the lists of the feeds that it needs, and takes it off the others.
func (s *Shard) list(slot *Slot) {
	for _, released := range slot.releaseFeeds() {
		s.unlist(released, slot)
	}
	for _, feed := range slot.feeds {
		list := s.slots[feed]
		if !containsSlot(list, slot) {
			s.slots[feed] = append(list, slot)
		}
		if len(list) == 0 {
			feed.Publisher.Subscribe(s)
		}
	}
}

func (s *Shard) remove(peer *Peer) {
	for _, slot := range peer.slots {
		for _, feed := range slot.feeds {
			s.unlist(feed, slot)
		}
		s.gone.add(slot)
	}
	clear(peer.slots)
	clear(peer.bySSRC)
	peer.came = nil
	delete(s.peers, peer)
	delete(s.pulsing, peer)
}

func (s *Shard) unlist(feed *Feed, slot *Slot) {
	list := s.slots[feed]
	for i, other := range list {
		if other == slot {
			list[i] = list[len(list)-1]
			list[len(list)-1] = nil
			list = list[:len(list)-1]
			break
		}
	}
	if len(list) > 0 {
		s.slots[feed] = list
		return
	}
	delete(s.slots, feed)
	for other := range s.slots {
		if other.Publisher == feed.Publisher {
			return
		}
	}
	feed.Publisher.Unsubscribe(s)
}

// recovered ends one peer whose code panicked, and nobody else.
func (s *Shard) recovered(peer *Peer) {
	if cause := recover(); cause != nil {
		s.departures.n = 0
		s.log.Error("peer's egress panicked", "cause", cause, "stack", string(debug.Stack()))
		peer.broken = true
		s.remove(peer)
		peer.owner.Failed()
	}
}

func containsSlot(slots []*Slot, slot *Slot) bool {
	for _, s := range slots {
		if s == slot {
			return true
		}
	}
	return false
}
