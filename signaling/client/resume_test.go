package client_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// comebacks is a server that lets a client in and back in; reply answers the n-th meeting:resume, from 0.
type comebacks struct {
	*fake
	mu    sync.Mutex
	asked []uint64
}

func newComebacks(t *testing.T, reply func(n int) message.ServerMessage) *comebacks {
	s := &comebacks{}
	s.fake = newFake(t, func(m message.ClientMessage) message.ServerMessage {
		switch m := m.(type) {
		case message.MeetingJoin:
			return message.MeetingJoined{Self: "me", Ticket: "t0", Seq: 7}
		case message.MeetingResume:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.asked = append(s.asked, m.Seq)
			return reply(len(s.asked) - 1)
		default:
			return message.OK{}
		}
	})
	s.seq = 7
	return s
}

// came is by which tickets clients came back, and from which event on.
func (s *comebacks) came() ([]string, []uint64) {
	s.fake.mu.Lock()
	defer s.fake.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.tickets), slices.Clone(s.asked)
}

func TestResumeGoesOnWhereTheSocketBroke(t *testing.T) {
	s := newComebacks(t, func(n int) message.ServerMessage {
		return message.MeetingResumed{Ticket: []string{"t1", "t2"}[n]}
	})
	seen := make(chan string, 10)
	ctx, c := dial(t, s.fake, func(m message.ServerMessage) { seen <- m.(message.ParticipantLeft).ID })
	hears := func(want string) {
		t.Helper()
		s.say(message.ParticipantLeft{ID: want})
		select {
		case got := <-seen:
			if got != want {
				t.Errorf("%s, want %s", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("%s never came", want)
		}
	}
	if _, err := c.Join(ctx); err != nil {
		t.Fatal(err)
	}
	hears("a")
	before := c.Done()
	c.Cut()
	<-before
	if err := c.RaiseHand(ctx, true); !errors.Is(err, client.ErrClosed) || c.Err() == nil {
		t.Errorf("without a socket: %v, %v", err, c.Err())
	}
	if snapshot, err := c.Resume(ctx); snapshot != nil || err != nil {
		t.Fatalf("%+v, %v", snapshot, err)
	}
	if err := c.RaiseHand(ctx, true); err != nil || c.Err() != nil {
		t.Errorf("after coming back: %v, %v", err, c.Err())
	}
	hears("b")
	hears("c")
	// The client notices first.
	if snapshot, err := c.Resume(ctx); snapshot != nil || err != nil {
		t.Fatalf("%+v, %v", snapshot, err)
	}
	if tickets, asked := s.came(); !slices.Equal(tickets, []string{"t0", "t1"}) || !slices.Equal(asked, []uint64{8, 10}) {
		t.Errorf("came back by %v from %v on", tickets, asked)
	}
}

func TestResumeGivesTheSnapshotWhereEventsAreMissing(t *testing.T) {
	s := newComebacks(t, func(n int) message.ServerMessage {
		if n == 0 {
			return message.MeetingJoined{Self: "me", Ticket: "t1", Seq: 2}
		}
		return message.MeetingResumed{Ticket: "t2"}
	})
	ctx, c := dial(t, s.fake, nil)
	if _, err := c.Join(ctx); err != nil {
		t.Fatal(err)
	}
	if snapshot, err := c.Resume(ctx); err != nil || snapshot == nil || snapshot.Seq != 2 {
		t.Fatalf("%+v, %v", snapshot, err)
	}
	if _, err := c.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	if tickets, asked := s.came(); !slices.Equal(tickets, []string{"t0", "t1"}) || !slices.Equal(asked, []uint64{7, 2}) {
		t.Errorf("came back by %v from %v on", tickets, asked)
	}
}

func TestResumeSaysWhyNot(t *testing.T) {
	s := newComebacks(t, func(n int) message.ServerMessage {
		if n == 0 {
			return message.Error{Code: message.Unavailable, Message: "Not now."}
		}
		return message.MeetingResumed{Ticket: "t1"}
	})
	ctx, c := dial(t, s.fake, nil)
	if _, err := c.Resume(ctx); !errors.Is(err, client.ErrNotJoined) {
		t.Errorf("without a ticket: %v", err)
	}
	ctx, c = dial(t, s.fake, nil)
	if _, err := c.Join(ctx); err != nil {
		t.Fatal(err)
	}
	var refused message.Error
	if _, err := c.Resume(ctx); !errors.As(err, &refused) || refused.Code != message.Unavailable {
		t.Errorf("refused: %v", err)
	}
	if err := c.RaiseHand(ctx, true); !errors.Is(err, client.ErrClosed) {
		t.Errorf("after the refusal: %v", err)
	}
	if _, err := c.Resume(ctx); err != nil {
		t.Errorf("again: %v", err)
	}
	c.Close()
	if _, err := c.Resume(ctx); !errors.Is(err, client.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
