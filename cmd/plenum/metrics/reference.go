package metrics

import (
	"fmt"
	"io"
	"strings"
)

// Reference prints what every metric means, as Markdown.
func Reference(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Metrics\n\n" +
		"`GET /metrics` on the admin listener, in the form that Prometheus scrapes. Times are in seconds, sizes in bytes, shares between\n" +
		"0 and 1; names that end in `_total` are counters since the start. No label names a room, a person or an address.\n" +
		"Besides these there are `process_*` (processor time, memory, descriptors) and `go_*` of the Prometheus client library.\n" +
		"`deploy/grafana` has a dashboard, `deploy/prometheus` alerts and a sample configuration. `plenum metrics` prints this page.\n\n" +
		"| metric | type | labels | meaning |\n|---|---|---|---|\n")
	for _, f := range families() {
		labels := ""
		if len(f.labels) > 0 {
			labels = "`" + strings.Join(f.labels, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, f.kind, labels, f.help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
