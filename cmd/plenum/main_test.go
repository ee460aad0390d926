package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// runPlenum runs a command in this process and gives what it wrote.
func runPlenum(ctx context.Context, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(ctx, args, terminal{out: &o, err: &e})
	return code, o.String(), e.String()
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		out    []string // parts of what it prints
		errors []string // parts of what it complains about
	}{
		{"help teaches", []string{"--help"}, 0, []string{"plenum serve", "PLENUM_PUBLIC_ADDRESS", "migrate", "seed"}, nil},
		{"help of serve", []string{"serve", "--help"}, 0, []string{"--listen", "$PLENUM_LISTEN", "--media-port", "$PLENUM_SECRET", "7882"}, nil},
		{"version", []string{"version"}, 0, []string{"plenum ", "go1."}, nil},
		{"no command", nil, 2, nil, []string{"serve", "plenum --help"}},
		{"unknown command", []string{"serv"}, 2, nil, []string{"serv", "did you mean"}},
		{"unknown option", []string{"serve", "--lissen=:1"}, 2, nil, []string{"--lissen", "plenum serve --help"}},
		{"not a port", []string{"serve", "--media-port=70000"}, 2, nil, []string{"--media-port"}},
		{"not an address", []string{"serve", "--public-address=here"}, 2, nil, []string{"--public-address"}},
		{"not a level", []string{"serve", "--log-level=loud"}, 2, nil, []string{"--log-level"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := runPlenum(t.Context(), c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d; it said %q", code, c.code, errs)
			}
			for _, part := range c.out {
				if !strings.Contains(out, part) {
					t.Errorf("printed %q, without %q", out, part)
				}
			}
			for _, part := range c.errors {
				if !strings.Contains(errs, part) {
					t.Errorf("complained %q, without %q", errs, part)
				}
			}
			if c.errors != nil && strings.Count(errs, "\n") != 1 {
				t.Errorf("complained in more than one line: %q", errs)
			}
		})
	}
}

// An option and its variable in the environment are one; the command line comes first.
func TestEnvironment(t *testing.T) {
	t.Setenv("PLENUM_DATA", t.TempDir())
	t.Setenv("PLENUM_DATABASE", "mysql://nowhere")
	if code, _, errs := runPlenum(t.Context(), "migrate", "status"); code != 1 || !strings.Contains(errs, "--database") {
		t.Errorf("exit code %d, %q: the database of the environment was not used", code, errs)
	}
	if code, _, errs := runPlenum(t.Context(), "migrate", "status", "--database", "sqlite:"+t.TempDir()+"/p.db"); code != 0 {
		t.Errorf("exit code %d, %q: the command line does not come first", code, errs)
	}
}

func TestMigrateAndSeed(t *testing.T) {
	data := "--data=" + t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		code, out, errs := runPlenum(t.Context(), append(args, data)...)
		if code != 0 {
			t.Fatalf("plenum %s: exit code %d, %s", strings.Join(args, " "), code, errs)
		}
		return out
	}

	before := must("migrate", "status")
	steps := strings.Count(before, "\n")
	if steps == 0 || strings.Count(before, "not yet") != steps {
		t.Errorf("status of an empty database:\n%s", before)
	}
	if up := must("migrate", "up"); strings.Contains(up, "not yet") {
		t.Errorf("after up:\n%s", up)
	}
	if down := must("migrate", "down"); strings.Count(down, "not yet") != 1 {
		t.Errorf("after one step down:\n%s", down)
	}

	first := must("seed")
	if !strings.Contains(first, "ada@plenum.example") || strings.Contains(first, "already") {
		t.Errorf("first seed:\n%s", first)
	}
	if second := must("seed"); !strings.Contains(second, "already") || !strings.Contains(second, "ada@plenum.example") {
		t.Errorf("second seed:\n%s", second)
	}
}

func TestVersionOf(t *testing.T) {
	if got := versionOf("v1.2.3"); got != "v1.2.3" {
		t.Errorf("linked version: %q", got)
	}
	if got := versionOf(""); got == "" {
		t.Error("no version without the linker's help")
	}
}
