package api_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

// Credentials are for one participant, and for those who may come in: who waits in the lobby has nothing.
func TestWhoMayComeInIsToldOfRelays(t *testing.T) {
	w := newWorld(t, func(c *api.Config) {
		c.ICEServers = []api.ICEServer{{URLs: []string{"stun:stun.example"}}}
		c.Relays = func(_ time.Time, participant string) []api.ICEServer {
			return []api.ICEServer{{URLs: []string{"turn:turn.example"}, Username: "1:" + participant, Credential: "secret"}}
		}
	})
	m := w.meeting("ada", `{"title":"Plan","settings":{"lobby":true}}`)
	for _, s := range []struct {
		name, as, body string
		inside         bool
	}{
		{"host", "ada", ``, true},
		{"guest in the lobby", "", `{"name":"Gus"}`, false},
		{"account in the lobby", "grace", `{}`, false},
	} {
		t.Run(s.name, func(t *testing.T) {
			j, claims := w.join(m.Code, s.as, s.body)
			if !s.inside {
				if len(j.ICEServers) != 1 || j.ICEServers[0].Username != "" {
					t.Errorf("is told of %+v", j.ICEServers)
				}
				return
			}
			if len(j.ICEServers) != 2 || j.ICEServers[1].Username != "1:"+claims.Participant {
				t.Errorf("is told of %+v", j.ICEServers)
			}
		})
	}
}
