// Benchtable prints what benchmarks measured as one table, beside the figures that are asked, or two revisions side by
// side. It reads what `go test -bench` prints.
//
//	go test -bench ──> results ──┬─ rows.txt ──> table: what, least, median, asked
//	                             └─ two sets, interleaved ──> comparison
//
// A benchmark gets into the table by a line in rows.txt. A line "# variant NAME" among the results says that those
// after it were measured in that way, and puts "NAME: " before their names.
package main
