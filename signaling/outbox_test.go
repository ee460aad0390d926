package signaling

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// slowConn counts what is written at once.
type slowConn struct {
	net.Conn
	sizes []int
	until time.Time
}

func (c *slowConn) Write(b []byte) (int, error) {
	c.sizes = append(c.sizes, len(b))
	return len(b), nil
}

func (c *slowConn) SetWriteDeadline(t time.Time) error {
	c.until = t
	return nil
}

func TestWhatIsCorkedLeavesInOneCall(t *testing.T) {
	conn := &slowConn{}
	w := &wire{Conn: conn}
	say := func(n int) {
		if _, err := w.Write(make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	say(1)
	w.cork()
	say(10)
	say(20)
	if err := w.relieve(30, time.Second); err != nil || len(conn.sizes) != 1 {
		t.Fatalf("wrote %v before there was much to write: %v", conn.sizes, err)
	}
	say(5)
	if err := w.relieve(30, time.Second); err != nil {
		t.Fatal(err)
	}
	say(7)
	if err := w.uncork(time.Second); err != nil {
		t.Fatal(err)
	}
	say(2)
	want := []int{1, 35, 7, 2}
	if len(conn.sizes) != len(want) || !conn.until.IsZero() {
		t.Fatalf("wrote %v until %v, want %v", conn.sizes, conn.until, want)
	}
	for i := range want {
		if conn.sizes[i] != want[i] {
			t.Fatalf("wrote %v, want %v", conn.sizes, want)
		}
	}
}

func TestWhoDoesNotReadIsNotWaitedFor(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	w := &wire{Conn: ours}
	w.cork()
	if _, err := w.Write([]byte("news")); err != nil {
		t.Fatal(err)
	}
	if err := w.uncork(time.Millisecond); err == nil {
		t.Fatal("it was written to nobody")
	}
	go func() { _, _ = io.Copy(io.Discard, theirs) }()
}

// Who comes and goes is written ten times a second at most; all else at once, and what was put off with it.
func TestTheRosterWaitsForMore(t *testing.T) {
	joined, other := message.Encode(message.ParticipantJoined{}), message.Encode(message.MeetingEnded{})
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(Config{QueueMessages: 100, QueueBytes: 1 << 20}, nil, nil, nil)
		o.writing = true // we write
		taken := func(want int) {
			t.Helper()
			if queue, _, _ := o.take(time.Now()); len(queue) != want {
				t.Fatalf("%d messages are written, want %d", len(queue), want)
			}
			o.mu.Lock()
			o.writing = true
			o.mu.Unlock()
		}
		o.send(outgoing{message: joined})
		taken(1)
		o.send(outgoing{message: joined})
		taken(0)
		o.send(outgoing{message: joined})
		o.send(outgoing{message: other})
		taken(3)
		o.send(outgoing{message: joined})
		taken(0)
		time.Sleep(rosterPause) //nolint:forbidigo // of a bubble
		taken(1)
	})
}

// A client may stop reading for a moment while a thousand join.
func TestAThousandJoinsFitIntoAQueue(t *testing.T) {
	o := newOutbox(Default("n"), nil, nil, new(atomic.Uint64))
	o.writing = true // and does not get on
	for i := range 1000 {
		who := message.Participant{ID: fmt.Sprintf("01JDG3N8Q2V7M4K9X5T1%06d", i), Name: strings.Repeat("ね", 64), JoinedAt: time.Now()}
		if !o.send(outgoing{seq: uint64(i), message: message.Encode(message.ParticipantJoined{Participant: who})}) {
			t.Fatalf("the socket is closed after %d joins", i)
		}
	}
}
