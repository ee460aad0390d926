package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type adminKeysCommand struct {
	Create adminKeysCreate `cmd:"" help:"Make a key and print it. It is shown this once."`
	List   adminKeysList   `cmd:"" help:"List the keys, newest first, those that were revoked included."`
	Revoke adminKeysRevoke `cmd:"" help:"Make a key worthless, at once."`
}

// offline is work on the database itself.
type offline struct {
	Storage storageOptions `embed:""`
	Log     logOptions     `embed:""`
	JSON    bool           `name:"json" help:"Print JSON."`
}

// offlineActor is who did it, in the audit log.
const offlineActor = "operator"

// with opens the database, with its tables as this version has them.
func (o offline) with(ctx context.Context, to terminal, do func(*store.Store) error) error {
	records, err := o.Storage.open(ctx, o.Log.logger(to.err, slog.LevelWarn), nil)
	if err != nil {
		return err
	}
	defer records.Close()
	if err := records.MigrateUp(ctx); err != nil {
		return fmt.Errorf("the database cannot be brought up to date: %w", err)
	}
	return do(records)
}

// audit writes down what was done without a server.
func (offline) audit(ctx context.Context, records *store.Store, action, target string) error {
	return records.AddAuditEvent(ctx, &store.AuditEvent{Actor: offlineActor, Action: action, Target: target, Result: "ok", At: time.Now()})
}

type adminKeysCreate struct {
	offline

	Name    string    `arg:"" help:"What the key is for."`
	Scope   []string  `placeholder:"SCOPE" help:"What it may do: rooms:read, rooms:write, participants:write, users:read, users:write, keys, webhooks, node:drain, streams, audit. Several with commas between."`
	All     bool      `help:"Every scope there is."`
	Expires time.Time `format:"2006-01-02" placeholder:"DATE" help:"The day on which it ends, as 2027-01-31, in UTC. Default: it is good until it is revoked."`
}

func (c adminKeysCreate) Run(ctx context.Context, to terminal) error {
	if c.All {
		c.Scope = strings.Split(api.ScopeNames(), ", ")
	}
	var expires *time.Time
	if !c.Expires.IsZero() {
		expires = &c.Expires
	}
	return c.with(ctx, to, func(records *store.Store) error {
		row, key, err := api.NewAPIKey(c.Name, c.Scope, offlineActor, time.Now(), expires)
		if err != nil {
			return sentenceOf(err)
		}
		err = records.AddAPIKey(ctx, &row)
		if errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("there are %d API keys already: revoke one first", store.MostAPIKeys)
		}
		if err != nil {
			return err
		}
		if err := c.audit(ctx, records, "api_key_create", row.ID); err != nil {
			return err
		}
		if c.JSON {
			return printDocument(to.out, struct {
				keyLine
				Secret string `json:"secret"`
			}{lineOf(row), key})
		}
		// The key alone on standard output, for scripts.
		fmt.Fprintf(to.err, "Key %s (%s) may do: %s. It is shown this once:\n", row.ID, row.Name, strings.ReplaceAll(row.Scopes, " ", ", "))
		_, err = fmt.Fprintln(to.out, key)
		return err
	})
}

// sentenceOf says what was wrong with which field.
func sentenceOf(err error) error {
	if f, ok := errors.AsType[*api.Failure](err); ok {
		return errors.New(adminFailure{Message: f.Message, Fields: f.Fields}.sentence())
	}
	return err
}

// keyLine is a key as JSON has it.
type keyLine struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix"`
	Scopes     []string   `json:"scopes"`
	CreatedBy  string     `json:"createdBy"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

func lineOf(k store.APIKey) keyLine {
	return keyLine{
		ID: k.ID, Name: k.Name, Prefix: k.Prefix, Scopes: strings.Fields(k.Scopes), CreatedBy: k.Creator,
		CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt, LastUsedAt: k.LastUsedAt,
	}
}

type adminKeysList struct{ offline }

func (c adminKeysList) Run(ctx context.Context, to terminal) error {
	return c.with(ctx, to, func(records *store.Store) error {
		rows, err := records.APIKeys(ctx)
		if err != nil {
			return err
		}
		lines := []keyLine{}
		for _, k := range rows {
			lines = append(lines, lineOf(k))
		}
		if c.JSON {
			return printDocument(to.out, map[string][]keyLine{"keys": lines})
		}
		now := time.Now()
		return printTable(to.out, func(table *tabwriter.Writer) {
			fmt.Fprintln(table, "ID\tNAME\tBEGINS\tSCOPES\tLAST USED\tSTATE")
			for _, k := range lines {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Prefix, strings.Join(k.Scopes, ","), when(k.LastUsedAt, "never"), k.state(now))
			}
		})
	})
}

func (k keyLine) state(now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "revoked " + when(k.RevokedAt, "")
	case k.ExpiresAt != nil && !now.Before(*k.ExpiresAt):
		return "expired " + when(k.ExpiresAt, "")
	case k.ExpiresAt != nil:
		return "until " + when(k.ExpiresAt, "")
	}
	return "good"
}

// when is a time for a table.
func when(at *time.Time, never string) string {
	if at == nil {
		return never
	}
	return at.UTC().Format("2006-01-02 15:04")
}

type adminKeysRevoke struct {
	offline

	ID string `arg:"" name:"id" help:"Of the key, as the list has it."`
}

func (c adminKeysRevoke) Run(ctx context.Context, to terminal) error {
	return c.with(ctx, to, func(records *store.Store) error {
		err := records.RevokeAPIKey(ctx, c.ID, time.Now())
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no key %s: 'plenum admin keys list' shows them all", c.ID)
		}
		if err != nil {
			return err
		}
		if err := c.audit(ctx, records, "api_key_revoke", c.ID); err != nil {
			return err
		}
		if c.JSON {
			return nil
		}
		_, err = fmt.Fprintf(to.out, "Key %s is good for nothing any more.\n", c.ID)
		return err
	})
}
