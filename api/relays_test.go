package api_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

// relaysOf tells of a relay, with a user name that says for how long and for whom.
func relaysOf(_ time.Time, participant string, life time.Duration) []api.ICEServer {
	return []api.ICEServer{{URLs: []string{"turn:turn.example"}, Username: life.String() + ":" + participant, Credential: "secret"}}
}

// Anybody may test their connection: the credential ends soon after.
func TestACredentialForATestIsShort(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Relays = relaysOf })
	test := read[struct {
		Sender     string          `json:"sender"`
		ICEServers []api.ICEServer `json:"iceServers"`
	}](w, w.want(200, call{method: "POST", path: "/api/connection-test", body: `{}`}))
	if len(test.ICEServers) != 1 || test.ICEServers[0].Username != "1m0s:"+test.Sender {
		t.Errorf("%+v", test)
	}
}

// Credentials are for one participant, and for those who may come in: who waits in the lobby has nothing.
func TestWhoMayComeInIsToldOfRelays(t *testing.T) {
	w := newWorld(t, func(c *api.Config) {
		c.ICEServers = []api.ICEServer{{URLs: []string{"stun:stun.example"}}}
		c.Relays = relaysOf
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
			if len(j.ICEServers) != 2 || j.ICEServers[1].Username != "0s:"+claims.Participant {
				t.Errorf("is told of %+v", j.ICEServers)
			}
		})
	}
}
