package main

import (
	"fmt"
	"go/ast"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// arrows says which of our packages each package may import. "sfu/core/..." stands for everything below that folder.
// A package that is not listed fails the test: whoever adds one decides here what it may know.
var arrows = map[string][]string{
	"api": {"api/docs", "api/jsonbody", "api/webhook", "store", "signaling", "signaling/cluster", "signaling/grant"},
	// A page from a text: it knows nothing of what is on it.
	"api/docs":    {},
	"api/webhook": {"store"},
	// It knows nothing of the database, so that it can be fuzzed without compiling one.
	"api/jsonbody": {},
	"store":        {},
	"webclient":    {},
	"cmd/plenum":   {"api", "api/webhook", "store", "signaling", "signaling/cluster", "signaling/grant", "signaling/loadtest", "signaling/message", "sfu", "sfu/relay", "sfu/transport", "sfu/sfutest/bridge", "sfu/sfutest/link", "webclient", "cmd/plenum/metrics", "cmd/plenum/tracing"},
	// What the node looks like from outside: it sees all parts, and no part sees it.
	"cmd/plenum/tracing": {},
	"cmd/plenum/metrics": {"api", "api/webhook", "store", "signaling", "signaling/cluster", "sfu", "sfu/egress", "sfu/relay", "sfu/transport"},
	"sfu":                {"sfu/core/...", "sfu/mailbox", "sfu/egress"},
	// A shard is a loop: what it is told to do reaches it by its mailbox.
	"sfu/egress":              {"sfu/core/...", "sfu/mailbox"},
	"sfu/mailbox":             {},
	"sfu/sfutest":             {"sfu", "sfu/core/...", "sfu/egress", "sfu/sfutest/link"},
	"sfu/sfutest/bridge":      {"sfu/sfutest/link"},
	"sfu/sfutest/calibration": {},
	"sfu/sfutest/link":        {},
	"sfu/sfutest/seeds":       {},
	"sfu/sfutest/scenario":    {"sfu/core/...", "sfu/sfutest/link", "sfu/sfutest/virtual"},
	"sfu/sfutest/script":      {},
	"sfu/sfutest/virtual":     {},

	"sfu/core/allocate":   {"sfu/core/..."},
	"sfu/core/assign":     {"sfu/core/..."},
	"sfu/core/codec":      {"sfu/core/..."},
	"sfu/core/demand":     {"sfu/core/..."},
	"sfu/core/dependency": {},
	"sfu/core/downlink":   {"sfu/core/..."},
	"sfu/core/estimate":   {"sfu/core/..."},
	"sfu/core/forward":    {"sfu/core/..."},
	"sfu/core/history":    {"sfu/core/..."},
	"sfu/core/layer":      {"sfu/core/..."},
	"sfu/core/loss":       {"sfu/core/..."},
	"sfu/core/meter":      {"sfu/core/..."},
	"sfu/core/pace":       {"sfu/core/..."},
	"sfu/core/packet":     {"sfu/core/..."},
	"sfu/core/prefetch":   {},
	"sfu/core/probe":      {"sfu/core/..."},
	"sfu/core/quality":    {"sfu/core/..."},
	"sfu/core/receive":    {"sfu/core/..."},
	"sfu/core/rewrite":    {"sfu/core/..."},
	"sfu/core/shed":       {},
	"sfu/core/speaker":    {"sfu/core/..."},

	// It leads to the media sockets, which it knows by their addresses.
	"sfu/relay":         {},
	"sfu/transport":     {"sfu", "sfu/core/...", "sfu/egress"},
	"deploy":            {},
	"deploy/benchtable": {},
	"signaling":         {"store", "sfu", "signaling/message", "signaling/grant", "signaling/room"},
	"signaling/client":  {"signaling/message"},
	"signaling/cluster": {},
	"signaling/grant":   {},
	// Bots are what any client is; their bad links are those of the tests.
	"signaling/loadtest":    {"signaling/client", "signaling/message", "sfu/sfutest/bridge", "sfu/sfutest/link"},
	"signaling/message":     {},
	"signaling/message/gen": {"signaling/message"},
	"signaling/room":        {"signaling/message", "signaling/grant", "store"},
}

// holders are libraries that some packages alone may import, tests apart: each is replaced in one place.
var holders = map[string][]string{
	"github.com/pion/webrtc/v4":    {"sfu/transport", "signaling/client"},
	"github.com/pion/":             {"sfu", "sfu/core/...", "sfu/egress", "sfu/sfutest", "sfu/sfutest/scenario", "sfu/relay", "sfu/transport", "signaling/client"},
	"github.com/coder/websocket":   {"signaling", "signaling/client"},
	"github.com/golang-jwt/jwt":    {"api", "signaling/grant"},
	"github.com/labstack/echo":     {"api"},
	"go.opentelemetry.io/otel/sdk": {"cmd/plenum/tracing"},
	"go.opentelemetry.io/":         {"api", "signaling", "cmd/plenum/tracing"},
	"github.com/prometheus/":       {"cmd/plenum/metrics"},
	"github.com/alecthomas/kong":   {"cmd/plenum"},
	"go.yaml.in/yaml":              {"api/docs", "cmd/plenum", "signaling/loadtest"},
	"github.com/nats-io/":          {"signaling/cluster"},
	"github.com/pressly/goose":     {"store"},
	"github.com/go-sql-driver":     {"store"},
	"gorm.io/":                     {"store"},
	"modernc.org/":                 {"store"},
	"net/http/pprof":               {"api"},
	"github.com/stretchr/testify":  {},
}

const core = "sfu/core/..."

// impure is what no package of the core may import: whatever waits, reads a clock, rolls dice or has effects.
var impure = []string{"sync", "net", "os", "context", "log", "math/rand", "crypto/rand", "runtime", "syscall", "unsafe", "testing", "embed"}

// pureEnough are exceptions, by package: a ring of atomic pointers has no lock and starts nothing, and to ask the processor
// for memory changes nothing.
var pureEnough = map[string][]string{"sfu/core/history": {"sync/atomic"}, "sfu/core/prefetch": {"unsafe"}}

// coreLibraries may be used as data.
var coreLibraries = []string{"github.com/pion/rtp", "github.com/pion/rtcp"}

// clockReads are the functions of package time that ask what time it is, or wait.
var clockReads = []string{"Now", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep", "Since", "Until"}

// topLevel is fixed. Names with a dot in front are not looked at.
var topLevel = []string{
	"cmd", "sfu", "signaling", "api", "store", "webclient", "deploy", "go.mod", "go.sum", "Taskfile.yml",
	"README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
	"data", // what a server started here keeps; ignored by git
}

// noSubject are names that say nothing of what is inside.
var noSubject = []string{"util", "utils", "type", "types", "common", "helper", "helpers", "misc", "pkg", "internal"}

// rule lists its violations, one sentence each.
type rule struct {
	name  string
	check func(sourceTree) []string
}

var architecture = []rule{
	{"every package is known", unknownPackages},
	{"packages import along the arrows", wrongArrows},
	{"libraries are held in one place", wrongHolders},
	{"the core is pure", impureCore},
	{"every package has a doc.go", undocumented},
	{"the top level is fixed", strangersOnTop},
	{"names have a subject", namesWithoutSubject},
}

func TestArchitecture(t *testing.T) {
	tree, err := readTree(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.packages) < 10 {
		t.Fatalf("only %d packages were found: the test looks in the wrong place", len(tree.packages))
	}
	for _, rule := range architecture {
		t.Run(rule.name, func(t *testing.T) {
			for _, violation := range rule.check(tree) {
				t.Error(violation)
			}
		})
	}
	for listed := range arrows {
		if !slices.ContainsFunc(tree.packages, func(p sourcePackage) bool { return p.dir == listed }) {
			t.Errorf("%s is listed in arrows, but there is no such package", listed)
		}
	}
}

func unknownPackages(tree sourceTree) (violations []string) {
	for _, p := range tree.packages {
		if _, ok := arrows[p.dir]; !ok {
			violations = append(violations, p.dir+" is not listed in arrows: say there what it may import")
		}
	}
	return violations
}

func wrongArrows(tree sourceTree) (violations []string) {
	for _, p := range tree.packages {
		for _, f := range p.files {
			for _, imported := range f.imports {
				ours, ok := strings.CutPrefix(imported, modulePath+"/")
				if ok && !among(ours, arrows[p.dir]) {
					violations = append(violations, fmt.Sprintf("%s imports %s, and %s may not", f.path, ours, p.dir))
				}
			}
		}
	}
	return violations
}

func wrongHolders(tree sourceTree) (violations []string) {
	for _, p := range tree.packages {
		for _, f := range p.files {
			for _, imported := range f.imports {
				for library, allowed := range holders {
					if strings.HasPrefix(imported, library) && !among(p.dir, allowed) {
						violations = append(violations, fmt.Sprintf("%s imports %s, and %s may not", f.path, imported, p.dir))
					}
				}
			}
		}
	}
	return violations
}

func impureCore(tree sourceTree) (violations []string) {
	for _, p := range tree.packages {
		if !among(p.dir, []string{core}) {
			continue
		}
		for _, f := range p.files {
			for _, imported := range f.imports {
				if !pureImport(p.dir, imported) {
					violations = append(violations, fmt.Sprintf("%s imports %s: the core has no effects", f.path, imported))
				}
			}
			violations = append(violations, impureCode(f)...)
		}
	}
	return violations
}

func pureImport(dir, imported string) bool {
	if slices.Contains(pureEnough[dir], imported) || strings.HasPrefix(imported, modulePath+"/") {
		return true
	}
	if strings.Contains(imported, ".") {
		return slices.Contains(coreLibraries, imported)
	}
	return !slices.ContainsFunc(impure, func(bad string) bool {
		return imported == bad || strings.HasPrefix(imported, bad+"/")
	})
}

func impureCode(f sourceFile) (violations []string) {
	bad := func(n ast.Node, what string) {
		violations = append(violations, fmt.Sprintf("%s: %s: time and turns are given to the core, it takes none", f.at(n.Pos()), what))
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			bad(n, "go statement")
		case *ast.ChanType:
			bad(n, "channel")
		case *ast.SelectStmt:
			bad(n, "select")
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && of.Name == "time" && slices.Contains(clockReads, n.Sel.Name) {
				bad(n, "time."+n.Sel.Name)
			}
		case *ast.ImportSpec:
			if n.Name != nil && n.Path.Value == `"time"` {
				bad(n, "package time under another name")
			}
		}
		return true
	})
	return violations
}

func undocumented(tree sourceTree) (violations []string) {
	for _, p := range tree.packages {
		documented := slices.ContainsFunc(p.files, func(f sourceFile) bool {
			return path.Base(f.path) == "doc.go" && f.tree.Doc != nil
		})
		if !documented {
			violations = append(violations, p.dir+" has no doc.go that says what it is for")
		}
	}
	return violations
}

func strangersOnTop(tree sourceTree) (violations []string) {
	for _, name := range tree.top {
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			violations = append(violations, name+" does not belong on the top level")
		}
	}
	return violations
}

func namesWithoutSubject(tree sourceTree) (violations []string) {
	for _, name := range tree.paths {
		for part := range strings.SplitSeq(name, "/") {
			stem := strings.TrimSuffix(strings.TrimSuffix(part, ".go"), "_test")
			if slices.Contains(noSubject, stem) {
				violations = append(violations, fmt.Sprintf("%s: %q says nothing of what is inside", name, stem))
			}
		}
	}
	return violations
}

// among tells whether a folder is in a list, in which "a/..." stands for all below a.
func among(dir string, list []string) bool {
	return slices.ContainsFunc(list, func(allowed string) bool {
		above, below := strings.CutSuffix(allowed, "/...")
		return dir == allowed || below && strings.HasPrefix(dir, above+"/")
	})
}

// Each rule finds what it is there for.
func TestArchitectureRulesFindViolations(t *testing.T) {
	doc := func(name string) string { return "// Package " + name + " is there.\npackage " + name + "\n" }
	for _, c := range []struct {
		name, rule, file, source string
		want                     string // part of the one violation; empty: none
	}{
		{"new package", "every package is known", "sfu/magic/magic.go", "package magic", "sfu/magic is not listed"},
		{"known package", "every package is known", "sfu/mailbox/m.go", "package mailbox", ""},
		{"core imports shell", "packages import along the arrows", "sfu/core/loss/l.go", `package loss; import _ "` + modulePath + `/sfu/mailbox"`, "sfu/core/loss may not"},
		{"core imports core", "packages import along the arrows", "sfu/core/loss/l.go", `package loss; import _ "` + modulePath + `/sfu/core/packet"`, ""},
		{"sfu imports store", "packages import along the arrows", "sfu/s.go", `package sfu; import _ "` + modulePath + `/store"`, "sfu may not"},
		{"tests import freely", "packages import along the arrows", "sfu/s_test.go", `package sfu; import _ "` + modulePath + `/store"`, ""},
		{"webrtc outside", "libraries are held in one place", "signaling/s.go", `package signaling; import _ "github.com/pion/webrtc/v4"`, "signaling may not"},
		{"part of webrtc outside", "libraries are held in one place", "sfu/s.go", `package sfu; import _ "github.com/pion/webrtc/v4/pkg/media"`, "sfu may not"},
		{"webrtc in transport", "libraries are held in one place", "sfu/transport/t.go", `package transport; import _ "github.com/pion/webrtc/v4"`, ""},
		{"gorm outside", "libraries are held in one place", "api/a.go", `package api; import _ "gorm.io/gorm"`, "api may not"},
		{"lock in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; import _ "sync"`, "imports sync"},
		{"part of an impure package", "the core is pure", "sfu/core/loss/l.go", `package loss; import _ "math/rand/v2"`, "imports math/rand/v2"},
		{"atomics outside history", "the core is pure", "sfu/core/loss/l.go", `package loss; import _ "sync/atomic"`, "imports sync/atomic"},
		{"atomics in history", "the core is pure", "sfu/core/history/h.go", `package history; import _ "sync/atomic"`, ""},
		{"library in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; import _ "github.com/pion/interceptor"`, "imports github.com/pion/interceptor"},
		{"data in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; import _ "github.com/pion/rtcp"`, ""},
		{"goroutine in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; func f() { go f() }`, "go statement"},
		{"channel in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; type c chan int`, "channel"},
		{"select in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; func f() { select {} }`, "select"},
		{"clock in the core", "the core is pure", "sfu/core/loss/l.go", `package loss; import "time"; var now = time.Now`, "time.Now"},
		{"clock under another name", "the core is pure", "sfu/core/loss/l.go", `package loss; import t "time"; var now = t.Second`, "another name"},
		{"time as data", "the core is pure", "sfu/core/loss/l.go", `package loss; import "time"; func f(now time.Time) time.Duration { return time.Second }`, ""},
		{"clock outside the core", "the core is pure", "sfu/s.go", `package sfu; import "time"; var now = time.Now`, ""},
		{"clock in the core's tests", "the core is pure", "sfu/core/loss/l_test.go", `package loss; import "time"; var now = time.Now`, ""},
		{"no doc.go", "every package has a doc.go", "store/s.go", "package store", "store has no doc.go"},
		{"empty doc.go", "every package has a doc.go", "store/doc.go", "package store", "store has no doc.go"},
		{"doc.go", "every package has a doc.go", "store/doc.go", doc("store"), ""},
		{"folder on top", "the top level is fixed", "pkg/p.go", "package p", "pkg does not belong"},
		{"dotfile on top", "the top level is fixed", ".golangci.yml", "", ""},
		{"folder without subject", "names have a subject", "sfu/utils/u.go", "package utils", "sfu/utils/u.go"},
		{"file without subject", "names have a subject", "sfu/helpers.go", "package sfu", "sfu/helpers.go"},
		{"test file without subject", "names have a subject", "sfu/helpers_test.go", "package sfu", "sfu/helpers_test.go"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := readTree(fstest.MapFS{c.file: {Data: []byte(c.source)}})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(architecture, func(r rule) bool { return r.name == c.rule })
			if i < 0 {
				t.Fatalf("there is no rule %q", c.rule)
			}
			found := architecture[i].check(tree)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("found %q where nothing is wrong", found)
			case c.want != "" && (len(found) == 0 || !strings.Contains(found[0], c.want)):
				t.Errorf("found %q, want one with %q", found, c.want)
			}
		})
	}
}
