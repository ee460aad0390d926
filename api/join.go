package api

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/store"
)

const joinPath = "/api/meetings/:code/join"

func (s *Server) joinRoutes() {
	s.route(http.MethodPost, joinPath, s.join, s.refuseForeign, s.anybody)
	s.route(http.MethodPost, "/api/meetings/:code/leave", s.leave, s.refuseForeign, s.signedIn)
}

type joinRequest struct {
	Name       *string `json:"name"`       // required of guests; for others the name of the account stands in
	Invitation *string `json:"invitation"` // the token of a link
}

type leaveRequest struct {
	Participant *string `json:"participant"`
}

// memberJSON is somebody in the meeting.
type memberJSON struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Guest bool   `json:"guest"`
}

type joinResponse struct {
	Grant        string       `json:"grant"`
	SocketURL    string       `json:"socketUrl"`
	ICEServers   []ICEServer  `json:"iceServers"`
	Participant  memberJSON   `json:"participant"`
	Meeting      meetingJSON  `json:"meeting"`
	Participants []memberJSON `json:"participants"`
	Status       string       `json:"status"` // where the grant leads as things are now
}

func (s *Server) join(c echo.Context) error {
	m, err := s.meetingOf(c)
	if err != nil {
		return err
	}
	if here, err := s.placed(c, m.Code); !here {
		return err
	}
	var in joinRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	by, err := s.invitation(c, m, in.Invitation)
	if err != nil {
		return err
	}
	p, err := s.newcomer(c, m, in)
	if err != nil {
		return err
	}
	occurrence, invited, err := s.admit(c.Request().Context(), m, &p, by)
	if errors.Is(err, errInvitation) {
		return s.badInvitation(c)
	}
	if err != nil {
		if errors.Is(err, errRemoved) || errors.Is(err, errLocked) {
			s.auditRefusal(c, event{actor: "guest", action: "meeting_join", target: identityOf(c).user, meeting: m.ID})
		}
		return err
	}
	claims := grant.Claims{
		Participant: p.ID, Code: m.Code, Meeting: m.ID, Occurrence: occurrence.ID, Epoch: occurrence.Epoch,
		Name: p.Name, Host: p.Role == store.RoleHost, CoHost: p.Role == store.RoleCoHost, Guest: p.Guest, Device: p.Device,
		SignIn: identityOf(c).session, Admitted: invited && by.SkipLobby, Request: requestID(c), Trace: traceOf(c.Request().Context()),
	}
	if p.UserID != nil {
		claims.User = *p.UserID
		expected, err := s.isInvited(c.Request().Context(), m, claims.User)
		if err != nil {
			return err
		}
		claims.Admitted = claims.Admitted || expected
	}
	signed, err := s.grants.Grant(s.now(), claims)
	if err != nil {
		return fmt.Errorf("join of meeting %s: %w", m.ID, err)
	}
	view, err := s.viewMeeting(c, m)
	if err != nil {
		return err
	}
	s.audit(c, event{actor: p.ID, action: "meeting_join", target: claims.User, meeting: m.ID})
	out := joinResponse{
		Grant: signed, SocketURL: s.cfg.SocketURL, ICEServers: s.iceServers(p.ID, false, 0),
		Participant: memberJSON{ID: p.ID, Name: p.Name, Role: p.Role, Guest: p.Guest},
		Meeting:     view, Participants: []memberJSON{}, Status: store.StatusWaiting,
	}
	// Who has to wait is told nothing of those inside; the room has the last word.
	if !p.SentBack && (!m.Lobby || claims.Admitted || p.Role != store.RoleParticipant || p.Status == store.StatusJoined) {
		out.Participants, out.Status = s.inside(m.Code), store.StatusJoined
		out.ICEServers = s.iceServers(p.ID, true, 0)
	}
	return c.JSON(http.StatusOK, out)
}

// newcomer says as what the request may come in: as the host, as somebody with an account, as a guest.
func (s *Server) newcomer(c echo.Context, m store.Meeting, in joinRequest) (store.Participant, error) {
	p := store.Participant{MeetingID: m.ID, Role: store.RoleParticipant, Status: store.StatusInvited, CreatedAt: s.now()}
	var check checks
	if in.Name != nil {
		p.Name = check.name("name", *in.Name)
	}
	who := identityOf(c)
	if !who.known() {
		return s.guest(c, m, p, &check)
	}
	if err := check.failure(); err != nil {
		return p, err
	}
	if wait, ok := s.limits.join.take(s.now(), who.user); !ok {
		return p, tooMany(wait)
	}
	user, err := s.store.UserByID(c.Request().Context(), who.user)
	if errors.Is(err, store.ErrNotFound) {
		return p, errToken
	}
	if err != nil {
		return p, err
	}
	if user.DisabledAt != nil {
		return p, errDisabled
	}
	p.UserID = &user.ID
	if in.Name == nil {
		p.Name = user.Name
	}
	if user.ID == m.HostID {
		// No device: a host who tried the meeting as a guest and removed that guest is not to be kept out of it.
		p.Role = store.RoleHost
	} else {
		p.Device = s.browserDevice(c)
	}
	return p, nil
}

func (s *Server) guest(c echo.Context, m store.Meeting, p store.Participant, check *checks) (store.Participant, error) {
	// Not hidden behind a 404: whoever has the code can see in the meeting's public part that guests are not allowed.
	if !m.GuestsAllowed {
		s.auditRefusal(c, event{actor: "guest", action: "meeting_join", meeting: m.ID})
		return p, errNoGuests
	}
	if p.Name == "" {
		check.wrong("name", "is required")
	}
	if err := check.failure(); err != nil {
		return p, err
	}
	if wait, ok := s.limits.guestJoin.take(s.now(), networkOf(c.RealIP())); !ok {
		return p, tooMany(wait)
	}
	p.Guest, p.Device = true, s.browserDevice(c)
	return p, nil
}

// browserDevice is a mark that a browser keeps, so that who was removed is known again, with an account or without; hashed.
// It can be thrown away: against that a lock or the lobby helps.
func (s *Server) browserDevice(c echo.Context) string {
	mark := s.cookie(c, guestCookie)
	if len(mark) < 20 || len(mark) > 64 {
		mark = newInvitationToken()
	}
	s.setCookie(c, guestCookie, mark, s.cfg.DeviceLife)
	return hex.EncodeToString(hashToken("guest " + mark)[:16])
}

// admit puts the participant into the occurrence that is running, or into a new one. invited says that the link holds for them.
func (s *Server) admit(ctx context.Context, m store.Meeting, p *store.Participant, by *store.Invitation) (occurrence store.Occurrence, invited bool, err error) {
	newcomer := *p
	err = s.store.InTx(ctx, func(tx *store.Store) error {
		var err error
		if occurrence, err = tx.OpenOccurrence(ctx, m.ID, s.now()); err != nil {
			return err
		}
		*p = newcomer
		p.OccurrenceID = occurrence.ID
		removed, err := tx.WasRemoved(ctx, occurrence.ID, p.UserID, p.Device)
		if err != nil {
			return err
		}
		if removed {
			return errRemoved
		}
		known, err := tx.IsIn(ctx, occurrence.ID, p.UserID, p.Device)
		if err != nil {
			return err
		}
		if p.SentBack, err = tx.WasSentBack(ctx, occurrence.ID, p.UserID, p.Device); err != nil {
			return err
		}
		if invited, err = s.useOnce(ctx, tx, p, by); err != nil {
			return err
		}
		if m.Locked && !known && p.Role == store.RoleParticipant {
			return errLocked
		}
		return tx.AddParticipant(ctx, p)
	})
	if errors.Is(err, store.ErrNotFound) {
		err = errNoMeeting // deleted meanwhile
	}
	return occurrence, invited, err
}

// useOnce counts a use of the link, unless they have come by it before; then it holds for as long as it is neither over nor
// revoked, and is as good as none afterwards. The meeting's row is locked meanwhile, so that who comes twice at once is
// counted once.
func (s *Server) useOnce(ctx context.Context, tx *store.Store, p *store.Participant, by *store.Invitation) (holds bool, err error) {
	if by == nil {
		return false, nil
	}
	came, err := tx.CameBy(ctx, p.OccurrenceID, by.ID, p.UserID, p.Device)
	if err != nil {
		return false, err
	}
	if came && !by.Open(s.now()) {
		return false, nil
	}
	if !came {
		used, err := tx.UseInvitation(ctx, by.ID, s.now())
		if err != nil {
			return false, err
		}
		if !used {
			return false, errInvitation
		}
	}
	p.InvitationID = &by.ID
	if by.Role == store.RoleCoHost && p.Role == store.RoleParticipant {
		demoted, err := tx.WasDemoted(ctx, p.OccurrenceID, p.UserID, p.Device)
		if err != nil {
			return false, err
		}
		// No link overrules what a host decided of them.
		if !demoted && !p.SentBack {
			p.Role = store.RoleCoHost
		}
	}
	return true, nil
}

// inside lists who is in a meeting now.
func (s *Server) inside(code string) []memberJSON {
	members := []memberJSON{}
	live, _ := s.rooms.Live(code)
	for _, p := range live.Participants {
		members = append(members, memberJSON{ID: p.ID, Name: p.Name, Role: string(p.Role), Guest: p.Guest})
	}
	return members
}

func (s *Server) leave(c echo.Context) error {
	var in leaveRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	if in.Participant != nil {
		check.id("participant", *in.Participant)
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.meetingOf(c)
	if err != nil {
		return err
	}
	p, err := s.ownParticipant(c, m, in.Participant)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.rooms.Leave(ctx, m.Code, p.ID)
	if errors.Is(err, signaling.ErrNotLive) && p.Status != store.StatusLeft {
		err = s.store.LeaveMeeting(ctx, p.ID, store.ReasonLeft, s.now())
	}
	if err != nil && !errors.Is(err, signaling.ErrNotLive) {
		return fmt.Errorf("leaving meeting %s: %w", m.ID, err)
	}
	s.audit(c, event{actor: p.ID, action: "meeting_leave", meeting: m.ID})
	return c.NoContent(http.StatusNoContent)
}

// ownParticipant is the one named, if it is the caller's, else the caller among those inside.
func (s *Server) ownParticipant(c echo.Context, m store.Meeting, id *string) (store.Participant, error) {
	candidates := []string{}
	if id != nil {
		candidates = append(candidates, *id)
	} else {
		for _, p := range s.inside(m.Code) {
			if !p.Guest {
				candidates = append(candidates, p.ID)
			}
		}
	}
	for _, candidate := range candidates {
		p, err := s.store.ParticipantByID(c.Request().Context(), candidate)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return p, err
		}
		if err == nil && p.MeetingID == m.ID && p.UserID != nil && *p.UserID == identityOf(c).user {
			return p, nil
		}
	}
	return store.Participant{}, errNoMeeting
}
