package main

import (
	"context"
	"fmt"
	"net/http"
	"text/tabwriter"
)

type adminNodesCommand struct{ adminServer }

func (c adminNodesCommand) Run(ctx context.Context, to terminal) error {
	var out struct {
		Nodes []struct {
			ID           string  `json:"id"`
			Version      string  `json:"version"`
			Draining     bool    `json:"draining"`
			Stress       float64 `json:"stress"`
			Rooms        int     `json:"rooms"`
			Participants int     `json:"participants"`
			Here         bool    `json:"here"`
		} `json:"nodes"`
	}
	text, err := c.call(ctx, http.MethodGet, "/api/admin/nodes", nil, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "NODE\tMEETINGS\tPEOPLE\tSTRESS\tDRAINING\tASKED\tVERSION")
		for _, n := range out.Nodes {
			fmt.Fprintf(table, "%s\t%d\t%d\t%.2f\t%s\t%s\t%s\n", n.ID, n.Rooms, n.Participants, n.Stress, yes(n.Draining), yes(n.Here), n.Version)
		}
	})
}
