package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/api/jsonbody"
)

// csrfHeader cannot be sent by a foreign page without asking first (CORS), so its presence shows our own client.
const csrfHeader = "X-Plenum"

// originOf is the origin of a URL in the form browsers send it: scheme, host, and the port unless it is the scheme's own.
func originOf(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", errors.New("needs the form https://host or https://host:port")
	}
	host := strings.ToLower(u.Host)
	if standard := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; strings.HasSuffix(host, standard) {
		host = strings.TrimSuffix(host, standard)
	}
	return u.Scheme + "://" + host, nil
}

// ownOrigin is where this server is, as the client sees it.
func (s *Server) ownOrigin(c echo.Context) string {
	if s.publicOrigin != "" {
		return s.publicOrigin
	}
	own, err := originOf(c.Scheme() + "://" + c.Request().Host)
	if err != nil {
		return ""
	}
	return own
}

// overTLS is true if the client reached us by TLS, directly or through a trusted proxy.
func (s *Server) overTLS(c echo.Context) bool {
	return c.Scheme() == "https" || strings.HasPrefix(s.publicOrigin, "https://")
}

// fromElsewhere is true if the request comes from one of the configured further origins.
func (s *Server) fromElsewhere(c echo.Context) bool {
	return slices.Contains(s.adjusted.Load().Origins, c.Request().Header.Get(echo.HeaderOrigin))
}

// fromOurPage is false for requests that a foreign page made a browser send. Clients that are no browsers send
// neither header.
func (s *Server) fromOurPage(c echo.Context) bool {
	if s.fromElsewhere(c) {
		return true
	}
	h := c.Request().Header
	if site := h.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origins := h.Values(echo.HeaderOrigin)
	return len(origins) == 0 || len(origins) == 1 && origins[0] == s.ownOrigin(c)
}

// refuseForeign keeps foreign pages from changing anything.
func (s *Server) refuseForeign(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.fromOurPage(c) {
			s.warnForeign(c)
			return errForeign
		}
		return next(c)
	}
}

// warnForeign helps the operator whose proxy changes host or scheme, so that our own page looks foreign.
func (s *Server) warnForeign(c echo.Context) {
	if _, ok := s.limits.foreignAlarm.take(s.now(), ""); ok {
		s.log.Warn("call from a foreign page refused; behind a proxy, set the public URL",
			"origin", jsonbody.Printable(c.Request().Header.Get(echo.HeaderOrigin)), "ours", jsonbody.Printable(s.ownOrigin(c)))
	}
}

// cookieCall guards the calls that the refresh cookie authorises.
func (s *Server) cookieCall(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.fromOurPage(c) {
			s.warnForeign(c)
			return errForeign
		}
		if c.Request().Header.Get(csrfHeader) != "1" || !jsonContent(c.Request()) {
			return errForeign
		}
		return next(c)
	}
}

// allowOrigin answers the CORS questions of the configured origins; all others get no CORS header at all.
// It is true if the request was a preflight, which ends here.
func (s *Server) allowOrigin(c echo.Context) bool {
	h := c.Response().Header()
	if len(s.adjusted.Load().Origins) > 0 {
		h.Add(echo.HeaderVary, echo.HeaderOrigin)
	}
	if !s.fromElsewhere(c) {
		return false
	}
	h.Set(echo.HeaderAccessControlAllowOrigin, c.Request().Header.Get(echo.HeaderOrigin))
	h.Set(echo.HeaderAccessControlAllowCredentials, "true")
	h.Set(echo.HeaderAccessControlExposeHeaders, "Retry-After, Location, ETag, Link, Accept-Patch, "+echo.HeaderXRequestID)
	if c.Request().Method != http.MethodOptions || c.Request().Header.Get(echo.HeaderAccessControlRequestMethod) == "" {
		return false
	}
	h.Set(echo.HeaderAccessControlAllowMethods, "GET, POST, PATCH, DELETE")
	h.Set(echo.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, If-Match, "+csrfHeader+", "+echo.HeaderXRequestID)
	h.Set(echo.HeaderAccessControlMaxAge, "600")
	return true
}
