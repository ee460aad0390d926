package sfu

import (
	"errors"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// Errors that callers tell apart.
var (
	ErrBadOffer = errors.New("the offer cannot be answered")
	ErrClosed   = errors.New("closed")
	// ErrOtherSession says that an offer comes from another connection of the client than the one before.
	ErrOtherSession = errors.New("the offer belongs to another connection")
	ErrPeerExists   = errors.New("the participant is in the room already")
	ErrRoomFull     = errors.New("the room is full")
)

// Why a transport or a peer ends.
const (
	ReasonLeft           = "left"
	ReasonShutdown       = "shutdown"
	ReasonTooManyStreams = "too_many_streams"
	ReasonTooMuchTraffic = "too_much_traffic"
	ReasonInternal       = "internal"
)

// Transport makes the connections of peers.
type Transport interface {
	NewUpstream(ingress Ingress) (Upstream, error)
	NewDownstream(egress Egress) (Downstream, error)
}

// Upstream is the connection on which a participant publishes. Answer is called by one goroutine at a time.
type Upstream interface {
	// Answer applies an offer. It fails with ErrBadOffer, or with ErrOtherSession and leaves all as it was.
	Answer(sdp string) (answer string, err error)
	WriteRTCP(packets []rtcp.Packet) error
	Close()
}

// Downstream is the connection through whose slots a participant receives.
type Downstream interface {
	Answer(sdp string, slots []SlotSpec) (answer string, err error)
	WriteRTCP(packets []rtcp.Packet) error
	Close()
}

// StreamID names an incoming stream by what was negotiated rather than by its SSRC.
type StreamID struct {
	MID string
	// RID is the simulcast encoding, empty for a stream that is alone on its m-line.
	RID string
	// Repair streams carry retransmissions (RFC 4588) of the stream with the same MID and RID.
	Repair bool
	SSRC   packet.SSRC
	Codec  codec.Kind
	// RIDs are all encodings that the m-line announced, in its order.
	RIDs []string
}

// Ingress takes what arrives on an upstream connection. Its methods are called by the connection's reader, one at a time.
type Ingress interface {
	// Stream gives the taker of a new stream's packets, nil if nobody wants them.
	Stream(id StreamID) Stream
	// Arrived is told of every packet that has a transport-wide number, padding and repairs included.
	Arrived(now time.Time, ssrc packet.SSRC, transportCC uint16)
	// SenderReport of a stream that was bound.
	SenderReport(now time.Time, ssrc packet.SSRC, ntp uint64, timestamp uint32)
	Ended(reason string)
}

// Stream takes the packets of one incoming SSRC. Its argument is valid during the call alone.
type Stream interface {
	Receive(now time.Time, p packet.Raw)
}

// Egress is told what becomes of a downstream connection.
type Egress interface {
	// Ready says that a slot can send. It comes once for each slot.
	Ready(mid string, line egress.Line)
	Nack(ssrc packet.SSRC, numbers []uint16)
	KeyFrame(ssrc packet.SSRC)
	Ended(reason string)
}
