package api

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/api/jsonbody"
)

const maxBody = 1 << 20

// decode reads the JSON body into v, a pointer to a request struct. An empty body counts as {}.
func decode(c echo.Context, v any) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return errTooLarge
		}
		return errInvalid.because("The body could not be read.")
	}
	if len(body) == 0 {
		return nil
	}
	if !jsonContent(c.Request()) {
		return errMediaType
	}
	return failureOfBody(jsonbody.Decode(body, v))
}

func failureOfBody(err error) error {
	var wrong *jsonbody.Error
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field != "":
		return invalidFields(map[string]string{wrong.Field: wrong.Text})
	default:
		return errInvalid.because("%s", wrong.Text)
	}
}

func jsonContent(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
