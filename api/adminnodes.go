package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

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
	node, ok, err := s.nodes.Find(id)
	_, came := passedOn(c.Request())
	switch {
	case err != nil:
		return s.homeUnknown(err)
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
// answers one after the other. What another node has passed on goes no further. Nodes that do not answer are named.
func everywhere[T any](s *Server, c echo.Context, body any, take func(T)) (silent []string, err error) {
	if _, came := passedOn(c.Request()); came || s.nodes.alone() {
		return nil, nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	others := s.nodes.Others()
	answers := make([]*T, len(others))
	var asking sync.WaitGroup
	for i, node := range others {
		asking.Go(func() {
			answer, err := s.askLike(c, node, text)
			if err == nil {
				one := new(T)
				if err = json.Unmarshal(answer, one); err == nil {
					answers[i] = one
				}
			}
			if err != nil {
				s.log.Warn("another node does not answer", "node", node.ID, "error", err)
			}
		})
	}
	asking.Wait()
	for i, answer := range answers {
		if answer == nil {
			silent = append(silent, others[i].ID)
			continue
		}
		take(*answer)
	}
	return silent, nil
}

// adminWithin is how long a node may take to answer what all are asked.
const adminWithin = 5 * time.Second

func (s *Server) askLike(c echo.Context, to cluster.Node, body []byte) ([]byte, error) {
	asked := c.Request()
	ctx, cancel := context.WithTimeout(asked.Context(), adminWithin)
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
