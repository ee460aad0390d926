package scenario_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/scenario"
)

// named finds a case.
func named(t *testing.T, name string) scenario.Case {
	t.Helper()
	for _, c := range scenario.Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no case %s", name)
	return scenario.Case{}
}

// happened keeps results, since several tests look at one case.
var happened = map[string]*scenario.Result{}

// run lets a case happen and prints its rows if the test fails.
func run(t *testing.T, name string) *scenario.Result {
	t.Helper()
	r, ok := happened[name]
	if !ok {
		r = named(t, name).Run(1)
		happened[name] = r
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("\n" + table(t, r))
		}
	})
	return r
}

func table(t *testing.T, r *scenario.Result) string {
	t.Helper()
	var rows strings.Builder
	if err := scenario.Table(&rows, []*scenario.Result{r}); err != nil {
		t.Fatal(err)
	}
	return rows.String()
}

func plot(t *testing.T, r *scenario.Result) string {
	t.Helper()
	var svg bytes.Buffer
	if err := r.Plot(&svg); err != nil {
		t.Fatal(err)
	}
	return svg.String()
}

// One seed, one course: a failure can be looked at again.
func TestASeedIsAllThatMakesADifference(t *testing.T) {
	c := named(t, "loss-10")
	c.From, c.Length = 5*time.Second, 20*time.Second
	first, again, other := c.Run(1), c.Run(1), c.Run(2)
	if a, b := table(t, first)+plot(t, first), table(t, again)+plot(t, again); a != b {
		t.Error("the same seed took another course")
	}
	if plot(t, first) == plot(t, other) {
		t.Error("another seed took the same course")
	}
}

func TestPlotsAreDrawings(t *testing.T) {
	c := named(t, "5.6-long-tcp")
	c.From, c.Length = 5*time.Second, 15*time.Second
	svg := plot(t, c.Run(1))
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
	for _, part := range []string{"RFC 8867 §5.6", "Mbit/s", ">ms<", "time in s", ">TCP<", ">media<", ">capacity<"} {
		if !strings.Contains(svg, part) {
			t.Errorf("the drawing has no %q", part)
		}
	}
	if strings.Contains(svg, "NaN") {
		t.Error("the drawing has points nowhere")
	}
}
