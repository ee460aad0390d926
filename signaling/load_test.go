package signaling_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/message"
)

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
