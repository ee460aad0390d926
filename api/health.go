package api

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed openapi.yaml
var openAPI []byte

func (s *Server) healthRoutes() {
	s.route(http.MethodGet, "/healthz", s.healthy)
	s.route(http.MethodGet, "/readyz", s.ready)
	s.route(http.MethodGet, "/api/openapi.yaml", s.describe)
}

type statusResponse struct {
	Status string `json:"status"`
}

// healthy says that the process answers.
func (s *Server) healthy(c echo.Context) error {
	return c.JSON(http.StatusOK, statusResponse{"ok"})
}

// ready says that the server can do its work: the database answers.
func (s *Server) ready(c echo.Context) error {
	if err := s.store.Ping(c.Request().Context()); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, statusResponse{"ok"})
}

func (s *Server) describe(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/yaml", openAPI)
}
