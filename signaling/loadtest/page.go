package loadtest

import "io"

// WriteHTML writes a report as one page that needs nothing else.
func (r *Report) WriteHTML(w io.Writer) error { return r.WriteTable(w) }
