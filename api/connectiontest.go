package api

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
)

func (s *Server) connectionTestRoutes() {
	s.route(http.MethodPost, "/api/connection-test", s.connectionTest, s.refuseForeign, s.anybody)
}

type connectionTestResponse struct {
	Send       string      `json:"send"`
	Receive    string      `json:"receive"`
	Sender     string      `json:"sender"`
	SocketURL  string      `json:"socketUrl"`
	ICEServers []ICEServer `json:"iceServers"`
	Seconds    int         `json:"seconds"`
}

// connectionTest lets a client send through the server to itself. The room has no record and reaches nobody else.
func (s *Server) connectionTest(c echo.Context) error {
	if err := decode(c, &emptyRequest{}); err != nil {
		return err
	}
	if wait, ok := s.limits.connectionTest.take(s.now(), networkOf(c.RealIP())); !ok {
		return tooMany(wait)
	}
	if wait, ok := s.limits.connectionTests.take(s.now(), ""); !ok {
		return tooMany(wait)
	}
	// No meeting has such a code.
	id := strings.ToLower(rand.Text())
	out := connectionTestResponse{
		Sender: "send-" + id, SocketURL: s.cfg.SocketURL, ICEServers: s.iceServers("send-"+id, true, 2*signaling.TestLife),
		Seconds: int(signaling.TestLife.Seconds()),
	}
	var err error
	for _, end := range []struct {
		participant, name string
		grant             *string
	}{{out.Sender, "Sender", &out.Send}, {"receive-" + id, "Receiver", &out.Receive}} {
		*end.grant, err = s.grants.Grant(s.now(), grant.Claims{
			Participant: end.participant, Code: "test-" + id, Meeting: "test-" + id, Occurrence: "test-" + id,
			Name: end.name, Guest: true, Test: true,
		})
		if err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, out)
}
