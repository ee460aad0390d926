package deploy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// reference is what 'plenum config reference' prints; a test of cmd/plenum sees to that.
const reference = "docs/configuration.md"

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func parse(t *testing.T, name, text string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := yaml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// at follows keys and indices into what was parsed; nil where there is nothing.
func at(in any, way ...any) any {
	for _, step := range way {
		switch step := step.(type) {
		case string:
			m, _ := in.(map[string]any)
			in = m[step]
		case int:
			l, _ := in.([]any)
			if step >= len(l) {
				return nil
			}
			in = l[step]
		}
	}
	return in
}

// known is what the server has: options of serve with their defaults, variables, options of every command, and paths.
type known struct {
	defaults  map[string]string
	variables map[string]bool
	flags     map[string]bool
	paths     []string
}

var (
	referenceRow = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| ([^|]+) \\| (?:`([^`]*)`)? *\\|")
	variable     = regexp.MustCompile(`\bPLENUM_[A-Z0-9_]*[A-Z0-9]`)
	openapiPath  = regexp.MustCompile(`(?m)^  (/[^:\s]*):$`)
	adminPath    = regexp.MustCompile(`HandleFunc\("[A-Z]+ (/[^"]+)"|Handle\("[A-Z]+ (/[^"]+)"`)
)

func readKnown(t *testing.T) known {
	t.Helper()
	k := known{defaults: map[string]string{}, variables: map[string]bool{}, flags: map[string]bool{"help": true}, paths: []string{"/ws"}}
	for _, row := range referenceRow.FindAllStringSubmatch(read(t, reference), -1) {
		k.defaults[row[1]] = row[3]
		k.flags[row[1]] = true
		for _, name := range variable.FindAllString(row[2], -1) {
			k.variables[name] = true
		}
	}
	if len(k.defaults) < 30 {
		t.Fatalf("%s has %d options only: its form has changed", reference, len(k.defaults))
	}
	k.readFlags(t)
	for _, path := range openapiPath.FindAllStringSubmatch(read(t, "../api/openapi.yaml"), -1) {
		k.paths = append(k.paths, path[1])
	}
	for _, path := range adminPath.FindAllStringSubmatch(read(t, "../api/admin.go"), -1) {
		k.paths = append(k.paths, path[1]+path[2])
	}
	return k
}

// readFlags takes the options of all commands from the structs that declare them.
func (k *known) readFlags(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob("../cmd/plenum/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil || len(field.Names) != 1 {
				return true
			}
			text, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			tag := reflect.StructTag(text)
			if _, command := tag.Lookup("cmd"); !command && tag.Get("help") != "" {
				name := tag.Get("name")
				if name == "" {
					name = dashed(field.Names[0].Name)
				}
				k.flags[name] = true
				// kong gives each option a variable; those of serve are in the reference already.
				k.variables["PLENUM_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))] = true
			}
			return true
		})
	}
}

var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func dashed(name string) string { return strings.ToLower(hump.ReplaceAllString(name, "$1-$2")) }

// has tells whether a path is a route, or the beginning of some if it ends in a slash.
func (k known) has(path string) bool {
	return slices.ContainsFunc(k.paths, func(route string) bool {
		return route == path || route == path+"/" || strings.HasSuffix(path, "/") && strings.HasPrefix(route, path)
	})
}

// operatorFiles are what operators read and run: all but the scripts of the tasks, which have variables of their own.
func operatorFiles(t *testing.T) []string {
	t.Helper()
	files := []string{"../README.md", "../SECURITY.md"}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"scripts", "benchtable", "secrets", "testdata"}, entry.Name()):
			return fs.SkipDir
		case !entry.IsDir() && filepath.Ext(path) != ".go":
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Options of other programs that the files name, beside those programs.
var foreign = map[string]string{
	"docker": "detach file build build-arg no-healthcheck follow from chown interval timeout start-period", "npm": "ignore-scripts no-audit no-fund",
	"the placeholder of the reference": "option", "go": "version tags", "systemctl": "now system", "helm": "set set-file namespace create-namespace values reuse-values", "journalctl": "unit follow",
	"kubectl": "from-literal from-file dry-run", "curl": "request data", "mysqladmin": "host silent", "git": "always",
	"mariadb-dump": "defaults-extra-file single-transaction hex-blob routines no-tablespaces default-character-set", "cp": "archive",
	"sysctl": "system",
}

var (
	flag = regexp.MustCompile(`(?:^|[\s'"(\[` + "`" + `|])--([a-z][a-z0-9-]*[a-z0-9])`)
	path = regexp.MustCompile(`(?:^|[\s'"(=` + "`" + `|])(/(?:healthz|readyz|metrics|debug|api|ws|whip|whep)(?:/[\w{}./-]*)?)(?:$|[\s'")?*,;:` + "`" + `|])`)
)

// unknown are the names in a text that the server does not have.
func (k known) unknown(text string) []string {
	others := map[string]bool{}
	for _, names := range foreign {
		for name := range strings.FieldsSeq(names) {
			others[name] = true
		}
	}
	var out []string
	for _, name := range variable.FindAllString(text, -1) {
		if !k.variables[name] && !k.variables[strings.TrimSuffix(name, "_FILE")] && !strings.HasPrefix(name, "PLENUM_TEST_MYSQL") {
			out = append(out, name)
		}
		if secret, ok := strings.CutSuffix(name, "_FILE"); ok && !k.variables[name] {
			out = append(out, name+" ("+secret+" is no secret)")
		}
	}
	for line := range strings.Lines(text) {
		for _, m := range flag.FindAllStringSubmatch(line, -1) {
			if !k.flags[m[1]] && !others[m[1]] {
				out = append(out, "--"+m[1])
			}
		}
		for _, m := range path.FindAllStringSubmatch(line, -1) {
			if named := strings.TrimRight(m[1], "."); !k.has(named) {
				out = append(out, named)
			}
		}
	}
	return out
}

func TestFilesNameOnlyWhatTheServerHas(t *testing.T) {
	k := readKnown(t)
	for _, file := range operatorFiles(t) {
		for _, name := range k.unknown(read(t, file)) {
			t.Errorf("%s names %s, which the server does not have", file, name)
		}
	}
}

// What the test above looks for, it finds.
func TestWhatIsNotThereIsFound(t *testing.T) {
	k := readKnown(t)
	text := "PLENUM_LISTENS=:1 PLENUM_LISTEN_FILE=x plenum serve --lissen :1 `/healthy`\n`/healthz/deep` and `/debug/room` but `/debug/pprof/`, --listen, PLENUM_SECRET_FILE and `/ws`"
	want := []string{"PLENUM_LISTENS", "PLENUM_LISTEN_FILE (PLENUM_LISTEN is no secret)", "--lissen", "/healthz/deep", "/debug/room"}
	if got := k.unknown(text); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	for _, file := range operatorFiles(t) {
		if filepath.Ext(file) != ".md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			if strings.Contains(m[1], ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s leads to %s: %v", file, m[1], err)
			}
		}
	}
}
