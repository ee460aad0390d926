package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/message"
)

// A server that begins and ends on the database of another changes nothing of a meeting that goes on there.
func TestAServerBesideAnotherLeavesItsMeetingsAlone(t *testing.T) {
	rows, at, _ := ownDatabase(t)
	name := strings.TrimPrefix(at.Path, "/")
	m := startMeeting(t, func(c *serveCommand) { c.Storage.Database = at.String() })
	ada := m.enter("Ada").publish(camera())
	grace := m.enter("Grace").receive(pool)
	grace.wish(180, ada.id)
	grace.picture(grace.video(0), 0, grace.number(ada.id, message.Camera), 180)

	goesOn := func(when string) {
		t.Helper()
		for what, c := range map[string]struct {
			question string
			want     int
		}{
			"occurrences":  {"SELECT COUNT(*) FROM " + name + ".occurrences WHERE running AND ended_at IS NULL", 1},
			"participants": {"SELECT COUNT(*) FROM " + name + ".participants WHERE status = 'JOINED' AND left_at IS NULL", 2},
			"sessions":     {"SELECT COUNT(*) FROM " + name + ".participant_sessions WHERE left_at IS NULL", 2},
			"meetings":     {"SELECT COUNT(*) FROM " + name + ".meetings WHERE ended_at IS NULL", 1},
		} {
			n := 0
			m.until(what+" to be as they should "+when, func() bool {
				if err := rows.QueryRowContext(t.Context(), c.question).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n == c.want
			})
		}
		grace.flows(20, grace.video(0))
	}
	goesOn("at first")
	beside := onLoopback(t)
	beside.Storage.Database = at.String()
	n, err := start(m.ctx, beside, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	goesOn("while another server runs")
	stopping, cancel := context.WithTimeout(m.ctx, patience)
	defer cancel()
	n.Stop(stopping)
	goesOn("when it has stopped")
	grace.unbroken(grace.video(0))
}
