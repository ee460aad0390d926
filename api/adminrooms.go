package api

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/store"
)

func (s *Server) adminRoomRoutes() {
	const room, participant = "/api/admin/rooms/:code", "/api/admin/rooms/:code/participants/:id"
	s.adminRoute(http.MethodGet, "/api/admin/rooms", ScopeRoomsRead, s.adminListRooms)
	s.adminRoute(http.MethodGet, room, ScopeRoomsRead, s.adminGetRoom)
	s.adminRoute(http.MethodPatch, room, ScopeRoomsWrite, s.adminChangeRoom)
	s.adminRoute(http.MethodPost, room+"/close", ScopeRoomsWrite, s.adminCloseRoom)
	s.adminRoute(http.MethodPost, room+"/announce", ScopeRoomsWrite, s.adminAnnounce)
	s.adminRoute(http.MethodPost, "/api/admin/announce", ScopeRoomsWrite, s.adminAnnounceEverywhere)
	s.adminRoute(http.MethodPost, room+"/mute", ScopeParticipantsWrite, s.adminMuteAll)
	s.adminRoute(http.MethodPost, participant+"/mute", ScopeParticipantsWrite, s.adminMute)
	s.adminRoute(http.MethodPatch, participant, ScopeParticipantsWrite, s.adminChangeParticipant)
	s.adminRoute(http.MethodDelete, participant, ScopeParticipantsWrite, s.adminRemove)
}

// maxAnnouncement is how many characters an announcement may have: it is shown for seconds.
const maxAnnouncement = 300

// The sources that can be stopped.
const (
	sourceMicrophone = "microphone"
	sourceCamera     = "camera"
	sourceScreen     = "screen"
)

type announcementRequest struct {
	Text string `json:"text"`
}

type muteAllRequest struct {
	Hard bool `json:"hard"`
}

type muteRequest struct {
	Source string `json:"source"` // microphone if left out
	Hard   bool   `json:"hard"`
}

type changeRoomRequest struct {
	Locked      *bool               `json:"locked"`
	Permissions *permissionsRequest `json:"permissions"`
}

type changeParticipantRequest struct {
	Permissions *permissionsRequest `json:"permissions"`
	Reset       bool                `json:"reset"`
}

type roomJSON struct {
	Code         string    `json:"code"`
	Title        string    `json:"title"`
	StartedAt    time.Time `json:"startedAt"`
	Locked       bool      `json:"locked"`
	Participants int       `json:"participants"`
	Waiting      int       `json:"waiting"`
}

type adminRoomsResponse struct {
	Rooms  []roomJSON `json:"rooms"`
	Silent []string   `json:"silent,omitempty"` // nodes that did not answer: what is there is missing
}

type roomInFullJSON struct {
	roomJSON
	Lobby       bool            `json:"lobby"`
	Permissions permissionsJSON `json:"permissions"`
	People      []insiderJSON   `json:"people"`
}

type roomResponse struct {
	Room roomInFullJSON `json:"room"`
}

type insiderJSON struct {
	memberJSON
	JoinedAt     time.Time       `json:"joinedAt"`
	Reconnecting bool            `json:"reconnecting"`
	Sources      []sourceJSON    `json:"sources"`
	Permissions  permissionsJSON `json:"permissions"`
}

type sourceJSON struct {
	Source string `json:"source"`
	Muted  bool   `json:"muted"`
}

type announcedResponse struct {
	Rooms  int      `json:"rooms"`
	Silent []string `json:"silent,omitempty"`
}

func renderRoom(o signaling.Overview) roomJSON {
	return roomJSON{
		Code: o.Meeting.Code, Title: o.Meeting.Title, StartedAt: o.Meeting.StartedAt, Locked: o.Meeting.Locked,
		Participants: len(o.Participants), Waiting: o.Waiting,
	}
}

func renderRoomInFull(o signaling.Overview) roomInFullJSON {
	out := roomInFullJSON{
		roomJSON: renderRoom(o), Lobby: o.Meeting.Lobby, Permissions: permissionsJSON(o.Meeting.Permissions),
		People: make([]insiderJSON, 0, len(o.Participants)),
	}
	for _, p := range o.Participants {
		one := insiderJSON{
			memberJSON: memberJSON{ID: p.ID, Name: p.Name, Role: string(p.Role), Guest: p.Guest},
			JoinedAt:   p.JoinedAt, Reconnecting: p.Reconnecting, Sources: []sourceJSON{}, Permissions: permissionsJSON(p.Permissions),
		}
		for _, source := range p.Publications {
			one.Sources = append(one.Sources, sourceJSON{Source: string(source.Source), Muted: source.Muted})
		}
		out.People = append(out.People, one)
	}
	return out
}

// override is what the room makes of it.
func (p *permissionsRequest) override() signaling.Override {
	if p == nil {
		return signaling.Override{}
	}
	return signaling.Override(*p)
}

func (p *permissionsRequest) empty() bool { return p == nil || *p == permissionsRequest{} }

// liveCode is the code of the path, if its form is one. Administrators are not slowed down: whether there is such a meeting is
// theirs to know.
func liveCode(c echo.Context) (string, error) {
	code, ok := parseCode(c.Param("code"))
	if !ok {
		return "", errNotLive
	}
	return code, nil
}

// insider is the code and the participant of the path.
func insider(c echo.Context) (code, participant string, err error) {
	var check checks
	participant = check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return "", "", err
	}
	code, err = liveCode(c)
	return code, participant, err
}

func (s *Server) adminListRooms(c echo.Context) error {
	out := adminRoomsResponse{Rooms: []roomJSON{}}
	for _, o := range s.rooms.Overviews() {
		out.Rooms = append(out.Rooms, renderRoom(o))
	}
	var err error
	out.Silent, err = everywhere(s, c, nil, func(elsewhere adminRoomsResponse) { out.Rooms = append(out.Rooms, elsewhere.Rooms...) })
	if err != nil {
		return err
	}
	slices.SortStableFunc(out.Rooms, func(a, b roomJSON) int { return a.StartedAt.Compare(b.StartedAt) })
	return tagged(c, out)
}

func (s *Server) adminGetRoom(c echo.Context) error {
	code, err := liveCode(c)
	if err != nil {
		return err
	}
	o, ok := s.rooms.Overview(code)
	if !ok {
		return errNotLive
	}
	return tagged(c, roomResponse{renderRoomInFull(o)})
}

func (s *Server) adminChangeRoom(c echo.Context) error {
	var in changeRoomRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.Locked == nil && in.Permissions.empty() {
		return errInvalid.because("There is nothing to change: give locked, permissions or both.")
	}
	code, err := liveCode(c)
	if err != nil {
		return err
	}
	if in.Locked != nil {
		action := "admin_room_unlock"
		if *in.Locked {
			action = "admin_room_lock"
		}
		if err := s.operated(c, action, code, "", s.rooms.Lock(code, *in.Locked)); err != nil {
			return err
		}
	}
	if !in.Permissions.empty() {
		err := s.rooms.Permit(code, "", in.Permissions.override(), false)
		if err := s.operated(c, "admin_room_permissions", code, "", err); err != nil {
			return err
		}
	}
	return s.adminGetRoom(c)
}

// adminCloseRoom ends the meeting for everybody. It can be held again.
func (s *Server) adminCloseRoom(c echo.Context) error {
	if err := decode(c, &emptyRequest{}); err != nil {
		return err
	}
	code, err := liveCode(c)
	if err != nil {
		return err
	}
	err = s.rooms.End(c.Request().Context(), code, "")
	if err := s.operated(c, "admin_room_close", code, "", err); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) adminAnnounce(c echo.Context) error {
	text, err := announcement(c)
	if err != nil {
		return err
	}
	code, err := liveCode(c)
	if err != nil {
		return err
	}
	if err := s.operated(c, "admin_room_announce", code, "", s.rooms.Announce(code, text)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) adminAnnounceEverywhere(c echo.Context) error {
	text, err := announcement(c)
	if err != nil {
		return err
	}
	out := announcedResponse{}
	for _, o := range s.rooms.Overviews() {
		// One that has ended meanwhile is no fault.
		if s.rooms.Announce(o.Meeting.Code, text) == nil {
			out.Rooms++
		}
	}
	if _, came := passedOn(c.Request()); !came {
		s.audit(c, event{action: "admin_announce"})
	}
	out.Silent, err = everywhere(s, c, announcementRequest{text}, func(elsewhere announcedResponse) { out.Rooms += elsewhere.Rooms })
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, out)
}

func announcement(c echo.Context) (string, error) {
	var in announcementRequest
	if err := decode(c, &in); err != nil {
		return "", err
	}
	var check checks
	text := check.text("text", in.Text, maxAnnouncement)
	return text, check.failure()
}

func (s *Server) adminMuteAll(c echo.Context) error {
	var in muteAllRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	code, err := liveCode(c)
	if err != nil {
		return err
	}
	if err := s.operated(c, hardly("admin_room_mute", in.Hard), code, "", s.rooms.Mute(code, "", in.Hard)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (s *Server) adminMute(c echo.Context) error {
	var in muteRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	stop, ok := map[string]func(code, participant string, hard bool) error{
		"": s.rooms.Mute, sourceMicrophone: s.rooms.Mute, sourceCamera: s.rooms.StopVideo, sourceScreen: s.rooms.StopShare,
	}[in.Source]
	if !ok {
		return invalidFields(map[string]string{"source": "is microphone, camera or screen"})
	}
	code, id, err := insider(c)
	if err != nil {
		return err
	}
	if err := s.operated(c, hardly("admin_participant_mute", in.Hard), code, id, stop(code, id, in.Hard)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func hardly(action string, hard bool) string {
	if hard {
		return action + "_hard"
	}
	return action
}

func (s *Server) adminChangeParticipant(c echo.Context) error {
	var in changeParticipantRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.Permissions.empty() && !in.Reset {
		return errInvalid.because("There is nothing to change: give permissions, reset or both.")
	}
	code, id, err := insider(c)
	if err != nil {
		return err
	}
	err = s.rooms.Permit(code, id, in.Permissions.override(), in.Reset)
	if err := s.operated(c, "admin_participant_permissions", code, id, err); err != nil {
		return err
	}
	return s.adminGetRoom(c)
}

func (s *Server) adminRemove(c echo.Context) error {
	code, id, err := insider(c)
	if err != nil {
		return err
	}
	if err := s.operated(c, "admin_participant_remove", code, id, s.rooms.Remove(code, id)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// operated writes down what was done to a room, if it was done, and finds the answer if it was not.
func (s *Server) operated(c echo.Context, action, code, target string, err error) error {
	switch {
	case errors.Is(err, signaling.ErrNotLive):
		return errNotLive
	case errors.Is(err, signaling.ErrNobody):
		return errNobody
	case err != nil:
		return err
	}
	e := event{action: action, target: target}
	m, err := s.store.MeetingByCode(c.Request().Context(), code)
	switch {
	case err == nil:
		e.meeting = m.ID
	case !errors.Is(err, store.ErrNotFound):
		s.log.Warn("meeting of an audit event not found", "action", action, "error", err)
	}
	s.audit(c, e)
	return nil
}
