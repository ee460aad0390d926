package docs_test

import (
	"crypto/sha256"
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/plenum-meet/plenum/api/docs"
)

func page(t *testing.T, description string) (docs.Page, string) {
	t.Helper()
	p, err := docs.New([]byte(description))
	if err != nil {
		t.Fatal(err)
	}
	return p, string(p.HTML)
}

func ours(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const small = `
openapi: 3.1.1
info: { title: Small, version: "7", description: "First <b>.\n\nThen ` + "`code`" + `." }
tags: [{ name: things, description: All of them. }]
security: [{ bearer: [] }]
paths:
  /api/things/{id}:
    post:
      tags: [things]
      operationId: changeThing
      summary: Change a thing
      security: [{ apiKey: ["things:write"] }]
      parameters: [{ $ref: "#/components/parameters/Id" }]
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
      responses:
        "200": { description: Done., content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
        "404": { description: None. }
    get:
      tags: [things]
      operationId: getThing
      summary: One thing
      responses: { "200": { description: It., content: { text/plain: { schema: { type: string } } } } }
components:
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: string, maxLength: 64 } }
  schemas:
    Thing:
      type: object
      required: [name, parts]
      properties:
        name: { type: string, minLength: 1 }
        colour: { type: [string, "null"], enum: [red, blue, null], description: Which. }
        parts: { type: array, items: { type: object, required: [size], properties: { size: { type: integer, minimum: 3 } } } }
        loop: { $ref: "#/components/schemas/Thing" }
`

func TestAPageSaysWhatTheDescriptionDoes(t *testing.T) {
	_, html := page(t, small)
	for _, want := range []string{
		"<title>Small API</title>", "version 7", "<p>First &lt;b&gt;.</p><p>Then <code>code</code>.</p>",
		`<article id="changeThing">`, "Change a thing", `<code class="path">/api/things/{id}</code>`,
		"Needs an API key with the scope things:write.", "Needs an access token.",
		"<code>id</code> <span class=\"required\">required</span></th><td>path, string</td><td><p>Characters, at most 64.</p>",
		"<code>parts[].size</code>", "At least 3.", "string or null", "Which. One of <code>red</code>, <code>blue</code>",
		"text/plain", "<dt class=\"status\">404</dt>",
		`curl -X POST -H &#34;Authorization: Bearer $PLENUM_ADMIN_KEY&#34; -H &#39;Content-Type: application/json&#39; -d &#39;{&#34;name&#34;:&#34;…&#34;,&#34;parts&#34;:[{&#34;size&#34;:3}]}&#39; &#34;$PLENUM/api/things/$ID&#34;`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("without %q", want)
		}
	}
	if t.Failed() {
		t.Log(html)
	}
}

func TestAPageNeedsNothingFromElsewhere(t *testing.T) {
	p, html := page(t, ours(t))
	for _, wrong := range []string{"<script", "<link", "<img", "src=", "@import", "url(", " style=", " onclick="} {
		if strings.Contains(html, wrong) {
			t.Errorf("with %q", wrong)
		}
	}
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		target, inside := strings.CutPrefix(link[1], "#")
		if !inside && link[1] != "/api/openapi.yaml" || inside && !strings.Contains(html, `id="`+target+`"`) {
			t.Errorf("a link to %s", link[1])
		}
	}
	css := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(html)
	sum := sha256.Sum256([]byte(css[1]))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; p.StyleDigest != want {
		t.Errorf("the style is %s, and not %s", want, p.StyleDigest)
	}
}

func TestEachCallOfOurDescriptionIsOnThePage(t *testing.T) {
	_, html := page(t, ours(t))
	var document struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal([]byte(ours(t)), &document); err != nil {
		t.Fatal(err)
	}
	calls := 0
	for path, item := range document.Paths {
		for method, node := range item {
			var operation struct {
				OperationID string `yaml:"operationId"`
			}
			if method == "parameters" {
				continue
			}
			if err := node.Decode(&operation); err != nil {
				t.Fatal(err)
			}
			calls++
			if strings.Count(html, `<article id="`+operation.OperationID+`">`) != 1 {
				t.Errorf("%s %s is not there once", method, path)
			}
		}
	}
	if calls < 50 {
		t.Errorf("only %d calls", calls)
	}
}

func TestWhatIsNoDescriptionIsAnError(t *testing.T) {
	for _, text := range []string{"", "a: [", "\t"} {
		if _, err := docs.New([]byte(text)); err == nil {
			t.Errorf("%q gives a page", text)
		}
	}
}
