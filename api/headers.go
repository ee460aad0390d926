package api

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// permissions that the web client uses; everything else a browser knows of is off.
const permissionsPolicy = "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), fullscreen=(self), " +
	"screen-wake-lock=(self), speaker-selection=(self), clipboard-write=(self), picture-in-picture=(self), " +
	"accelerometer=(), browsing-topics=(), clipboard-read=(), encrypted-media=(), geolocation=(), gyroscope=(), " +
	"hid=(), idle-detection=(), local-fonts=(), magnetometer=(), midi=(), payment=(), publickey-credentials-get=(), " +
	"serial=(), usb=(), xr-spatial-tracking=()"

// bareContentPolicy is for answers that are not pages.
const bareContentPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// contentPolicy is for pages of the web client and their workers. The nonce is for the style elements that UI
// libraries insert.
func contentPolicy(nonce string, connect []string) string {
	style := "style-src 'self'"
	if nonce != "" {
		style += " 'nonce-" + nonce + "'"
	}
	return strings.Join([]string{
		"default-src 'self'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"worker-src 'self' blob:",
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " "),
		"img-src 'self' blob:",
		"media-src 'self' blob:",
		style,
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	}, "; ")
}

func (s *Server) secureHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderXFrameOptions, "DENY")
	// Meeting codes are in URLs.
	h.Set(echo.HeaderReferrerPolicy, "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set(echo.HeaderContentSecurityPolicy, bareContentPolicy)
	h.Set("Cache-Control", "no-store")
	if len(s.adjusted.Load().Origins) == 0 {
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
	if s.overTLS(c) {
		h.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}
