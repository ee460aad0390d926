package scenario_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/scenario"
)

var (
	plots = flag.String("plots", os.Getenv("PLENUM_PLOTS"), "directory for the plots; none: no plots")
	only  = flag.String("cases", "", "part of the names of the cases to run")
)

// BenchmarkCases runs each case, prints the table and draws the plots. What it measures is how much faster than life the
// core is.
func BenchmarkCases(b *testing.B) {
	for b.Loop() {
		var results []*scenario.Result
		seconds := 0.0
		for _, c := range scenario.Cases() {
			if strings.Contains(c.Name, *only) {
				results = append(results, c.Run(1))
				seconds += c.Length.Seconds()
			}
		}
		b.StopTimer()
		b.ReportMetric(seconds, "simulated-s/op")
		fmt.Println()
		if err := scenario.Table(os.Stdout, results); err != nil {
			b.Fatal(err)
		}
		draw(b, results)
		b.StartTimer()
	}
}

func draw(b *testing.B, results []*scenario.Result) {
	b.Helper()
	if *plots == "" {
		return
	}
	if err := os.MkdirAll(*plots, 0o755); err != nil {
		b.Fatal(err)
	}
	for _, r := range results {
		f, err := os.Create(filepath.Join(*plots, r.Name+".svg"))
		if err != nil {
			b.Fatal(err)
		}
		if err := r.Plot(f); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
