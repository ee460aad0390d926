package loadtest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteTable writes a report for a terminal.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Load test %s against %s, from %s\n", r.Scenario, r.URL, strings.Join(r.Machines, ", "))
	if r.Partial != "" {
		fmt.Fprintf(&b, "PARTIAL: %s\n", r.Partial)
	}
	b.WriteString("\n")
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")+"\t") }
	row(outcomeColumns...)
	for _, cells := range r.rows() {
		row(cells...)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	r.tellWindow(&b)
	r.tellLayers(&b)
	if len(r.Faults) > 0 {
		b.WriteString("\nWhat went wrong\n")
		for _, fault := range slices.Sorted(maps.Keys(r.Faults)) {
			fmt.Fprintf(&b, "  %5d × %s\n", r.Faults[fault], fault)
		}
	}
	if len(r.Verdicts) > 0 {
		b.WriteString("\nBounds\n")
		for _, v := range r.Verdicts {
			mark := "passed"
			if !v.Passed {
				mark = "MISSED"
			}
			fmt.Fprintf(&b, "  %s  %s (measured %s)\n", mark, v.Bound, v.Measured)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var outcomeColumns = []string{
	"", "bots", "joined", "failed", "dropped", "join p50", "p95", "first frame p50", "p95", "latency p50", "p99", "loss", "frozen",
}

// rows has the cells of outcomeColumns for each group, and for all together.
func (r *Report) rows() [][]string {
	var rows [][]string
	for _, o := range append(slices.Clone(r.Groups), r.Total) {
		name := o.Group
		if name == "" {
			name = "all"
		}
		rows = append(rows, []string{
			name, strconv.Itoa(o.Bots), strconv.Itoa(o.Joined), strconv.Itoa(o.Failed), strconv.Itoa(o.Dropped),
			quantile(&o.Join, 0.5), quantile(&o.Join, 0.95), quantile(&o.FirstFrame, 0.5), quantile(&o.FirstFrame, 0.95),
			quantile(&o.Latency, 0.5), quantile(&o.Latency, 0.99), shareOf(o.Loss(), o.Packets), shareOf(o.Frozen(), uint64(o.Watched)),
		})
	}
	return rows
}

func quantile(h *Histogram, q float64) string {
	if h.Count() == 0 {
		return "–"
	}
	return duration(h.Quantile(q))
}

func shareOf(v float64, of uint64) string {
	if of == 0 {
		return "–"
	}
	return share.format(v)
}

func (r *Report) tellWindow(b *strings.Builder) {
	w := &r.Window
	if w.Seconds <= 0 {
		return
	}
	fmt.Fprintf(b, "\nMeasured for %.1f s with %d bots inside\n", w.Seconds, w.Bots)
	fmt.Fprintf(b, "  received       %.0f packets/s, %.2f Mbit/s, %d lost, %d freezes\n",
		float64(w.Packets)/w.Seconds, float64(w.Bytes)*8/1e6/w.Seconds, w.Lost, w.Freezes)
	fmt.Fprintf(b, "  latency        p50 %s, p90 %s, p99 %s, max %s\n",
		quantile(&w.Latency, 0.5), quantile(&w.Latency, 0.9), quantile(&w.Latency, 0.99), duration(w.Latency.Max()))
	fmt.Fprintf(b, "  a bare hop     p50 %s, p90 %s, p99 %s, max %s: from one socket of this machine until another is read\n",
		quantile(&w.Direct, 0.5), quantile(&w.Direct, 0.9), quantile(&w.Direct, 0.99), duration(w.Direct.Max()))
	if r.Server != nil {
		each, _ := r.cpuPerPacket()
		fmt.Fprintf(b, "  server         %s per forwarded packet, %.2f cores, %s\n",
			duration(time.Duration(each*1e9)), r.Server.CPU/w.Seconds, r.Server.How)
		if memory, ok := r.memoryPerBot(); ok {
			fmt.Fprintf(b, "                 %.0f MB resident, %.0f KB more for each bot\n", float64(r.Server.Full)/(1<<20), memory)
		}
	}
	if w.Packets > 0 {
		fmt.Fprintf(b, "  bots           %s per packet, %.2f cores\n",
			duration(time.Duration(w.BotCPU*1e9/float64(w.Packets))), w.BotCPU/w.Seconds)
	}
}

func (r *Report) tellLayers(b *strings.Builder) {
	o := &r.Total
	for i := range layers {
		if o.Sent[i].Packets > 0 || o.Received[i].Packets > 0 {
			fmt.Fprintf(b, "  layer %d        %d packets and %.1f MB sent, %d and %.1f MB received\n",
				i, o.Sent[i].Packets, float64(o.Sent[i].Bytes)/1e6, o.Received[i].Packets, float64(o.Received[i].Bytes)/1e6)
		}
	}
	if o.SentAudio.Packets > 0 || o.ReceivedAudio.Packets > 0 {
		fmt.Fprintf(b, "  sound          %d packets sent, %d received; %s from one to the next at p99, %s at most\n",
			o.SentAudio.Packets, o.ReceivedAudio.Packets, quantile(&o.AudioGap, 0.99), duration(o.AudioGap.Max()))
	}
}

// Compare writes the main figures of several reports, one line each.
func Compare(w io.Writer, reports []*Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")+"\t") }
	row("", "bots", "packets/s", "server CPU/packet", "memory/bot", "dial to frame p50", "p95", "latency p50", "p99", "loss", "frozen", "bots' CPU/packet")
	for _, r := range reports {
		window := &r.Window
		rate, bots := "–", "–"
		if window.Seconds > 0 && window.Packets > 0 {
			rate = fmt.Sprintf("%.0f", float64(window.Packets)/window.Seconds)
			bots = duration(time.Duration(window.BotCPU * 1e9 / float64(window.Packets)))
		}
		cpu, memory := "–", "–"
		if each, ok := r.cpuPerPacket(); ok {
			cpu = duration(time.Duration(each * 1e9))
		}
		if each, ok := r.memoryPerBot(); ok {
			memory = kilobytes.format(each)
		}
		name := r.Scenario
		if r.Partial != "" {
			name += " (partial)"
		}
		row(name, strconv.Itoa(window.Bots), rate, cpu, memory, quantile(&r.Total.FirstFrame, 0.5), quantile(&r.Total.FirstFrame, 0.95),
			quantile(&window.Latency, 0.5), quantile(&window.Latency, 0.99), shareOf(r.Total.Loss(), r.Total.Packets),
			shareOf(r.Total.Frozen(), uint64(r.Total.Watched)), bots)
	}
	return t.Flush()
}
