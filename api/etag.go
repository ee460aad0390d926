package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// tagOf names the present form of a record: a digest of what is answered.
func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// tagged answers with v and its ETag, or with 304 to whoever reads and has it already.
func tagged(c echo.Context, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tag := tagOf(body)
	c.Response().Header().Set("ETag", tag)
	if c.Request().Method == http.MethodGet && matches(c.Request().Header.Get("If-None-Match"), tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.JSONBlob(http.StatusOK, body)
}

// unchanged refuses a change of a record, now v, that its caller knows in another form: the one that If-Match names.
func unchanged(c echo.Context, v any) error {
	wanted := c.Request().Header.Get("If-Match")
	if wanted == "" {
		return nil
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if !matches(wanted, tagOf(body)) {
		return errChanged
	}
	return nil
}

// matches says whether a list of tags (RFC 9110 §13.1) has this one. Proxies may have made it a weak one.
func matches(list, tag string) bool {
	for each := range strings.SplitSeq(list, ",") {
		each = strings.TrimPrefix(strings.TrimSpace(each), "W/")
		if each == tag || each == "*" {
			return true
		}
	}
	return false
}
