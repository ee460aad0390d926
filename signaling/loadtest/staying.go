package loadtest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

const (
	// wishEvery bounds how often a bot's page looks at the roster again.
	wishEvery = 500 * time.Millisecond
	// decodeEvery is how often a bot asks itself whether its pictures move.
	decodeEvery = time.Second
	pingEvery   = 5 * time.Second
	statsEvery  = 10 * time.Second
)

// stay does what the role is about until the run ends (nil), the visit does (nil), or the connection is lost.
func (b *bot) stay(ctx context.Context) error {
	decode, ping, stats := time.NewTicker(decodeEvery), time.NewTicker(pingEvery), time.NewTicker(statsEvery)
	defer decode.Stop()
	defer ping.Stop()
	defer stats.Stop()
	wish := time.NewTimer(time.Hour)
	wish.Stop()
	defer wish.Stop()
	turn := time.NewTimer(b.firstTurn())
	defer turn.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.client.Done():
			return b.gone()
		case <-b.changed:
			wish.Reset(wishEvery)
		case <-wish.C:
			b.wish(ctx)
		case now := <-decode.C:
			b.decode(now)
		case <-ping.C:
			b.tell(ctx, message.Ping{})
		case <-stats.C:
			b.tell(ctx, b.statistics())
		case <-turn.C:
			next, over := b.turn(ctx)
			if over {
				return nil
			}
			turn.Reset(next)
		}
	}
}

// tell asks for something whose answer does not matter. A connection that is lost shows elsewhere.
func (b *bot) tell(ctx context.Context, m message.ClientMessage) {
	if b.group.Role == SlowReader {
		return // it might not read the answer
	}
	ctx, cancel := context.WithTimeout(ctx, leaveWithin)
	defer cancel()
	if _, err := b.client.Request(ctx, m); err != nil && ctx.Err() == nil {
		select {
		case <-b.client.Done():
		default:
			b.run.fault(plainly(err))
		}
	}
}

// firstTurn is when the role does something for the first time.
func (b *bot) firstTurn() time.Duration {
	switch b.group.Role {
	case SpeakerChanger:
		return 0
	case PageFlipper, Flapper, SlowReader, ScreenSharer:
		return b.about(b.group.Every)
	case Publisher, Viewer:
	}
	return 24 * 365 * time.Hour
}

// turn does it, and says when it is to be done again, or that the visit is over.
func (b *bot) turn(ctx context.Context) (next time.Duration, over bool) {
	switch b.group.Role {
	case SpeakerChanger:
		return b.speak(), false
	case PageFlipper:
		b.page++
		b.wish(ctx)
		return b.about(b.group.Every), false
	case ScreenSharer:
		return b.share(ctx), false
	case SlowReader:
		b.account()
		b.mu.Lock()
		b.deaf = true
		b.mu.Unlock()
		b.client.StopReading()
		return 24 * 365 * time.Hour, false
	case Flapper:
		return 0, true
	case Publisher, Viewer:
	}
	return 24 * 365 * time.Hour, false
}

// silence is the level of a speaker-changer who listens.
const silence = 127

// speak takes the floor if it is this bot's turn, and gives it up otherwise. All of a room go by the same clock.
func (b *bot) speak() time.Duration {
	since := time.Since(b.run.began)
	turn := int(since / b.group.Every)
	level := uint8(silence)
	if turn%b.group.Count == b.number {
		level = b.group.Microphone.Level
	}
	b.voice.level.Store(uint32(level))
	return time.Duration(turn+1)*b.group.Every - since
}

// share begins or ends the screen share.
func (b *bot) share(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	if b.page++; b.page%2 == 0 {
		if err := b.client.Unpublish(ctx, message.Screen); err != nil && ctx.Err() == nil {
			b.run.fault(plainly(err))
		}
		return b.about(b.group.Rest)
	}
	up, err := b.client.Publish(ctx, b.picture(message.Screen, b.group.Screen))
	if err != nil {
		if ctx.Err() == nil {
			b.run.fault(plainly(err))
		}
		return b.about(b.group.Every)
	}
	b.up = up
	return b.about(b.group.Every)
}

// wish says what the slots are to show now.
func (b *bot) wish(ctx context.Context) {
	if b.down != nil {
		b.tell(ctx, b.wishes(b.down.Slots()))
	}
}

// wishes fills the slots by the roster.
func (b *bot) wishes(slots []message.DownSlot) message.SlotsWish {
	cameras, screens, sounds := b.shown(message.Camera), b.shown(message.Screen), b.shown(message.ScreenAudio)
	var w message.SlotsWish
	video, screen, sound := 0, 0, 0
	videos := 0
	for _, s := range slots {
		if s.Kind == message.VideoSlot {
			videos++
		}
	}
	offset := b.page * videos
	for _, s := range slots {
		wish := message.SlotWish{MID: s.MID, Height: b.group.Height}
		switch s.Kind {
		case message.VideoSlot:
			wish.Source = message.Camera
			switch {
			case b.group.Watch == Speaker && video == 0:
				wish.Participant = message.SpeakerWish
			case video < len(cameras):
				wish.Participant = cameras[(offset+video)%len(cameras)]
			}
			video++
		case message.ScreenSlot:
			wish.Source = message.Screen
			wish.Participant = at(screens, screen)
			screen++
		case message.ScreenAudioSlot:
			wish.Source = message.ScreenAudio
			wish.Participant = at(sounds, sound)
			sound++
		case message.AudioSlot:
			continue // the server fills these
		}
		if wish.Participant != "" {
			w.Wishes = append(w.Wishes, wish)
		}
	}
	return w
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// shown are the others who publish a source, those who came first first.
func (b *bot) shown(source message.Source) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []message.Participant
	for id, p := range b.roster {
		live := slices.ContainsFunc(p.Publications, func(p message.Publication) bool { return p.Source == source })
		if live && id != b.self {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b message.Participant) int {
		return cmp.Or(a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.ID, b.ID))
	})
	ids := make([]string, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	return ids
}

// decode asks for key frames where a decoder would: it cannot go on without.
func (b *bot) decode(now time.Time) {
	if b.down == nil {
		return
	}
	var lost uint64
	for _, s := range b.down.Stats() {
		lost += s.Lost
	}
	var ask []string
	b.mu.Lock()
	b.lost = lost
	for mid, s := range b.slots {
		if s.video && s.assigned != 0 && s.stuck(now) && now.Sub(s.asked) >= decodeEvery {
			s.asked = now
			ask = append(ask, mid)
		}
	}
	b.mu.Unlock()
	for _, mid := range ask {
		_ = b.down.RequestKeyFrame(mid) // as lost as any other packet on a bad link
	}
}

// statistics are what a browser would report.
func (b *bot) statistics() message.StatsReport {
	b.mu.Lock()
	defer b.mu.Unlock()
	report := message.StatsReport{Slots: []message.SlotReport{}}
	for mid, s := range b.slots {
		if s.video && s.assigned != 0 {
			report.Slots = append(report.Slots, message.SlotReport{
				MID: mid, Height: b.group.Height, Freezes: int(s.freezes), Frozen: int(s.frozen.Milliseconds()),
			})
		}
	}
	return report
}
