package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/plenum-meet/plenum/api"
)

var description = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(loader.Context)
})

// template of a path as openapi.yaml writes it.
func templateOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if len(parts) > 3 && parts[1] == "api" && parts[2] == "meetings" {
		parts[3] = "{code}"
		if len(parts) > 5 {
			parts[5] = "{id}"
		}
	}
	if len(parts) == 6 && parts[2] == "users" {
		parts[5] = "{id}"
	}
	return strings.Join(parts, "/")
}

// described checks an answer against the description. Answers to calls that do not exist must only have the form of an error.
func described(method, path string, a answer) error {
	doc, err := description()
	if err != nil {
		return err
	}
	schema := doc.Components.Schemas["Error"]
	content := openapi3.NewContentWithSchemaRef(schema, []string{"application/json"})
	if item := doc.Paths.Find(templateOf(path)); item != nil && item.GetOperation(method) != nil {
		response := item.GetOperation(method).Responses.Value(strconv.Itoa(a.status))
		if response == nil {
			return fmt.Errorf("status %d is not described", a.status)
		}
		content = response.Value.Content
	} else if a.status < 400 || method == "HEAD" {
		return nil
	}
	if len(content) == 0 {
		if len(a.body) > 0 {
			return fmt.Errorf("no body is described")
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return err
	}
	media := content[kind]
	if media == nil {
		return fmt.Errorf("content type %s is not described", kind)
	}
	if kind != "application/json" {
		return nil
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		return err
	}
	return media.Schema.Value.VisitJSON(v, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation())
}

// mayBeSent checks a body that the server accepted against the description.
func mayBeSent(method, path, body string) error {
	doc, err := description()
	if err != nil {
		return err
	}
	item := doc.Paths.Find(templateOf(path))
	if item == nil || item.GetOperation(method) == nil || item.GetOperation(method).RequestBody == nil {
		return errors.New("no body is described")
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		return err
	}
	media := item.GetOperation(method).RequestBody.Value.Content["application/json"]
	return media.Schema.Value.VisitJSON(v, openapi3.VisitAsRequest())
}

// Each route is described, and each description has its route.
func TestDescriptionMatchesRoutes(t *testing.T) {
	w := newWorld(t)
	doc, err := description()
	w.must(err)
	routes := map[api.Route]bool{}
	for _, r := range w.server.Routes() {
		r.Path = strings.NewReplacer(":code", "{code}", ":id", "{id}").Replace(r.Path)
		routes[r] = true
		item := doc.Paths.Find(r.Path)
		if item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s %s has no description", r.Method, r.Path)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !routes[api.Route{Method: method, Path: path}] {
				t.Errorf("%s %s is described, but is no route", method, path)
			}
		}
	}
}

func TestDescriptionIsServed(t *testing.T) {
	w := newWorld(t)
	a := w.want(200, call{method: "GET", path: "/api/openapi.yaml"})
	if !strings.HasPrefix(string(a.body), "openapi: 3") {
		t.Errorf("served %.40q", a.body)
	}
}
