package signaling_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Who gets no socket is counted by the reason, and so is whose socket ends since they do not read.
func TestLoadCountsWhoIsTurnedAway(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.MaxSockets = 1 })
	refused := func(reason string) uint64 { return w.server.Load(t.Context()).Refused[reason] }
	for _, reason := range []string{"stopping", "full", "too_many", "origin", "not_websocket", "subprotocol", "credential"} {
		if n, told := w.server.Load(t.Context()).Refused[reason]; n != 0 || !told {
			t.Errorf("%s: %d, told %t", reason, n, told)
		}
	}
	if _, _, err := w.dial(message.GrantPrefix + "nonsense"); err == nil || refused("credential") != 1 {
		t.Errorf("%v, counted %d", err, refused("credential"))
	}
	w.enter("Ada")
	if _, _, err := w.dial(message.GrantPrefix + w.grant(w.claims("Gus"))); err == nil || refused("full") != 1 {
		t.Errorf("%v, counted %d", err, refused("full"))
	}
	if refused("credential") != 1 || refused("origin") != 0 || w.server.Load(t.Context()).Slow != 0 {
		t.Errorf("%+v", w.server.Load(t.Context()))
	}
}

func TestLoadCountsSocketsPeopleAndWhatWaits(t *testing.T) {
	var joins, longest atomic.Int64
	w := newWorld(t, func(cfg *signaling.Config) {
		cfg.Joined = func(took time.Duration) {
			joins.Add(1)
			longest.Store(max(longest.Load(), int64(took)))
		}
	})
	if load := w.server.Load(t.Context()); load.Sockets != 0 || load.Opened != 0 || len(load.Meetings) != 0 {
		t.Errorf("at first: %+v", load)
	}
	ada, gus := w.enter("Ada"), w.enter("Gus")
	load := w.server.Load(t.Context())
	if load.Sockets != 2 || load.Opened != 2 || len(load.Meetings) != 1 {
		t.Fatalf("%+v", load)
	}
	if m := load.Meetings[0]; m.Code != w.meeting.Code || m.Participants != 2 || m.Reconnecting != 0 || m.StartedAt.IsZero() {
		t.Errorf("%+v", m)
	}
	w.eventually("both joins to be counted", func() bool { return joins.Load() == 2 })
	if took := time.Duration(longest.Load()); took <= 0 || took > patience {
		t.Errorf("joins took %v at most", took)
	}
	unlock := w.lockStore()
	ada.ask(message.ChatSend{ClientID: "c1", Text: "hello"})
	w.eventually("a chat message to wait for the database", func() bool {
		load := w.server.Load(t.Context())
		return load.QueuedWrites > 0 && len(load.Meetings) == 1 && load.Meetings[0].Unstored == 1
	})
	unlock()
	w.eventually("nothing to wait any more", func() bool { return w.server.Load(t.Context()).QueuedWrites == 0 })
	gus.hangUp()
	w.eventually("one socket to be left", func() bool { return w.server.Load(t.Context()).Sockets == 1 })
	if load := w.server.Load(t.Context()); load.Opened != 2 {
		t.Errorf("opened sockets fell to %d", load.Opened)
	}
}
