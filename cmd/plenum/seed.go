package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

// seedCommand fills a database to try things out with. Its password is public knowledge.
type seedCommand struct {
	Storage storageOptions `embed:""`
	Log     logOptions     `embed:""`
}

func (c seedCommand) Run(ctx context.Context, to terminal) error {
	records, err := c.Storage.open(ctx, c.Log.logger(to.err, slog.LevelWarn), nil)
	if err != nil {
		return err
	}
	defer records.Close()
	if err := records.MigrateUp(ctx); err != nil {
		return err
	}
	result, err := store.Seed(ctx, records, func(password string) (string, error) {
		return api.HashPassword(api.Default().Hashing, password)
	})
	if err != nil {
		return err
	}
	if len(result.Planted) == 0 {
		fmt.Fprintln(to.out, "The demo data was there already.")
	}
	for _, user := range result.Users {
		fmt.Fprintf(to.out, "%s signs in as %s with the password %s\n", user.Name, user.Email, result.Password)
	}
	_, err = fmt.Fprintf(to.out, "The demo meeting has the code %s\n", result.MeetingCode)
	return err
}
