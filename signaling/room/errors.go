package room

import "github.com/plenum-meet/plenum/signaling/message"

// Close codes of RFC 6455 that a room asks for.
const (
	closeNormal    message.CloseCode = 1000
	closeGoingAway message.CloseCode = 1001
)

var errEnded = message.Refuse(message.EndedMeeting, "The meeting has ended.")

// errUnknownTicket asks the server to look into the store and try again.
var errUnknownTicket = message.Refuse(message.Forbidden, "This ticket is not known here; join again.")
