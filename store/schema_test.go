package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

// schema is what a database says of its tables, in words that both dialects share: table → sorted lines.
type schema map[string][]string

func schemaOf(w *world) schema {
	w.Helper()
	questions := sqliteSchema
	if w.Dialect() == store.MySQL {
		questions = mysqlSchema
	}
	all := schema{}
	for _, q := range questions {
		q.ask(w, all)
	}
	for table := range all {
		slices.Sort(all[table])
	}
	return all
}

func compareSchemas(t *testing.T, one, other schema) {
	t.Helper()
	for _, pair := range []struct{ have, want schema }{{one, other}, {other, one}} {
		for table, lines := range pair.want {
			for _, line := range lines {
				if !slices.Contains(pair.have[table], line) {
					t.Errorf("table %s: only one side has %q", table, line)
				}
			}
		}
	}
}

// schemaQuestion is a query that returns a table name and parts of a line.
type schemaQuestion struct {
	kind  string
	query string
}

var sqliteSchema = []schemaQuestion{
	{"column", `SELECT t.name, c.name, c.type, CASE WHEN c."notnull" THEN 'NO' ELSE 'YES' END FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'goose%' AND t.name NOT LIKE 'sqlite%'`},
	{"index", `SELECT t.name, CASE WHEN i.origin = 'pk' THEN 'PRIMARY' ELSE i.name END, CASE WHEN i."unique" THEN 'unique' ELSE 'many' END,
			(SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
		FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND t.name NOT LIKE 'goose%'`},
	{"reference", `SELECT t.name, f."from", f."table" || '.' || f."to", f.on_delete FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`},
}

var mysqlSchema = []schemaQuestion{
	{"column", `SELECT table_name, column_name, column_type, is_nullable FROM information_schema.columns
		WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%'`},
	{"index", `SELECT table_name, index_name, IF(MAX(non_unique) = 0, 'unique', 'many'), GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%' GROUP BY table_name, index_name`},
	{"reference", `SELECT k.table_name, k.column_name, CONCAT(k.referenced_table_name, '.', k.referenced_column_name), r.delete_rule
		FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
			ON r.constraint_schema = k.table_schema AND r.constraint_name = k.constraint_name
		WHERE k.table_schema = DATABASE()`},
}

func (q schemaQuestion) ask(w *world, all schema) {
	w.Helper()
	rows, err := w.rows.QueryContext(w.Context(), q.query)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var table string
		var parts [3]sql.NullString
		w.must(rows.Scan(&table, &parts[0], &parts[1], &parts[2]))
		if q.kind == "column" {
			parts[1].String = kindOf(parts[1].String)
		}
		// An integer primary key is no index of its own in SQLite.
		if q.kind == "index" && table == "seeds" {
			continue
		}
		all[table] = append(all[table], fmt.Sprint(q.kind, " ", parts[0].String, " ", parts[1].String, " ", parts[2].String))
	}
	w.must(rows.Err())
}

// kindOf reduces a column type to what both dialects tell apart.
func kindOf(columnType string) string {
	name, _, _ := strings.Cut(strings.ToLower(columnType), "(")
	switch {
	case name == "boolean" || name == "tinyint":
		return "truth"
	case name == "datetime":
		return "time"
	case strings.Contains(name, "int"):
		return "number"
	case name == "blob" || name == "varbinary":
		return "bytes"
	case name == "text" || name == "char" || name == "varchar":
		return "text"
	}
	return columnType
}

func TestMySQLKeysCompareByteByByteAndTimesHaveMicroseconds(t *testing.T) {
	w := newWorld(t, mysqlConfig(t))
	w.must(w.MigrateUp(w.Context()))
	rows, err := w.rows.QueryContext(w.Context(), `SELECT table_name, column_name, data_type, COALESCE(collation_name, ''), COALESCE(datetime_precision, 0)
		FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%'`)
	w.must(err)
	defer rows.Close()
	seen := 0
	for rows.Next() {
		var table, column, kind, collation string
		var precision int
		w.must(rows.Scan(&table, &column, &kind, &collation, &precision))
		seen++
		ascii := kind == "char" || column == "code" || column == "role" || column == "status" || column == "password_hash"
		switch {
		case kind == "datetime" && precision != 6:
			t.Errorf("%s.%s keeps %d digits of a second, want 6", table, column, precision)
		case ascii && collation != "ascii_bin":
			t.Errorf("%s.%s is %s, want ascii_bin", table, column, collation)
		case !ascii && collation != "" && collation != "utf8mb4_bin":
			t.Errorf("%s.%s is %s, want utf8mb4_bin", table, column, collation)
		}
	}
	if w.must(rows.Err()); seen < 50 {
		t.Errorf("%d columns looked at", seen)
	}
}

func TestWhatHangsOnARecordGoesWithIt(t *testing.T) {
	onEach(t, func(w *world) {
		c := newChat(w)
		grace := w.user("grace")
		c.speaker = w.participant(w.occurrence(c.meeting), &grace, store.StatusJoined, epoch)
		w.must(w.AddMessage(w.Context(), c.line(1, "client-1", "hello")))
		_, err := w.StartSession(w.Context(), c.speaker.ID, epoch)
		w.must(err)
		w.token(grace, nil, "first")

		// One who took part goes: what was said stays, without the link to them.
		w.remove("DELETE FROM users WHERE id = ?", grace.ID)
		for query, want := range map[string]int{
			"SELECT COUNT(*) FROM refresh_tokens":                      0,
			"SELECT COUNT(*) FROM participants":                        2,
			"SELECT COUNT(*) FROM participants WHERE user_id IS NULL":  1,
			"SELECT COUNT(*) FROM messages WHERE sender_id IS NULL":    1,
			"SELECT COUNT(*) FROM messages WHERE sender_name='grace'":  1,
			"SELECT COUNT(*) FROM participant_sessions":                1,
			"SELECT COUNT(*) FROM meetings":                            1,
			"SELECT COUNT(*) FROM occurrences WHERE ended_at IS NULL ": 1,
		} {
			if got := w.count(query); got != want {
				w.Errorf("after a participant's account: %s = %d, want %d", query, got, want)
			}
		}
		// The host goes: so do the meetings and all that is in them.
		w.must(w.AddAuditEvent(w.Context(), &store.AuditEvent{Actor: c.meeting.HostID, Action: "x", MeetingID: c.meeting.ID}))
		w.remove("DELETE FROM users WHERE id = ?", c.meeting.HostID)
		for _, table := range []string{"users", "meetings", "occurrences", "participants", "participant_sessions", "messages"} {
			if n := w.count("SELECT COUNT(*) FROM " + table); n != 0 {
				w.Errorf("after the host's account: %d %s", n, table)
			}
		}
		if n := w.count("SELECT COUNT(*) FROM audit_events"); n != 1 {
			w.Errorf("%d audit events, want the 1 to outlive them", n)
		}
	})
}

func (w *world) remove(query string, values ...any) {
	w.Helper()
	_, err := w.rows.ExecContext(w.Context(), query, values...)
	w.must(err)
}
