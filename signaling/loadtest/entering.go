package loadtest

import (
	"context"
	"fmt"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// joinWithin is how long a bot tries to come in.
const joinWithin = 30 * time.Second

// enter takes the way of people: it asks the REST API, opens the WebSocket, makes the media connections.
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
