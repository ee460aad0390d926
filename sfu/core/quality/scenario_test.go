package quality_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/quality"
	"github.com/plenum-meet/plenum/sfu/sfutest/script"
)

// The files in testdata are blocks of commands, "----", and the scores that come of them: of the viewer's downstream and of the
// publisher's upstream.
func TestScenarios(t *testing.T) {
	script.Files(t, func(t *testing.T) func(string) string {
		inputs := map[string]quality.Input{}
		var yours, theirs quality.Score
		return func(command string) string {
			words := strings.Fields(command)
			if words[0] != "update" { // yours loss=3 rtt=50
				inputs[words[0]] = input(t, words[1:])
				return ""
			}
			var out strings.Builder
			for range number(t, words[1]) {
				y, s := yours.Update(inputs["yours"]), theirs.Update(inputs["theirs"])
				fmt.Fprintf(&out, "yours %d %v, theirs %d %v: %v\n", y, quality.GradeOf(y), s, quality.GradeOf(s), quality.Blame(y, s))
			}
			return strings.ReplaceAll(out.String(), ": \n", "\n")
		}
	})
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
