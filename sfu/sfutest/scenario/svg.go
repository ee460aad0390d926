package scenario

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
	"time"
)

// Sizes of a plot, in pixels.
const (
	plotWidth   = 900
	panelHeight = 190
	leftMargin  = 70
	topMargin   = 34
	gap         = 46 // below a panel, for the numbers of its axis
	legendWide  = 170
)

// colours tell flows apart, for people who see red and green alike too.
var colours = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7f7f7f"}

// line is one curve of a panel.
type line struct {
	name   string
	colour string
	dashed bool
	steps  bool // holds its value until the next
	points []point
}

type point struct{ x, y float64 }

// panel is one pair of axes.
type panel struct {
	title string
	unit  string
	lines []line
}

// Plot writes a result as SVG: rates against capacity, queue, and what was shown.
func (r *Result) Plot(w io.Writer) error {
	rates := panel{title: "rate that arrives (solid), estimate (dashed), capacity (grey)", unit: "Mbit/s"}
	queues := panel{title: "wait in the queue", unit: "ms"}
	heights := panel{title: "height of the pictures shown, the sum over slots", unit: "pixels"}
	capacity := line{name: "capacity", colour: "#999999", steps: true}
	for _, c := range r.carries {
		capacity.points = append(capacity.points, point{c.At.Seconds(), c.Arrived / 1e6})
	}
	rates.lines = append(rates.lines, capacity)
	for i, f := range r.Flows {
		colour := colours[i%len(colours)]
		of := func(value func(Sample) float64) (points []point) {
			for _, s := range f.series.samples {
				points = append(points, point{s.At.Seconds(), value(s)})
			}
			return points
		}
		rates.lines = append(rates.lines, line{name: f.Name, colour: colour, points: smooth(of(func(s Sample) float64 { return s.Arrived / 1e6 }))})
		queues.lines = append(queues.lines, line{name: f.Name, colour: colour, points: of(func(s Sample) float64 { return s.Queue })})
		if f.Media() {
			rates.lines = append(rates.lines, line{colour: colour, dashed: true, points: of(func(s Sample) float64 { return s.Estimate / 1e6 })})
			heights.lines = append(heights.lines, line{name: f.Name, colour: colour, steps: true, points: of(func(s Sample) float64 { return float64(s.Height) })})
		}
	}
	return drawing{title: r.Title, end: r.Length, panels: []panel{rates, queues, heights}}.write(w)
}

// smooth takes the mean over a second, so that frames do not hide the course.
func smooth(points []point) []point {
	const n = int(time.Second / sampleEvery)
	out := make([]point, len(points))
	sum := 0.0
	for i, p := range points {
		sum += p.y
		if i >= n {
			sum -= points[i-n].y
		}
		out[i] = point{p.x, sum / float64(min(i+1, n))}
	}
	return out
}

// drawing is panels above each other that share the axis of time.
type drawing struct {
	title  string
	end    time.Duration
	panels []panel
}

func (d drawing) write(w io.Writer) error {
	var b strings.Builder
	width, height := leftMargin+plotWidth+legendWide, topMargin+len(d.panels)*(panelHeight+gap)+10
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/><text x="%d" y="20" font-size="16">%s</text>`+"\n", width, height, leftMargin, html.EscapeString(d.title))
	for i, p := range d.panels {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", leftMargin, topMargin+14+i*(panelHeight+gap))
		d.panel(&b, p)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (d drawing) panel(b *strings.Builder, p panel) {
	top := 0.0
	for _, l := range p.lines {
		for _, q := range l.points {
			top = max(top, q.y)
		}
	}
	yStep := step(top)
	top = max(math.Ceil(top/yStep), 1) * yStep
	x := func(s float64) float64 { return s / d.end.Seconds() * plotWidth }
	y := func(v float64) float64 { return panelHeight * (1 - v/top) }
	fmt.Fprintf(b, `<text x="0" y="-5">%s</text><text x="-62" y="-5">%s</text>`+"\n", html.EscapeString(p.title), p.unit)
	for v := 0.0; v <= top*1.001; v += yStep {
		fmt.Fprintf(b, `<path d="M0 %.1fH%d" stroke="#dddddd"/><text x="-6" y="%.1f" text-anchor="end">%g</text>`+"\n", y(v), plotWidth, y(v)+4, math.Round(v*1000)/1000)
	}
	xStep := step(d.end.Seconds())
	for s := 0.0; s <= d.end.Seconds()*1.001; s += xStep {
		fmt.Fprintf(b, `<path d="M%.1f 0V%d" stroke="#eeeeee"/><text x="%.1f" y="%d" text-anchor="middle">%g</text>`+"\n", x(s), panelHeight, x(s), panelHeight+16, s)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">time in s</text><path d="M0 0V%dH%d" fill="none" stroke="black"/>`+"\n", plotWidth, panelHeight+30, panelHeight, plotWidth)
	legend := 0
	for _, l := range p.lines {
		var path strings.Builder
		for i, q := range l.points {
			switch {
			case i == 0:
				fmt.Fprintf(&path, "M%.1f %.1f", x(q.x), y(q.y))
			case l.steps:
				fmt.Fprintf(&path, "H%.1fV%.1f", x(q.x), y(q.y))
			default:
				fmt.Fprintf(&path, "L%.1f %.1f", x(q.x), y(q.y))
			}
		}
		dash := ""
		if l.dashed {
			dash = ` stroke-dasharray="4 3" stroke-opacity="0.7"`
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"%s/>`+"\n", path.String(), l.colour, dash)
		if l.name != "" {
			fmt.Fprintf(b, `<path d="M%d %dh20" stroke="%s" stroke-width="3"/><text x="%d" y="%d">%s</text>`+"\n",
				plotWidth+12, 8+16*legend, l.colour, plotWidth+38, 12+16*legend, html.EscapeString(l.name))
			legend++
		}
	}
}

// step divides an axis up to top into five to ten round parts.
func step(top float64) float64 {
	if top <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(top)))
	for _, part := range []float64{0.1, 0.2, 0.5, 1} {
		if top/(unit*part) <= 10 {
			return unit * part
		}
	}
	return unit
}
