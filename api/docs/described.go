package docs

import (
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// described is an OpenAPI document.
type described struct{ root *yaml.Node }

// group are the calls of one tag.
type group struct {
	Name, About string
	Calls       []call
}

// call is one operation.
type call struct {
	ID, Method, Path, Summary, About string
	// Needs says what the caller has to show.
	Needs      string
	Parameters []field
	Body       []field
	Answers    []answer
	Example    string
}

type answer struct {
	Status, About string
	Fields        []field
	Kinds         string // of what is no JSON
}

// field is a line of a table: of a parameter, or of what a body has.
type field struct {
	Name, Kind, About string
	Required          bool
}

// deepest is how far into a body fields are shown.
const deepest = 6

// child finds a value below a mapping; nil if it is not there.
func child(n *yaml.Node, path ...string) *yaml.Node {
	for _, name := range path {
		var next *yaml.Node
		for key, value := range pairs(n) {
			if key == name {
				next = value
			}
		}
		if n = next; n == nil {
			return nil
		}
	}
	return n
}

func text(n *yaml.Node, path ...string) string {
	if found := child(n, path...); found != nil {
		return strings.TrimSpace(found.Value)
	}
	return ""
}

// pairs are the keys and values of a mapping, in their order.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func words(n *yaml.Node) (out []string) {
	for _, item := range items(n) {
		out = append(out, item.Value)
	}
	return out
}

// resolved follows a reference into the document.
func (d described) resolved(n *yaml.Node) *yaml.Node {
	for range deepest {
		to, ok := strings.CutPrefix(text(n, "$ref"), "#/")
		if !ok {
			return n
		}
		n = child(d.root, strings.Split(to, "/")...)
	}
	return n
}

// methods of HTTP that a path may have.
var methods = []string{"get", "post", "put", "patch", "delete", "options"}

func (d described) groups() []group {
	var out []group
	for _, tag := range items(child(d.root, "tags")) {
		g := group{Name: text(tag, "name"), About: text(tag, "description")}
		for path, item := range pairs(child(d.root, "paths")) {
			for method, operation := range pairs(item) {
				if slices.Contains(methods, method) && slices.Contains(words(child(operation, "tags")), g.Name) {
					g.Calls = append(g.Calls, d.call(method, path, item, operation))
				}
			}
		}
		out = append(out, g)
	}
	return out
}

func (d described) call(method, path string, item, operation *yaml.Node) call {
	c := call{
		ID: text(operation, "operationId"), Method: strings.ToUpper(method), Path: path,
		Summary: text(operation, "summary"), About: text(operation, "description"), Needs: d.needs(operation),
	}
	for _, p := range append(items(child(item, "parameters")), items(child(operation, "parameters"))...) {
		p = d.resolved(p)
		schema := d.resolved(child(p, "schema"))
		c.Parameters = append(c.Parameters, field{
			Name: text(p, "name"), Kind: strings.TrimSpace(text(p, "in") + ", " + kindOf(schema)),
			About: sentences(text(p, "description"), bounds(schema)), Required: text(p, "required") == "true",
		})
	}
	body := child(d.resolved(child(operation, "requestBody")), "content", "application/json", "schema")
	if body != nil {
		c.Body = d.fields("", body, 0)
	}
	for status, response := range pairs(child(operation, "responses")) {
		c.Answers = append(c.Answers, d.answer(status, d.resolved(response)))
	}
	c.Example = d.example(c, body)
	return c
}

func (d described) answer(status string, response *yaml.Node) answer {
	a := answer{Status: status, About: text(response, "description")}
	var others []string
	for kind, media := range pairs(child(response, "content")) {
		if kind != "application/json" {
			others = append(others, kind)
			continue
		}
		// An error has the same form everywhere.
		if status < "400" {
			a.Fields = d.fields("", child(media, "schema"), 0)
		}
	}
	a.Kinds = strings.Join(others, ", ")
	return a
}

// needs says in words what an operation's security asks for.
func (d described) needs(operation *yaml.Node) string {
	security := child(operation, "security")
	if security == nil {
		security = child(d.root, "security")
	}
	var out []string
	for _, requirement := range items(security) {
		none := true
		for scheme, scopes := range pairs(requirement) {
			none = false
			switch scheme {
			case "apiKey":
				out = append(out, "an API key with the scope "+strings.Join(words(scopes), ", "))
			case "bearer":
				out = append(out, "an access token")
			case "refreshCookie":
				out = append(out, "the refresh cookie")
			default:
				out = append(out, scheme)
			}
		}
		if none {
			out = append(out, "nothing")
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", or ")
}

// fields lists what a schema has, in the order of the document; what is inside something bears its name before a dot.
func (d described) fields(before string, schema *yaml.Node, depth int) (out []field) {
	schema = d.resolved(schema)
	if depth > deepest {
		return nil
	}
	if list := child(schema, "items"); list != nil {
		return d.fields(strings.TrimSuffix(before, ".")+"[].", list, depth+1)
	}
	required := words(child(schema, "required"))
	for name, property := range pairs(child(schema, "properties")) {
		// What stands beside a reference says more than what it leads to.
		about := text(property, "description")
		property = d.resolved(property)
		if about == "" {
			about = text(property, "description")
		}
		out = append(out, field{
			Name: before + name, Kind: kindOf(property), About: sentences(about, bounds(property)), Required: slices.Contains(required, name),
		})
		out = append(out, d.fields(before+name+".", property, depth+1)...)
	}
	return out
}

// kindOf is a schema's type in words.
func kindOf(schema *yaml.Node) string {
	kind := text(schema, "type")
	if several := words(child(schema, "type")); len(several) > 0 {
		kind = strings.Join(several, " or ")
	}
	if format := text(schema, "format"); format != "" {
		kind += " (" + format + ")"
	}
	return kind
}

// bounds are what a value has to keep to.
func bounds(schema *yaml.Node) string {
	var out []string
	if allowed := words(child(schema, "enum")); len(allowed) > 0 {
		out = append(out, "One of `"+strings.Join(allowed, "`, `")+"`.")
	}
	for _, b := range []struct{ name, says string }{
		{"minimum", "At least "},
		{"maximum", "At most "},
		{"minLength", "Characters, at least "},
		{"maxLength", "Characters, at most "},
		{"minItems", "Entries, at least "},
		{"maxItems", "Entries, at most "},
		{"default", "Default: "},
	} {
		if value := text(schema, b.name); value != "" {
			out = append(out, b.says+value+".")
		}
	}
	return strings.Join(out, " ")
}

func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// example is the call as a shell makes it.
func (d described) example(c call, body *yaml.Node) string {
	var b strings.Builder
	b.WriteString("curl")
	if c.Method != http.MethodGet {
		b.WriteString(" -X " + c.Method)
	}
	switch {
	case strings.Contains(c.Needs, "API key"):
		b.WriteString(" -H \"Authorization: Bearer $PLENUM_ADMIN_KEY\"")
	case strings.Contains(c.Needs, "access token"):
		b.WriteString(" -H \"Authorization: Bearer $ACCESS_TOKEN\"")
	}
	if value, ok := d.value(body, 0).(map[string]any); ok && len(value) > 0 {
		text, err := json.Marshal(value)
		if err == nil {
			b.WriteString(" -H 'Content-Type: application/json' -d '" + string(text) + "'")
		}
	}
	b.WriteString(" \"$PLENUM" + strings.NewReplacer("{code}", "7k3mx-9qd4e", "{id}", "$ID").Replace(c.Path) + "\"")
	return b.String()
}

// value is something that a schema allows: what it requires or, where that is nothing, all of it.
func (d described) value(schema *yaml.Node, depth int) any {
	if schema = d.resolved(schema); schema == nil || depth > deepest {
		return nil
	}
	if allowed := items(child(schema, "enum")); len(allowed) > 0 {
		return allowed[0].Value
	}
	kind := text(schema, "type")
	if several := words(child(schema, "type")); len(several) > 0 {
		kind = several[0]
	}
	switch kind {
	case "object":
		return d.object(schema, depth)
	case "array":
		return []any{d.value(child(schema, "items"), depth+1)}
	case "boolean":
		return true
	case "integer", "number":
		return json.Number(max(text(schema, "minimum"), "1"))
	}
	if text(schema, "format") == "date-time" {
		return "2027-01-31T09:00:00Z"
	}
	return "…"
}

func (d described) object(schema *yaml.Node, depth int) map[string]any {
	required := words(child(schema, "required"))
	out := map[string]any{}
	for name, property := range pairs(child(schema, "properties")) {
		if len(required) == 0 || slices.Contains(required, name) {
			out[name] = d.value(property, depth+1)
		}
	}
	return out
}
