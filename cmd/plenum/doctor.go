package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"
)

// doctorCommand looks at everything that a server needs, and says how to mend what is wrong.
type doctorCommand struct {
	Server serveCommand `embed:""`
	Clock  string       `placeholder:"URL" help:"Server whose clock this machine's is compared with: https://host (the Date of its answer) or ntp://host. Default: none is asked."`
	JSON   bool         `name:"json" help:"Print the findings as JSON."`
}

// unwell is the error of a server that would not work; what is wrong has been printed.
type unwell struct{ failures int }

func (u unwell) Error() string { return fmt.Sprintf("%d of the checks failed", u.failures) }

func (c doctorCommand) Run(ctx context.Context, to terminal) error {
	if err := c.Server.validate(); err != nil {
		return err
	}
	findings := diagnose(c.examine(ctx))
	if err := printFindings(to, findings, c.JSON); err != nil {
		return err
	}
	failed := slices.DeleteFunc(slices.Clone(findings), func(f finding) bool { return f.State != failure })
	if len(failed) > 0 {
		return unwell{len(failed)}
	}
	return nil
}

func printFindings(to terminal, findings []finding, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(to.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(findings)
	}
	table := tabwriter.NewWriter(to.out, 0, 4, 2, ' ', 0)
	for _, f := range findings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.State, f.Check, f.Says)
		if f.Mend != "" {
			fmt.Fprintf(table, "\t\t-> %s\n", f.Mend)
		}
	}
	return table.Flush()
}
