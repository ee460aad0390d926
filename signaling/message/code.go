package message

// Code is the stable name of an error on the wire; the sentence beside it may change.
type Code string

const (
	// BadMessage is for what is not JSON, has a wrong field or a value out of its limits.
	BadMessage Code = "bad_message"
	// UnknownType is for a type that no message has.
	UnknownType Code = "unknown_type"
	// NotJoined is for a request that needs meeting:join first.
	NotJoined Code = "not_joined"
	// AlreadyJoined is for a second meeting:join on one socket.
	AlreadyJoined Code = "already_joined"
	// Forbidden is for what the sender has no right to.
	Forbidden Code = "forbidden"
	// TooMany is for what was sent too often; retryAfter says when to try again.
	TooMany Code = "too_many"
	// TooLarge is for what is longer than this kind of message may be.
	TooLarge Code = "too_large"
	// BadSDP is for an offer that the media server cannot use.
	BadSDP Code = "bad_sdp"
	// NotFound is for a thing that is not in this room.
	NotFound Code = "not_found"
	// EndedMeeting is for a credential whose meeting is over.
	EndedMeeting Code = "meeting_ended"
	// RoomFull is for a room without a place for another participant.
	RoomFull Code = "room_full"
	// LobbyFull is for a lobby in which too many wait already, of all or of one address; trying again later helps.
	LobbyFull Code = "lobby_full"
	// Internal is for a fault of the server.
	Internal Code = "internal"
	// Unavailable is for what does not work now; trying again later helps.
	Unavailable Code = "unavailable"
	// Conflict is for a room that has moved on; a fresh join through the REST API helps.
	Conflict Code = "conflict"
	// Locked is for a meeting that lets nobody new in.
	Locked Code = "locked"
	// Removed is for somebody who was removed from this occurrence of the meeting.
	Removed Code = "removed"
	// MediaClosed comes without a request: both connections are gone, and the client makes them anew.
	MediaClosed Code = "media_closed"
)

// CloseCode is a WebSocket close code that tells a client what to do next. The ones of RFC 6455 that the
// server uses: 1000 left by choice, 1001 the server stops, 1008 broke a rule, 1011 a fault of the server,
// 1013 read too slowly.
type CloseCode int

const (
	// CloseTakenOver is for a socket whose participant joined from another one; do not reconnect.
	CloseTakenOver CloseCode = 4001
	// CloseMeetingEnded is for a meeting that is over for everybody; do not reconnect.
	CloseMeetingEnded CloseCode = 4002
	// CloseRefused is for a join that failed; the error before says why.
	CloseRefused CloseCode = 4003
	// CloseRemoved is for somebody a host removed, or denied in the lobby; do not reconnect.
	CloseRemoved CloseCode = 4004
)
