package metrics

import "slices"

// kind is what Prometheus calls the type of a metric.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

// family is one metric with its meaning.
type family struct {
	name   string
	kind   kind
	labels []string
	help   string
	// bounds of a histogram's buckets.
	bounds []float64
	// read puts the present values. It is nil for what Times observes. Each value put for a histogram is a sample: how things
	// stand is observed whenever somebody asks.
	read func(s *state, put put)
}

// put adds a value, with those of the labels in their order.
type put func(value float64, labels ...string)

// families are all that there is besides process_* and go_*, which the client library brings.
func families() []family {
	return slices.Concat(nodeFamilies, stressFamilies, clusterFamilies, mediaFamilies, lineFamilies, egressFamilies, relayFamilies, signalingFamilies, webhookFamilies, databaseFamilies, httpFamilies)
}

// count puts a counter of the program.
func count(n uint64) float64 { return float64(n) }

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Names are those of all families.
func Names() []string {
	var names []string
	for _, f := range families() {
		names = append(names, f.name)
	}
	return names
}
