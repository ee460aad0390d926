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

// templateOf finds the path as openapi.yaml writes it: of those that fit, the one with the fewest parameters.
func templateOf(doc *openapi3.T, path string) string {
	path, _, _ = strings.Cut(path, "?")
	found, most := path, -1
	for template := range doc.Paths.Map() {
		if n := literals(template, path); n > most {
			found, most = template, n
		}
	}
	return found
}

// literals counts the parts that a template and a path have in common; -1 if they do not fit.
func literals(template, path string) (n int) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return -1
	}
	for i := range want {
		switch {
		case want[i] == have[i]:
			n++
		case !strings.HasPrefix(want[i], "{"):
			return -1
		}
	}
	return n
}

// described checks an answer against the description. Answers to calls that do not exist must only have the form of an error.
func described(method, path string, a answer) error {
	doc, err := description()
	if err != nil {
		return err
	}
	schema := doc.Components.Schemas["Error"]
	content := openapi3.NewContentWithSchemaRef(schema, []string{"application/json"})
	if item := doc.Paths.Find(templateOf(doc, path)); item != nil && item.GetOperation(method) != nil {
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
	item := doc.Paths.Find(templateOf(doc, path))
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
		r.Path = strings.NewReplacer(":code", "{code}", ":id", "{id}", ":delivery", "{delivery}").Replace(r.Path)
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

// A call of the admin API says which scope it asks for, and no other call does.
func TestDescriptionNamesTheScopes(t *testing.T) {
	w := newWorld(t)
	doc, err := description()
	w.must(err)
	named := 0
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			route := api.Route{Method: method, Path: strings.NewReplacer("{code}", ":code", "{id}", ":id", "{delivery}", ":delivery").Replace(path)}
			want, asks := w.server.AdminRoutes()[route]
			got := ""
			if operation.Security != nil {
				for _, requirement := range *operation.Security {
					got += strings.Join(requirement["apiKey"], " ")
				}
			}
			if asks {
				named++
			}
			if got != string(want) {
				t.Errorf("%s %s is described with the scope %q, and asks for %q", method, path, got, want)
			}
		}
	}
	if named < len(w.server.AdminRoutes()) || named == 0 {
		t.Errorf("%d calls of the admin API are described, of %d", named, len(w.server.AdminRoutes()))
	}
	var scopes []string
	for _, s := range doc.Components.Schemas["Scope"].Value.Enum {
		scopes = append(scopes, fmt.Sprint(s))
	}
	if got := strings.Join(scopes, ", "); got != api.ScopeNames() {
		t.Errorf("the schema has the scopes %s, and there are %s", got, api.ScopeNames())
	}
}

func TestDescriptionIsServed(t *testing.T) {
	w := newWorld(t)
	a := w.want(200, call{method: "GET", path: "/api/openapi.yaml"})
	if !strings.HasPrefix(string(a.body), "openapi: 3") {
		t.Errorf("served %.40q", a.body)
	}
}
