package loadtest

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the template shows.
type page struct {
	Title, About, URL, Machines, Partial string
	Started                              string
	Passed                               bool
	Verdicts                             []Verdict
	Tiles                                []tile
	Columns                              []string
	Rows                                 [][]string
	Plots                                []drawing
	Faults                               []mishap
}

// tile is one figure in large type.
type tile struct{ Name, Value, Note string }

type drawing struct {
	Title, Unit string
	Names       []string
	SVG         template.HTML
}

// mishap is something that went wrong, and how often.
type mishap struct {
	What  string
	Times int
}

// WriteHTML writes a report as one page that needs nothing else.
func (r *Report) WriteHTML(w io.Writer) error {
	p := page{
		Title: r.Scenario, About: r.About, URL: r.URL, Machines: strings.Join(r.Machines, ", "), Partial: r.Partial,
		Started: r.Started.Format("2006-01-02 15:04:05 MST"), Verdicts: r.Verdicts,
		Passed: len(r.Missed()) == 0 && r.Partial == "", Tiles: r.tiles(),
		Columns: outcomeColumns, Rows: r.rows(),
	}
	for _, text := range slices.Sorted(maps.Keys(r.Faults)) {
		p.Faults = append(p.Faults, mishap{text, r.Faults[text]})
	}
	for _, drawn := range r.plots() {
		if drawn.empty() {
			continue
		}
		d := drawing{Title: drawn.title, Unit: drawn.unit, SVG: drawn.SVG()}
		for _, l := range drawn.lines {
			d.Names = append(d.Names, l.name)
		}
		p.Plots = append(p.Plots, d)
	}
	return pageTemplate.Execute(w, p)
}

func (r *Report) tiles() []tile {
	t, w := &r.Total, &r.Window
	tiles := []tile{
		{"bots", fmt.Sprintf("%d of %d", t.Joined, t.Bots), fmt.Sprintf("%d failed, %d dropped", t.Failed, t.Dropped)},
		{"join", quantile(&t.Join, 0.5), "p95 " + quantile(&t.Join, 0.95)},
		{"first frame", quantile(&t.FirstFrame, 0.5), "p95 " + quantile(&t.FirstFrame, 0.95)},
		{"latency", quantile(&w.Latency, 0.5), "p99 " + quantile(&w.Latency, 0.99)},
		{"a bare hop", quantile(&w.Direct, 0.5), "p99 " + quantile(&w.Direct, 0.99)},
		{"loss", shareOf(t.Loss(), t.Packets), fmt.Sprintf("%d recovered", t.Recovered)},
		{"frozen", shareOf(t.Frozen(), uint64(t.Watched)), fmt.Sprintf("%d freezes", t.Freezes)},
	}
	if w.Seconds > 0 {
		tiles = append(tiles, tile{
			"forwarded", fmt.Sprintf("%.0f packets/s", float64(w.Packets)/w.Seconds),
			fmt.Sprintf("%.1f Mbit/s", float64(w.Bytes)*8/1e6/w.Seconds),
		})
	}
	if each, ok := r.cpuPerPacket(); ok {
		tiles = append(tiles, tile{
			"server", duration(time.Duration(each * 1e9)), fmt.Sprintf("for each packet; %.2f cores", r.Server.CPU/w.Seconds),
		})
	}
	if memory, ok := r.memoryPerBot(); ok {
		tiles = append(tiles, tile{"memory", fmt.Sprintf("%.0f KB", memory), fmt.Sprintf("for each bot; %d MB", r.Server.Full>>20)})
	}
	return tiles
}

// plots are over the time of the run, then distributions.
func (r *Report) plots() []plot {
	over := func(title, unit string, lines map[string]func(Second) float64) plot {
		p := plot{title: title, unit: unit, across: "s"}
		for _, name := range slices.Sorted(maps.Keys(lines)) {
			l := plotLine{name: name}
			for _, s := range r.Line {
				l.x = append(l.x, s.At.Sub(r.Started).Seconds())
				l.y = append(l.y, lines[name](s))
			}
			p.lines = append(p.lines, l)
		}
		return p
	}
	spread := func(title string, lines ...plotLine) plot {
		return plot{title: title, unit: "% of all", across: "ms", logarithmic: true, lines: lines}
	}
	rates := map[string]func(Second) float64{}
	for i := range layers {
		if r.Total.Received[i].Packets > 0 {
			rates[fmt.Sprintf("layer %d", i)] = func(s Second) float64 { return float64(s.Layers[i]) * 8 / 1e6 }
		}
	}
	rates["all"] = func(s Second) float64 { return float64(s.Bytes) * 8 / 1e6 }
	return []plot{
		over("Bots inside", "", map[string]func(Second) float64{
			"inside": func(s Second) float64 { return float64(s.Inside) },
			"failed": func(s Second) float64 { return float64(s.Failed) },
		}),
		over("Packets received", "packets/s", map[string]func(Second) float64{"received": func(s Second) float64 { return float64(s.Packets) }}),
		over("Rate received", "Mbit/s", rates),
		over("Latency", "ms", map[string]func(Second) float64{
			"p50": func(s Second) float64 { return s.P50 }, "p99": func(s Second) float64 { return s.P99 },
		}),
		over("Packets lost and pictures frozen", "in a second", map[string]func(Second) float64{
			"lost": func(s Second) float64 { return float64(s.Lost) }, "freezes": func(s Second) float64 { return float64(s.Freezes) },
		}),
		over("Processor", "cores", map[string]func(Second) float64{
			"server": func(s Second) float64 { return s.CPU }, "bots": func(s Second) float64 { return s.BotCPU },
		}),
		over("Memory of the server", "MB", map[string]func(Second) float64{"resident": func(s Second) float64 { return float64(s.Memory) / (1 << 20) }}),
		spread("Coming in", distribution("join", &r.Total.Join), distribution("connect", &r.Total.Connect), distribution("first frame", &r.Total.FirstFrame)),
		spread("Latency of packets", distribution("latency", &r.Window.Latency)),
	}
}
