package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/plenum-meet/plenum/signaling/message"
)

// ErrNotJoined is returned by Resume for a client that was never let in.
var ErrNotJoined = errors.New("nothing to come back to")

// memory is what a client needs to come back.
type memory struct {
	ticket string
	seq    uint64 // of the last event
}

// remember takes from what the server says what Resume needs.
func (m *memory) remember(seq uint64, what message.ServerMessage) {
	m.seq = max(m.seq, seq)
	switch what := what.(type) {
	case message.MeetingJoined:
		m.ticket, m.seq = what.Ticket, what.Seq
	case message.MeetingResumed:
		m.ticket = what.Ticket
	case message.MeetingWaiting:
		if what.Ticket != "" {
			m.ticket = what.Ticket
		}
	default:
	}
}

// Cut breaks the WebSocket as a network does that goes away: the server is told nothing. Media goes on. For tests of
// servers, and for trying Resume. Not after StopReading.
func (c *Client) Cut() { c.present().cut() }

// Resume comes back after the WebSocket was lost (Done is closed, Err says why), with the ticket that the server gave:
// the same participant, with hand, mute state and media connections as they were, if that is within the server's resume
// window. What was missed comes to Events then, each event once and in order, and snapshot is nil.
//
// Where the window is over, or too much was missed, snapshot is the meeting as it is now, as from Join. Media connections
// that the server has closed meanwhile are made anew by the next Publish and Receive.
//
// A WebSocket that is still there is cut: who calls knows better than the server that the way is gone. After an error
// Resume may be called again. With Options.Skip, what is skipped is passed over once more if it was the last.
func (c *Client) Resume(ctx context.Context) (snapshot *message.MeetingJoined, err error) {
	c.returning.Lock()
	defer c.returning.Unlock()
	c.present().cut()
	c.mu.Lock()
	memory, over := c.memory, c.over
	c.mu.Unlock()
	if over {
		return nil, fmt.Errorf("resume: %w", ErrClosed)
	}
	if memory.ticket == "" {
		return nil, fmt.Errorf("resume: %w", ErrNotJoined)
	}
	next, err := c.open(ctx, message.TicketPrefix+memory.ticket)
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	answer, err := next.request(ctx, message.MeetingResume{Seq: memory.seq})
	if err == nil {
		snapshot, err = resumed(answer)
	}
	if err == nil && !c.goOn(next) {
		err = ErrClosed
	}
	if err != nil {
		next.cut()
		return nil, fmt.Errorf("resume: %w", err)
	}
	return snapshot, nil
}

func resumed(answer message.ServerMessage) (*message.MeetingJoined, error) {
	switch answer := answer.(type) {
	case message.MeetingResumed:
		return nil, nil
	case message.MeetingJoined:
		return &answer, nil
	default:
		return nil, fmt.Errorf("the server answered %T", answer)
	}
}

// goOn makes a line the present one, unless the client is closed.
func (c *Client) goOn(next *line) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return false
	}
	c.line = next
	return true
}

// present is the line in use; the caller may not hold the client's mutex.
func (c *Client) present() *line {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line
}
