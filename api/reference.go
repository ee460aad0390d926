package api

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/api/docs"
)

const referencePath = "/api/docs"

func (s *Server) referenceRoutes() {
	s.route(http.MethodGet, referencePath, s.showReference)
}

// reference is openapi.yaml as a page for people, and the policy under which browsers show it: nothing but its own style.
type reference struct {
	page   webFile
	policy string
}

func newReference() (reference, error) {
	page, err := docs.New(openAPI)
	if err != nil {
		return reference{}, fmt.Errorf("making the page of the API: %w", err)
	}
	file, err := newWebFile("docs.html", page.HTML)
	return reference{page: file, policy: bareContentPolicy + "; style-src " + page.StyleDigest}, err
}

func (s *Server) showReference(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, s.reference.policy)
	h.Set("Cache-Control", "no-cache")
	return send(c, s.reference.page)
}
