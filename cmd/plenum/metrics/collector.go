package metrics

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// within is how long the loops of the node may take to answer; those that do not are left out.
const within = time.Second

// Handler answers with all metrics of the node.
func Handler(parts Parts, times *Times) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(times.collectors()...)
	registry.MustRegister(newCollector(parts.state))
	return handlerOf(registry)
}

func handlerOf(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// collector reads the families that are computed when somebody asks.
type collector struct {
	look     func(context.Context) *state
	families []family
	descs    []*prometheus.Desc

	mu      sync.Mutex // one look at a time
	sampled map[string]prometheus.Histogram
}

func newCollector(look func(context.Context) *state) *collector {
	c := &collector{look: look, sampled: map[string]prometheus.Histogram{}}
	for _, f := range families() {
		switch {
		case f.read == nil:
			continue
		case f.kind == histogram:
			c.sampled[f.name] = prometheus.NewHistogram(prometheus.HistogramOpts{Name: f.name, Help: f.help, Buckets: f.bounds})
		}
		c.families = append(c.families, f)
		c.descs = append(c.descs, prometheus.NewDesc(f.name, f.help, f.labels, nil))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for i, f := range c.families {
		if sampled := c.sampled[f.name]; sampled != nil {
			out <- sampled.Desc()
			continue
		}
		out <- c.descs[i]
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	s := c.look(ctx)
	for i, f := range c.families {
		if sampled := c.sampled[f.name]; sampled != nil {
			f.read(s, func(value float64, _ ...string) { sampled.Observe(value) })
			out <- sampled
			continue
		}
		kind := prometheus.GaugeValue
		if f.kind == counter {
			kind = prometheus.CounterValue
		}
		f.read(s, func(value float64, labels ...string) {
			out <- prometheus.MustNewConstMetric(c.descs[i], kind, value, labels...)
		})
	}
}
