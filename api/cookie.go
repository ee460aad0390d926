package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Browsers keep a __Host- cookie only if it is Secure, so without TLS the names go without the prefix.
const (
	hostPrefix    = "__Host-"
	refreshCookie = "plenum_refresh"
	deviceCookie  = "plenum_device"
	guestCookie   = "plenum_guest"
)

func (s *Server) cookieName(c echo.Context, name string) string {
	if s.overTLS(c) {
		return hostPrefix + name
	}
	return name
}

func (s *Server) setCookie(c echo.Context, name, value string, life time.Duration) {
	cookie := &http.Cookie{
		Name:     s.cookieName(c, name),
		Value:    value,
		Path:     "/",
		MaxAge:   int(life.Seconds()),
		HttpOnly: true,
		Secure:   s.overTLS(c),
		SameSite: http.SameSiteStrictMode,
	}
	if life <= 0 {
		cookie.MaxAge = -1
	}
	// A page of another site gets its cookie back only with None, and where browsers keep those of third parties from each other,
	// only in a jar of that site's own. The exact check of its origin takes the place of Strict.
	if s.overTLS(c) && s.fromElsewhere(c) && c.Request().Header.Get("Sec-Fetch-Site") != "same-site" {
		cookie.SameSite, cookie.Partitioned = http.SameSiteNoneMode, true
	}
	c.SetCookie(cookie)
}

func (s *Server) cookie(c echo.Context, name string) string {
	cookie, err := c.Cookie(s.cookieName(c, name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Server) clearRefreshCookie(c echo.Context) {
	s.setCookie(c, refreshCookie, "", -1)
}

// A device cookie says that this user signed in here before. It grants nothing, but failures of strangers
// elsewhere do not lock such a device out.
func (s *Server) setDeviceCookie(c echo.Context, user string) {
	until := strconv.FormatInt(s.now().Add(s.cfg.DeviceLife).Unix(), 36)
	s.setCookie(c, deviceCookie, until+"."+s.keys.deviceMark(user, until), s.cfg.DeviceLife)
}

func (s *Server) knownDevice(c echo.Context, user string) bool {
	until, mark, ok := strings.Cut(s.cookie(c, deviceCookie), ".")
	if !ok {
		return false
	}
	end, err := strconv.ParseInt(until, 36, 64)
	return err == nil && s.now().Unix() < end && slices.ContainsFunc(s.allKeys, func(k keys) bool {
		return hmac.Equal([]byte(mark), []byte(k.deviceMark(user, until)))
	})
}

func (k keys) deviceMark(user, until string) string {
	mac := hmac.New(sha256.New, k.device)
	mac.Write([]byte(user + "." + until))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
