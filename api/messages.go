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
	Occurrence string    `json:"occurrence"`

	Private       bool       `json:"private,omitempty"` // between the caller and one other
	RecipientName string     `json:"recipientName,omitempty"`
	ReplyTo       *uint64    `json:"replyTo,omitempty"`
	EditedAt      *time.Time `json:"editedAt,omitempty"`
	Deleted       bool       `json:"deleted,omitempty"`
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
	occurrence := c.QueryParam("occurrence")
	if occurrence != "" {
		occurrence = check.id("occurrence", occurrence)
	}
	if err := check.failure(); err != nil {
		return err
	}
	m, err := s.sharedMeeting(c, "messages_read")
	if err != nil {
		return err
	}
	who := identityOf(c).user
	// Afterwards the host sees everything that is not private; the others what they were there for, unless all may see all.
	// What is being said is for those inside.
	others := who != m.HostID
	sight := store.Sight{User: who, Occurrence: occurrence, Attended: others && m.ChatHistory != store.HistoryAll, Inside: others}
	page, more, err := s.store.MessagesBefore(c.Request().Context(), m.ID, before, limit, sight)
	if err != nil {
		return err
	}
	out := messagesResponse{Messages: make([]messageJSON, 0, len(page)), More: more}
	for _, line := range page {
		out.Messages = append(out.Messages, messageJSON{
			Number: line.Number, SenderName: line.SenderName, SenderID: line.SenderID, Text: line.Text, SentAt: line.CreatedAt,
			Occurrence: line.OccurrenceID, Private: line.RecipientID != nil, RecipientName: line.RecipientName,
			ReplyTo: line.ReplyTo, EditedAt: line.EditedAt, Deleted: line.DeletedAt != nil,
		})
	}
	return c.JSON(http.StatusOK, out)
}
