package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/store"
)

func (s *Server) meetingRoutes() {
	s.route(http.MethodPost, "/api/meetings", s.createMeeting, s.refuseForeign, s.signedIn)
	s.route(http.MethodGet, "/api/meetings", s.listMeetings, s.signedIn)
	s.route(http.MethodGet, "/api/meetings/:code", s.getMeeting, s.anybody)
	s.route(http.MethodPatch, "/api/meetings/:code", s.updateMeeting, s.refuseForeign, s.signedIn)
	s.route(http.MethodDelete, "/api/meetings/:code", s.deleteMeeting, s.refuseForeign, s.signedIn)
	s.route(http.MethodPost, "/api/meetings/:code/end", s.endMeeting, s.refuseForeign, s.signedIn)
}

type createMeetingRequest struct {
	Title         string           `json:"title"`
	GuestsAllowed *bool            `json:"guestsAllowed"` // true if left out
	Schedule      *scheduleRequest `json:"schedule"`
	Settings      *settingsRequest `json:"settings"`
	RequestID     *string          `json:"requestId"`
}

type updateMeetingRequest struct {
	Title         *string          `json:"title"`
	GuestsAllowed *bool            `json:"guestsAllowed"`
	Schedule      *scheduleRequest `json:"schedule"`
	Unschedule    bool             `json:"unschedule"`
	Settings      *settingsRequest `json:"settings"`
}

// meetingJSON without the optional fields is what strangers with the code see.
type meetingJSON struct {
	Code             string     `json:"code"`
	Title            string     `json:"title"`
	HostName         string     `json:"hostName"`
	Live             bool       `json:"live"`
	GuestsAllowed    bool       `json:"guestsAllowed"`
	Lobby            bool       `json:"lobby"`
	IsHost           *bool      `json:"isHost,omitempty"`
	CreatedAt        *time.Time `json:"createdAt,omitempty"`
	EndedAt          *time.Time `json:"endedAt,omitempty"`
	ParticipantCount *int       `json:"participantCount,omitempty"` // people who have been in it

	Status     string        `json:"status,omitempty"` // INVITED if the caller is
	Schedule   *scheduleJSON `json:"schedule,omitempty"`
	Settings   *settingsJSON `json:"settings,omitempty"`
	LastHeldAt *time.Time    `json:"lastHeldAt,omitempty"`
}

type meetingResponse struct {
	Meeting meetingJSON `json:"meeting"`
}

type meetingsResponse struct {
	Meetings []meetingJSON `json:"meetings"`
	Next     string        `json:"next,omitempty"`
}

func (s *Server) createMeeting(c echo.Context) error {
	var in createMeetingRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	who := identityOf(c)
	var check checks
	m := store.Meeting{
		Title: check.title("title", in.Title), HostID: who.user, CreatedAt: s.now(), ChatHistory: store.HistoryAll,
		GuestsAllowed: in.GuestsAllowed == nil || *in.GuestsAllowed,
	}
	check.settings(in.Settings, &m)
	check.schedule(in.Schedule, s.now(), &m)
	m.Request = check.requestID("requestId", in.RequestID)
	if err := check.failure(); err != nil {
		return err
	}
	if wait, ok := s.limits.meeting.take(s.now(), who.user); !ok {
		return tooMany(wait)
	}
	made, err := s.storeMeeting(c.Request().Context(), &m)
	if m.Request != nil && errors.Is(err, store.ErrTaken) {
		check.wrong("requestId", "belongs to a meeting that was deleted")
		return check.failure()
	}
	if err != nil {
		return err
	}
	if made {
		s.audit(c, event{action: "meeting_create", target: m.ID, meeting: m.ID})
	}
	return s.answerMeeting(c, http.StatusCreated, m)
}

// storeMeeting tries other codes if one is taken, which happens about never. A request that was answered before, perhaps to
// somebody whom the answer did not reach, made its meeting then.
func (s *Server) storeMeeting(ctx context.Context, m *store.Meeting) (made bool, err error) {
	for range 3 {
		m.Code = newCode()
		if err = s.store.CreateMeeting(ctx, m); !errors.Is(err, store.ErrTaken) {
			break
		}
		if m.Request == nil {
			continue
		}
		earlier, err := s.store.MeetingByRequest(ctx, m.HostID, *m.Request)
		if !errors.Is(err, store.ErrNotFound) {
			*m = earlier
			return false, err
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, errToken // the account is gone
	}
	return err == nil, err
}

func (s *Server) listMeetings(c echo.Context) error {
	var check checks
	limit := check.limit(c, 50, 100)
	before := c.QueryParam("before")
	if before != "" {
		before = check.id("before", before)
	}
	view := c.QueryParam("view")
	if view != "" && !slices.Contains([]string{"all", "upcoming", "live", "past"}, view) {
		check.wrong("view", "is all, upcoming, live or past")
	}
	if err := check.failure(); err != nil {
		return err
	}
	who := identityOf(c)
	page, next, err := s.meetingsIn(c.Request().Context(), view, who.user, before, limit)
	if err != nil {
		return err
	}
	out, err := s.renderMeetings(c.Request().Context(), page, who.user)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, meetingsResponse{Meetings: out, Next: next})
}

// meetingsIn lists what one view of the dashboard shows; upcoming and live are one page.
func (s *Server) meetingsIn(ctx context.Context, view, user, before string, limit int) (page []store.Meeting, next string, err error) {
	switch view {
	case "upcoming":
		if page, err = s.store.UpcomingOf(ctx, user, s.now()); err != nil {
			return nil, "", err
		}
		page = byNext(page, s.now())
	case "live":
		if page, err = s.store.LiveOf(ctx, user); err != nil {
			return nil, "", err
		}
		live, done := s.liveness(ctx)
		defer done()
		page = slices.DeleteFunc(page, func(m store.Meeting) bool { return !live(m.Code, true) })
	case "past":
		return s.store.PastOf(ctx, user, before, limit)
	default:
		return s.store.MeetingsOf(ctx, user, before, limit)
	}
	return page[:min(len(page), limit)], "", nil
}

// byNext orders meetings by when they begin next and drops those that never do again.
func byNext(page []store.Meeting, now time.Time) []store.Meeting {
	begins := map[string]time.Time{}
	page = slices.DeleteFunc(page, func(m store.Meeting) bool {
		plan, ok := scheduleOf(m)
		if ok {
			begins[m.ID], ok = plan.next(now)
		}
		return !ok
	})
	slices.SortStableFunc(page, func(a, b store.Meeting) int { return begins[a.ID].Compare(begins[b.ID]) })
	return page
}

func (s *Server) getMeeting(c echo.Context) error {
	m, err := s.meetingOf(c)
	if err != nil {
		return err
	}
	return s.answerMeeting(c, http.StatusOK, m)
}

func (s *Server) updateMeeting(c echo.Context) error {
	var in updateMeetingRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	m, err := s.hostedMeeting(c, "meeting_update")
	if err != nil {
		return err
	}
	var check checks
	if in.Title != nil {
		m.Title = check.title("title", *in.Title)
	}
	if in.GuestsAllowed != nil {
		m.GuestsAllowed = *in.GuestsAllowed
	}
	check.settings(in.Settings, &m)
	check.schedule(in.Schedule, s.now(), &m)
	if in.Unschedule {
		if in.Schedule != nil {
			check.wrong("unschedule", "does not go with schedule")
		}
		unschedule(&m)
	}
	if err := check.failure(); err != nil {
		return err
	}
	if err := s.store.UpdateMeeting(c.Request().Context(), &m); err != nil {
		return err
	}
	if in.Title != nil {
		s.rooms.Rename(m.Code, m.Title)
	}
	if in.Settings != nil {
		if err := s.store.SetMeetingDefaults(c.Request().Context(), m.ID, m.Lobby, m.ChatHistory, m.Denied, s.now()); err != nil {
			return err
		}
		s.rooms.Configure(m.Code, m)
	}
	s.audit(c, event{action: "meeting_update", target: m.ID, meeting: m.ID})
	return s.answerMeeting(c, http.StatusOK, m)
}

func (s *Server) deleteMeeting(c echo.Context) error {
	m, err := s.hostedMeeting(c, "meeting_delete")
	if err != nil {
		return err
	}
	if _, err := s.endRoom(c, m); err != nil {
		return err
	}
	if err := s.store.DeleteMeeting(c.Request().Context(), m.ID, s.now()); err != nil {
		return err
	}
	// Again, for whoever came in between the two.
	if _, err := s.endRoom(c, m); err != nil {
		return err
	}
	s.audit(c, event{action: "meeting_delete", target: m.ID, meeting: m.ID})
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) endMeeting(c echo.Context) error {
	if err := decode(c, &emptyRequest{}); err != nil {
		return err
	}
	m, err := s.hostedMeeting(c, "meeting_end")
	if err != nil {
		return err
	}
	live, err := s.endRoom(c, m)
	if err != nil {
		return err
	}
	// A room that was alive has closed its record itself; doing it here again could close one that began since.
	if !live {
		if err := s.store.EndMeeting(c.Request().Context(), m.ID, s.now()); err != nil {
			return err
		}
	}
	s.audit(c, event{action: "meeting_end", target: m.ID, meeting: m.ID})
	return c.NoContent(http.StatusNoContent)
}

// endRoom sends everybody out. It is false if nobody was in the meeting.
func (s *Server) endRoom(c echo.Context, m store.Meeting) (bool, error) {
	err := s.rooms.End(c.Request().Context(), m.Code, identityOf(c).user)
	if errors.Is(err, signaling.ErrNotLive) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("ending meeting %s: %w", m.ID, err)
	}
	return true, nil
}

// missDelay is added to each wrong code while many addresses together try a great number of them.
const missDelay = 500 * time.Millisecond

// answerMeeting renders a meeting for whoever asks.
func (s *Server) answerMeeting(c echo.Context, status int, m store.Meeting) error {
	out, err := s.viewMeeting(c, m)
	if err != nil {
		return err
	}
	return c.JSON(status, meetingResponse{out})
}

func (s *Server) viewMeeting(c echo.Context, m store.Meeting) (meetingJSON, error) {
	ctx, who := c.Request().Context(), identityOf(c).user
	member, err := s.isMember(ctx, m, who)
	if err != nil {
		return meetingJSON{}, err
	}
	out, err := s.renderMeetings(ctx, []store.Meeting{m}, who)
	if err != nil {
		return meetingJSON{}, err
	}
	// Who is invited sees what is on their dashboard.
	if !member && out[0].Status == "" {
		return out[0].outside(), nil
	}
	return out[0], nil
}

// outside is what strangers see of a meeting.
func (m meetingJSON) outside() meetingJSON {
	return meetingJSON{Code: m.Code, Title: m.Title, HostName: m.HostName, Live: m.Live, GuestsAllowed: m.GuestsAllowed, Lobby: m.Lobby}
}

// renderMeetings renders meetings for a member of them.
func (s *Server) renderMeetings(ctx context.Context, meetings []store.Meeting, viewer string) ([]meetingJSON, error) {
	out := make([]meetingJSON, 0, len(meetings))
	if len(meetings) == 0 {
		return out, nil
	}
	var ids, hosts []string
	for _, m := range meetings {
		ids, hosts = append(ids, m.ID), append(hosts, m.HostID)
	}
	users, err := s.store.UsersByID(ctx, hosts)
	if err != nil {
		return nil, err
	}
	counts, err := s.store.ParticipantCounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	invited, err := s.store.InvitedTo(ctx, viewer, ids)
	if err != nil {
		return nil, err
	}
	held, err := s.store.LastHeld(ctx, ids)
	if err != nil {
		return nil, err
	}
	live, done := s.liveness(ctx)
	defer done()
	for _, m := range meetings {
		at, before := held[m.ID]
		isHost, count := m.HostID == viewer, counts[m.ID]
		one := meetingJSON{
			Code: m.Code, Title: m.Title, HostName: users[m.HostID].Name, Live: live(m.Code, before && m.EndedAt == nil), GuestsAllowed: m.GuestsAllowed, Lobby: m.Lobby,
			IsHost: &isHost, CreatedAt: &m.CreatedAt, EndedAt: m.EndedAt, ParticipantCount: &count,
			Schedule: renderSchedule(m, s.now()), Settings: renderSettings(m),
		}
		if invited[m.ID] {
			one.Status = store.StatusInvited
		}
		if before {
			one.LastHeldAt = &at
		}
		out = append(out, one)
	}
	return out, nil
}
