package api_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type auditPage struct {
	Events []struct {
		ID, Actor, Action, Target, Meeting, Result string
		At                                         time.Time
	}
	Next string
}

// audits reads a page of the audit log.
func (a administered) audits(query url.Values) auditPage {
	a.Helper()
	return read[auditPage](a.world, a.want(200, a.keyed(call{method: "GET", path: "/api/admin/audit?" + query.Encode()}, api.ScopeAudit)))
}

func TestTheAuditLogIsReadByFilters(t *testing.T) {
	a := administer(t)
	a.clock.pass(time.Hour)
	since := a.clock.now()
	_, key := a.apiKey(nil, api.ScopeRoomsWrite)
	for range 3 {
		a.want(200, a.keyed(call{method: "PATCH", path: "/api/admin/rooms/" + a.room, body: `{"locked":true}`}, api.ScopeRoomsWrite))
		a.clock.pass(time.Minute)
	}
	a.want(401, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"a wrong password"}`})
	time3339 := func(at time.Time) string { return at.Format(time.RFC3339) }

	all := a.audits(nil)
	if len(all.Events) < 6 || all.Next != "" || all.Events[0].Action != "login" || all.Events[0].Result != "failed" {
		t.Fatalf("all: %+v", all)
	}
	for i, e := range all.Events[1:] {
		if e.ID >= all.Events[i].ID {
			t.Errorf("%d is not older than the one before: %+v", i+1, e)
		}
	}
	changed := all.Events[1]
	for name, c := range map[string]struct {
		query url.Values
		want  int
	}{
		"an action":            {url.Values{"action": {changed.Action}}, 3},
		"a meeting by code":    {url.Values{"meeting": {a.room}, "action": {changed.Action}}, 3},
		"a meeting by id":      {url.Values{"meeting": {changed.Meeting}, "action": {changed.Action}}, 3},
		"another meeting's id": {url.Values{"meeting": {store.NewID(since)}}, 0},
		"an actor":             {url.Values{"actor": {changed.Actor}}, 1},
		"nobody":               {url.Values{"actor": {store.KeyActor(key.ID)}}, 0},
		"since":                {url.Values{"since": {time3339(since.Add(2 * time.Minute))}}, 2},
		"between":              {url.Values{"since": {time3339(since)}, "until": {time3339(since.Add(2 * time.Minute))}, "action": {changed.Action}}, 2},
	} {
		if got := a.audits(c.query); len(got.Events) != c.want {
			t.Errorf("%s: %d, want %d: %+v", name, len(got.Events), c.want, got)
		}
	}
	var seen []string
	for before := ""; ; {
		page := a.audits(url.Values{"limit": {"2"}, "before": {before}})
		for _, e := range page.Events {
			seen = append(seen, e.ID)
		}
		if before = page.Next; before == "" {
			break
		}
	}
	if len(seen) != len(all.Events) || seen[len(seen)-1] != all.Events[len(seen)-1].ID {
		t.Errorf("page by page %d, at once %d", len(seen), len(all.Events))
	}
	for query, status := range map[string]int{
		"since=yesterday": 400, "until=1": 400, "actor=%ff": 400, "limit=0": 400, "limit=201": 400, "before=%27": 400, "meeting=%27": 400, "meeting=00000-00000": 404,
	} {
		a.want(status, a.keyed(call{method: "GET", path: "/api/admin/audit?" + query}, api.ScopeAudit))
	}
}
