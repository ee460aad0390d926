package main

import (
	"debug/buildinfo"
	"fmt"
	goversion "go/version"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// floors are the oldest versions that may be in the binary, and why. A module that is listed and not in the binary
// fails, so that no row outlives what it guards; one that comes in with a new feature gets its row with it.
var floors = map[string]struct{ version, because string }{
	"github.com/pion/webrtc/v4":      {"v4.2.18", "what is known of its behaviour begins there"},
	"github.com/pion/interceptor":    {"v0.1.39", "CVE-2025-49140: RTP padding panics"},
	"github.com/pion/dtls/v3":        {"v3.1.4", "CVE-2026-54908, CVE-2026-26014"},
	"github.com/pion/stun/v4":        {"v4.0.1", "GHSA-34rh-wp3j-6cxc: short attributes panic"},
	"github.com/pion/srtp/v3":        {"v3.0.12", "state kept for streams that never authenticated"},
	"github.com/pion/ice/v4":         {"v4.4.8", "closing hangs before it"},
	"github.com/pion/turn/v5":        {"v5.1.3", "one major version in the tree"},
	"github.com/pion/sctp":           {"v1.12.0", "the set of versions that goes together"},
	"github.com/labstack/echo/v4":    {"v4.15.4", "CVE-2026-55677: encoded slashes leave the route"},
	"github.com/golang-jwt/jwt/v5":   {"v5.2.2", "CVE-2025-30204"},
	"github.com/coder/websocket":     {"v1.8.15", "current"},
	"golang.org/x/crypto":            {"v0.58.0", "current"},
	"gorm.io/gorm":                   {"v1.31.2", "current"},
	"github.com/go-sql-driver/mysql": {"v1.10.1", "current"},
	"modernc.org/sqlite":             {"v1.61.1", "brings the SQLite that is current"},
}

// banned must not be in the binary in any version.
var banned = map[string]string{
	"github.com/pion/dtls/v2":      "unmaintained, with known holes",
	"github.com/dgrijalva/jwt-go":  "unmaintained, with known holes",
	"github.com/gorilla/websocket": "there is one WebSocket library here",
}

func TestBinaryHasNoOldLibraries(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "plenum")
	// A test binary carries no list of its modules: only a real build does.
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range tooOld(info) {
		t.Error(violation)
	}
}

func TestTooOld(t *testing.T) {
	whole := func(change map[string]string) *debug.BuildInfo {
		info := &debug.BuildInfo{GoVersion: "go1.26.8"}
		for path, floor := range floors {
			version := floor.version
			if other, ok := change[path]; ok {
				version = other
			}
			if version != "" {
				info.Deps = append(info.Deps, &debug.Module{Path: path, Version: version})
			}
		}
		return info
	}
	with := func(info *debug.BuildInfo, more ...*debug.Module) *debug.BuildInfo {
		info.Deps = append(info.Deps, more...)
		return info
	}
	for _, c := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"all at their floors", whole(nil), ""},
		{"above the floor", whole(map[string]string{"github.com/pion/sctp": "v1.100.0"}), ""},
		{"below the floor", whole(map[string]string{"github.com/pion/sctp": "v1.11.9"}), "github.com/pion/sctp v1.11.9 is older than v1.12.0"},
		{"gone from the binary", whole(map[string]string{"github.com/pion/sctp": ""}), "github.com/pion/sctp has a floor but is not in the binary"},
		{"replaced by an old one", with(whole(map[string]string{"github.com/pion/sctp": ""}), &debug.Module{
			Path: "github.com/pion/sctp", Version: "v1.12.0", Replace: &debug.Module{Path: "github.com/pion/sctp", Version: "v1.8.0"},
		}), "github.com/pion/sctp v1.8.0 is older"},
		{"banned", with(whole(nil), &debug.Module{Path: "github.com/pion/dtls/v2", Version: "v2.2.12"}), "github.com/pion/dtls/v2 must not be used"},
		{"old compiler", &debug.BuildInfo{GoVersion: "go1.25.1", Deps: whole(nil).Deps}, "go1.25.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := tooOld(c.info)
			switch {
			case c.want == "" && len(found) > 0:
				t.Errorf("found %q where nothing is wrong", found)
			case c.want != "" && (len(found) != 1 || !strings.Contains(found[0], c.want)):
				t.Errorf("found %q, want one with %q", found, c.want)
			}
		})
	}
}

// older compares versions of three numbers; one of another form counts as older. Go's own versions have the same order.
func older(version, than string) bool {
	return goversion.Compare("go"+strings.TrimPrefix(version, "v"), "go"+strings.TrimPrefix(than, "v")) < 0
}

const oldestGo = "1.26"

func tooOld(info *debug.BuildInfo) (violations []string) {
	compiler, _, _ := strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ")
	if older(compiler, oldestGo) {
		violations = append(violations, fmt.Sprintf("built with %s: the standard library of %s is wanted", info.GoVersion, oldestGo))
	}
	used := map[string]string{}
	for _, m := range info.Deps {
		used[m.Path] = m.Version
		if m.Replace != nil {
			used[m.Path] = m.Replace.Version
		}
	}
	for _, path := range slices.Sorted(maps.Keys(floors)) {
		floor := floors[path]
		switch version, ok := used[path]; {
		case !ok:
			violations = append(violations, path+" has a floor but is not in the binary: take the row out")
		case older(version, floor.version):
			violations = append(violations, fmt.Sprintf("%s %s is older than %s: %s", path, version, floor.version, floor.because))
		}
	}
	for path, because := range banned {
		if _, ok := used[path]; ok {
			violations = append(violations, fmt.Sprintf("%s must not be used: %s", path, because))
		}
	}
	return violations
}
