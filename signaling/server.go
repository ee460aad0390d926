package signaling

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

// ErrNotLive says that nobody is in the meeting on this node.
var ErrNotLive = errors.New("the meeting is not live")

// LiveMeeting is a meeting with people in it.
type LiveMeeting struct {
	Participants []message.Participant
	StartedAt    time.Time
}

// Server takes sockets and keeps the rooms that are alive on this node.
type Server struct{}

// NewServer makes a server that works at once; Close ends it.
func NewServer(cfg Config, records *store.Store, media any, keys *grant.Keys, log *slog.Logger) *Server {
	return &Server{}
}

// ServeHTTP is the endpoint of the WebSocket.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Live tells who is in a meeting; false if nobody is.
func (s *Server) Live(code string) (LiveMeeting, bool) { return LiveMeeting{}, false }

// End ends a meeting for everybody. By is a participant's or a user's id, or empty. It waits for the record
// of the occurrence to be closed, as long as ctx lasts. ErrNotLive if nobody is in it.
func (s *Server) End(ctx context.Context, code, by string) error { return ErrNotLive }

// Leave takes a participant out of a meeting for good. ErrNotLive if they are not in it.
func (s *Server) Leave(ctx context.Context, code, participant string) error { return ErrNotLive }

// Rename tells everybody in a meeting its new title.
func (s *Server) Rename(code, title string) {}

// Close tells every client that the server stops, stores what is left to store as long as ctx lasts, and
// waits for every goroutine. Meetings are not ended: clients come back with their tickets.
func (s *Server) Close(ctx context.Context) {}
