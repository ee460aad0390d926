package loadtest

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// example is a report of a machine whose bots came a little after start.
func example(machine string, start time.Time, bots int, latency time.Duration) *Report {
	r := &Report{
		Version: reportVersion, Scenario: "webinar", URL: "http://localhost:8080", Machines: []string{machine}, Started: start,
		Faults: map[string]int{"viewer: connection lost": 1},
	}
	o := Outcome{Group: "audience", Role: Viewer, Bots: bots, Joined: bots, Packets: uint64(1000 * bots), Lost: uint64(bots), Watched: 10}
	for range bots {
		o.Join.Add(100 * time.Millisecond)
		o.Latency.Add(latency)
	}
	r.Groups = []Outcome{o}
	r.Total.add(&o)
	r.Window = Window{Seconds: 10, Packets: o.Packets, Bots: bots, Latency: o.Latency, Direct: o.Latency}
	for i := range 3 {
		r.Line = append(r.Line, Second{At: start.Add(time.Duration(i) * time.Second), Inside: bots, Packets: 100, P99: milliseconds(latency)})
	}
	return r
}

func TestReportsOfSeveralMachinesBecomeOne(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a, b := example("one", start.Add(200*time.Millisecond), 10, 2*time.Millisecond), example("two", start.Add(1100*time.Millisecond), 30, 8*time.Millisecond)
	a.Server = &Server{How: "process 7", CPU: 2, Before: 50 << 20, Full: 90 << 20}
	bound, err := ParseBound("server.cpu-per-packet <= 40us")
	if err != nil {
		t.Fatal(err)
	}
	a.judge([]Bound{bound})
	b.judge([]Bound{{Quantity: "inside", Limit: 41}})
	m, err := Merge([]*Report{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Groups) != 1 || m.Groups[0].Bots != 40 || m.Total.Joined != 40 || m.Total.Join.Count() != 40 || m.Faults["viewer: connection lost"] != 2 {
		t.Errorf("merged to %d groups, %+v", len(m.Groups), m.Faults)
	}
	if m.Window.Direct.Count() != m.Window.Latency.Count() {
		t.Errorf("%d packets without a server, %d with it", m.Window.Direct.Count(), m.Window.Latency.Count())
	}
	if got := m.Window.Latency.Quantile(0.5); got < 7*time.Millisecond {
		t.Errorf("the median of 10 short and 30 long times is %s", got)
	}
	if each, ok := m.cpuPerPacket(); !ok || each != 2.0/40_000 {
		t.Errorf("%v seconds for each of 40000 packets", each)
	}
	if len(m.Line) != 4 || m.Line[0].Inside != 10 || m.Line[1].Inside != 40 || m.Line[1].P99 != 8 {
		t.Errorf("seconds %+v", m.Line)
	}
	// The whole is judged, not the parts: one machine alone would have kept the first bound and broken the second.
	if len(m.Verdicts) != 2 || m.Verdicts[0].Passed || m.Verdicts[1].Passed {
		t.Errorf("verdicts %+v", m.Verdicts)
	}
	if len(m.Machines) != 2 || !m.Started.Equal(a.Started) {
		t.Errorf("from %v, started %s", m.Machines, m.Started)
	}
}

func TestWhatDoesNotBelongTogetherIsNotMerged(t *testing.T) {
	a, b := example("one", time.Unix(0, 0), 1, time.Millisecond), example("two", time.Unix(0, 0), 1, time.Millisecond)
	b.Scenario = "churn"
	if _, err := Merge([]*Report{a, b}); err == nil || !strings.Contains(err.Error(), "webinar and churn") {
		t.Errorf("got %v", err)
	}
	if _, err := Merge(nil); err == nil {
		t.Error("nothing was merged")
	}
}

func TestAReportComesBackFromItsFile(t *testing.T) {
	r := example("one", time.Unix(1000, 0).UTC(), 5, 3*time.Millisecond)
	var file bytes.Buffer
	if err := r.WriteJSON(&file); err != nil {
		t.Fatal(err)
	}
	text := file.String()
	back, err := ReadReport("a.json", &file)
	if err != nil {
		t.Fatal(err)
	}
	if back.Total.Latency != r.Total.Latency || back.Groups[0].Bots != 5 || len(back.Line) != 3 {
		t.Errorf("came back as %+v", back.Groups)
	}
	for name, wrong := range map[string]string{
		"no report of a load test": "[]", "a report of version 9": strings.Replace(text, `"version": 1`, `"version": 9`, 1),
	} {
		if _, err := ReadReport("a.json", strings.NewReader(wrong)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

// Who hangs on purpose is no fault of a server that the others do not notice it at.
func TestABoundMayBeForOneGroup(t *testing.T) {
	r := &Report{Total: Outcome{Failed: 3}, Groups: []Outcome{{Group: "call"}, {Group: "hangs", Failed: 3}}}
	for text, passed := range map[string]bool{
		"failed <= 0": false, "failed of call <= 0": true, "failed of hangs <= 0": false, "latency.p99 of call <= 15ms": false,
	} {
		bound, err := ParseBound(text)
		if err != nil {
			t.Fatal(err)
		}
		if v := bound.judge(r); v.Passed != passed || v.Bound != bound.String() {
			t.Errorf("%s: %+v", text, v)
		}
		if again, err := ParseBound(bound.String()); err != nil || again != bound {
			t.Errorf("%q is read as %+v, %v", bound.String(), again, err)
		}
	}
}

func TestThePageNeedsNothingElse(t *testing.T) {
	r := example("one", time.Unix(1000, 0).UTC(), 5, 3*time.Millisecond)
	r.About = "<script>alert(1)</script>"
	r.judge([]Bound{{Quantity: "inside", Limit: 6}})
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"<svg", "Latency of packets", "audience", "missed", "&lt;script&gt;", "connection lost"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "src=", "href=", "@import", "url("} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q: it would need something else", never)
		}
	}
	if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
		t.Error("something was drawn that is no number")
	}
}

func TestTheTableNamesWhatWentWrong(t *testing.T) {
	r := example("one", time.Unix(1000, 0).UTC(), 5, 3*time.Millisecond)
	r.Partial = "interrupted after 3s"
	r.judge([]Bound{{Quantity: "inside", Limit: 6}, {Quantity: "loss", AtMost: true, Limit: 0.5}})
	var b bytes.Buffer
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"PARTIAL: interrupted after 3s", "MISSED  inside >= 6 (measured 5)", "passed  loss <= 50.00%", "1 × viewer: connection lost"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}
