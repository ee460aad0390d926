package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/plenum-meet/plenum/signaling/message"
)

// mariadb is a server of the test's own, or the one that all tests share: its address for an administrator, and the authority of its
// certificate.
func mariadb(t *testing.T) (admin, authority string) {
	t.Helper()
	if admin = os.Getenv("PLENUM_TEST_MYSQL"); admin != "" {
		return admin, os.Getenv("PLENUM_TEST_MYSQL_CA")
	}
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, "bash", "../../deploy/scripts/with-mariadb.sh",
		"sh", "-c", `echo "$PLENUM_TEST_MYSQL $PLENUM_TEST_MYSQL_CA"; cat >/dev/null`)
	command.Stderr = os.Stderr
	hold, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	// At the end of its input the script stops the server.
	t.Cleanup(func() {
		_ = hold.Close()
		_ = command.Wait()
		cancel()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("MariaDB did not start: %v", err)
	}
	admin, authority, _ = strings.Cut(strings.TrimSpace(line), " ")
	return admin, authority
}

// ownDatabase is one that no other test has: the administrator's connection, its address with the administrator's name, and the
// authority of the server's certificate.
func ownDatabase(t *testing.T) (server *sql.DB, at *url.URL, authority string) {
	t.Helper()
	admin, authority := mariadb(t)
	at, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	driver := mysql.NewConfig()
	driver.Net, driver.Addr, driver.User = "tcp", at.Host, at.User.Username()
	driver.Passwd, _ = at.User.Password()
	if server, err = sql.Open("mysql", driver.FormatDSN()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	name := "plenum_" + strings.ToLower(rand.Text())[:12]
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := server.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Error(err)
		}
	})
	at.Path = "/" + name
	return server, at, authority
}

// A password that is changed on the database and in its file, in this order, ends no call: media flows, what is said is stored, and who
// comes later comes in.
func TestADatabasesPasswordChangesDuringACall(t *testing.T) {
	server, at, authority := ownDatabase(t)
	name := strings.TrimPrefix(at.Path, "/")
	does := func(statement string) {
		t.Helper()
		if _, err := server.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	does("CREATE USER " + name + "@'%' IDENTIFIED BY 'first' REQUIRE SSL")
	does("GRANT ALL ON " + name + ".* TO " + name + "@'%'")
	t.Cleanup(func() { does("DROP USER " + name + "@'%'") })
	file := filepath.Join(t.TempDir(), "password")
	write := func(password string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	t.Setenv("PLENUM_DATABASE_PASSWORD_FILE", file)
	m, _ := configured(t, "database: mysql://"+name+"@"+at.Host+"/"+name+"\ndatabase-ca: "+authority+"\n")

	ada := m.enter("Ada").publish(camera())
	grace := m.enter("Grace").receive(pool)
	grace.wish(180, ada.id)
	grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 180)

	does("ALTER USER " + name + "@'%' IDENTIFIED BY 'second'")
	rows, err := server.QueryContext(t.Context(), "SELECT id FROM information_schema.processlist WHERE user = ?", name)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		t.Fatalf("%d connections, %v", len(ids), err)
	}
	for _, id := range ids {
		does("KILL CONNECTION " + id)
	}
	// Nobody gets in with the old one; the meeting goes on, and what is said waits.
	m.until("the server to be unready", func() bool { return get(t, m.admin+"/readyz") == http.StatusServiceUnavailable })
	said := make(chan error, 1)
	go func() { said <- ada.Chat(m.ctx, "waiting", "said while the database was away") }()
	grace.flows(20, grace.video(0))
	write("second")
	m.until("the server to be ready", func() bool { return get(t, m.admin+"/readyz") == http.StatusOK })
	if err := <-said; err != nil {
		t.Errorf("what was said: %v", err)
	}
	gus := m.enter("Gus")
	if len(gus.joined.Chat) != 1 {
		t.Errorf("who came later finds %+v", gus.joined.Chat)
	}
	grace.flows(20, grace.video(0))
	grace.unbroken(grace.video(0))
	var stored int
	if err := server.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+name+".messages").Scan(&stored); err != nil || stored != 1 {
		t.Errorf("%d messages are stored, %v", stored, err)
	}
}
