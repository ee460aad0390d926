package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/message"
)

// told is a command line that a page tells people to type, with the variables before it.
type told struct {
	page, text  string
	environment []string
	args        []string
}

var (
	shellBlock = regexp.MustCompile("(?s)\n *```sh\n(.*?\n) *```\n")
	inlineCode = regexp.MustCompile("`(plenum [^`\n]+)`")
	program    = regexp.MustCompile(`(?m)^ *((?:[A-Z_]+=\S+ +)*)plenum (.+)$`)
)

// manual is what the pages for operators and newcomers tell people to type.
func manual(t *testing.T) []told {
	t.Helper()
	pages, err := filepath.Glob("../../deploy/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []told
	for _, page := range append(pages, "../../README.md", "../../deploy/README.md", "../../SECURITY.md", "../../signaling/loadtest/SCENARIOS.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var code strings.Builder
		for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			code.WriteString(strings.ReplaceAll(block[1], "\\\n", " "))
		}
		for _, span := range inlineCode.FindAllStringSubmatch(string(text), -1) {
			code.WriteString(span[1] + "\n")
		}
		for _, m := range program.FindAllStringSubmatch(code.String(), -1) {
			all = append(all, told{page: page, text: strings.TrimSpace(m[0]), environment: strings.Fields(m[1]), args: words(t, typed.Replace(redirected.ReplaceAllString(m[2], "")))})
		}
	}
	return all
}

// What stands for a choice in the pages, and what a shell does with the output, is nothing for the program.
var (
	typed      = strings.NewReplacer("up|down|status", "status")
	redirected = regexp.MustCompile(` > \S+`)
)

// words are the arguments as a shell would take them apart. Commands in them are not run.
func words(t *testing.T, text string) []string {
	t.Helper()
	text = regexp.MustCompile(`\$\([^)]*\)`).ReplaceAllString(text, "1")
	command := exec.CommandContext(t.Context(), "bash", "-uc", `printf '%s\0' `+text)
	command.Env = []string{"PLENUM_DATA=/var/lib/plenum"}
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// here is the text with the places of an installed server in a directory of the test.
func here(text, dir string) string {
	for _, place := range []string{"/etc/plenum/", "/run/secrets/", "/var/lib/plenum"} {
		text = strings.ReplaceAll(text, place, dir+"/")
	}
	return text
}

// Whatever a page tells people to type is a command of the program with options that it has; and a server started so has a
// configuration in order.
func TestEveryCommandOfTheManualIsOne(t *testing.T) {
	dir := t.TempDir()
	cert, _ := made(t, time.Now(), "localhost")
	certificate, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile("../../deploy/systemd/plenum.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"plenum.yaml": sample, "turn": []byte(strings.Repeat("s", 40)), "plenum": []byte(strings.Repeat("s", 40)), "database-ca.pem": certificate,
		"nats-ca.pem": certificate, "nats-url": []byte("tls://plenum:password@nats-0:4222"), "database": []byte("mysql://plenum:password@mysql:3306/plenum"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, seen := manual(t), map[string]int{}
	t.Chdir(dir)
	t.Setenv("PLENUM_DATA", dir)
	for _, c := range all {
		t.Run(c.text, func(t *testing.T) {
			var args []string
			for _, arg := range c.args {
				args = append(args, here(arg, dir))
			}
			for _, each := range c.environment {
				name, value, _ := strings.Cut(here(each, dir), "=")
				t.Setenv(name, value)
			}
			seen[args[0]]++
			if slices.Contains(args, "--help") {
				if code, _, errs := runPlenum(t.Context(), args...); code != 0 {
					t.Errorf("%s: %s", c.page, errs)
				}
				return
			}
			if args[0] == "serve" {
				code, out, errs := runPlenum(t.Context(), append([]string{"config", "validate"}, args[1:]...)...)
				if code != 0 {
					t.Errorf("%s: %s%s", c.page, out, errs)
				}
				return
			}
			from := new(sources)
			parser, err := newParser(terminal{out: &bytes.Buffer{}, err: &bytes.Buffer{}}, from)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parser.Parse(args)
			// A group of commands is named as one.
			if err != nil && !strings.HasPrefix(err.Error(), "expected one of ") || from.err != nil {
				t.Errorf("%s: %v %v", c.page, err, from.err)
			}
		})
	}
	for _, command := range []string{"serve", "doctor", "config", "migrate", "top", "loadtest"} {
		if seen[command] == 0 {
			t.Errorf("no page has 'plenum %s': are they still found?", command)
		}
	}
}

var taskNamed = regexp.MustCompile(`(?:task@v[0-9.]+|\btask) ([a-z][a-z0-9:]*)`)

// The tasks that pages name are there.
func TestEveryTaskOfTheManualIsOne(t *testing.T) {
	taskfile, err := os.ReadFile("../../Taskfile.yml")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../../deploy/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var code strings.Builder
		for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			code.WriteString(block[1])
		}
		for _, span := range regexp.MustCompile("`[^`\n]+`").FindAllString(string(text), -1) {
			code.WriteString(span + "\n")
		}
		for _, m := range taskNamed.FindAllStringSubmatch(code.String(), -1) {
			found++
			if !bytes.Contains(taskfile, []byte("\n  "+m[1]+":\n")) {
				t.Errorf("%s names the task %s", page, m[1])
			}
		}
	}
	if found < 5 {
		t.Errorf("%d tasks are named: are they still found?", found)
	}
}

// What the page about watching a node has people ask is asked of a server that runs, and answered.
func TestTheOperatorsQuestionsAreAnswered(t *testing.T) {
	t.Parallel()
	m, _ := configured(t, "log-level: info\n")
	text, err := os.ReadFile("../../deploy/docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "http://127.0.0.1:9090", m.admin)) {
			asked++
			m.asks(strings.TrimSpace(line))
		}
	}
	if asked < 4 {
		t.Errorf("%d lines were found", asked)
	}
	if !strings.Contains(m.log.String(), "the log's level has changed") {
		t.Error("the log's level was not changed")
	}
}

// asks runs a line of a page: curl's with the library that the tests have, plenum's in this process.
func (m *meeting) asks(line string) {
	m.t.Helper()
	t, isTest := m.t.(*testing.T)
	if !isTest {
		m.t.Fatal("a benchmark has no manual")
	}
	args := words(t, line)
	switch args[0] {
	case "plenum":
		if code, out, errs := runPlenum(m.ctx, append(args[1:], "--admin", m.admin)...); code != 0 || out == "" {
			m.t.Errorf("%s: exit code %d, %s", line, code, errs)
		}
	case "curl":
		if err := curl(m.ctx, args[1:]); err != nil {
			m.t.Errorf("%s: %v", line, err)
		}
	default:
		m.t.Errorf("%q is not tried", line)
	}
}

// curl knows what the pages use of it.
func curl(ctx context.Context, args []string) error {
	method, data, url := http.MethodGet, "", ""
	for len(args) > 0 {
		switch arg := args[0]; {
		case arg == "--silent" || arg == "--fail":
			args = args[1:]
			continue
		case arg == "--request" && len(args) > 1:
			method, args = args[1], args[1:]
		case arg == "--data" && len(args) > 1:
			data, args = args[1], args[1:]
		case strings.HasPrefix(arg, "http://") && url == "":
			url = arg
		default:
			return fmt.Errorf("%s is not known here", arg)
		}
		args = args[1:]
	}
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(data))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s", answer.Status)
	}
	return nil
}

// The bot of the page about bots comes in, and answers who greets it.
func TestTheBotOfTheManualAnswers(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../deploy/docs/bots.md")
	if err != nil {
		t.Fatal(err)
	}
	_, source, found := strings.Cut(string(page), "\n```go\n")
	source, _, ends := strings.Cut(source, "\n```\n")
	if !found || !ends {
		t.Fatal("bots.md has no program")
	}
	m := startMeeting(t)
	dir := t.TempDir()
	file, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "bot")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(source, "http://localhost:8080", m.rest.Base)), 0o600); err != nil {
		t.Fatal(err)
	}
	compile := exec.CommandContext(t.Context(), "go", "build", "-o", binary, file)
	compile.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	host := m.enterBy(m.rest, "Host").receive(pool)
	said := &logBuffer{}
	bot := exec.CommandContext(m.ctx, binary, m.code)
	bot.Stderr = said
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = bot.Process.Signal(os.Interrupt)
		if err := bot.Wait(); err != nil {
			t.Errorf("the bot ended with %v: %s", err, said)
		}
	})
	id := ""
	m.until("the bot to come in", func() bool {
		host.mu.Lock()
		defer host.mu.Unlock()
		for _, p := range host.roster {
			if p.Name == "Bot" {
				id = p.ID
			}
		}
		return id != ""
	})
	host.wish(180, id)
	host.flows(20, host.video(0))
	if err := host.Chat(m.ctx, "greeting", "hello bot"); err != nil {
		t.Fatal(err)
	}
	m.until("the bot to answer", func() bool {
		host.mu.Lock()
		defer host.mu.Unlock()
		return slices.ContainsFunc(host.chat, func(c message.ChatMessage) bool { return c.Name == "Bot" && c.Text == "hello Host" })
	})
}
