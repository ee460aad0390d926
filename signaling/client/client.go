package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"

	"github.com/plenum-meet/plenum/signaling/message"
)

// readLimit is the largest message taken from the server: a downstream answer of 53 slots has 78 KB.
const readLimit = 1 << 20

var (
	// ErrClosed is returned by requests on a client whose connection is gone.
	ErrClosed = errors.New("connection is closed")
	// ErrReceiving is returned for a second downstream; Downstream.Grow adds slots.
	ErrReceiving = errors.New("receiving already")
	// ErrPublished is returned for a source that this client publishes already.
	ErrPublished = errors.New("source is published already")
)

// Options say how to reach a server. URL and one of Grant and Ticket are needed.
type Options struct {
	// URL of the WebSocket: ws:// or wss://, as Admission.SocketURL.
	URL string
	// Grant as the REST call join gives it, good for one use.
	Grant string
	// Ticket as MeetingJoined carries it, to come back without the REST API.
	Ticket string
	// Events gets everything that the server says unasked, in order, from one goroutine. It may call the client,
	// except Leave and Close. Nil ignores events.
	Events func(message.ServerMessage)
	// Skip, if set, sees each message before it is decoded; true passes it over. For many bots in a large meeting, where
	// decoding what everybody else does would be most of the work. Replies must not be skipped.
	Skip func(raw []byte) bool
	// SendAll goes on sending layers that nobody wants, as a client without layers:wanted would.
	SendAll bool
	// TCPOnly keeps media off UDP.
	TCPOnly bool
	// ICEServers are as Admission has them; without them there is no way by a relay.
	ICEServers []ICEServer
	// RelayOnly keeps media off every way but by a TURN server of ICEServers.
	RelayOnly bool
	// RelayTLS, if set, is how TURN over TLS is secured; else the system's authorities have to know the server.
	RelayTLS *tls.Config
	// Route, if set, says where media goes in place of a UDP address of the server, as through a bridge. There is no
	// way by TCP then.
	Route func(server netip.AddrPort) netip.AddrPort
	// Express takes media straight from the socket, at a third of the processor time: for many clients in one process.
	// A connection has one socket then, on the address that leads to the server, and no other.
	Express bool
	// HTTP makes the handshake; nil is the default client.
	HTTP *http.Client
}

// Client is one participant's connection to a meeting. Its methods are safe from any goroutine.
type Client struct {
	options Options
	events  *events

	returning sync.Mutex // one Resume at a time
	mu        sync.Mutex // guards what follows
	line      *line
	over      bool // closed
	memory    memory

	media sync.Mutex // serialises offers and guards the two connections
	up    *Upstream
	down  *Downstream
	lost  atomic.Bool // the server has closed both

	wanted wanted

	deaf     chan struct{} // closed by StopReading
	deafOnce sync.Once
	closing  chan struct{} // closed by Close
	closed   sync.Once
}

// Dial opens the WebSocket. The caller must call Close or Leave.
func Dial(ctx context.Context, o Options) (*Client, error) {
	credential := message.GrantPrefix + o.Grant
	if o.Grant == "" {
		credential = message.TicketPrefix + o.Ticket
	}
	if o.Events == nil {
		o.Events = func(message.ServerMessage) {}
	}
	c := &Client{options: o, events: newEvents(o.Events), deaf: make(chan struct{}), closing: make(chan struct{})}
	opened, err := c.open(ctx, credential)
	if err != nil {
		c.events.close()
		<-c.events.done
		return nil, err
	}
	// The reader may have begun already.
	c.goOn(opened)
	return c, nil
}

// Done is closed when the WebSocket is gone; Err says why. After Resume there is another one, with another Done.
func (c *Client) Done() <-chan struct{} { return c.present().done }

// Err is why the WebSocket ended, nil while it lives. A closed WebSocket gives a websocket.CloseError.
func (c *Client) Err() error {
	l := c.present()
	select {
	case <-l.done:
		return l.err
	default:
		return nil
	}
}

// StopReading makes this client one that hangs: it reads neither its socket nor its media any more, and stays. For
// tests of servers.
func (c *Client) StopReading() { c.deafOnce.Do(func() { close(c.deaf) }) }

// hang returns at once, after StopReading when the client closes.
func (c *Client) hang() {
	select {
	case <-c.deaf:
		<-c.closing
	default:
	}
}

// Close ends both media connections and the socket, and waits for every goroutine of the client.
func (c *Client) Close() {
	c.closed.Do(func() { close(c.closing) })
	c.mu.Lock()
	c.over = true
	l := c.line
	c.mu.Unlock()
	// The reader must go on while the close handshake runs: it is what sees the server's answer.
	_ = l.socket.Close(websocket.StatusNormalClosure, "")
	l.stop()
	<-l.done
	c.events.close()
	<-c.events.done
	// Only now: whoever holds the lock for an offer gave up when the reader ended.
	c.media.Lock()
	defer c.media.Unlock()
	c.drop(true, true)
}

// drop closes connections. It needs the media lock.
func (c *Client) drop(up, down bool) {
	if up && c.up != nil {
		c.up.close()
		c.up = nil
	}
	if down && c.down != nil {
		c.down.close()
		c.down = nil
	}
}

// dropLost closes connections that carry nothing any more, so that they can be made anew. It needs the media lock.
func (c *Client) dropLost() {
	lost := c.lost.Swap(false)
	c.drop(lost || (c.up != nil && c.up.over()), lost || (c.down != nil && c.down.over()))
}

// Request sends any message and waits for its reply: OK or the message that answers it. A refusal is a message.Error.
func (c *Client) Request(ctx context.Context, m message.ClientMessage) (message.ServerMessage, error) {
	return c.present().request(ctx, m)
}

// WriteRaw sends a text message as it is, for tests of servers.
func (c *Client) WriteRaw(ctx context.Context, text []byte) error {
	return c.present().socket.Write(ctx, websocket.MessageText, text)
}

// note takes from an event what the connections need, before anybody else sees it.
func (c *Client) note(m message.ServerMessage) {
	switch m := m.(type) {
	case message.Error:
		if m.Code == message.MediaClosed {
			c.lost.Store(true)
		}
	case message.LayersWanted:
		if !c.options.SendAll {
			c.wanted.set(m.Source, m.Layers)
		}
	default:
		// The rest is for whoever listens to events.
	}
}

func (c *Client) read(ctx context.Context, l *line) {
	defer l.ended()
	for {
		c.hang()
		_, raw, err := l.socket.Read(ctx)
		if err != nil {
			l.err = err
			return
		}
		if c.options.Skip != nil && c.options.Skip(raw) {
			continue
		}
		e, m, err := message.DecodeServer(raw)
		if err != nil {
			l.err = err
			return
		}
		if m == nil {
			continue
		}
		c.mu.Lock()
		c.memory.remember(e.Seq, m)
		c.mu.Unlock()
		if e.Re != 0 {
			l.answer(e.Re, m)
			continue
		}
		c.note(m)
		c.events.put(m)
	}
}
