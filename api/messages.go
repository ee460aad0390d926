package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

func (s *Server) messageRoutes() {
	s.route(http.MethodGet, "/api/meetings/:code/messages", s.listMessages, s.signedIn)
}

type messageJSON struct {
	Number     uint64    `json:"number"`
	SenderName string    `json:"senderName"`
	SenderID   *string   `json:"senderId,omitempty"` // not there for guests
	Text       string    `json:"text"`
	SentAt     time.Time `json:"sentAt"`
}

// messagesResponse is oldest first; more is true if there are older ones.
type messagesResponse struct {
	Messages []messageJSON `json:"messages"`
	More     bool          `json:"more"`
}

func (s *Server) listMessages(c echo.Context) error {
	var check checks
	limit := check.limit(c, 50, 100)
	before := check.number(c, "before")
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.sharedMeeting(c, "messages_read")
	if err != nil {
		return err
	}
	page, more, err := s.store.MessagesBefore(c.Request().Context(), m.ID, before, limit, store.Sight{User: identityOf(c).user})
	if err != nil {
		return err
	}
	out := messagesResponse{Messages: make([]messageJSON, 0, len(page)), More: more}
	for _, line := range page {
		out.Messages = append(out.Messages, messageJSON{
			Number: line.Number, SenderName: line.SenderName, SenderID: line.SenderID, Text: line.Text, SentAt: line.CreatedAt,
		})
	}
	return c.JSON(http.StatusOK, out)
}
