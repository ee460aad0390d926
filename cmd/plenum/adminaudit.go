package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"
)

type adminAuditCommand struct {
	adminServer

	Actor   string    `placeholder:"ID" help:"What one did: an account's or a participant's id, 'key:' and a key's id, or 'operator'."`
	Action  string    `placeholder:"ACTION" help:"One kind of action alone, as the list has it."`
	Meeting string    `placeholder:"CODE" help:"What was done in one meeting: its code, or its id."`
	Since   time.Time `placeholder:"TIME" help:"From this time on, as 2026-11-26T12:00:00Z."`
	Until   time.Time `placeholder:"TIME" help:"Before this time."`
	Limit   int       `default:"50" placeholder:"N" help:"How many, 200 at most. Default: ${default}."`
	Before  string    `placeholder:"ID" help:"Begin behind this one: the last of the page before."`
}

func (c adminAuditCommand) Run(ctx context.Context, to terminal) error {
	query := url.Values{"limit": {fmt.Sprint(c.Limit)}}
	for name, value := range map[string]string{"actor": c.Actor, "action": c.Action, "meeting": c.Meeting, "before": c.Before} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"since": c.Since, "until": c.Until} {
		if !at.IsZero() {
			query.Set(name, at.Format(time.RFC3339))
		}
	}
	var page struct {
		Events []struct {
			At                                              time.Time
			Actor, Action, Target, Meeting, Result, Address string
		}
		Next string
	}
	text, err := c.call(ctx, http.MethodGet, "/api/admin/audit?"+query.Encode(), nil, &page)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "AT\tACTOR\tACTION\tTARGET\tMEETING\tRESULT\tFROM")
		for _, e := range page.Events {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", when(&e.At, ""), e.Actor, e.Action, e.Target, e.Meeting, e.Result, e.Address)
		}
		if page.Next != "" {
			fmt.Fprintf(table, "There are more: --before %s\n", page.Next)
		}
	})
}
