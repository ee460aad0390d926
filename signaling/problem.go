package signaling

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/plenum-meet/plenum/signaling/message"
)

// problem is why a call of WHIP or WHEP failed, in the form of RFC 9457. Code is stable.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`

	retryAfter int    // seconds
	challenge  string // of a bearer token (RFC 6750 §3)
	allow      string
	accept     [2]string // name and value of the header that says what is taken
}

func (p problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.challenge != "" {
		h.Set("WWW-Authenticate", p.challenge)
	}
	if p.allow != "" {
		h.Set("Allow", p.allow)
	}
	if p.accept[0] != "" {
		h.Set(p.accept[0], p.accept[1])
	}
	p.Title = http.StatusText(p.Status)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

const realm = `Bearer realm="plenum streams"`

// The one table of what can go wrong.
var (
	problemNoToken = problem{
		Status: http.StatusUnauthorized, Code: "unauthorized", challenge: realm,
		Detail: "Send the stream's token as 'Authorization: Bearer TOKEN'.",
	}
	problemToken = problem{
		Status: http.StatusUnauthorized, Code: "unauthorized", challenge: realm + `, error="invalid_token"`,
		Detail: "The token is wrong, or its time is over. A host of the meeting can make another.",
	}
	problemRevoked = problem{
		Status: http.StatusUnauthorized, Code: "unauthorized", challenge: realm + `, error="invalid_token"`,
		Detail: "The token was revoked. A host of the meeting can make another.",
	}
	problemForeign = problem{Status: http.StatusForbidden, Code: "forbidden", Detail: "The token is for another meeting, or for another session."}
	problemWay     = problem{Status: http.StatusForbidden, Code: "forbidden", Detail: "The token is for the other direction: one to publish does not play, nor the other way."}
	problemOnly    = problem{Status: http.StatusForbidden, Code: "forbidden", Detail: "The token is for playing another participant."}
	problemLobby   = problem{
		Status: http.StatusForbidden, Code: "lobby",
		Detail: "The meeting has newcomers wait for a host, and a stream cannot wait. Make its token with skipLobby, or let it in by switching the lobby off.",
	}
	problemNoSession = problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such session, or it has ended."}
	problemNoMeeting = problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such meeting."}
	problemNobody    = problem{Status: http.StatusNotFound, Code: "not_found", Detail: "That participant is not in the meeting."}
	problemAccept    = problem{Status: http.StatusNotAcceptable, Code: "not_acceptable", Detail: "The answer is application/sdp."}
	problemNothing   = problem{Status: http.StatusConflict, Code: "not_live", retryAfter: 5, Detail: "Nobody is in the meeting."}
	problemTaken     = problem{Status: http.StatusConflict, Code: "taken", retryAfter: 5, Detail: "Somebody publishes by this token at the moment."}
	problemBroken    = problem{Status: http.StatusConflict, Code: "broken", Detail: "An ICE restart failed before; begin another session."}
	problemTag       = problem{Status: http.StatusPreconditionFailed, Code: "other_ice_session", Detail: "If-Match names an ICE session that is over."}
	problemTooLarge  = problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: "The body is too large."}
	problemNotSDP    = problem{Status: http.StatusUnsupportedMediaType, Code: "invalid", Detail: "The body must be application/sdp.", accept: [2]string{"Accept-Post", sdpType}}
	problemNotPatch  = problem{Status: http.StatusUnsupportedMediaType, Code: "invalid", Detail: "The body must be application/trickle-ice-sdpfrag.", accept: [2]string{"Accept-Patch", fragmentType}}
	problemMalformed = problem{Status: http.StatusBadRequest, Code: "invalid", Detail: "The body is no SDP."}
	problemFragment  = problem{Status: http.StatusBadRequest, Code: "invalid", Detail: "The body is no SDP fragment with ICE candidates or credentials."}
	problemOffer     = problem{
		Status: http.StatusUnprocessableEntity, Code: "bad_offer",
		Detail: "The offer cannot be answered: no codec in common, or an m-line without mid, ICE or DTLS.",
	}
	problemLines = problem{
		Status: http.StatusUnprocessableEntity, Code: "bad_offer",
		Detail: "An offer has one m-line of audio, one of video, or one of each, and nothing else.",
	}
	problemDirection = problem{
		Status: http.StatusUnprocessableEntity, Code: "bad_offer",
		Detail: "To publish, m-lines are sendonly; to play, they are recvonly.",
	}
	problemNoTag    = problem{Status: http.StatusPreconditionRequired, Code: "precondition_required", Detail: "Send If-Match: the ETag of the ICE session, or * to begin ICE anew."}
	problemTooOften = problem{Status: http.StatusTooManyRequests, Code: "too_many", retryAfter: 5, Detail: "Too many requests. Try again later."}
	problemTooMany  = problem{Status: http.StatusTooManyRequests, Code: "too_many", retryAfter: 30, Detail: "Too many sessions by this token, or from this address."}
	problemBad      = problem{Status: http.StatusTooManyRequests, Code: "too_many", retryAfter: 60, Detail: "Too many failed attempts from this address."}
	problemFull     = problem{Status: http.StatusServiceUnavailable, Code: "unavailable", retryAfter: 30, Detail: "There is no room for another stream."}
	problemStopping = problem{Status: http.StatusServiceUnavailable, Code: "unavailable", retryAfter: 5, Detail: "The server is stopping."}
	problemBusy     = problem{Status: http.StatusServiceUnavailable, Code: "unavailable", retryAfter: 5, Detail: "Not at the moment; try again."}
	problemInternal = problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Something went wrong in the server."}
)

// refusedBy is what a room says in words of HTTP.
func refusedBy(refused message.Error) *problem {
	p := problem{Code: string(refused.Code), Detail: refused.Message}
	switch refused.Code {
	case message.Unavailable, message.RoomFull, message.LobbyFull:
		p.Status, p.retryAfter = http.StatusServiceUnavailable, 5
	case message.NotFound:
		p.Status = http.StatusNotFound
	case message.EndedMeeting, message.Conflict:
		p.Status, p.retryAfter = http.StatusConflict, 5
	case message.Internal:
		p.Status = http.StatusInternalServerError
	default: // locked, removed and the like
		p.Status = http.StatusForbidden
	}
	return &p
}
