package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/signaling/loadtest"
)

// progress shows a load test as it runs: one line that changes on a terminal, a line every ten seconds elsewhere.
type progress struct {
	out   io.Writer
	live  bool
	width func() int // of the terminal now
	shown int        // characters of the line that stands there
	count int
	phase string
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out}
	if f, ok := out.(*os.File); ok {
		p.live = isTerminal(f)
		p.width = func() int {
			width, _ := terminalSize(f)
			return width
		}
	}
	return p
}

// usualWidth and usualHeight of a terminal that does not say.
const (
	usualWidth  = 80
	usualHeight = 24
)

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const quietLines = 10 // seconds between two where the line cannot change

func (p *progress) second(s loadtest.Progress) {
	p.count++
	line := progressLine(s)
	if p.live {
		// A line that breaks could not be written over.
		if width := p.width(); len(line) >= width {
			line = line[:max(0, width-1)]
		}
		pad := max(0, p.shown-len(line))
		fmt.Fprintf(p.out, "\r%s%s", line, strings.Repeat(" ", pad))
		p.shown = len(line)
		return
	}
	if p.count%quietLines == 1 || s.Phase != p.phase {
		fmt.Fprintln(p.out, line)
	}
	p.phase = s.Phase
}

// end leaves the line that stands there.
func (p *progress) end() {
	if p.live && p.shown > 0 {
		fmt.Fprintln(p.out)
	}
}

func progressLine(p loadtest.Progress) string {
	s := p.Second
	line := fmt.Sprintf("%-9s %4s  %d of %d inside", p.Phase, p.Elapsed.Round(time.Second), s.Inside, p.Bots)
	if s.Failed > 0 {
		line += fmt.Sprintf(", %d failed", s.Failed)
	}
	if p.Dropped > 0 {
		line += fmt.Sprintf(", %d dropped", p.Dropped)
	}
	line += fmt.Sprintf("  %d packets/s  %.1f Mbit/s  latency %.1f/%.1f ms  lost %d  freezes %d",
		s.Packets, float64(s.Bytes)*8/1e6, s.P50, s.P99, s.Lost, s.Freezes)
	if s.Memory > 0 {
		line += fmt.Sprintf("  server %.2f cores %d MB", s.CPU, s.Memory>>20)
	}
	if p.Left > 0 {
		line += fmt.Sprintf("  %s left", p.Left.Round(time.Second))
	}
	return line
}
