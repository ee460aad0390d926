package loadtest

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// plot is a drawing of lines over one axis, as SVG that needs no script.
type plot struct {
	title string
	unit  string // of y
	// across is the unit of x; logarithmic says how x runs.
	across      string
	logarithmic bool
	lines       []plotLine
}

type plotLine struct {
	name string
	x, y []float64
}

const (
	plotWidth, plotHeight = 560, 220
	// Room around the drawing for what is written beside the axes.
	plotLeft, plotRight, plotTop, plotBottom = 56, 12, 12, 32
)

// empty is true if there is nothing to draw.
func (p plot) empty() bool {
	for _, l := range p.lines {
		for _, y := range l.y {
			if y > 0 {
				return false
			}
		}
	}
	return true
}

// SVG draws the plot. What it writes are numbers and its own words, which need no escaping.
func (p plot) SVG() template.HTML {
	low, high, top := p.extent()
	ticksY, stepY := axis(top)
	top = ticksY[len(ticksY)-1]
	x := func(v float64) float64 {
		if p.logarithmic {
			v, low, high := math.Log10(max(v, low)), math.Log10(low), math.Log10(high)
			return plotLeft + (v-low)/(high-low)*(plotWidth-plotLeft-plotRight)
		}
		return plotLeft + (v-low)/(high-low)*(plotWidth-plotLeft-plotRight)
	}
	y := func(v float64) float64 { return plotHeight - plotBottom - v/top*(plotHeight-plotTop-plotBottom) }

	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, plotWidth, plotHeight, p.title)
	for _, t := range ticksY {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, plotLeft, plotWidth-plotRight, y(t), y(t))
		fmt.Fprintf(&b, `<text class="y" x="%d" y="%.1f">%s</text>`, plotLeft-6, y(t)+4, figure(t, stepY))
	}
	for _, t := range p.ticksX(low, high) {
		fmt.Fprintf(&b, `<text class="x" x="%.1f" y="%d">%s</text>`, x(t), plotHeight-plotBottom+16, figure(t, t))
	}
	fmt.Fprintf(&b, `<text class="x" x="%d" y="%d">%s</text>`, plotWidth-plotRight-16, plotHeight-4, p.across)
	for i, l := range p.lines {
		points := make([]string, len(l.x))
		for j := range l.x {
			points[j] = fmt.Sprintf("%.1f,%.1f", x(l.x[j]), y(l.y[j]))
		}
		fmt.Fprintf(&b, `<polyline class="line c%d" points="%s"/>`, i, strings.Join(points, " "))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // made of numbers and constants
}

// extent is where x begins and ends, and the largest y.
func (p plot) extent() (low, high, top float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range p.lines {
		for i := range l.x {
			low, high, top = min(low, l.x[i]), max(high, l.x[i]), max(top, l.y[i])
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if p.logarithmic {
		low, high = max(low, 1e-3), max(high, low*10)
	} else {
		low, high = 0, max(high, 1)
	}
	return low, high, max(top, 1e-9)
}

// axis has round figures from 0 to at least top.
func axis(top float64) (ticks []float64, step float64) {
	step = math.Pow(10, math.Floor(math.Log10(top/2)))
	for _, factor := range []float64{1, 2, 2.5, 5, 10} {
		if top/(step*factor) <= 5 {
			step *= factor
			break
		}
	}
	for v := 0.0; ; v += step {
		ticks = append(ticks, v)
		if v >= top {
			return ticks, step
		}
	}
}

func (p plot) ticksX(low, high float64) []float64 {
	var all []float64
	if p.logarithmic {
		for v := math.Pow(10, math.Ceil(math.Log10(low))); v <= high; v *= 10 {
			all = append(all, v)
		}
		return all
	}
	ticks, _ := axis(high - low)
	for _, t := range ticks {
		if low+t <= high {
			all = append(all, low+t)
		}
	}
	return all
}

// figure writes a number as exactly as a step needs it, with k and M.
func figure(v, step float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 4, 64) + "M"
	case v >= 1e4:
		return strconv.FormatFloat(v/1e3, 'g', 4, 64) + "k"
	case step >= 1:
		return strconv.FormatFloat(v, 'f', 0, 64)
	default:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
}

// distribution is the share of times below each, in percent.
func distribution(name string, h *Histogram) plotLine {
	l := plotLine{name: name}
	var seen uint64
	for i, c := range h.counts {
		if c == 0 {
			continue
		}
		seen += uint64(c)
		l.x = append(l.x, max(milliseconds(min(upper(i), h.max)), 0.01))
		l.y = append(l.y, 100*float64(seen)/float64(h.n))
	}
	return l
}
