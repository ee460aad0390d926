package deploy

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// rowsOf are the cells of the tables of a page whose first cell begins with a letter or a digit.
func rowsOf(page string) [][]string {
	var out [][]string
	for line := range strings.Lines(page) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "| ") {
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		out = append(out, cells)
	}
	return out
}

var leading = regexp.MustCompile(`^\d[\d ]*(?:\.\d+)?`)

func number(t *testing.T, cell string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.ReplaceAll(leading.FindString(cell), " ", ""), 64)
	if err != nil {
		t.Fatalf("%q is no number: %v", cell, err)
	}
	return n
}

// What the page reckons follows from what it measured: cores from packets and their cost, machines from a share of 60 %.
func TestSizesFollowFromFigures(t *testing.T) {
	measured, reckoned := map[string][]string{}, map[string][]string{}
	for _, row := range rowsOf(read(t, "docs/sizing.md")) {
		switch len(row) {
		case 9:
			measured[row[0]] = row
		case 5:
			reckoned[row[0]] = row
		}
	}
	for name, row := range measured {
		if name == "scenario" {
			continue
		}
		if cores := number(t, row[2]) * number(t, row[5]) / 1e6; math.Abs(cores-number(t, row[4])) > 0.01 {
			t.Errorf("%s: %s packets of %s are %.2f cores, not %s", name, row[2], row[5], cores, row[4])
		}
	}
	for want, by := range map[string]struct {
		scenario string
		times    float64
	}{
		"10 meetings of 8, all cameras on": {"meeting", 10}, "one webinar of 500 viewers": {"webinar", 5}, "500 people who listen to five": {"audio", 5},
	} {
		row, from := reckoned[want], measured[by.scenario]
		if row == nil || from == nil {
			t.Errorf("%q is not reckoned from %q", want, by.scenario)
			continue
		}
		if packets := number(t, from[2]) * by.times; math.Abs(packets/number(t, row[1])-1) > 0.01 {
			t.Errorf("%s: %.0f packets, not %s", want, packets, row[1])
		}
		cores, memory, line := number(t, from[4])*by.times/0.6, number(t, from[6])*number(t, from[1])*by.times/1000, number(t, from[3])*by.times/0.6/1000
		if cores > number(t, row[2]) || memory > number(t, row[3]) || line > number(t, row[4])+0.05 {
			t.Errorf("%s takes %.1f cores, %.1f GB and %.1f Gbit/s, more than %q", want, cores, memory, line, row)
		}
	}
}

// The operator's guide leads to every other page.
func TestTheGuideLeadsEverywhere(t *testing.T) {
	guide := read(t, "docs/operating.md")
	for _, page := range []string{"backup.md", "sizing.md", "without-udp.md", "mysql.md", "apart.md", "bots.md", "webhooks.md", "configuration.md", "observability.md", "cluster.md"} {
		if !strings.Contains(guide, "]("+page+")") {
			t.Errorf("operating.md does not lead to %s", page)
		}
	}
	if !strings.Contains(read(t, "../README.md"), "](deploy/docs/operating.md)") {
		t.Error("README.md does not lead to the operator's guide")
	}
}
