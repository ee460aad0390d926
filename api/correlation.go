package api

import (
	"crypto/rand"
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"
)

// properID is what a client may call a request: nothing that could break a line of a log or fill it.
var properID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// correlation is the name of a request in all logs: the client's own, so that what a browser says of an action and what the
// server says of it can be found together, or a new one.
func correlation(r *http.Request) string {
	if given := r.Header.Values(echo.HeaderXRequestID); len(given) == 1 && properID.MatchString(given[0]) {
		return given[0]
	}
	return rand.Text()
}
