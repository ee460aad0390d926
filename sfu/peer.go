package sfu

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/sfu/mailbox"
)

const peerMessages = 4096

// Peer is one participant's two connections. Its loop owns negotiation and what the slots show; its methods are safe
// from any goroutine. The loop has a goroutine only while there is something to do.
type Peer struct {
	room        *Room
	participant string
	events      func(Event)
	log         *slog.Logger
	box         *mailbox.Mailbox[func()]
	working     atomic.Bool   // somebody runs the loop; for good once the peer has ended
	due         atomic.Bool   // what the timer waited for
	done        chan struct{} // closed by the loop's last act
	shard       *egress.Shard // sends to this peer for life
	closing     chan struct{}
	closeOnce   sync.Once
	reason      string

	// The rest belongs to the loop.
	timer        *time.Timer
	up           *upstream
	down         *downstream
	publications map[Source]*Publication
	forbidden    map[Source]bool // whatever the client offers
	slots        []SlotSpec
	wishes       []Wish
	warming      []Warm
	saving       saving
	judged       judge
	first        firstPicture
	stale        bool // the plan
	shown        map[string]*Publication
	warm         []*Publication // none of them is shown
	announced    []Assignment
	version      uint64
}

func newPeer(room *Room, participant string, events func(Event)) *Peer {
	p := &Peer{
		room: room, participant: participant, events: events,
		log: room.log.With("participant", participant),
		box: mailbox.New[func()](peerMessages), closing: make(chan struct{}), done: make(chan struct{}),
		shard: room.server.shard(), publications: map[Source]*Publication{}, forbidden: map[Source]bool{},
		shown: map[string]*Publication{},
	}
	p.timer = time.AfterFunc(time.Hour, p.remind)
	return p
}

// OfferUpstream answers an offer to publish. publications names every m-line of the offer.
func (p *Peer) OfferUpstream(ctx context.Context, sdp string, publications []PublishedSource) (string, error) {
	return p.negotiate(ctx, func() (string, error) { return p.answerUpstream(sdp, publications) })
}

// OfferDownstream answers an offer to receive. slots names every m-line of the offer.
func (p *Peer) OfferDownstream(ctx context.Context, sdp string, slots []SlotSpec) (string, error) {
	return p.negotiate(ctx, func() (string, error) { return p.answerDownstream(sdp, slots) })
}

// negotiate has the loop answer an offer when the server has a processor to spare.
func (p *Peer) negotiate(ctx context.Context, answer func() (string, error)) (string, error) {
	return p.room.server.gate.through(ctx, p.closing, func() (string, error) { return p.ask(ctx, answer) })
}

// Wish replaces what the client wishes to see, and what is to be at hand when it turns the page: of that nothing is sent.
func (p *Peer) Wish(wishes []Wish, warm ...Warm) {
	wishes = append([]Wish{}, wishes...) // an empty list is a wish too
	warm = slices.Clone(warm)
	p.do(func() {
		p.wishes, p.warming = wishes, warm
		p.room.wish(p.participant, p.slots, p.wishes, p.warming)
	})
}

// saving is what the client would rather not receive.
type saving struct {
	data      bool // large pictures
	audioOnly bool // any picture
}

// SetSaving says whether the client wants small pictures only, or none.
func (p *Peer) SetSaving(dataSaver, audioOnly bool) {
	p.do(func() {
		next := saving{data: dataSaver, audioOnly: audioOnly}
		if p.saving == next {
			return
		}
		p.saving = next
		p.replan()
	})
}

// replan has the slots planned anew when the loop has done what is waiting.
func (p *Peer) replan() { p.stale = true }

// SetMuted stops or restarts the forwarding of a source, whatever the client sends.
func (p *Peer) SetMuted(source Source, muted bool) {
	p.do(func() {
		publication := p.publications[source]
		if publication == nil || publication.muted.Swap(muted) == muted {
			return
		}
		if !muted {
			publication.beginEra()
		}
		publication.changed()
	})
}

// Forbid drops what comes of a source, now and after any offer, until it is allowed again. What was dropped is known to
// nobody: neither slots nor the ranking of speakers nor what is kept for resends.
func (p *Peer) Forbid(source Source, forbidden bool) {
	p.do(func() {
		p.forbidden[source] = forbidden
		publication := p.publications[source]
		if publication == nil || publication.forbidden.Swap(forbidden) == forbidden {
			return
		}
		if !forbidden {
			publication.beginEra()
		}
		publication.changed()
	})
}

// EndPublication frees the slots that show a source, until ResumePublication or another offer.
func (p *Peer) EndPublication(source Source) { p.setEnded(source, true) }

// ResumePublication takes EndPublication back.
func (p *Peer) ResumePublication(source Source) { p.setEnded(source, false) }

func (p *Peer) setEnded(source Source, ended bool) {
	p.do(func() {
		if publication := p.publications[source]; publication != nil && publication.ended.Swap(ended) != ended {
			if !ended {
				publication.beginEra()
			}
			publication.changed()
		}
	})
}

// Received tells how many packets have come of all that the participant publishes, whether anybody may have them or not.
func (p *Peer) Received(reply func(packets uint64)) {
	p.do(func() {
		n := uint64(0)
		for _, publication := range p.publications {
			n += publication.counts.packets.Load() + publication.counts.muted.Load()
		}
		reply(n)
	})
}

// Close ends the peer; PeerClosed follows.
func (p *Peer) Close() { p.closeFor(ReasonLeft) }

func (p *Peer) closeFor(reason string) {
	p.closeOnce.Do(func() {
		p.reason = reason
		close(p.closing)
		p.rouse()
	})
}

func (p *Peer) wait() { <-p.done }

func (p *Peer) do(step func()) {
	if !p.box.Put(step) {
		p.closeFor(ReasonInternal)
		return
	}
	p.rouse()
}

// remind has the loop do what is due by time.
func (p *Peer) remind() {
	p.due.Store(true)
	p.rouse()
}

// rouse has the loop run, if nobody runs it.
func (p *Peer) rouse() {
	if p.working.CompareAndSwap(false, true) {
		p.room.server.workers.run(p)
	}
}

type answer struct {
	sdp string
	err error
}

func (p *Peer) ask(ctx context.Context, step func() (string, error)) (string, error) {
	reply := make(chan answer, 1)
	p.do(func() {
		sdp, err := step()
		reply <- answer{sdp, err}
	})
	select {
	case a := <-reply:
		return a.sdp, a.err
	case <-p.closing:
		return "", ErrClosed
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// loop does what is to be done, and returns when there is nothing left.
func (p *Peer) loop() {
	for {
		if p.ended() {
			p.end()
			return
		}
		p.turn()
		p.working.Store(false)
		// What came meanwhile found somebody at work.
		if !p.due.Load() && !p.ended() && len(p.box.Ready()) == 0 || !p.working.CompareAndSwap(false, true) {
			return
		}
	}
}

func (p *Peer) ended() bool {
	select {
	case <-p.closing:
		return true
	default:
		return false
	}
}

// turn does what waits and what is due; a panic ends the peer.
func (p *Peer) turn() {
	defer func() {
		if cause := recover(); cause != nil {
			p.log.Error("peer panicked", "cause", cause, "stack", string(debug.Stack()))
			p.closeFor(ReasonInternal)
		}
	}()
	select {
	case <-p.box.Ready():
	default:
	}
	for _, step := range p.box.Take() {
		step()
	}
	if p.due.Swap(false) {
		now := time.Now()
		p.tick(now)
		p.judge(now)
	}
	now := time.Now()
	if p.stale {
		p.stale = false
		p.plan(now)
	}
	p.timer.Reset(max(p.deadline().Sub(now), leastWait))
}

// leastWait keeps a deadline that stays in the past from making the loop spin.
const leastWait = 5 * time.Millisecond

func (p *Peer) end() {
	defer close(p.done)
	p.timer.Stop()
	if p.up != nil {
		p.up.close()
		p.up = nil
	}
	if p.down != nil {
		p.dropDownstream()
	}
	p.room.left(p)
	p.events(PeerClosed{Reason: p.reason})
}

func (p *Peer) answerUpstream(sdp string, published []PublishedSource) (string, error) {
	for _, s := range published {
		publication := p.publications[s.Source]
		if publication == nil {
			publication = newPublication(s.Number, p.participant, s.Source, p.room, p.emit)
			publication.forbidden.Store(p.forbidden[s.Source])
			p.publications[s.Source] = publication
			p.room.publish(publication)
		}
	}
	if p.up != nil {
		answer, err := p.offerUp(p.up, sdp, published)
		if err == nil || !errors.Is(err, ErrOtherSession) {
			return answer, err
		}
		p.up.close()
		p.up = nil
	}
	up, err := newUpstream(p)
	if err != nil {
		return "", fmt.Errorf("upstream: %w", err)
	}
	answer, err := p.offerUp(up, sdp, published)
	if err != nil {
		up.close()
		return "", err
	}
	p.up = up
	return answer, nil
}

func (p *Peer) offerUp(up *upstream, sdp string, published []PublishedSource) (string, error) {
	for _, s := range published {
		up.carry(s.MID, p.publications[s.Source])
	}
	answer, err := up.conn.Answer(sdp)
	if err != nil {
		return "", fmt.Errorf("upstream offer: %w", err)
	}
	for _, s := range published {
		p.publications[s.Source].restate(s.Muted)
	}
	return answer, nil
}

func (p *Peer) answerDownstream(sdp string, slots []SlotSpec) (string, error) {
	if p.down != nil {
		answer, err := p.down.conn.Answer(sdp, slots)
		if err == nil {
			p.setSlots(slots)
			return answer, nil
		}
		if !errors.Is(err, ErrOtherSession) {
			return "", fmt.Errorf("downstream offer: %w", err)
		}
		p.dropDownstream()
	}
	down, err := newDownstream(p)
	if err != nil {
		return "", fmt.Errorf("downstream: %w", err)
	}
	answer, err := down.conn.Answer(sdp, slots)
	if err != nil {
		down.close()
		return "", fmt.Errorf("downstream offer: %w", err)
	}
	p.down = down
	p.setSlots(slots)
	return answer, nil
}

// setSlots tells the room which slots there are, in the client's order.
func (p *Peer) setSlots(slots []SlotSpec) {
	p.slots = slices.Clone(slots)
	p.room.wish(p.participant, p.slots, p.wishes, p.warming)
}

func (p *Peer) upstreamEnded(up *upstream, reason string) {
	p.do(func() {
		if p.up != up {
			return
		}
		p.log.Info("upstream ended", "reason", reason)
		up.close()
		p.up = nil
		p.outlive(reason, true)
	})
}

func (p *Peer) downstreamEnded(down *downstream, reason string) {
	p.do(func() {
		if p.down != down {
			return
		}
		p.log.Info("downstream ended", "reason", reason)
		p.dropDownstream()
		p.outlive(reason, false)
	})
}

// outlive goes on without a connection that ended, if the reason is not the peer's own end.
func (p *Peer) outlive(reason string, up bool) {
	if fatal(reason) {
		p.closeFor(reason)
		return
	}
	p.emit(ConnectionEnded{Up: up, Reason: reason})
}

// fatal reasons end the peer; after the others the client offers a new connection.
func fatal(reason string) bool {
	return reason == ReasonTooManyStreams || reason == ReasonTooMuchTraffic || reason == ReasonInternal
}

func (p *Peer) dropDownstream() {
	p.unwatch(time.Now())
	p.down.close()
	p.down = nil
}

// assigned is called by the room's loop with the publication of each slot that has one, and with those of the next page.
func (p *Peer) assigned(shown map[string]*Publication, warm []*Publication) {
	p.do(func() {
		p.shown, p.warm = shown, warm
		p.pictureExpected(time.Now())
		p.replan()
		p.announce()
	})
}

// announce tells the client the map of its slots, if it changed.
func (p *Peer) announce() {
	list := make([]Assignment, 0, len(p.slots))
	for _, slot := range p.slots {
		a := Assignment{MID: slot.MID}
		if publication := p.shown[slot.MID]; publication != nil {
			a.Number, a.Participant, a.Source = publication.number, publication.participant, publication.source
		}
		list = append(list, a)
	}
	if slices.Equal(list, p.announced) {
		return
	}
	p.announced = list
	p.version++
	p.events(SlotsAssigned{Version: p.version, Slots: list})
}
