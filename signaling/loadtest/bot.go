package loadtest

import (
	"bytes"
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

const (
	// joinWithin is how long a bot tries to come in.
	joinWithin = 30 * time.Second
	// leaveWithin is how long a bot waits to be let go.
	leaveWithin = 3 * time.Second
)

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

// slot is what a bot knows of one of its slots.
type slot struct {
	watch
	layer       int
	publication uint32 // that the newest packet belonged to
	assigned    uint32
	since       time.Time // of the assignment
	asked       time.Time // for a key frame
	heard       time.Time // the newest packet of sound
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

func (b *bot) enter(ctx context.Context) error {
	select {
	case b.run.joining <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-b.run.joining }()
	admission, asked, err := b.admission(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	b.leaving.Store(false)
	dialled := time.Now()
	b.mu.Lock()
	b.dialled, b.framed, b.roster, b.slots = dialled, false, map[string]message.Participant{}, map[string]*slot{}
	b.mu.Unlock()
	options := client.Options{
		URL: admission.SocketURL, Grant: admission.Grant, HTTP: b.run.options.HTTP, Events: b.event, Skip: b.skip,
		Express: !b.run.options.Plain,
	}
	if b.group.Link != "" {
		options.Route = b.run.route(b.group.Link)
	}
	c, err := client.Dial(ctx, options)
	if err != nil {
		return err
	}
	b.client = c
	joined, err := c.Join(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.self = joined.Self
	for _, p := range joined.Participants {
		b.roster[p.ID] = p
	}
	b.framed = !b.somethingToSee()
	b.outcome.Joins++
	b.outcome.Join.Add(time.Since(asked))
	b.mu.Unlock()
	if err := b.connect(ctx); err != nil {
		return err
	}
	b.count(func(o *Outcome) {
		if b.group.connections() > 0 {
			o.Connect.Add(time.Since(dialled))
		}
	})
	return nil
}

// admission asks to be let in until the server says yes or no, and says since when: the time that it takes because of
// the limits of one address does not count, for people would come from many.
func (b *bot) admission(ctx context.Context) (client.Admission, time.Time, error) {
	rest := client.REST{Base: b.run.options.URL, HTTP: b.run.options.HTTP}
	var admission client.Admission
	asked, limited := time.Now(), false
	err := patiently(ctx, func() error {
		if limited {
			asked = time.Now()
		}
		select {
		case b.run.asking <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { <-b.run.asking }()
		trying, cancel := context.WithTimeout(ctx, joinWithin)
		defer cancel()
		var err error
		admission, err = rest.Join(trying, b.run.codes[b.room], fmt.Sprintf("%s %d", b.group.Name, b.number+1))
		limited = tooOften(err) > 0
		return err
	})
	return admission, asked, err
}

// somethingToSee is true if anybody shows anything. It needs the lock.
func (b *bot) somethingToSee() bool {
	for id, p := range b.roster {
		for _, publication := range p.Publications {
			if id != b.self && !publication.Muted && (publication.Source == message.Camera || publication.Source == message.Screen) {
				return true
			}
		}
	}
	return false
}

// connect makes the media connections.
func (b *bot) connect(ctx context.Context) error {
	tracks := b.tracks()
	if len(tracks) > 0 {
		up, err := b.client.Publish(ctx, tracks...)
		if err != nil {
			return err
		}
		b.up = up
	}
	if b.group.receives() {
		down, err := b.client.Receive(ctx, client.Reception{
			Slots: b.group.Slots, Measured: true, Packet: b.packet, Wish: b.wishes,
		})
		if err != nil {
			return err
		}
		b.down = down
	}
	return nil
}

func (b *bot) tracks() []client.Track {
	var tracks []client.Track
	if m := b.group.Microphone; m != nil {
		b.voice = newVoice(m.Level)
		tracks = append(tracks, client.Track{Source: message.Microphone, Feed: b.voice})
	}
	if b.group.Camera != nil {
		tracks = append(tracks, b.picture(message.Camera, b.group.Camera))
	}
	if b.group.Screen != nil && b.group.Role != ScreenSharer {
		tracks = append(tracks, b.picture(message.Screen, b.group.Screen))
	}
	return tracks
}

var rids = []string{"q", "h", "f"}

func (b *bot) picture(source message.Source, c *Camera) client.Track {
	t := client.Track{Source: source, Codec: c.Codec, Feed: client.NewVideo(client.Video{
		Codec: c.Codec, FPS: c.FPS, Layers: c.Layers, Payload: c.Payload, Vary: 0.25, KeyFrame: 4, Seed: b.dice.Uint64(), Stamped: true,
	})}
	if len(c.Layers) > 1 {
		t.RIDs = rids[:len(c.Layers)]
	}
	return t
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

// packet takes media, on pion's goroutine.
func (b *bot) packet(p client.Packet) {
	stamp, stamped := client.ReadStamp(p.Payload)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.slots == nil {
		return // leaving
	}
	o := &b.outcome
	o.Packets++
	o.Bytes += uint64(len(p.Payload))
	if stamped && stamp.Here && !p.Recovered {
		o.Latency.Add(p.Arrival.Sub(stamp.Sent))
	}
	if p.Kind == message.AudioSlot || p.Kind == message.ScreenAudioSlot {
		o.ReceivedAudio.add(Flow{1, uint64(len(p.Payload))})
		s := b.slotOf(p.MID)
		if p.Publication == s.publication && !s.heard.IsZero() {
			o.AudioGap.Add(p.Arrival.Sub(s.heard))
		}
		s.publication, s.heard = p.Publication, p.Arrival
		return
	}
	s := b.slotOf(p.MID)
	if stamped {
		s.layer = min(stamp.Layer, layers-1)
	}
	// What has no stamp, the picture of a key frame, comes first in its frame: it counts for the layer before.
	o.Received[s.layer].add(Flow{1, uint64(len(p.Payload))})
	s.video = true
	if p.Publication != s.publication {
		s.publication = p.Publication
		s.restart()
	}
	_, first := s.packet(p.Arrival, &p, client.BeginsKeyFrame(p.PayloadType, p.Payload))
	if first && !b.framed {
		b.framed = true
		o.FirstFrame.Add(p.Arrival.Sub(b.dialled))
	}
}

func (b *bot) slotOf(mid string) *slot {
	s := b.slots[mid]
	if s == nil {
		s = &slot{}
		b.slots[mid] = s
	}
	return s
}

var (
	joinedKind  = []byte(`"type":"participant:joined"`)
	leftKind    = []byte(`"type":"participant:left"`)
	qualityKind = []byte(`"type":"quality:changed"`)
	silentOne   = []byte(`"publications":[]`)
)

// skip passes over what a bot has no use for: in a meeting of a thousand each join is a thousand messages.
func (b *bot) skip(raw []byte) bool {
	kind := raw[:min(len(raw), 96)]
	return bytes.Contains(kind, joinedKind) && bytes.Contains(raw, silentOne) || bytes.Contains(kind, qualityKind) ||
		bytes.Contains(kind, leftKind) && b.leaving.Load()
}

// event takes what the server says, on the client's goroutine.
func (b *bot) event(m message.ServerMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch m := m.(type) {
	case message.ParticipantJoined:
		b.roster[m.Participant.ID] = m.Participant
	case message.ParticipantUpdated:
		b.roster[m.Participant.ID] = m.Participant
	case message.ParticipantLeft:
		if _, known := b.roster[m.ID]; !known {
			return
		}
		delete(b.roster, m.ID)
	case message.SlotsAssigned:
		b.assigned(m)
		return
	default:
		return
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *bot) assigned(m message.SlotsAssigned) {
	if b.slots == nil {
		return
	}
	for _, a := range m.Slots {
		s := b.slotOf(a.MID)
		if s.assigned == a.Number {
			continue
		}
		s.video = s.video || a.Source == message.Camera || a.Source == message.Screen
		s.assigned, s.since = a.Number, time.Now()
		if a.Number == 0 {
			s.finish(s.since)
			s.restart()
			s.heard = time.Time{}
		}
	}
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
