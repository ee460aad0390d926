package transport

import (
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/plenum-meet/plenum/sfu"
)

const reasonFailed = "connection failed"

// connection is what both directions do with a PeerConnection.
type connection struct {
	pc      *webrtc.PeerConnection
	log     *slog.Logger
	buffers *buffers
	told    []netip.AddrPort // what the client is told in place of our own addresses, if anything
	session uint64           // of the client's SDP, 0 before the first offer
	broken  bool             // an offer failed half way: pion has no rollback
	started atomic.Bool      // it was connected once
	closed  atomic.Bool

	nominations nominations

	rtt, rttRead atomic.Int64 // nanoseconds; the latter since 1970
	rttReading   atomic.Bool  // pion is being asked, once at a time however long it takes
}

func (c *connection) open(t *Transport, direction webrtc.RTPTransceiverDirection, taker taker, k *keys) error {
	engine, err := newEngine(direction)
	if err != nil {
		return err
	}
	c.log, c.told = t.log, t.told
	c.buffers = newBuffers(taker)
	check := time.Duration(0)
	if direction == webrtc.RTPTransceiverDirectionRecvonly {
		check = checkEvery
	}
	if c.pc, err = t.connect(engine, c, k, check); err != nil {
		return fmt.Errorf("open connection: %w", err)
	}
	c.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		switch {
		case c.closed.Load():
		case state == webrtc.PeerConnectionStateConnected:
			c.started.Store(true)
			taker.connected()
		case state == webrtc.PeerConnectionStateFailed:
			taker.ended(reasonFailed)
		}
	})
	return nil
}

// unhandled logs what went wrong in handling a packet; whoever embeds the connection ends it.
func (c *connection) unhandled(cause any) {
	c.log.Error("a packet could not be handled", "cause", cause, "stack", string(debug.Stack()))
}

// answer checks an offer, applies it and keeps to the client's session.
func (c *connection) answer(text string, maxLines int, check, prepare func(*offer) error) (*offer, string, error) {
	o, err := readOffer(text, maxLines)
	if err != nil {
		return nil, "", err
	}
	if c.broken || (c.session != 0 && c.session != o.session) {
		return nil, "", sfu.ErrOtherSession
	}
	if err := check(o); err != nil {
		return nil, "", err
	}
	answer, err := answerOffer(c.pc, o, func() error { return prepare(o) })
	if err != nil {
		c.broken = true
		return nil, "", err
	}
	c.session = o.session
	return o, tellInstead(answer, c.told), nil
}

// WriteRTCP sends one compound packet.
func (c *connection) WriteRTCP(packets []rtcp.Packet) error { return c.pc.WriteRTCP(packets) }

// rttAge is how long a round trip is taken as read.
const rttAge = time.Second

// RTT of the candidate pair in use, as pion's STUN checks last measured it. It never waits: a value that is too old is
// returned and read anew behind the caller's back, since pion answers from the agent's loop.
func (c *connection) RTT() time.Duration {
	now := time.Now().UnixNano()
	// While pion begins it writes what we would read.
	usable := c.started.Load() && !c.closed.Load()
	if usable && now-c.rttRead.Load() >= int64(rttAge) && c.rttReading.CompareAndSwap(false, true) {
		c.rttRead.Store(now)
		go func() {
			defer c.rttReading.Store(false)
			if stats, ok := c.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats(); ok {
				c.rtt.Store(int64(stats.CurrentRoundTripTime * float64(time.Second)))
			}
		}()
	}
	return time.Duration(c.rtt.Load())
}

// Close ends the connection and waits for pion, within bounds.
func (c *connection) Close() {
	if !c.closed.Swap(true) {
		shut(c.pc, c.log)
	}
}
