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
	// RTT is the round trip of the path in use, a second old at most; 0 while it is not known.
	RTT() time.Duration
	Close()
}

// Downstream is the connection through whose slots a participant receives.
type Downstream interface {
	Answer(sdp string, slots []SlotSpec) (answer string, err error)
	WriteRTCP(packets []rtcp.Packet) error
	// RTT is the round trip of the path in use, a second old at most; 0 while it is not known.
	RTT() time.Duration
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
	// Codec of the stream's first packet, Unknown for repairs. A publisher may go on with another codec on the same
	// SSRC: packet.Raw says of each packet which codec it is.
	Codec codec.Kind
	// NACK says that the publisher repeats packets of an audio stream on demand; of video every browser does.
	NACK bool
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

// Stream takes the packets of one incoming SSRC. Its argument is valid during the call alone. Raw.Codec is the codec of
// the packet's payload type, of a repair that of the packet which it repeats; it is never Unknown.
type Stream interface {
	Receive(now time.Time, p packet.Raw)
}

// Egress is told what becomes of a downstream connection.
type Egress interface {
	// Ready says that a slot can send. It comes once for each slot.
	Ready(mid string, line egress.Line)
	Nack(ssrc packet.SSRC, numbers []uint16)
	KeyFrame(ssrc packet.SSRC)
	// Feedback says which transport-wide numbers arrived, and when. The receiver owns it.
	Feedback(now time.Time, feedback *rtcp.TransportLayerCC)
	// Report carries the receiver's view of each of our streams.
	Report(now time.Time, reports []rtcp.ReceptionReport)
	Ended(reason string)
}
