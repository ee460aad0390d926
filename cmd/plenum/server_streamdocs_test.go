package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheLinesOfTheStreamsPageWork runs what deploy/docs/streams.md has people type against a server, but for what takes
// GStreamer, which task whip:gstreamer runs.
func TestTheLinesOfTheStreamsPageWork(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	a.enterBy(a.rest, "Host")
	ran := map[string]int{}
	for _, line := range linesOf(t, "../../deploy/docs/streams.md") {
		line = strings.NewReplacer("https://meet.example.org", a.rest.Base, "7k3mx-9qd4e", a.code).Replace(line)
		program, rest, _ := strings.Cut(line, " ")
		var out string
		switch program {
		case "curl":
			command := exec.CommandContext(a.ctx, "bash", "-uc", "curl -sS --fail-with-body "+rest)
			command.Env = append(os.Environ(), "ACCESS_TOKEN="+a.rest.Token, "PLENUM_ADMIN_KEY="+a.key, "PLENUM="+a.admin)
			text, err := command.CombinedOutput()
			if err != nil {
				t.Errorf("%s: %v\n%s", line, err, text)
				continue
			}
			out = string(text)
		case "plenum":
			args := append(words(t, rest), "--admin="+a.admin, "--admin-key="+a.key)
			if strings.Contains(line, "stream create") {
				args = append(args, "--json")
			}
			code, text, errs := runPlenum(a.ctx, args...)
			if code != 0 {
				t.Errorf("%s: %s", line, errs)
				continue
			}
			out = text
		default:
			continue
		}
		ran[program]++
		if strings.Contains(line, "stream list") {
			if !strings.Contains(out, "publish  Camera on the stage") {
				t.Errorf("%s: said\n%s", line, out)
			}
			continue
		}
		var made struct{ URL, Token string }
		if err := json.Unmarshal([]byte(out), &made); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
			continue
		}
		// Whose token counts is told that their offer is none; others are not even asked for one.
		s := studio{m: a.meeting, token: made.Token}
		if response, text := s.call("POST", made.URL, "text/plain", "no offer"); response.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("%s: the token is answered %d %s", line, response.StatusCode, text)
		}
	}
	if ran["curl"] < 2 || ran["plenum"] < 3 {
		t.Errorf("ran %v: are the lines still found?", ran)
	}
}

// linesOf are the lines of a page's blocks of commands, as a shell takes them.
func linesOf(t *testing.T, page string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines
}
