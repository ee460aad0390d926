package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

func (s *Server) participantRoutes() {
	s.route(http.MethodGet, "/api/meetings/:code/participants", s.listParticipants, s.signedIn)
}

type participantJSON struct {
	memberJSON
	Status   string     `json:"status"`
	JoinedAt *time.Time `json:"joinedAt,omitempty"` // not there for one who has not come in yet
	LeftAt   *time.Time `json:"leftAt,omitempty"`
}

type participantsResponse struct {
	Participants []participantJSON `json:"participants"`
	Next         string            `json:"next,omitempty"`
}

func (s *Server) listParticipants(c echo.Context) error {
	var check checks
	limit := check.limit(c, 200, 500)
	after := c.QueryParam("after")
	if after != "" {
		after = check.id("after", after)
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.sharedMeeting(c, "participants_read")
	if err != nil {
		return err
	}
	// Who waits, was refused or never came is the host's to know.
	page, next, err := s.store.ParticipantsOf(c.Request().Context(), m.ID, after, limit, identityOf(c).user == m.HostID)
	if err != nil {
		return err
	}
	out := participantsResponse{Participants: make([]participantJSON, 0, len(page)), Next: next}
	for _, p := range page {
		out.Participants = append(out.Participants, participantJSON{
			memberJSON: memberJSON{ID: p.ID, Name: p.Name, Role: p.Role, Guest: p.Guest},
			Status:     p.Status, JoinedAt: p.JoinedAt, LeftAt: p.LeftAt,
		})
	}
	return c.JSON(http.StatusOK, out)
}
