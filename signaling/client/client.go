package client

import (
	"context"
	"errors"
	"fmt"
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
	socket  *websocket.Conn
	events  *events
	stop    context.CancelFunc // ends the socket's reader
	done    chan struct{}      // closed when the reader has ended
	err     error              // why the reader ended; read it after done

	mu      sync.Mutex
	nextID  uint64
	waiting map[uint64]chan message.ServerMessage // closed reader: nil

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
	socket, response, err := websocket.Dial(ctx, o.URL, &websocket.DialOptions{ //nolint:bodyclose // the library says that it need not be closed
		HTTPClient:   o.HTTP,
		Subprotocols: []string{message.Subprotocol, credential},
	})
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("dial %s: %s: %w", o.URL, response.Status, err)
		}
		return nil, fmt.Errorf("dial %s: %w", o.URL, err)
	}
	if socket.Subprotocol() != message.Subprotocol {
		_ = socket.CloseNow()
		return nil, fmt.Errorf("dial %s: the server does not speak %s", o.URL, message.Subprotocol)
	}
	socket.SetReadLimit(readLimit)
	if o.Events == nil {
		o.Events = func(message.ServerMessage) {}
	}
	reading, stop := context.WithCancel(context.Background())
	c := &Client{
		options: o, socket: socket, events: newEvents(o.Events), stop: stop, done: make(chan struct{}),
		waiting: make(map[uint64]chan message.ServerMessage),
		deaf:    make(chan struct{}), closing: make(chan struct{}),
	}
	go c.read(reading)
	return c, nil
}

// Done is closed when the connection to the server is gone; Err says why.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err is why the connection ended, nil while it lives. A closed WebSocket gives a websocket.CloseError.
func (c *Client) Err() error {
	select {
	case <-c.done:
		return c.err
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
	// The reader must go on while the close handshake runs: it is what sees the server's answer.
	_ = c.socket.Close(websocket.StatusNormalClosure, "")
	c.stop()
	<-c.done
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
	reply := make(chan message.ServerMessage, 1)
	c.mu.Lock()
	if c.waiting == nil {
		c.mu.Unlock()
		return nil, fmt.Errorf("%T: %w", m, ErrClosed)
	}
	c.nextID++
	id := c.nextID
	c.waiting[id] = reply
	c.mu.Unlock()
	defer c.forget(id)

	raw, err := message.EncodeRequest(id, m)
	if err != nil {
		return nil, err
	}
	if err := c.WriteRaw(ctx, raw); err != nil {
		return nil, fmt.Errorf("%T: %w", m, err)
	}
	select {
	case answer := <-reply:
		if refused, ok := answer.(message.Error); ok {
			return nil, fmt.Errorf("%T: %w", m, refused)
		}
		return answer, nil
	case <-c.done:
		return nil, fmt.Errorf("%T: %w", m, ErrClosed)
	case <-ctx.Done():
		return nil, fmt.Errorf("%T: %w", m, ctx.Err())
	}
}

// WriteRaw sends a text message as it is, for tests of servers.
func (c *Client) WriteRaw(ctx context.Context, text []byte) error {
	return c.socket.Write(ctx, websocket.MessageText, text)
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	delete(c.waiting, id)
	c.mu.Unlock()
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

func (c *Client) read(ctx context.Context) {
	defer close(c.done)
	defer c.events.close()
	defer func() {
		c.mu.Lock()
		c.waiting = nil
		c.mu.Unlock()
		_ = c.socket.CloseNow()
	}()
	for {
		c.hang()
		_, raw, err := c.socket.Read(ctx)
		if err != nil {
			c.err = err
			return
		}
		if c.options.Skip != nil && c.options.Skip(raw) {
			continue
		}
		e, m, err := message.DecodeServer(raw)
		if err != nil {
			c.err = err
			return
		}
		if m == nil {
			continue
		}
		if e.Re == 0 {
			c.note(m)
			c.events.put(m)
			continue
		}
		c.mu.Lock()
		reply := c.waiting[e.Re]
		delete(c.waiting, e.Re)
		c.mu.Unlock()
		if reply != nil {
			reply <- m
		}
	}
}
