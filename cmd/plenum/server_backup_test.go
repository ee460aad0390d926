package main

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

// recipe is the first block of commands below a heading of the operator's page about backups.
func recipe(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("../../deploy/docs/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "\n## "+heading+"\n")
	_, block, begins := strings.Cut(section, "\n```sh\n")
	block, _, ends := strings.Cut(block, "\n```\n")
	if !found || !begins || !ends {
		t.Fatalf("backup.md has no commands below %q", heading)
	}
	return block
}

var sqliteCommand = regexp.MustCompile(`(?m)^sqlite3 "([^"]+)" "([^"]+)"$`)

// follow runs a recipe. What it tells the program sqlite3 goes to the library that the server has.
func follow(t *testing.T, heading, data, backup string) {
	t.Helper()
	values := map[string]string{"PLENUM_DATA": data, "BACKUP": backup}
	text := recipe(t, heading)
	for _, m := range sqliteCommand.FindAllStringSubmatch(text, -1) {
		of := func(name string) string { return values[name] }
		db, err := sql.Open("sqlite", os.Expand(m[1], of))
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), os.Expand(m[2], of))
		db.Close()
		if err != nil {
			t.Fatalf("%s: %v", m[0], err)
		}
	}
	command := exec.CommandContext(t.Context(), "bash", "-euc", sqliteCommand.ReplaceAllString(text, ""))
	command.Env = append(os.Environ(), "PLENUM_DATA="+data, "BACKUP="+backup)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", heading, err, out)
	}
}

// A backup made by the recipe is a server again: with its tables an older version's, it is brought up to date, and people sign
// in, come into their meeting and find what was said.
func TestABackupBecomesAServerAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		heading string
		running bool
	}{{"SQLite, while the server runs", true}, {"SQLite, with the server stopped", false}} {
		t.Run(c.heading, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
			t.Cleanup(cancel)
			data, backup, restored, log := t.TempDir(), t.TempDir(), t.TempDir(), &logBuffer{}
			base, stop := begin(ctx, t, data, log)
			m := openMeeting(ctx, t, client.REST{Base: base})
			host := m.enterBy(m.rest, "Host")
			say := func(id, text string) {
				if err := host.Chat(ctx, id, text); err != nil {
					t.Fatal(err)
				}
			}
			say("first", "before the backup")
			if c.running {
				follow(t, c.heading, data, backup)
				say("second", "after the backup")
			}
			stop()
			if !c.running {
				follow(t, c.heading, data, backup)
			}

			follow(t, "SQLite, restore", restored, backup)
			for _, direction := range []string{"down", "up"} {
				code, out, errs := runPlenum(ctx, "migrate", direction, "--data", restored)
				if behind := strings.Contains(out, "not yet"); code != 0 || behind != (direction == "down") {
					t.Fatalf("migrate %s: exit code %d\n%s%s", direction, code, out, errs)
				}
			}
			m.rest.Base, _ = begin(ctx, t, restored, log)
			// Who was signed in still is, for the secret came along.
			if joined := m.enterBy(m.rest, "Host").joined; len(joined.Chat) != 1 || joined.Chat[0].Text != "before the backup" {
				t.Errorf("the chat is %+v", joined.Chat)
			}
			if err := m.rest.Login(ctx, "host@plenum.example", "a long enough password"); err != nil {
				t.Error(err)
			}
			m.enter("Guest")
			if _, err := os.Stat(filepath.Join(restored, "secret")); err != nil {
				t.Error(err)
			}
		})
	}
}
