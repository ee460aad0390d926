package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
)

// named sends every request under one name.
type named string

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Request-Id", string(n))
	return http.DefaultTransport.RoundTrip(r)
}

// What a browser calls its join is in each line of the log that is about the WebSocket which follows from it.
func TestAJoinIsFollowedThroughTheLog(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	const action = "join-of-a-browser-7"
	b := m.enterBy(client.REST{Base: m.rest.Base, HTTP: &http.Client{Transport: named(action)}}, "Ada")
	other := m.enter("Grace")
	b.Close()
	other.Close()
	m.until("both sockets to be closed", func() bool { return strings.Count(m.log.String(), "socket closed") == 2 })
	found := 0
	for line := range strings.Lines(m.log.String()) {
		ours, about := strings.Contains(line, "request="+action), strings.Contains(line, "participant="+b.id+" session=")
		if ours != about {
			t.Errorf("the line names the action: %v, and is about its socket: %v: %s", ours, about, line)
		}
		if ours {
			found++
		}
	}
	if found < 2 {
		t.Errorf("%d lines are about it, want the join and the end at least", found)
	}
}
