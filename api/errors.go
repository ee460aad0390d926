package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/store"
)

// Failure is what a client is told when a call fails: a stable code and a safe sentence.
type Failure struct {
	status     int
	Code       string            `json:"code"`
	Message    string            `json:"message"`
	Fields     map[string]string `json:"fields,omitempty"`
	retryAfter time.Duration
	clear      bool // the refresh cookie is of no more use
}

func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// The one table from error to answer.
var (
	errInvalid     = &Failure{status: http.StatusBadRequest, Code: "invalid", Message: "The request is not valid."}
	errMediaType   = &Failure{status: http.StatusUnsupportedMediaType, Code: "invalid", Message: "The body must be application/json."}
	errSignIn      = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "Sign in first."}
	errToken       = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "The access token is not valid or has expired."}
	errWrongLogin  = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "E-mail address or password is wrong."}
	errNoSession   = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "The session has ended. Sign in again.", clear: true}
	errForeign     = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "This call is not allowed from here."}
	errNoGuests    = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "This meeting is only for people with an account. Sign in first."}
	errInvitation  = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "This invitation is not good any more."}
	errLocked      = &Failure{status: http.StatusForbidden, Code: "locked", Message: "This meeting is locked: nobody new can come in."}
	errRemoved     = &Failure{status: http.StatusForbidden, Code: "removed", Message: "A host has removed you from this meeting."}
	errNoMail      = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "This server sends no mail. Ask whoever runs it."}
	errNoKey       = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "Show an API key, as 'Authorization: Bearer plk_…'; 'plenum admin keys create' makes one."}
	errKeyUnknown  = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "This API key is not known here."}
	errKeyRevoked  = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "This API key was revoked."}
	errKeyExpired  = &Failure{status: http.StatusUnauthorized, Code: "unauthorized", Message: "This API key has expired."}
	errScope       = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "This API key lacks a scope."}
	errAdminOnly   = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "Administrators can do everything, so that only somebody with every scope can make or change one."}
	errNotAdmin    = &Failure{status: http.StatusForbidden, Code: "forbidden", Message: "This account is not an administrator's."}
	errDisabled    = &Failure{status: http.StatusForbidden, Code: "disabled", Message: "This account is disabled. Ask whoever runs this server."}
	errNoUser      = &Failure{status: http.StatusNotFound, Code: "not_found", Message: "There is no such account."}
	errNotLive     = &Failure{status: http.StatusNotFound, Code: "not_found", Message: "No such meeting takes place on this server now."}
	errNobody      = &Failure{status: http.StatusNotFound, Code: "not_found", Message: "There is no such participant in the meeting."}
	errNoSuchKey   = &Failure{status: http.StatusNotFound, Code: "not_found", Message: "There is no such API key."}
	errNotFound    = &Failure{status: http.StatusNotFound, Code: "not_found", Message: "There is nothing here."}
	errNoMeeting   = &Failure{status: http.StatusNotFound, Code: "not_found", Message: "There is no such meeting."}
	errMethod      = &Failure{status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Message: "This method is not allowed here."}
	errKeysMany    = &Failure{status: http.StatusConflict, Code: "too_many", Message: fmt.Sprintf("There are %d API keys already. Revoke one first.", store.MostAPIKeys)}
	errEmailTaken  = &Failure{status: http.StatusConflict, Code: "taken", Message: "This e-mail address has an account already.", Fields: map[string]string{"email": "has an account already"}}
	errChanged     = &Failure{status: http.StatusPreconditionFailed, Code: "changed", Message: "It has changed since you read it. Read it again."}
	errTooLarge    = &Failure{status: http.StatusRequestEntityTooLarge, Code: "too_large", Message: "The body is too large."}
	errTooMany     = &Failure{status: http.StatusTooManyRequests, Code: "too_many", Message: "Too many requests. Try again later."}
	errBusy        = &Failure{status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The server is busy. Try again shortly.", retryAfter: 2 * time.Second}
	errUnavailable = &Failure{status: http.StatusServiceUnavailable, Code: "unavailable", Message: "The service is not available at the moment. Try again shortly.", retryAfter: 5 * time.Second}
	errInternal    = &Failure{status: http.StatusInternalServerError, Code: "internal", Message: "Something went wrong on the server."}
)

// because is f with another sentence.
func (f *Failure) because(format string, args ...any) *Failure {
	g := *f
	g.Message = fmt.Sprintf(format, args...)
	return &g
}

// tooMany tells the client when to come back.
func tooMany(after time.Duration) *Failure {
	g := *errTooMany
	g.retryAfter = after
	return &g
}

// failureOf finds the answer for an error. The second value is false if the error is the server's own
// fault and wants logging.
func failureOf(err error) (*Failure, bool) {
	var f *Failure
	var he *echo.HTTPError
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return f, true
	case errors.As(err, &tooBig):
		return errTooLarge, true
	case errors.Is(err, context.Canceled):
		return errUnavailable, true // the client is gone, nobody reads this
	case errors.As(err, &he):
		switch he.Code {
		case http.StatusNotFound:
			return errNotFound, true
		case http.StatusMethodNotAllowed:
			return errMethod, true
		case http.StatusRequestEntityTooLarge:
			return errTooLarge, true
		case http.StatusBadRequest:
			return errInvalid, true
		}
		return errInternal, false
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return errUnavailable, false
	case errors.Is(err, store.ErrNotFound):
		return errNoMeeting, true // gone between two questions
	case errors.Is(err, store.ErrInvalid):
		return errInvalid, false
	default:
		return errInternal, false
	}
}

// renderError is the end of every failed request.
func (s *Server) renderError(err error, c echo.Context) {
	f, expected := failureOf(err)
	if !expected {
		s.log.Error("request failed", "route", c.Path(), "method", c.Request().Method, "request", requestID(c), "error", err)
	}
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retryAfter.Seconds()))))
	}
	if f.clear {
		s.clearRefreshCookie(c)
	}
	h.Set("Cache-Control", "no-store")
	if c.Request().Method == http.MethodHead {
		err = c.NoContent(f.status)
	} else {
		err = c.JSON(f.status, f)
	}
	if err != nil {
		s.log.Debug("answer not written", "request", requestID(c), "error", err)
	}
}
