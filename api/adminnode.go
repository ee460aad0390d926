package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

func (s *Server) adminNodeRoutes() {
	s.adminRoute(http.MethodGet, "/api/admin/node", ScopeRoomsRead, s.adminGetNode)
	s.adminRoute(http.MethodPatch, "/api/admin/node", ScopeNodeDrain, s.adminChangeNode)
}

type nodeJSON struct {
	Draining     bool `json:"draining"`
	Rooms        int  `json:"rooms"`
	Participants int  `json:"participants"`
	Waiting      int  `json:"waiting"`
}

type nodeResponse struct {
	Node nodeJSON `json:"node"`
}

type changeNodeRequest struct {
	Draining *bool `json:"draining"`
}

func (s *Server) adminGetNode(c echo.Context) error {
	out := nodeJSON{Draining: s.draining.Load()}
	for _, o := range s.rooms.Overviews() {
		out.Rooms++
		out.Participants += len(o.Participants)
		out.Waiting += o.Waiting
	}
	return tagged(c, nodeResponse{out})
}

// adminChangeNode drains the node, or takes that back: /readyz says so to load balancers, and meetings go on.
func (s *Server) adminChangeNode(c echo.Context) error {
	var in changeNodeRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.Draining == nil {
		return invalidFields(map[string]string{"draining": "is required"})
	}
	before := s.draining.Swap(*in.Draining)
	action := "admin_node_resume"
	if *in.Draining {
		action = "admin_node_drain"
	}
	s.audit(c, event{action: action})
	if before != *in.Draining {
		s.log.Warn("the node's readiness was changed", "draining", *in.Draining, "by", administratorOf(c).actor)
	}
	return s.adminGetNode(c)
}
