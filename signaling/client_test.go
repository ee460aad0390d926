package signaling_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
)

// client is the other end of a socket in a test. Everything it reads is kept until it is asked for.
type client struct {
	t      *testing.T
	name   string
	conn   *websocket.Conn
	joined message.MeetingJoined

	nextID   uint64
	incoming chan received
	kept     []received
	// closed is the close code; valid once incoming is closed.
	closed websocket.StatusCode
}

type received struct {
	envelope message.Envelope
	message  message.ServerMessage
	raw      string
}

func (w *world) connect(name, credential string) *client {
	w.t.Helper()
	conn, _, err := w.dial(credential)
	must(w.t, err)
	conn.SetReadLimit(4 << 20)
	c := &client{t: w.t, name: name, conn: conn, incoming: make(chan received, 10_000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.read()
	}()
	w.t.Cleanup(func() {
		_ = conn.CloseNow()
		<-done
	})
	return c
}

func (c *client) read() {
	defer close(c.incoming)
	for {
		_, raw, err := c.conn.Read(context.Background())
		if err != nil {
			c.closed = websocket.CloseStatus(err)
			return
		}
		envelope, m, err := message.DecodeServer(raw)
		if err != nil {
			c.t.Errorf("%s cannot read %s: %v", c.name, raw, err)
		}
		c.incoming <- received{envelope: envelope, message: m, raw: string(raw)}
	}
}

// ask sends a request and returns its id.
func (c *client) ask(m message.ClientMessage) uint64 {
	c.t.Helper()
	c.nextID++
	raw, err := message.EncodeRequest(c.nextID, m)
	must(c.t, err)
	c.raw(string(raw))
	return c.nextID
}

func (c *client) raw(text string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	must(c.t, c.conn.Write(ctx, websocket.MessageText, []byte(text)))
}

// wait returns the first message that matches, and keeps the others.
func (c *client) wait(what string, matches func(received) bool) received {
	c.t.Helper()
	for i, r := range c.kept {
		if matches(r) {
			c.kept = append(c.kept[:i:i], c.kept[i+1:]...)
			return r
		}
	}
	deadline := time.After(patience)
	for {
		select {
		case r, open := <-c.incoming:
			if !open {
				c.t.Fatalf("%s waits for %s, but the socket was closed with %d", c.name, what, c.closed)
			}
			if matches(r) {
				return r
			}
			c.kept = append(c.kept, r)
		case <-deadline:
			c.t.Fatalf("%s waits for %s in vain; it has %v", c.name, what, c.kept)
		}
	}
}

// expect waits for an event of type M that the condition holds for.
func expect[M message.ServerMessage](c *client, ok func(M) bool) M {
	c.t.Helper()
	r := c.wait(reflect.TypeFor[M]().String(), func(r received) bool {
		m, is := r.message.(M)
		return is && r.envelope.Re == 0 && (ok == nil || ok(m))
	})
	return r.message.(M)
}

// expectReply waits for the answer to a request, which must be of type M.
func expectReply[M message.ServerMessage](c *client, id uint64) M {
	c.t.Helper()
	r := c.wait("the answer to a request", func(r received) bool { return r.envelope.Re == id })
	m, ok := r.message.(M)
	if !ok {
		c.t.Fatalf("%s got %T %+v instead of %T", c.name, r.message, r.message, m)
	}
	return m
}

// do sends a request and waits for its ok.
func (c *client) do(m message.ClientMessage) {
	c.t.Helper()
	expectReply[message.OK](c, c.ask(m))
}

// refused sends a request that must fail with this code.
func (c *client) refused(m message.ClientMessage, code message.Code) message.Error {
	c.t.Helper()
	got := expectReply[message.Error](c, c.ask(m))
	if got.Code != code {
		c.t.Fatalf("%s was refused with %s instead of %s", c.name, got.Code, code)
	}
	return got
}

// closedWith waits for the end of the socket.
func (c *client) closedWith(code websocket.StatusCode) {
	c.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case r, open := <-c.incoming:
			if open {
				c.kept = append(c.kept, r)
				continue
			}
			if c.closed != code {
				c.t.Fatalf("%s was closed with %d instead of %d", c.name, c.closed, code)
			}
			return
		case <-deadline:
			c.t.Fatalf("%s was never closed", c.name)
		}
	}
}

// sync waits until the server has handled everything sent before.
func (c *client) sync() {
	c.t.Helper()
	expectReply[message.Pong](c, c.ask(message.Ping{}))
}

func (c *client) hangUp() { _ = c.conn.Close(websocket.StatusNormalClosure, "") }
