package loadtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// leaveWithin is how long a bot waits to be let go.
const leaveWithin = 3 * time.Second

// errDropped says that the server ended the connection of a bot that wanted to stay.
var errDropped = errors.New("connection lost")

// bot is one participant. live runs on its goroutine, media arrives on pion's, events on the client's.
type bot struct {
	run    *run
	group  *Group
	room   int
	number int // in its group and room
	dice   *rand.Rand
	voice  *voice

	// Of the present visit, for live alone.
	client *client.Client
	up     *client.Upstream
	down   *client.Downstream
	page   int

	changed chan struct{} // the roster has changed
	leaving atomic.Bool

	mu      sync.Mutex // guards what follows
	dialled time.Time
	self    string
	roster  map[string]message.Participant
	slots   map[string]*slot
	outcome Outcome
	framed  bool // the first frame of this visit was shown, or there was nothing to see when the bot came
	deaf    bool // it reads nothing any more, so it misses nothing
	lost    uint64
}

func newBot(r *run, g *Group, room, number int) *bot {
	seed := r.scenario.Seed<<32 ^ uint64(room)<<16 ^ uint64(number)
	return &bot{
		run: r, group: g, room: room, number: number,
		dice:    rand.New(rand.NewPCG(seed, uint64(len(r.bots)))), //nolint:gosec // a scenario is to be played the same way again
		changed: make(chan struct{}, 1),
	}
}

// live is a bot's whole life. arrived is called once, when it is in or has failed.
func (b *bot) live(ctx context.Context, arrived func()) {
	first := true
	for {
		err := b.visit(ctx, func() {
			if first {
				first = false
				b.count(func(o *Outcome) { o.Joined++ })
				arrived()
			}
		})
		if first {
			arrived()
			if ctx.Err() == nil {
				b.count(func(o *Outcome) { o.Failed++ })
				b.run.failed.Add(1)
				b.run.fault(fmt.Errorf("%s: %w", b.group.Name, plainly(err)))
			}
			return
		}
		if err != nil && ctx.Err() == nil {
			b.count(func(o *Outcome) { o.Dropped++ })
			b.run.dropped.Add(1)
			b.run.fault(fmt.Errorf("%s: %w", b.group.Name, plainly(err)))
			return
		}
		if b.group.Role != Flapper || !until(ctx, time.Now().Add(b.about(b.group.Rest))) {
			return
		}
	}
}

// plainly is an error without what differs from bot to bot.
func plainly(err error) error {
	var refused message.Error
	if errors.As(err, &refused) {
		return refused
	}
	var answered *client.RESTError
	if errors.As(err, &answered) {
		return answered
	}
	return err
}

func (b *bot) count(f func(*Outcome)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.outcome)
}

// about is a time up to a fifth longer or shorter, so that not all do the same at once.
func (b *bot) about(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*b.dice.Float64()))
}

// visit comes in, stays, and leaves again. in is called when it is inside.
func (b *bot) visit(ctx context.Context, in func()) error {
	err := b.enter(ctx)
	if err == nil {
		b.run.inside.Add(1)
		in()
		err = b.stay(ctx)
		b.run.inside.Add(-1)
	}
	b.leave()
	return err
}

// leave says good-bye, as far as that is possible, and adds up the visit.
func (b *bot) leave() {
	if b.client == nil {
		return
	}
	b.account()
	b.leaving.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	if b.group.Role == SlowReader {
		b.client.Close() // it would not read the answer
	} else {
		_ = b.client.Leave(ctx)
	}
	b.client, b.up, b.down = nil, nil, nil
}

// account adds up what this visit saw.
func (b *bot) account() {
	now := time.Now()
	stats := map[string]client.SlotStats{}
	if b.down != nil {
		stats = b.down.Stats()
	}
	var sent []client.Sent
	var upstream client.UpstreamStats
	if b.up != nil {
		sent, upstream = b.up.Sent(), b.up.Stats()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deaf {
		return
	}
	o := &b.outcome
	for _, s := range stats {
		o.Lost += s.Lost + s.Missing
		o.Recovered += s.Recovered
		o.Nacked += s.Nacked
	}
	b.lost = 0
	blind := false
	for _, s := range b.slots {
		if !s.video {
			continue
		}
		if s.assigned != 0 && !s.keyed && now.Sub(s.since) > 5*time.Second {
			blind = true
		}
		s.finish(now)
		o.Frames += s.frames
		o.KeyFrames += s.keys
		o.Freezes += s.freezes
		o.Froze += s.frozen.Seconds()
		o.Watched += s.watched.Seconds()
	}
	b.slots = nil
	if blind {
		o.Blind++
	}
	for _, s := range sent {
		flow := client.Sent{Packets: s.Packets, Bytes: s.Bytes}
		if s.Source == message.Microphone || s.Source == message.ScreenAudio {
			o.SentAudio.add(Flow{flow.Packets, flow.Bytes})
		} else {
			o.Sent[min(s.Layer, layers-1)].add(Flow{flow.Packets, flow.Bytes})
		}
	}
	o.KeyFrameRequests += upstream.KeyFrameRequests
	o.Resent += upstream.Resent
}

// gone is why the server let go of this bot.
func (b *bot) gone() error {
	reason := "the socket closed"
	if err := b.client.Err(); err != nil {
		// What the other end said stands behind the last colon; addresses differ from bot to bot.
		reason = err.Error()
		if i := strings.LastIndex(reason, ": "); i >= 0 {
			reason = reason[i+2:]
		}
	}
	return fmt.Errorf("%w: %s", errDropped, reason)
}
