package signaling

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

const (
	sdpType      = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"

	endpointMethods = "GET, HEAD, OPTIONS, POST"
	sessionMethods  = "DELETE, GET, HEAD, OPTIONS, PATCH"

	maxOfferBody    = 64 << 10 // bytes; one of two m-lines with every codec that browsers know has 8 KB
	maxFragmentBody = 16 << 10

	// tallest is what a player wishes for: whatever there is.
	tallest = 2160
)

// StreamCall is a call of WHIP (RFC 9725) or WHEP (draft-ietf-wish-whep): of the endpoint of a meeting, or of a session.
type StreamCall struct {
	Way grant.Way
	// Code of the meeting as the path has it, Session the id behind it, empty for the endpoint.
	Code, Session string
	// Endpoint is the path of the endpoint: sessions are below it.
	Endpoint string
}

// ServeStream answers one call.
func (s *Server) ServeStream(w http.ResponseWriter, r *http.Request, call StreamCall) {
	var refused *problem
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		refused = s.lookAtStream(w, call)
	case call.Session == "" && r.Method == http.MethodPost:
		refused = s.postStream(w, r, call)
	case call.Session == "" && r.Method == http.MethodOptions:
		w.Header().Set("Allow", endpointMethods)
		w.Header().Set("Accept-Post", sdpType)
		w.WriteHeader(http.StatusNoContent)
	case call.Session == "":
		refused = methodNotAllowed(endpointMethods)
	case r.Method == http.MethodPatch:
		refused = s.patchStream(w, r, call)
	case r.Method == http.MethodDelete:
		refused = s.deleteStream(w, r, call)
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", sessionMethods)
		w.Header().Set("Accept-Patch", fragmentType)
		w.WriteHeader(http.StatusNoContent)
	default:
		refused = methodNotAllowed(sessionMethods)
	}
	if refused != nil {
		refused.write(w)
	}
}

// lookAtStream answers that there is something, which has no representation (RFC 9725 §4.1).
func (s *Server) lookAtStream(w http.ResponseWriter, call StreamCall) *problem {
	if call.Session != "" && s.streamOf(call) == nil {
		return &problemNoSession
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// streamOf is the session of a call, nil if there is none.
func (s *Server) streamOf(call StreamCall) *Stream {
	stream := s.streams.find(call.Session)
	if stream == nil || stream.grant.Way != call.Way || stream.grant.Code != call.Code {
		return nil
	}
	return stream
}

func methodNotAllowed(allow string) *problem {
	return &problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Detail: "This method is not allowed here.", allow: allow}
}

// postStream begins a session.
func (s *Server) postStream(w http.ResponseWriter, r *http.Request, call StreamCall) *problem {
	now := time.Now()
	g, token, refused := s.bearer(now, r, call)
	if refused != nil {
		return refused
	}
	a, refused := readStreamCall(w, r, call, g)
	if refused != nil {
		return refused
	}
	stream, refused := s.reserve(now, g, token, s.addressOf(r))
	if refused != nil {
		return refused
	}
	answered := false
	defer func() {
		if !answered {
			stream.end()
		}
	}()
	// Only now, so that the limits hold for the database too, and a token that is revoked meanwhile finds its stream to end.
	if refused := s.useStream(r, now, g); refused != nil {
		return refused
	}
	if refused := s.enterStream(r.Context(), now, stream); refused != nil {
		return refused
	}
	wishes, refused := stream.wishes(r, a)
	if refused != nil {
		return refused
	}
	answer, refused := s.begin(r.Context(), stream, a)
	if refused != nil {
		return refused
	}
	if len(wishes) > 0 {
		stream.wish(wishes)
	}
	answered = true
	h := w.Header()
	h.Set("Content-Type", sdpType)
	h.Set("Location", call.Endpoint+"/"+stream.id)
	h.Set("ETag", stream.tag())
	h.Set("Accept-Patch", fragmentType)
	s.linkRelays(h, stream.claims.Participant)
	w.WriteHeader(http.StatusCreated)
	answer = muxedOnly(answer)
	if call.Way == grant.Play {
		answer = oneStream(answer)
	}
	_, _ = io.WriteString(w, answer)
	return nil
}

// bearerOf is the token that a request shows. Schemes have no case (RFC 9110 §11.1).
func bearerOf(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// bearer checks the token of who would begin a session. Failures count against the address.
func (s *Server) bearer(now time.Time, r *http.Request, call StreamCall) (g grant.Stream, hash [sha256.Size]byte, refused *problem) {
	address := s.addressOf(r)
	if s.bad.exhausted(now, address) {
		return g, hash, &problemBad
	}
	token, ok := bearerOf(r)
	if !ok {
		return g, hash, &problemNoToken
	}
	g, err := s.keys.VerifyStream(now, token)
	switch {
	case err != nil:
		refused = &problemToken
	case g.Code != call.Code:
		refused = &problemForeign
	case g.Way != call.Way:
		refused = &problemWay
	}
	if refused != nil {
		s.bad.count(now, address)
		s.log.Warn("stream refused", "status", refused.Status, "error", err)
	}
	return g, sha256.Sum256([]byte(token)), refused
}

// useStream asks whether the token's invitation holds, and counts its use.
func (s *Server) useStream(r *http.Request, now time.Time, g grant.Stream) *problem {
	used, err := s.records.UseInvitation(r.Context(), g.ID, now)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !used:
		return &problemRevoked
	case err != nil:
		return s.problemOf(err)
	}
	return nil
}

// readStreamCall reads an offer and what of it is for which source or slot.
func readStreamCall(w http.ResponseWriter, r *http.Request, call StreamCall, g grant.Stream) (a agreement, refused *problem) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != sdpType {
		return a, &problemNotSDP
	}
	if !accepts(r.Header.Values("Accept"), sdpType) {
		return a, &problemAccept
	}
	body, refused := readBody(w, r, maxOfferBody)
	if refused != nil {
		return a, refused
	}
	lines, err := readStreamOffer(body)
	if err != nil {
		return a, &problemMalformed
	}
	if refused := checkLines(lines, call.Way); refused != nil {
		return a, refused
	}
	screen := r.URL.Query().Get("source") == string(message.Screen)
	a.remote = credentialsOf(body)
	if g.Way == grant.Play {
		a.offer = receiveOnly(body)
		for _, l := range lines {
			a.slots = append(a.slots, sfu.SlotSpec{MID: l.mid, Kind: slotFor(l.media, screen)})
		}
		return a, nil
	}
	a.offer = smallFirst(decodableFirst(body))
	for _, l := range lines {
		a.sources = append(a.sources, message.UpSource{MID: l.mid, Source: sourceFor(l.media, screen)})
	}
	return a, nil
}

func slotFor(media string, screen bool) sfu.SlotKind {
	switch {
	case media == "video" && screen:
		return sfu.ScreenSlot
	case media == "video":
		return sfu.VideoSlot
	case screen:
		return sfu.ScreenAudioSlot
	}
	return sfu.AudioSlot
}

func sourceFor(media string, screen bool) message.Source {
	switch {
	case media == "video" && screen:
		return message.Screen
	case media == "video":
		return message.Camera
	case screen:
		return message.ScreenAudio
	}
	return message.Microphone
}

// checkLines takes one m-line of each kind at most, in the direction of the call. Others may be both ways, as RFC 9725 §4.2
// allows: the answer is one way.
func checkLines(lines []mLine, way grant.Way) *problem {
	seen := map[string]bool{}
	wrong := map[grant.Way]string{grant.Publish: "recvonly", grant.Play: "sendonly"}[way]
	for _, l := range lines {
		if (l.media != "audio" && l.media != "video") || seen[l.media] {
			return &problemLines
		}
		seen[l.media] = true
		if l.direction == wrong || l.direction == "inactive" {
			return &problemDirection
		}
	}
	return nil
}

// accepts reads Accept headers as far as they can say no (RFC 9110 §12.5.1).
func accepts(headers []string, kind string) bool {
	if len(headers) == 0 {
		return true
	}
	major, _, _ := strings.Cut(kind, "/")
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameters, err := mime.ParseMediaType(part)
		if err == nil && strings.Trim(parameters["q"], "0.") == "" && parameters["q"] != "" {
			continue // weighs nothing
		}
		if err == nil && (name == kind || name == major+"/*" || name == "*/*") {
			return true
		}
	}
	return false
}

func readBody(w http.ResponseWriter, r *http.Request, most int64) (string, *problem) {
	if r.ContentLength > most {
		return "", &problemTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return "", &problemTooLarge
	case err != nil:
		return "", &problemMalformed
	}
	return string(body), nil
}

// wishes are what a player sees and hears: a participant, or whoever speaks. It follows the speaker without another offer.
func (s *Stream) wishes(r *http.Request, a agreement) ([]sfu.Wish, *problem) {
	if s.grant.Way != grant.Play {
		return nil, nil
	}
	whom := r.URL.Query().Get("participant")
	switch {
	case s.grant.Participant != "" && whom != "" && whom != s.grant.Participant:
		return nil, &problemOnly
	case s.grant.Participant != "":
		whom = s.grant.Participant
	}
	if whom != "" && !slices.ContainsFunc(s.live.room.Participants(), func(p message.Participant) bool { return p.ID == whom }) {
		return nil, &problemNobody
	}
	var wishes []sfu.Wish
	for _, slot := range a.slots {
		wish := sfu.Wish{MID: slot.MID, Participant: whom, Speaker: whom == "", Height: tallest, Priority: 1, Source: slotSources[slot.Kind]}
		if whom != "" || slot.Kind == sfu.VideoSlot {
			wishes = append(wishes, wish)
		}
	}
	return wishes, nil
}

// slotSources are what fills each kind of slot.
var slotSources = map[sfu.SlotKind]sfu.Source{
	sfu.AudioSlot: sfu.Microphone, sfu.VideoSlot: sfu.Camera, sfu.ScreenSlot: sfu.Screen, sfu.ScreenAudioSlot: sfu.ScreenAudio,
}

func (s *Stream) wish(wishes []sfu.Wish) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peer != nil {
		s.peer.Wish(wishes)
	}
}

func (s *Stream) tag() string {
	s.negotiating.Lock()
	defer s.negotiating.Unlock()
	return s.agreed.tag
}

// linkRelays tells of our TURN servers (RFC 9725 §4.6).
func (s *Server) linkRelays(h http.Header, participant string) {
	if s.cfg.Relays == nil {
		return
	}
	for _, server := range s.cfg.Relays(participant) {
		for _, url := range server.URLs {
			link := fmt.Sprintf(`<%s>; rel="ice-server"`, url)
			if server.Username != "" {
				link += fmt.Sprintf(`; username=%q; credential=%q; credential-type="password"`, server.Username, server.Credential)
			}
			h.Add("Link", link)
		}
	}
}

// session finds the session of a call, for who shows the token that it was opened with: though it may have expired since,
// it can still end what it began.
func (s *Server) session(r *http.Request, call StreamCall) (*Stream, *problem) {
	stream := s.streamOf(call)
	if stream == nil {
		return nil, &problemNoSession
	}
	token, ok := bearerOf(r)
	if !ok {
		return nil, &problemNoToken
	}
	hash := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(hash[:], stream.token[:]) != 1 {
		return nil, &problemForeign
	}
	return stream, nil
}

// patchStream takes candidates, or begins ICE anew (RFC 9725 §4.3).
func (s *Server) patchStream(w http.ResponseWriter, r *http.Request, call StreamCall) *problem {
	stream, refused := s.session(r, call)
	if refused != nil {
		return refused
	}
	if !stream.patches.AllowN(time.Now(), 1) {
		return &problemTooOften
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != fragmentType {
		return &problemNotPatch
	}
	body, refused := readBody(w, r, maxFragmentBody)
	if refused != nil {
		return refused
	}
	stream.negotiating.Lock()
	defer stream.negotiating.Unlock()
	if refused := matches(r.Header.Values("If-Match"), stream.agreed.tag); refused != nil {
		return refused
	}
	remote, err := readFragment(body)
	if err != nil {
		return &problemFragment
	}
	if remote == (credentials{}) || remote == stream.agreed.remote {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	answer, refused := stream.restart(r.Context(), remote)
	if refused != nil {
		return refused
	}
	w.Header().Set("Content-Type", fragmentType)
	w.Header().Set("ETag", stream.agreed.tag)
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, fragmentOf(answer))
	return nil
}

// matches checks If-Match by strong comparison (RFC 9110 §13.1.1).
func matches(headers []string, tag string) *problem {
	if len(headers) == 0 {
		return &problemNoTag
	}
	for value := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		if value = strings.TrimSpace(value); value == "*" || value == tag {
			return nil
		}
	}
	return &problemTag
}

// deleteStream ends a session. What If-Match says does not matter.
func (s *Server) deleteStream(w http.ResponseWriter, r *http.Request, call StreamCall) *problem {
	stream, refused := s.session(r, call)
	if refused != nil {
		return refused
	}
	stream.leave()
	w.WriteHeader(http.StatusOK)
	return nil
}
