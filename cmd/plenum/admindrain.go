package main

import (
	"context"
	"fmt"
	"net/http"
	"text/tabwriter"
	"time"
)

// asksAgain is how often a server that drains is asked who is left.
const asksAgain = time.Second

// adminDrainCommand takes a server out of what new people are sent to.
type adminDrainCommand struct {
	adminServer

	Undo bool          `help:"Let new people come again."`
	Wait time.Duration `placeholder:"TIME" help:"Come back when nobody is left in a meeting on it, or after this long, for example 10m: what stops the server then ends no meeting, or few. Default: at once."`
}

// nodeAnswer is how a server is, as the API says it.
type nodeAnswer struct {
	Node struct {
		Draining     bool `json:"draining"`
		Rooms        int  `json:"rooms"`
		Participants int  `json:"participants"`
	} `json:"node"`
}

func (c adminDrainCommand) Run(ctx context.Context, to terminal) error {
	var out nodeAnswer
	text, err := c.call(ctx, http.MethodPatch, "/api/admin/node", map[string]bool{"draining": !c.Undo}, &out)
	if err == nil && !c.Undo && c.Wait > 0 && out.Node.Participants > 0 {
		text, out, err = c.untilEmpty(ctx, text, out)
	}
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		state := "is ready for new people"
		if out.Node.Draining {
			state = "gets nobody new"
		}
		fmt.Fprintf(table, "The server %s; %d people in %d meetings are on it.\n", state, out.Node.Participants, out.Node.Rooms)
	})
}

// untilEmpty asks until nobody is left, or the wait is over, and gives the last answer.
func (c adminDrainCommand) untilEmpty(ctx context.Context, text []byte, out nodeAnswer) ([]byte, nodeAnswer, error) {
	over := time.NewTimer(c.Wait)
	defer over.Stop()
	again := time.NewTicker(asksAgain)
	defer again.Stop()
	for out.Node.Participants > 0 {
		select {
		case <-ctx.Done():
			return text, out, ctx.Err()
		case <-over.C:
			return text, out, nil
		case <-again.C:
		}
		var err error
		out = nodeAnswer{}
		if text, err = c.call(ctx, http.MethodGet, "/api/admin/node", nil, &out); err != nil {
			return text, out, err
		}
	}
	return text, out, nil
}
