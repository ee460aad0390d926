package quality_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/quality"
)

var update = flag.Bool("update", false, "rewrite the scenarios with what is scored")

// The files in testdata are blocks of commands, "----", and the scores that come of them.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(raw))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(raw) {
				t.Errorf("%s wants\n%s\nbut the scores are\n%s", file, raw, got)
			}
		})
	}
}

// play returns the scenario with the scores in place of the file's: of the viewer's downstream
// and of the publisher's upstream.
func play(t *testing.T, text string) string {
	t.Helper()
	inputs := map[string]quality.Input{}
	var yours, theirs quality.Score
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		commands, _, _ := strings.Cut(block+"\n", "----\n")
		if i > 0 {
			out.WriteString("\n")
		}
		out.WriteString(strings.TrimRight(commands, "\n") + "\n----\n")
		for line := range strings.Lines(commands) {
			words := strings.Fields(line)
			switch {
			case len(words) == 0 || words[0] == "#":
			case words[0] == "update":
				for range number(t, words[1]) {
					y, s := yours.Update(inputs["yours"]), theirs.Update(inputs["theirs"])
					fmt.Fprintf(&out, "yours %d %v, theirs %d %v: %v\n", y, quality.GradeOf(y), s, quality.GradeOf(s), quality.Blame(y, s))
				}
			default: // yours loss=3 rtt=50
				inputs[words[0]] = input(t, words[1:])
			}
		}
	}
	return strings.ReplaceAll(out.String(), ": \n", "\n")
}

func number(t *testing.T, word string) int {
	n, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// input reads milliseconds, percents and kbit/s.
func input(t *testing.T, words []string) (in quality.Input) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		n := number(t, value)
		switch name {
		case "rtt":
			in.RTT = time.Duration(n) * ms
		case "jitter":
			in.Jitter = time.Duration(n) * ms
		case "loss":
			in.Loss = float64(n) / 100
		case "repaired":
			in.Repaired = float64(n) / 100
		case "expected":
			in.Expected = packet.Bitrate(n) * 1000
		case "actual":
			in.Actual = packet.Bitrate(n) * 1000
		case "missing":
			in.Missing = n
		case "paused":
			in.Paused = n > 0
		default:
			t.Fatalf("unknown measure %q", word)
		}
	}
	return in
}
