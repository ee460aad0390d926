package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

type adminWebhookCommand struct {
	Create     adminWebhookCreate     `cmd:"" help:"Have an address told of events. Prints the secret that signs them, this once."`
	List       adminWebhookList       `cmd:"" help:"List the webhooks."`
	Change     adminWebhookChange     `cmd:"" help:"Change the name, the URL or the events of a webhook."`
	Enable     adminWebhookEnable     `cmd:"" help:"Have a webhook told again that was disabled."`
	Disable    adminWebhookDisable    `cmd:"" help:"Tell a webhook nothing more; what waits for it is given up."`
	Delete     adminWebhookDelete     `cmd:"" help:"Delete a webhook with the log of its deliveries."`
	Rotate     adminWebhookRotate     `cmd:"" help:"Give a webhook another secret and print it. The old one signs too for a while."`
	Ping       adminWebhookPing       `cmd:"" help:"Send a webhook an event of the type ping."`
	Deliveries adminWebhookDeliveries `cmd:"" help:"List what a webhook was told and what came of it, newest first."`
	Replay     adminWebhookReplay     `cmd:"" help:"Send one delivery anew, or all that have failed since a time."`
}

// webhookLine is a webhook as the server writes it.
type webhookLine struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	URL            string     `json:"url"`
	Events         []string   `json:"events"`
	Enabled        bool       `json:"enabled"`
	DisabledReason string     `json:"disabledReason"`
	FailingSince   *time.Time `json:"failingSince"`
	SecretLost     bool       `json:"secretLost"`
}

// state is how the webhook fares, in a few words.
func (w webhookLine) state() string {
	switch {
	case !w.Enabled:
		return "disabled: " + w.DisabledReason
	case w.SecretLost:
		return "nothing is sent: its secret was sealed with another secret of the server; rotate it"
	case w.FailingSince != nil:
		return "failing since " + when(w.FailingSince, "")
	}
	return "well"
}

type deliveryLine struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	State     string    `json:"state"`
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"createdAt"`
	Attempts  []struct {
		Milliseconds int    `json:"milliseconds"`
		Status       int    `json:"status"`
		Error        string `json:"error"`
	} `json:"attempts"`
}

// last says what came of the last attempt.
func (d deliveryLine) last() string {
	if len(d.Attempts) == 0 {
		return d.Reason
	}
	last := d.Attempts[len(d.Attempts)-1]
	text := last.Error
	if text == "" {
		text = fmt.Sprintf("answer %d", last.Status)
	}
	text = fmt.Sprintf("%s in %d ms", text, last.Milliseconds)
	if d.Reason != "" {
		text += "; " + d.Reason
	}
	return text
}

// webhookPath is the path of a webhook in the API.
func webhookPath(parts ...string) string {
	path := "/api/admin/webhooks"
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

type adminWebhookCreate struct {
	adminServer

	Name  string   `arg:"" help:"What it is for."`
	URL   string   `arg:"" help:"Where the events go, as https://host/path."`
	Event []string `placeholder:"TYPE" help:"What it is told of: meeting.started, meeting.ended, participant.joined, participant.left, participant.role_changed, participant.permissions_changed, chat.message. Several with commas between. Default: all but chat.message."`
}

func (c adminWebhookCreate) Run(ctx context.Context, to terminal) error {
	in := map[string]any{"name": c.Name, "url": c.URL, "events": append([]string{}, c.Event...)}
	return c.secret(ctx, to, webhookPath(), in)
}

// secret calls for something that answers with a webhook and its secret.
func (a adminServer) secret(ctx context.Context, to terminal, path string, in any) error {
	var out struct {
		Webhook webhookLine `json:"webhook"`
		Secret  string      `json:"secret"`
	}
	text, err := a.call(ctx, http.MethodPost, path, in, &out)
	if err != nil {
		return err
	}
	if a.JSON {
		return printText(to.out, text)
	}
	fmt.Fprintln(to.err, "The first line is the webhook's id, the second the secret of its receiver, which is shown this once.")
	_, err = fmt.Fprintf(to.out, "%s\n%s\n", out.Webhook.ID, out.Secret)
	return err
}

type adminWebhookList struct{ adminServer }

func (c adminWebhookList) Run(ctx context.Context, to terminal) error {
	var out struct {
		Webhooks []webhookLine `json:"webhooks"`
	}
	text, err := c.call(ctx, http.MethodGet, webhookPath(), nil, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "ID\tNAME\tSTATE\tURL\tEVENTS")
		for _, w := range out.Webhooks {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", w.ID, w.Name, w.state(), w.URL, strings.Join(w.Events, ","))
		}
	})
}

// adminWebhook is one webhook.
type adminWebhook struct {
	adminServer

	ID string `arg:"" help:"Id of the webhook, as 'plenum admin webhook list' shows it."`
}

type adminWebhookChange struct {
	adminWebhook

	Name  string   `placeholder:"TEXT" help:"What it is for."`
	URL   string   `name:"url" placeholder:"URL" help:"Where the events go."`
	Event []string `placeholder:"TYPE" help:"What it is told of, in place of what it was told of before. Several with commas between."`
}

func (c adminWebhookChange) Run(ctx context.Context, to terminal) error {
	in := map[string]any{}
	if c.Name != "" {
		in["name"] = c.Name
	}
	if c.URL != "" {
		in["url"] = c.URL
	}
	if len(c.Event) > 0 {
		in["events"] = c.Event
	}
	if len(in) == 0 {
		return errors.New("say what is to change: --name, --url or --event")
	}
	return c.done(ctx, to, http.MethodPatch, webhookPath(c.ID), in, "The webhook %s is changed.", c.ID)
}

type (
	adminWebhookEnable  struct{ adminWebhook }
	adminWebhookDisable struct{ adminWebhook }
	adminWebhookDelete  struct{ adminWebhook }
	adminWebhookPing    struct{ adminWebhook }
)

func (c adminWebhookEnable) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodPatch, webhookPath(c.ID), map[string]bool{"enabled": true}, "The webhook %s is told of events.", c.ID)
}

func (c adminWebhookDisable) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodPatch, webhookPath(c.ID), map[string]bool{"enabled": false}, "The webhook %s is told nothing more.", c.ID)
}

func (c adminWebhookDelete) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodDelete, webhookPath(c.ID), nil, "The webhook %s is deleted.", c.ID)
}

func (c adminWebhookPing) Run(ctx context.Context, to terminal) error {
	return c.done(ctx, to, http.MethodPost, webhookPath(c.ID, "ping"), nil, "A ping is on its way; 'plenum admin webhook deliveries %s' shows what comes of it.", c.ID)
}

type adminWebhookRotate struct {
	adminWebhook

	Overlap time.Duration `default:"24h" placeholder:"TIME" help:"How long the old secret signs too, in whole hours, a week at most. Default: ${default}."`
}

func (c adminWebhookRotate) Run(ctx context.Context, to terminal) error {
	if c.Overlap%time.Hour != 0 {
		return errors.New("--overlap is in whole hours")
	}
	return c.secret(ctx, to, webhookPath(c.ID, "secret"), map[string]int{"overlapHours": int(c.Overlap / time.Hour)})
}

type adminWebhookDeliveries struct {
	adminWebhook

	State string `enum:",PENDING,DELIVERED,FAILED" default:"" placeholder:"STATE" help:"Only those that are PENDING, DELIVERED or FAILED."`
	Limit int    `default:"50" placeholder:"N" help:"How many, 200 at most. Default: ${default}."`
}

func (c adminWebhookDeliveries) Run(ctx context.Context, to terminal) error {
	var out struct {
		Deliveries []deliveryLine `json:"deliveries"`
	}
	query := url.Values{"limit": {fmt.Sprint(c.Limit)}}
	if c.State != "" {
		query.Set("state", c.State)
	}
	text, err := c.call(ctx, http.MethodGet, webhookPath(c.ID, "deliveries")+"?"+query.Encode(), nil, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "ID\tEVENT\tSINCE\tSTATE\tTRIED\tLAST")
		for _, d := range out.Deliveries {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", d.ID, d.Type, when(&d.CreatedAt, ""), d.State, len(d.Attempts), d.last())
		}
	})
}

type adminWebhookReplay struct {
	adminWebhook

	Delivery string    `placeholder:"ID" help:"The delivery that is sent anew, delivered or not."`
	Since    time.Time `placeholder:"TIME" help:"Everything that was made then or later and has failed, as 2026-11-26T12:00:00Z."`
}

func (c adminWebhookReplay) Run(ctx context.Context, to terminal) error {
	switch {
	case (c.Delivery == "") == c.Since.IsZero():
		return errors.New("give either --delivery or --since")
	case c.Delivery != "":
		return c.done(ctx, to, http.MethodPost, webhookPath(c.ID, "deliveries", c.Delivery, "replay"), nil, "The delivery %s is sent anew.", c.Delivery)
	}
	var out struct {
		Replayed int `json:"replayed"`
	}
	text, err := c.call(ctx, http.MethodPost, webhookPath(c.ID, "replay"), map[string]time.Time{"since": c.Since}, &out)
	if err != nil {
		return err
	}
	if c.JSON {
		return printText(to.out, text)
	}
	_, err = fmt.Fprintf(to.out, "%d deliveries are sent anew.\n", out.Replayed)
	return err
}
