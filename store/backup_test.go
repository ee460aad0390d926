package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/plenum-meet/plenum/store"
)

// dumpRecipe is the block of commands below a heading of the operator's page about backups.
func dumpRecipe(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("../deploy/docs/backup.md")
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

// followDump runs a recipe on the database of a store.
func followDump(t *testing.T, heading, dsn, backup string) {
	t.Helper()
	server, err := mysql.ParseDSN(driverDSN(t, dsn))
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := strings.Cut(server.Addr, ":")
	login := fmt.Sprintf("[client]\nhost=%s\nport=%s\nprotocol=tcp\nuser=%s\n", host, port, server.User)
	if server.Passwd != "" {
		login += fmt.Sprintf("password=%q\n", server.Passwd)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "backup.cnf"), []byte(login), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "bash", "-euc", dumpRecipe(t, heading))
	command.Dir = dir
	command.Env = append(os.Environ(), "DATABASE="+server.DBName, "BACKUP="+backup)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", heading, err, out)
	}
}

// A dump of an older version's tables, made by the recipe, is the same database again, is brought up to date, and can be
// written to.
func TestADumpBecomesADatabaseAgain(t *testing.T) {
	w := newWorld(t, mysqlConfig(t))
	w.must(w.MigrateUp(w.Context()))
	schema := schemaOf(w)
	c := newChat(w)
	said := c.line(1, "client-1", "héllo 👋 \x01 'quoted' \\ \"twice\"\n")
	w.must(w.AddMessage(w.Context(), said))
	w.must(w.MigrateDown(w.Context()))
	backup := t.TempDir()
	followDump(t, "MySQL and MariaDB, backup", w.cfg.DSN, backup)

	cfg := mysqlConfig(t)
	followDump(t, "MySQL and MariaDB, restore", cfg.DSN, backup)
	again := newWorld(t, cfg)
	if names, done := applied(again); done != len(names)-1 {
		t.Errorf("restored with %d of %d steps, want all but one", done, len(names))
	}
	again.must(again.MigrateUp(again.Context()))
	compareSchemas(t, schema, schemaOf(again))
	kept, err := again.MessageByNumber(again.Context(), c.meeting.ID, 1)
	again.must(err)
	if kept.Text != said.Text || !kept.CreatedAt.Equal(said.CreatedAt) || kept.ID != said.ID {
		t.Errorf("the message came back as %+v, and was %+v", kept, said)
	}
	// Somebody joins and speaks.
	joined := again.participant(again.occurrence(c.meeting), nil, store.StatusJoined, epoch)
	next := chat{again, c.meeting, joined}.line(2, "client-2", "back again")
	again.must(again.AddMessage(again.Context(), next))
	if last, err := again.LastMessageNumber(again.Context(), c.meeting.ID); err != nil || last != 2 {
		t.Errorf("the last message is %d: %v", last, err)
	}
}
