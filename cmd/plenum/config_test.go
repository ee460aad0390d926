package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func fileWith(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plenum.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// line is what 'config print' says of an option.
func line(t *testing.T, option string, args ...string) string {
	t.Helper()
	code, out, errs := runPlenum(t.Context(), append([]string{"config", "print"}, args...)...)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for text := range strings.Lines(out) {
		if strings.HasPrefix(text, option+":") {
			return strings.TrimSpace(text)
		}
	}
	t.Fatalf("%q has no %s", out, option)
	return ""
}

// The command line comes before the environment, that before the file, and that before the default.
func TestEachOptionHasOneOrigin(t *testing.T) {
	path := fileWith(t, "# ours\nmedia-port: 7900\norigin: [https://a.example, https://b.example]\nresume-window: 30s\n")
	args := []string{"--config", path}
	for _, want := range []string{
		"media-port: 7900 # " + path + ", line 2",
		"origin: ['https://a.example', 'https://b.example'] # " + path + ", line 3",
		"resume-window: 30s # " + path + ", line 4",
		"listen: 127.0.0.1:8080 # default",
	} {
		option, _, _ := strings.Cut(want, ":")
		if got := line(t, option, args...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	t.Setenv("PLENUM_MEDIA_PORT", "7901")
	if got := line(t, "media-port", args...); got != "media-port: 7901 # environment, PLENUM_MEDIA_PORT" {
		t.Error(got)
	}
	if got := line(t, "media-port", append(args, "--media-port=7902")...); got != "media-port: 7902 # command line" {
		t.Error(got)
	}
	if code, _, errs := runPlenum(t.Context(), "migrate", "status", "--config", fileWith(t, "data: "+t.TempDir()+"\nmedia-port: 7900\n")); code != 0 {
		t.Errorf("a command that takes some of the options does not read the file: %s", errs)
	}
	t.Setenv("PLENUM_CONFIG", path)
	if got := line(t, "resume-window"); !strings.HasPrefix(got, "resume-window: 30s") {
		t.Errorf("the file that the environment names is not read: %q", got)
	}
}

func TestSecretsAreReadFromFilesAndNeverShown(t *testing.T) {
	const hidden = "hunter2-hunter2-hunter2-hunter2-hunter2"
	path := fileWith(t, hidden+"\n")
	t.Setenv("PLENUM_SECRET_FILE", path)
	t.Setenv("PLENUM_DATABASE", "mysql://plenum:hunter2@db/plenum")
	t.Setenv("PLENUM_SMTP", "smtp://plenum:hunter2@mail")
	if code, out, errs := runPlenum(t.Context(), "config", "print"); code != 0 || strings.Contains(out+errs, "hunter2") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	if got := line(t, "secret"); got != "secret: (hidden) # "+path+", which PLENUM_SECRET_FILE names" {
		t.Error(got)
	}
	t.Setenv("PLENUM_SECRET_FILE", filepath.Join(t.TempDir(), "none"))
	if code, _, errs := runPlenum(t.Context(), "config", "print"); code != 2 || !strings.Contains(errs, "PLENUM_SECRET_FILE") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestAWrongConfigurationIsSaidSo(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"unknown key", "data: /tmp/x\nlissen: :80\n", []string{"line 2", `"lissen"`, `did you mean "listen"`}},
		{"as in the environment", "public_url: https://x.example\n", []string{`did you mean "public-url"`}},
		{"an option of no server", "nothing-like-it-at-all: 1\n", []string{`"nothing-like-it-at-all"`}},
		{"twice", "listen: :1\nlisten: :2\n", []string{"listen"}},
		{"a tree", "listen:\n  port: 1\n", []string{"line 2", "listen", "a value"}},
		{"nothing", "listen:\n", []string{"line 1", "listen", "a value"}},
		{"a list", "- listen\n", []string{"line 1", "options and their values"}},
		{"no YAML", "listen: [\n", []string{"no YAML"}},
		{"not a port", "media-port: many\n", []string{"--media-port", "many"}},
		{"not an address", "media-address: [here]\n", []string{"--media-address", "here"}},
		{"open to others", "admin-listen: 0.0.0.0:9090\n", []string{"--admin-listen", "reached by others"}},
		{"mail without links", "smtp: smtp://mail.example\n", []string{"--smtp needs --public-url"}},
		{"short secret", "secret: short\n", []string{"at least 32"}},
		{"no URL", "public-url: meet.example\n", []string{"--public-url"}},
		{"no database", "database: oracle://x\n", []string{"--database"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := runPlenum(t.Context(), "config", "validate", "--config", fileWith(t, c.file))
			if code == 0 {
				t.Fatal("is in order")
			}
			for _, part := range c.want {
				if !strings.Contains(errs, part) {
					t.Errorf("said %q, without %q", errs, part)
				}
			}
		})
	}
	if code, _, errs := runPlenum(t.Context(), "config", "validate", "--config", filepath.Join(t.TempDir(), "none.yaml")); code != 2 || !strings.Contains(errs, "none.yaml") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	good := fileWith(t, "# all of it is the default\n")
	if code, out, errs := runPlenum(t.Context(), "config", "validate", "--config", good); code != 0 || !strings.Contains(out, "in order") {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// Everything that is wrong is said at once.
func TestValidationDoesNotStopAtTheFirstFault(t *testing.T) {
	path := fileWith(t, "secret: short\nadmin-listen: 0.0.0.0:1\ndatabase: oracle://x\n")
	_, _, errs := runPlenum(t.Context(), "config", "validate", "--config", path)
	for _, part := range []string{"at least 32", "--admin-listen", "--database"} {
		if !strings.Contains(errs, part) {
			t.Errorf("said %q, without %q", errs, part)
		}
	}
}

// The reference in the documentation is what the options say: 'task generate' writes it.
func TestTheReferenceIsUpToDate(t *testing.T) {
	written, err := os.ReadFile("../../deploy/docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ := runPlenum(t.Context(), "config", "reference")
	if out != string(written) {
		t.Error("deploy/docs/configuration.md is not what 'plenum config reference' prints: run 'task generate'")
	}
}
