package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling/cluster"
)

func (s *Server) adminNodesRoutes() {
	s.adminRoute(http.MethodGet, "/api/admin/nodes", ScopeRoomsRead, s.adminListNodes)
	s.adminRoute(http.MethodPatch, "/api/admin/nodes/:id", ScopeNodeDrain, s.adminChangeOneNode)
}

// nodeOfManyJSON is a node as it last told of itself.
type nodeOfManyJSON struct {
	ID           string  `json:"id"`
	Version      string  `json:"version"`
	Draining     bool    `json:"draining"`
	Stress       float64 `json:"stress"`
	Rooms        int     `json:"rooms"`
	Participants int     `json:"participants"`
	Here         bool    `json:"here"` // it is the one that answers
}

type nodesResponse struct {
	Nodes []nodeOfManyJSON `json:"nodes"`
}

func (s *Server) adminListNodes(c echo.Context) error {
	out := nodesResponse{Nodes: []nodeOfManyJSON{}}
	if s.nodes == nil {
		return tagged(c, out)
	}
	for _, n := range s.nodes.Nodes() {
		out.Nodes = append(out.Nodes, nodeOfManyJSON{
			ID: n.ID, Version: n.Version, Draining: n.Draining, Stress: n.Stress, Rooms: n.Rooms, Participants: n.Participants,
			Here: n.ID == s.nodes.Node(),
		})
	}
	return tagged(c, out)
}

func (s *Server) adminChangeOneNode(c echo.Context) error {
	if s.nodes == nil {
		return errNotFound
	}
	id := c.Param("id")
	node, ok := s.nodes.Find(id)
	_, came := passedOn(c.Request())
	switch {
	case !ok:
		return errNotFound.because("There is no such node in the cluster.")
	case id == s.nodes.Node():
		return s.adminChangeNode(c)
	case came:
		return errMisdirected
	}
	return s.pass(c, node)
}

// everywhere makes the same call of the admin API to every other node, in the name of who has made it here, and takes their
// answers one after the other. What another node has passed on goes no further.
func everywhere[T any](s *Server, c echo.Context, body any, take func(T)) error {
	if _, came := passedOn(c.Request()); came || s.nodes.alone() {
		return nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for _, node := range s.nodes.Others() {
		answer, err := s.askLike(c, node, text)
		if err != nil {
			return err
		}
		var one T
		if err := json.Unmarshal(answer, &one); err != nil {
			return fmt.Errorf("the answer of node %s: %w", node.ID, err)
		}
		take(one)
	}
	return nil
}

func (s *Server) askLike(c echo.Context, to cluster.Node, body []byte) ([]byte, error) {
	asked := c.Request()
	ctx, cancel := context.WithTimeout(asked.Context(), answerWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, asked.Method, "https://"+to.Address+asked.URL.Path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set(echo.HeaderAuthorization, asked.Header.Get(echo.HeaderAuthorization))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	s.address(c, r, to)
	return s.ask(r, to)
}
