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

var (
	errNotAllowed = message.Refuse(message.Forbidden, "The host does not allow that.")
	errLobbyFull  = message.Refuse(message.LobbyFull, "Too many people are waiting already.")
	errNobody     = message.Refuse(message.NotFound, "There is no such participant in the meeting.")
	errNoMessage  = message.Refuse(message.NotFound, "There is no such message.")
	errNotStored  = message.Refuse(message.Unavailable, "The chat cannot be stored at the moment; try again later.")
	errNoHand     = message.Refuse(message.NotFound, "There is no such hand.")
)
