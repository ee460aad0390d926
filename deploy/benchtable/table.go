package main

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// rowsText has a line for each row: benchmark | unit | asked | what it is. An empty "asked" is for what is only to be seen.
//
//go:embed rows.txt
var rowsText string

type row struct{ benchmark, unit, asked, what string }

func rows(text string) (list []row, err error) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) != 4 {
			return nil, fmt.Errorf("a row with %d fields: %s", len(fields), line)
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		list = append(list, row{fields[0], fields[1], fields[2], fields[3]})
	}
	return list, nil
}

// table prints the rows of which there are results.
func table(to io.Writer, list []row, r results) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tleast\tmedian\tasked\tunit\t") //nolint:errcheck // Flush says
	for _, row := range list {
		least, ok := r.least(row.benchmark, row.unit)
		if !ok {
			continue
		}
		median, _ := r.median(row.benchmark, row.unit)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", row.what, number(least), number(median), row.asked, row.unit) //nolint:errcheck // Flush says
	}
	return w.Flush()
}

// comparison prints what two revisions measured of each benchmark and unit that both have, and names the benchmarks that
// only one has. It fails if there is nothing to compare.
func comparison(to io.Writer, names [2]string, before, after results) error {
	lonely := [2][]string{only(before, after), only(after, before)}
	if len(lonely[0]) == len(before) {
		return fmt.Errorf("nothing was measured in both: %d benchmarks %s, %d %s", len(before), names[0], len(after), names[1])
	}
	for i, missing := range lonely {
		if len(missing) > 0 {
			fmt.Fprintf(to, "Only %s: %s\n", names[i], strings.Join(missing, ", ")) //nolint:errcheck // the table's Flush says
		}
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\tunit\t%s\t%s\t\n", names[0], names[1]) //nolint:errcheck // Flush says
	for _, name := range sortedKeys(before) {
		for _, unit := range sortedKeys(before[name]) {
			a, okA := before.least(name, unit)
			b, okB := after.least(name, unit)
			if !okA || !okB || strings.HasSuffix(unit, "-median") {
				continue
			}
			change := ""
			if a != 0 {
				change = fmt.Sprintf("%+.1f %%", 100*(b/a-1))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", name, unit, number(a), number(b), change) //nolint:errcheck // Flush says
		}
	}
	return w.Flush()
}

// only are the names of what r has and other has not.
func only(r, other results) []string {
	return slices.DeleteFunc(sortedKeys(r), func(name string) bool { return other[name] != nil })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// number has three digits at least.
func number(v float64) string {
	switch {
	case v >= 100 || v == 0:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
