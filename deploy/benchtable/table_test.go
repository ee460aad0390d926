package main

import (
	"io"
	"strings"
	"testing"
)

const printed = `goos: linux
BenchmarkForward/VP8/slots=1/parts=1-2   1   133.4 ns/decision   180.3 ns/decision-median   306 ns/seal
# variant ifb
BenchmarkEgress/50_viewers-16   	       1	         8.046 %control	         950.5 cpu-ns/packet	      1010 cpu-ns/packet-median
    egress_bench_test.go:75: messages by their packets: 1: 9.7 %
BenchmarkEgress/50_viewers-16   	       1	         8.046 %control	         970.5 cpu-ns/packet	      1000 cpu-ns/packet-median
PASS
`

func read(t *testing.T, text string) results {
	t.Helper()
	r := results{}
	if err := r.read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTable(t *testing.T) {
	list, err := rows(`
# what a packet costs
ifb: Egress/50_viewers | cpu-ns/packet | 1000 | egress
Forward/VP8/slots=1/parts=1 | ns/decision | 150 | decision
Elsewhere | ns/op | 1 | not measured
`)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := table(&out, list, read(t, printed)); err != nil {
		t.Fatal(err)
	}
	want := `            least  median  asked           unit
    egress    950    1010   1000  cpu-ns/packet
  decision    133     180    150    ns/decision
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestComparison(t *testing.T) {
	var out strings.Builder
	names := [2]string{"before", "after"}
	if err := comparison(&out, names, read(t, "BenchmarkA-2 1 100 ns/op 8 B/op\nBenchmarkB 1 5 ns/op"), read(t, "BenchmarkA-8 1 90 ns/op 0 B/op")); err != nil {
		t.Fatal(err)
	}
	want := `Only before: B
      unit  before  after
  A   B/op    8.00      0  -100.0 %
  A  ns/op     100   90.0   -10.0 %
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestNothingToCompareIsSaid(t *testing.T) {
	err := comparison(io.Discard, [2]string{"before", "after"}, results{}, read(t, "BenchmarkA 1 5 ns/op"))
	if err == nil || !strings.Contains(err.Error(), "0 benchmarks before, 1 after") {
		t.Errorf("an empty comparison: %v", err)
	}
}

func TestTheRowsAreWellFormed(t *testing.T) {
	list, err := rows(rowsText)
	if err != nil || len(list) == 0 {
		t.Errorf("%d rows: %v", len(list), err)
	}
	if _, err := rows("a | b"); err == nil {
		t.Error("a row of two fields is taken")
	}
}
