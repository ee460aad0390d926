package room

import (
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// single is how many reactions of one burst are shown one by one: at four bursts a second these are 20.
const single = 5

// burst gathers reactions between two messages to everybody.
type burst struct {
	reactions []message.Reaction
	counts    map[message.Emoji]int
	sentAt    time.Time
}

// due is when what has been gathered goes out; zero if nothing has.
func (b *burst) due(cfg Config) time.Time {
	if len(b.reactions) == 0 {
		return time.Time{}
	}
	return b.sentAt.Add(cfg.UpdateEvery)
}

func (m *machine) react(now time.Time, session SessionID, emoji message.Emoji) error {
	who, err := m.allowed(session, func(p message.Permissions) bool { return p.Reactions })
	if err != nil {
		return err
	}
	if len(m.burst.reactions) < single {
		m.burst.reactions = append(m.burst.reactions, message.Reaction{Participant: who.id, Emoji: emoji})
	} else {
		if m.burst.counts == nil {
			m.burst.counts = map[message.Emoji]int{}
		}
		m.burst.counts[emoji]++
	}
	m.flushReactions(now)
	return nil
}

func (m *machine) flushReactions(now time.Time) {
	if due := m.burst.due(m.cfg); due.IsZero() || now.Before(due) {
		return
	}
	out := message.ReactionsBurst{Reactions: m.burst.reactions}
	for _, emoji := range message.Emojis {
		if n := m.burst.counts[emoji]; n > 0 {
			out.Counts = append(out.Counts, message.ReactionCount{Emoji: emoji, Count: n})
		}
	}
	m.burst = burst{sentAt: now}
	m.whisper(out, nil)
}
