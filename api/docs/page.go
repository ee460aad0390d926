package docs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed page.html
var layout string

//go:embed page.css
var style string

// Page is a description as HTML.
type Page struct {
	HTML []byte
	// StyleDigest is how a content policy names the page's style, as 'sha256-…'.
	StyleDigest string
}

// New makes the page of a description in YAML.
func New(description []byte) (Page, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(description, &document); err != nil {
		return Page{}, fmt.Errorf("reading the API's description: %w", err)
	}
	if len(document.Content) != 1 {
		return Page{}, fmt.Errorf("reading the API's description: there is none")
	}
	d := described{root: document.Content[0]}
	page, err := template.New("page").Funcs(template.FuncMap{"prose": prose, "lower": strings.ToLower}).Parse(layout)
	if err != nil {
		return Page{}, fmt.Errorf("reading the page's layout: %w", err)
	}
	var out bytes.Buffer
	err = page.Execute(&out, struct {
		Title, Version, About string
		Style                 template.CSS
		Groups                []group
	}{
		text(d.root, "info", "title"), text(d.root, "info", "version"), text(d.root, "info", "description"),
		template.CSS(style), d.groups(), //nolint:gosec // our own file
	})
	if err != nil {
		return Page{}, fmt.Errorf("writing the API's page: %w", err)
	}
	sum := sha256.Sum256([]byte(style))
	return Page{HTML: out.Bytes(), StyleDigest: "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"}, nil
}

// prose turns the little Markdown of descriptions, paragraphs and code, into HTML.
func prose(text string) template.HTML {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if paragraph == "" {
			continue
		}
		b.WriteString("<p>")
		for i, part := range strings.Split(paragraph, "`") {
			escaped := template.HTMLEscapeString(part)
			if i%2 == 1 {
				escaped = "<code>" + escaped + "</code>"
			}
			b.WriteString(escaped)
		}
		b.WriteString("</p>")
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}
