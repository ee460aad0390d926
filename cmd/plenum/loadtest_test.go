package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/loadtest"
)

// playing is a load test in the middle of a run.
type playing struct {
	t        *testing.T
	out, err *logBuffer
	code     chan int
	stop     context.CancelFunc
}

// play runs plenum loadtest.
func play(t *testing.T, args ...string) *playing {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	p := &playing{t: t, out: &logBuffer{}, err: &logBuffer{}, code: make(chan int, 1), stop: cancel}
	go func() { p.code <- run(ctx, append([]string{"loadtest"}, args...), terminal{out: p.out, err: p.err}) }()
	return p
}

// ends waits for the end and expects an exit code.
func (p *playing) ends(want int) {
	p.t.Helper()
	if got := <-p.code; got != want {
		p.t.Fatalf("exit code %d, want %d\n%s\n%s", got, want, p.out, p.err)
	}
}

// sees waits until standard error has a text.
func (p *playing) sees(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(p.err.String(), text); {
		if time.Now().After(deadline) {
			p.t.Fatalf("there is no %q in\n%s", text, p.err)
		}
		select {
		case code := <-p.code:
			p.t.Fatalf("ended with %d\n%s\n%s", code, p.out, p.err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *playing) says(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.out.String()+p.err.String(), text) {
			p.t.Errorf("there is no %q in\n%s\n%s", text, p.out, p.err)
		}
	}
}

// scenarioFile writes a scenario of a test.
func scenarioFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func readReport(t *testing.T, name string) *loadtest.Report {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := loadtest.ReadReport(name, f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func outcome(t *testing.T, r *loadtest.Report, group string) *loadtest.Outcome {
	t.Helper()
	i := slices.IndexFunc(r.Groups, func(o loadtest.Outcome) bool { return o.Group == group })
	if i < 0 {
		t.Fatalf("the report has no group %s", group)
	}
	return &r.Groups[i]
}

const small = `
name: small
rooms: 2
duration: 3s
bots:
  - {name: speaker, role: publisher, camera: {codec: H264}, microphone: true}
  - {name: audience, role: viewer, count: 3, slots: {audio: 1, video: 1}, height: 360}
pass: [failed <= 0, dropped <= 0, blind <= 0, "packets-per-second >= 1"]
`

func TestALoadTestTellsHowBotsFared(t *testing.T) {
	m := startMeeting(t)
	dir := t.TempDir()
	file, page := filepath.Join(dir, "a.json"), filepath.Join(dir, "a.html")
	p := play(t, scenarioFile(t, small), "--server", m.rest.Base, "--pid", fmt.Sprint(os.Getpid()), "--json", file, "--html", page)
	p.ends(0)
	p.says("8 of 8 inside", "speaker", "audience", "passed  failed <= 0", "per forwarded packet")

	r := readReport(t, file)
	if r.Partial != "" || r.Total.Joined != 8 || r.Server == nil || r.Window.Seconds <= 0 || len(r.Line) < 2 {
		t.Errorf("report %q: %d joined, server %+v, %v s, %d seconds", r.Partial, r.Total.Joined, r.Server, r.Window.Seconds, len(r.Line))
	}
	a := outcome(t, r, "audience")
	if a.Join.Count() != 6 || a.FirstFrame.Count() != 6 || a.Latency.Count() == 0 || a.Frames == 0 || a.ReceivedAudio.Packets == 0 {
		t.Errorf("audience: %d joins, %d first frames, %d latencies, %d frames, %+v", a.Join.Count(), a.FirstFrame.Count(), a.Latency.Count(), a.Frames, a.ReceivedAudio)
	}
	if s := outcome(t, r, "speaker"); s.Sent[1].Packets == 0 || s.SentAudio.Packets == 0 {
		t.Errorf("speaker: %+v, %+v", s.Sent, s.SentAudio)
	}
	if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), "<svg") {
		t.Errorf("the page: %v", err)
	}
	m.until("the bots to be gone", func() bool {
		response, err := http.Get(m.admin + "/debug/rooms")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		live, err := io.ReadAll(response.Body)
		return err == nil && !strings.Contains(string(live), "speaker 1")
	})

	both := play(t, "merge", file, file, "--json", filepath.Join(dir, "both.json"))
	both.ends(0)
	if r := readReport(t, filepath.Join(dir, "both.json")); r.Total.Joined != 16 {
		t.Errorf("%d joined in both reports", r.Total.Joined)
	}
	beside := play(t, "compare", file, filepath.Join(dir, "both.json"))
	beside.ends(0)
	beside.says("server CPU/packet", "small")
}

func TestEveryRoleIsPlayed(t *testing.T) {
	m := startMeeting(t)
	file := filepath.Join(t.TempDir(), "a.json")
	p := play(t, scenarioFile(t, `
name: roles
duration: 5s
bots:
  - {name: people, role: speaker-changer, count: 2, camera: true, microphone: true, slots: {audio: 2, video: 1}, every: 500ms}
  - {name: apple, role: publisher, camera: {codec: H264}}
  - {name: sharer, role: screen-sharer, screen: true, every: 500ms, rest: 500ms}
  - {name: flipping, role: page-flipper, slots: {video: 1, screen: 1}, watch: everybody, every: 700ms}
  - {name: passing, role: flapper, slots: {video: 1}, microphone: true, every: 800ms, rest: 100ms}
  - {name: hanging, role: slow-reader, slots: {video: 1}, every: 500ms}
  - {name: far, role: viewer, slots: {video: 1}, height: 180, link: lossy5}
pass: [failed <= 0]
`), "--server", m.rest.Base, "--json", file)
	p.ends(0)
	r := readReport(t, file)
	if o := outcome(t, r, "people"); o.ReceivedAudio.Packets == 0 || o.Frames == 0 {
		t.Errorf("people: %+v", o)
	}
	if o := outcome(t, r, "flipping"); o.KeyFrames < 3 {
		t.Errorf("pages were flipped, and %d key frames came", o.KeyFrames)
	}
	if o := outcome(t, r, "passing"); o.Joins < 3 || o.Joined != 1 {
		t.Errorf("the flapper came %d times, and is counted %d times", o.Joins, o.Joined)
	}
	if o := outcome(t, r, "far"); o.Nacked == 0 || o.Recovered == 0 || o.Latency.Quantile(0.5) < 10*time.Millisecond {
		t.Errorf("on a link that loses and delays: %d asked for, %d recovered, latency %s", o.Nacked, o.Recovered, o.Latency.Quantile(0.5))
	}
	for text, n := range r.Faults {
		t.Errorf("%d × %s", n, text)
	}
}

func TestABoundThatIsMissedShowsInTheExitCode(t *testing.T) {
	m := startMeeting(t)
	p := play(t, scenarioFile(t, `
duration: 1s
bots: [{role: publisher, microphone: true}]
pass: [inside >= 2, failed <= 0]
`), "--server", m.rest.Base)
	p.ends(3)
	p.says("MISSED  inside >= 2 (measured 1)", "1 of 2 bounds were missed")
}

func TestALoadTestThatCannotBegin(t *testing.T) {
	wrong := scenarioFile(t, "bots:\n  - {role: viewer}\n")
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nobody there", []string{"webinar", "--server", "http://127.0.0.1:1"}, "no Plenum server answers at http://127.0.0.1:1"},
		{"no address", []string{"webinar", "--server", "localhost"}, `"localhost" must begin with http:// or https://`},
		{"no such scenario", []string{"picnic"}, `there is no scenario "picnic": give a file, or one of bench-audio`},
		{"no such file", []string{"./picnic.yaml"}, "the scenario cannot be read"},
		{"wrong scenario", []string{wrong}, "scenario.yaml:2: bots[0].slots is missing"},
		{"no such group", []string{"webinar", "--count", "dancers=3"}, `no group "dancers": its groups are speaker, audience`},
		{"no such process", []string{"webinar", "--pid", "999999999"}, "process 999999999 cannot be looked at"},
		{"no metrics", []string{"webinar", "--metrics", "http://127.0.0.1:1/metrics"}, "metrics: "},
		{"no report", []string{"merge", wrong}, "is no report of a load test"},
		{"a report that is not there", []string{"merge", "/nowhere.json"}, "the report cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := play(t, c.args...)
			p.ends(1)
			p.says(c.want)
		})
	}
}

func TestAWrongPasswordOrMeetingEndsALoadTest(t *testing.T) {
	m := startMeeting(t)
	p := play(t, "webinar", "--server", m.rest.Base, "--email", "host@plenum.example", "--password", "not the password")
	p.ends(1)
	p.says("sign in as host@plenum.example")

	p = play(t, "webinar", "--server", m.rest.Base, "--meeting", m.code, "--meeting", m.code)
	p.ends(1)
	p.says("2 meetings were named, the scenario has 1 rooms")

	file := filepath.Join(t.TempDir(), "a.json")
	p = play(t, scenarioFile(t, "duration: 1s\nbots: [{role: publisher, microphone: true}]\npass: [failed <= 0]\n"),
		"--server", m.rest.Base, "--meeting", "00000-00000", "--json", file)
	p.ends(3)
	p.says("1 × publisher: 404 ")
	if r := readReport(t, file); r.Total.Failed != 1 {
		t.Errorf("%d failed", r.Total.Failed)
	}
}

func TestAnInterruptedLoadTestKeepsItsReport(t *testing.T) {
	m := startMeeting(t)
	file := filepath.Join(t.TempDir(), "a.json")
	p := play(t, scenarioFile(t, strings.Replace(small, "duration: 3s", "duration: 1h", 1)), "--server", m.rest.Base, "--json", file)
	p.sees("8 of 8 inside")
	p.stop()
	p.ends(1)
	p.says("interrupted", "PARTIAL: interrupted after")
	r := readReport(t, file)
	if r.Partial == "" || r.Total.Joined != 8 || r.Total.Packets == 0 || r.Total.Dropped != 0 {
		t.Errorf("the report %q: %d joined, %d packets, %d dropped", r.Partial, r.Total.Joined, r.Total.Packets, r.Total.Dropped)
	}
}

func TestAServerThatDiesLeavesAPartialReport(t *testing.T) {
	for name, observed := range map[string]bool{"seen from outside": false, "seen by its process": true} {
		t.Run(name, func(t *testing.T) {
			server := exec.Command(os.Args[0])
			server.Env = append(os.Environ(), childVariable+"="+t.TempDir())
			in, err := server.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			out, err := server.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			base := strings.Fields(line)[0] // the operator's address follows
			file := filepath.Join(t.TempDir(), "a.json")
			args := []string{scenarioFile(t, strings.Replace(small, "duration: 3s", "duration: 1h", 1)), "--server", base, "--json", file}
			if observed {
				args = append(args, "--pid", fmt.Sprint(server.Process.Pid))
			}
			p := play(t, args...)
			p.sees("8 of 8 inside")
			if err := server.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = server.Wait()
			p.ends(1)
			p.says("the server is gone", "PARTIAL: the server is gone")
			if r := readReport(t, file); r.Partial == "" || r.Total.Joined != 8 || r.Total.Packets == 0 {
				t.Errorf("the report %q: %d joined, %d packets", r.Partial, r.Total.Joined, r.Total.Packets)
			}
		})
	}
}

// What one address may bring in is the operator's to say; bots that are told to wait do.
func TestGuestsAreLetInAsTheOperatorSays(t *testing.T) {
	m := startMeeting(t, func(c *serveCommand) { c.GuestJoins = 60 }) // 300 at once, then one a second
	guest := client.REST{Base: m.rest.Base}
	for {
		_, err := guest.Join(m.ctx, m.code, "Guest")
		var refused *client.RESTError
		if errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests && refused.RetryAfter > 0 {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p := play(t, scenarioFile(t, "duration: 1s\nbots: [{role: publisher, microphone: true, count: 2}]\npass: [inside >= 2]\n"),
		"--server", m.rest.Base, "--meeting", m.code)
	p.ends(0)
}

func TestShippedScenariosAreListedAndShown(t *testing.T) {
	p := play(t, "list")
	p.ends(0)
	p.says("webinar ", "meeting ", "town-hall ", "churn ")
	p = play(t, "show", "churn")
	p.ends(0)
	p.says("name: churn", "role: slow-reader")
}
