package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

func (s *Server) featureRoutes() {
	s.route(http.MethodGet, "/api/features", s.features)
}

type featuresResponse struct {
	PasswordReset bool `json:"passwordReset"`
}

func (s *Server) features(c echo.Context) error {
	return c.JSON(http.StatusOK, featuresResponse{PasswordReset: s.post != nil})
}
