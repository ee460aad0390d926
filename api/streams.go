package api

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/store"
)

const (
	whipPath = "/whip"
	whepPath = "/whep"
	// streamLife is how long a token for a stream is good unless it says otherwise.
	streamLife = 12 * time.Hour
)

func (s *Server) streamRoutes() {
	s.route(http.MethodPost, "/api/meetings/:code/streams", s.createStream, s.refuseForeign, s.signedIn)
	for path, way := range map[string]grant.Way{whipPath: grant.Publish, whepPath: grant.Play} {
		endpoint, session := path+"/:code", path+"/:code/:id"
		handler := s.stream(path, way)
		s.route(http.MethodPost, endpoint, handler, s.refuseForeign)
		s.route(http.MethodOptions, endpoint, handler)
		s.route(http.MethodPatch, session, handler, s.refuseForeign)
		s.route(http.MethodDelete, session, handler, s.refuseForeign)
		s.route(http.MethodOptions, session, handler)
		// There is no page at these paths, though nobody is wrong to look.
		s.route(http.MethodGet, endpoint, handler)
		s.route(http.MethodGet, session, handler)
		s.echo.HEAD(endpoint, handler)
		s.echo.HEAD(session, handler)
		s.echo.Match([]string{http.MethodPut, http.MethodPatch, http.MethodDelete}, endpoint, allowing("GET, HEAD, OPTIONS, POST"))
		s.echo.Match([]string{http.MethodPut, http.MethodPost}, session, allowing("DELETE, GET, HEAD, OPTIONS, PATCH"))
	}
	s.adminStreamRoutes()
}

// allowing refuses a method and says which there are.
func allowing(methods string) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAllow, methods)
		return errMethod
	}
}

// stream hands a call of WHIP or WHEP over to package signaling.
func (s *Server) stream(path string, way grant.Way) echo.HandlerFunc {
	return func(c echo.Context) error {
		// A code that is none is answered like one that is not the token's.
		code, _ := parseCode(c.Param("code"))
		if c.Request().Method == http.MethodPost && way == grant.Publish && s.opens(c, code) {
			if here, err := s.placed(c, code); !here {
				return err
			}
		}
		s.rooms.ServeStream(c.Response(), asSeen(c), signaling.StreamCall{
			Way: way, Code: code, Session: c.Param("id"), Endpoint: path + "/" + url.PathEscape(c.Param("code")),
		})
		return nil
	}
}

// opens says whether the token shown may begin the meeting.
func (s *Server) opens(c echo.Context, code string) bool {
	scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	stream, err := s.grants.VerifyStream(s.now(), token)
	return err == nil && stream.Code == code
}

// asSeen is the request with the client's address in place of a trusted proxy's.
func asSeen(c echo.Context) *http.Request {
	r := c.Request()
	if address := c.RealIP(); address != "" {
		r = r.Clone(r.Context())
		r.RemoteAddr = net.JoinHostPort(address, "0")
	}
	return r
}

type streamRequest struct {
	Kind        *string    `json:"kind"` // publish or play
	Name        *string    `json:"name"` // that others see
	Participant *string    `json:"participant"`
	SkipLobby   *bool      `json:"skipLobby"` // true if left out
	ExpiresAt   *time.Time `json:"expiresAt"`
}

type newStreamResponse struct {
	// Invitation is what it hangs on: revoked, it ends the stream.
	Invitation invitationJSON `json:"invitation"`
	URL        string         `json:"url"`
	Token      string         `json:"token"`
}

// createStream gives somebody who speaks HTTP alone the right to publish into a meeting, or to play it.
func (s *Server) createStream(c echo.Context) error {
	var in streamRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	now := s.now()
	var check checks
	g := check.stream(in, now)
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.hostedMeeting(c, "stream_create")
	if err != nil {
		return err
	}
	out, err := s.addStream(c, m, g)
	if err != nil {
		return err
	}
	s.audit(c, event{action: "stream_create", target: out.Invitation.ID, meeting: m.ID})
	return c.JSON(http.StatusCreated, out)
}

// addStream makes the token, and what it hangs on.
func (s *Server) addStream(c echo.Context, m store.Meeting, g grant.Stream) (out newStreamResponse, err error) {
	ctx, now := c.Request().Context(), s.now()
	if err := s.roomForInvitation(ctx, m); err != nil {
		return out, err
	}
	// Nobody knows what was hashed: as a link for people it is good for nothing.
	i := store.Invitation{
		MeetingID: m.ID, Role: store.RoleParticipant, SkipLobby: g.SkipLobby, Hash: hashToken(newInvitationToken()),
		ExpiresAt: &g.ExpiresAt, CreatedAt: now, Stream: string(g.Way), Name: g.Name,
	}
	if err := s.store.AddInvitation(ctx, &i); err != nil {
		return out, err
	}
	g.ID, g.Code, g.Meeting, g.ExpiresAt = i.ID, m.Code, m.ID, *i.ExpiresAt
	token, err := s.grants.Stream(now, g)
	if err != nil {
		return out, err
	}
	path := map[grant.Way]string{grant.Publish: whipPath, grant.Play: whepPath}[g.Way]
	return newStreamResponse{Invitation: renderInvitation(i, now), URL: s.streamOrigin(c) + path + "/" + m.Code, Token: token}, nil
}

// streamOrigin is where studios reach this server; empty if that is not known, for whoever asks at the admin listener.
func (s *Server) streamOrigin(c echo.Context) string {
	if cameByAdmin(c) {
		return s.publicOrigin
	}
	return s.ownOrigin(c)
}

func (c *checks) stream(in streamRequest, now time.Time) grant.Stream {
	g := grant.Stream{SkipLobby: in.SkipLobby == nil || *in.SkipLobby, ExpiresAt: now.Add(streamLife)}
	if in.Kind != nil {
		g.Way = grant.Way(*in.Kind)
	}
	if g.Way != grant.Publish && g.Way != grant.Play {
		c.wrong("kind", "is publish or play")
	}
	if in.Name == nil {
		c.wrong("name", "is required")
	} else {
		g.Name = c.name("name", *in.Name)
	}
	if in.Participant != nil {
		g.Participant = c.id("participant", *in.Participant)
		if g.Way != grant.Play {
			c.wrong("participant", "is for playing")
		}
	}
	if in.ExpiresAt != nil {
		g.ExpiresAt = *in.ExpiresAt
	}
	if life := g.ExpiresAt.Sub(now); life <= 0 || life > grant.MaxStreamLife {
		c.wrong("expiresAt", "must be within the next seven days")
	}
	return g
}
