package message

// Code is the stable name of an error on the wire; the sentence beside it may change.
type Code string

const (
	// BadMessage: not JSON, a wrong field, a value out of its limits.
	BadMessage Code = "bad_message"
	// UnknownType: no message has this type.
	UnknownType Code = "unknown_type"
	// NotJoined: the request needs meeting:join first.
	NotJoined Code = "not_joined"
	// AlreadyJoined: a second meeting:join on one socket.
	AlreadyJoined Code = "already_joined"
	// Forbidden: the sender has no right to this.
	Forbidden Code = "forbidden"
	// TooMany: sent too often; RetryAfter says when to try again.
	TooMany Code = "too_many"
	// TooLarge: longer than this kind of message may be.
	TooLarge Code = "too_large"
	// BadSDP: the media server cannot use the offer.
	BadSDP Code = "bad_sdp"
	// NotFound: no such thing in this room.
	NotFound Code = "not_found"
	// EndedMeeting: the meeting that the credential names is over.
	EndedMeeting Code = "meeting_ended"
	// RoomFull: no place for another participant.
	RoomFull Code = "room_full"
	// Internal: a fault of the server.
	Internal Code = "internal"
	// Unavailable: not now; trying again later helps.
	Unavailable Code = "unavailable"
	// Conflict: the state of the room has moved on; a fresh join through the REST API helps.
	Conflict Code = "conflict"
	// MediaClosed comes without a request: both connections are gone, and the client makes them anew.
	MediaClosed Code = "media_closed"
)

// CloseCode is a WebSocket close code that tells a client what to do next. The ones of RFC 6455 that the
// server uses: 1000 left by choice, 1001 the server stops, 1008 broke a rule, 1011 a fault of the server,
// 1013 read too slowly.
type CloseCode int

const (
	// CloseTakenOver: the same participant joined from another socket; do not reconnect.
	CloseTakenOver CloseCode = 4001
	// CloseMeetingEnded: the meeting is over for everybody; do not reconnect.
	CloseMeetingEnded CloseCode = 4002
	// CloseRefused: the join failed; the error before says why.
	CloseRefused CloseCode = 4003
)
