package signaling_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
	"github.com/plenum-meet/plenum/store"
)

const (
	sdp      = "application/sdp"
	fragment = "application/trickle-ice-sdpfrag"
)

// offerOf writes an offer with m-lines as "audio sendonly".
func offerOf(lines ...string) string {
	out := "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
	for i, line := range lines {
		media, direction, _ := strings.Cut(line, " ")
		out += fmt.Sprintf("m=%s 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:%d\r\na=%s\r\na=ice-ufrag:first\r\na=ice-pwd:0123456789012345678901\r\n", media, i, direction)
	}
	return out
}

var (
	toPublish = offerOf("audio sendonly", "video sendonly")
	toPlay    = offerOf("audio recvonly", "video recvonly")
)

// patchOf writes a fragment of an ICE session.
func patchOf(ufrag string) string {
	return "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:" + ufrag + "\r\na=ice-pwd:0123456789012345678901\r\n" +
		"a=candidate:1 1 UDP 2130706431 192.0.2.1 50000 typ host\r\na=end-of-candidates\r\n"
}

// studio calls WHIP and WHEP as somebody who speaks nothing else.
type studio struct {
	w    *world
	http *httptest.Server
}

func (w *world) studio() studio {
	w.t.Helper()
	served := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		call := signaling.StreamCall{Way: grant.Publish, Code: parts[1], Endpoint: "/" + parts[0] + "/" + parts[1]}
		if parts[0] == "whep" {
			call.Way = grant.Play
		}
		if len(parts) > 2 {
			call.Session = parts[2]
		}
		w.server.ServeStream(rw, r, call)
	}))
	w.t.Cleanup(served.Close)
	return studio{w, served}
}

// token is good for the world's meeting; change says how it differs.
func (w *world) token(way grant.Way, change ...func(*grant.Stream)) string {
	w.t.Helper()
	until := time.Now().Add(time.Hour)
	i := store.Invitation{MeetingID: w.meeting.ID, Role: store.RoleParticipant, Hash: []byte(fmt.Sprint(time.Now().UnixNano())), ExpiresAt: &until, CreatedAt: time.Now()}
	must(w.t, w.records.AddInvitation(w.t.Context(), &i))
	g := grant.Stream{ID: i.ID, Code: w.meeting.Code, Meeting: w.meeting.ID, Way: way, Name: "Stage", SkipLobby: true, ExpiresAt: until}
	for _, c := range change {
		c(&g)
	}
	token, err := w.keys.Stream(time.Now(), g)
	must(w.t, err)
	return token
}

type streamAnswer struct {
	*http.Response
	body string
	code string // of a problem
}

// call makes a request; headers are "Name: value".
func (s studio) call(method, path, body string, headers ...string) streamAnswer {
	s.w.t.Helper()
	r, err := http.NewRequestWithContext(s.w.t.Context(), method, s.http.URL+path, strings.NewReader(body))
	must(s.w.t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	must(s.w.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(s.w.t, err)
	a := streamAnswer{Response: response, body: string(text)}
	if response.StatusCode >= 400 && method != http.MethodHead {
		var p struct {
			Code, Detail, Title string
			Status              int
		}
		if err := json.Unmarshal(text, &p); err != nil || p.Status != response.StatusCode || p.Title == "" || p.Detail == "" ||
			response.Header.Get("Content-Type") != "application/problem+json" {
			s.w.t.Errorf("%s %s: no problem document: %s %s", method, path, response.Header.Get("Content-Type"), text)
		}
		a.code = p.Code
	}
	return a
}

func (s studio) want(status int, a streamAnswer) streamAnswer {
	s.w.t.Helper()
	if a.StatusCode != status {
		s.w.t.Fatalf("%s %s: %d %s, want %d", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status)
	}
	return a
}

func (s studio) publish(token string) streamAnswer {
	s.w.t.Helper()
	return s.call("POST", "/whip/"+s.w.meeting.Code, toPublish, "Content-Type: "+sdp, "Authorization: Bearer "+token)
}

func (s studio) play(token, query string) streamAnswer {
	s.w.t.Helper()
	return s.call("POST", "/whep/"+s.w.meeting.Code+query, toPlay, "Content-Type: "+sdp, "Authorization: Bearer "+token)
}

func (s studio) patch(session, token, body string, headers ...string) streamAnswer {
	s.w.t.Helper()
	return s.call("PATCH", session, body, append([]string{"Content-Type: " + fragment, "Authorization: Bearer " + token}, headers...)...)
}

// TestCallsOfStreams has what RFC 9725 §4.2 and HTTP ask of the endpoint.
func TestCallsOfStreams(t *testing.T) {
	w := newWorld(t)
	s := w.studio()
	whip, whep := "/whip/"+w.meeting.Code, "/whep/"+w.meeting.Code
	publish, play := w.token(grant.Publish), w.token(grant.Play)
	foreign := w.token(grant.Publish, func(g *grant.Stream) { g.Code, g.Meeting = "another-one", "another" })
	gone, err := w.keys.Stream(time.Now().Add(-2*time.Hour), grant.Stream{
		ID: "gone", Code: w.meeting.Code, Meeting: w.meeting.ID, Way: grant.Publish, Name: "Stage", ExpiresAt: time.Now().Add(-time.Hour),
	})
	must(t, err)
	unknown := w.token(grant.Publish, func(g *grant.Stream) { g.ID = "no such invitation" })
	huge := toPublish + strings.Repeat("a=x-filler:0123456789\r\n", 4000)
	for _, c := range []struct {
		name, method, path, token, kind, accept, body string
		status                                        int
		code                                          string
	}{
		{"no token", "POST", whip, "", sdp, "", toPublish, 401, "unauthorized"},
		{"garbage for a token", "POST", whip, "abc", sdp, "", toPublish, 401, "unauthorized"},
		{"an expired token", "POST", whip, gone, sdp, "", toPublish, 401, "unauthorized"},
		{"a token without invitation", "POST", whip, unknown, sdp, "", toPublish, 401, "unauthorized"},
		{"a token of another meeting", "POST", whip, foreign, sdp, "", toPublish, 403, "forbidden"},
		{"to publish with a token to play", "POST", whip, play, sdp, "", toPublish, 403, "forbidden"},
		{"to play with a token to publish", "POST", whep, publish, sdp, "", toPlay, 403, "forbidden"},
		{"GET", "GET", whip, "", "", "", "", 204, ""},
		{"HEAD", "HEAD", whep, "", "", "", "", 204, ""},
		{"PUT", "PUT", whip, publish, sdp, "", toPublish, 405, "method_not_allowed"},
		{"PATCH of the endpoint", "PATCH", whip, publish, fragment, "", patchOf("first"), 405, "method_not_allowed"},
		{"GET of a session that is none", "GET", whip + "/x", publish, "", "", "", 404, "not_found"},
		{"POST to a session", "POST", whip + "/x", publish, sdp, "", toPublish, 405, "method_not_allowed"},
		{"JSON", "POST", whip, publish, "application/json", "", `{}`, 415, "invalid"},
		{"no type", "POST", whip, publish, "", "", toPublish, 415, "invalid"},
		{"who takes JSON alone", "POST", whip, publish, sdp, "application/json, application/sdp;q=0", toPublish, 406, "not_acceptable"},
		{"a body of 90 KB", "POST", whip, publish, sdp, "", huge, 413, "too_large"},
		{"an empty body", "POST", whip, publish, sdp, "", "", 400, "invalid"},
		{"garbage for SDP", "POST", whip, publish, sdp, "", "hello", 400, "invalid"},
		{"SDP without m-lines", "POST", whip, publish, sdp, "", offerOf(), 400, "invalid"},
		{"a data channel", "POST", whip, publish, sdp, "", offerOf("application sendrecv"), 422, "bad_offer"},
		{"two cameras", "POST", whip, publish, sdp, "", offerOf("video sendonly", "video sendonly"), 422, "bad_offer"},
		{"to publish, receiving", "POST", whip, publish, sdp, "", toPlay, 422, "bad_offer"},
		{"to play, sending", "POST", whep, play, sdp, "", toPublish, 422, "bad_offer"},
		{"inactive", "POST", whip, publish, sdp, "", offerOf("audio inactive"), 422, "bad_offer"},
		{"to play where nobody is", "POST", whep, play, sdp, "", toPlay, 409, "not_live"},
		{"a session that is none", "PATCH", whip + "/x", publish, fragment, "", patchOf("first"), 404, "not_found"},
		{"to end a session that is none", "DELETE", whip + "/x", publish, "", "", "", 404, "not_found"},
		{"a browser's question", "OPTIONS", whip, "", "", "", "", 204, ""},
		{"a browser's question of a session", "OPTIONS", whip + "/x", "", "", "", "", 204, ""},
		{"both ways", "POST", whip, publish, sdp, "text/html, application/*", offerOf("audio sendrecv"), 201, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			for name, value := range map[string]string{"Content-Type": c.kind, "Accept": c.accept, "Authorization": c.token} {
				if value != "" {
					headers = append(headers, name+": "+map[bool]string{true: "Bearer "}[name == "Authorization"]+value)
				}
			}
			a := s.call(c.method, c.path, c.body, headers...)
			if a.StatusCode != c.status || a.code != c.code {
				t.Fatalf("%d %s", a.StatusCode, a.body)
			}
			h := a.Header
			switch c.status {
			case 401:
				if !strings.HasPrefix(h.Get("WWW-Authenticate"), "Bearer ") {
					t.Errorf("no challenge: %v", h)
				}
			case 405:
				if h.Get("Allow") == "" {
					t.Errorf("nothing is allowed: %v", h)
				}
			case 415:
				if h.Get("Accept-Post") != sdp {
					t.Errorf("nothing is taken: %v", h)
				}
			case 204:
				if c.method == "OPTIONS" && h.Get("Accept-Post")+h.Get("Accept-Patch") == "" {
					t.Errorf("nothing is taken: %v", h)
				}
			}
		})
	}
	if people, _ := w.server.Live(w.meeting.Code); len(people.Participants) != 1 {
		t.Errorf("in the meeting are %+v", people.Participants)
	}
}

func TestAStreamIsAParticipantWhoPublishes(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Streams.Stale = time.Hour })
	ada := w.enter("Ada")
	s, token := w.studio(), w.token(grant.Publish)
	a := s.want(201, s.publish(token))
	session := a.Header.Get("Location")
	if !strings.HasPrefix(session, "/whip/"+w.meeting.Code+"/") || a.Header.Get("Content-Type") != sdp ||
		a.Header.Get("Accept-Patch") != fragment || !strings.HasPrefix(a.body, "answer to v=0") {
		t.Fatalf("%v %s", a.Header, a.body)
	}
	if tag := a.Header.Get("ETag"); len(tag) < 10 || tag[0] != '"' {
		t.Fatalf("ETag %s is no strong one", tag)
	}
	came := expect[message.ParticipantJoined](ada, nil).Participant
	if came.Name != "Stage" || came.Kind != message.StreamKind || !came.Guest || came.Role != message.Member {
		t.Fatalf("there came %+v", came)
	}
	expect(ada, func(m message.ParticipantUpdated) bool {
		return m.Participant.ID == came.ID && len(m.Participant.Publications) == 2
	})

	// Another of the same token has to wait while media comes.
	sfutest.NewPublisher(w.transport.Upstreams()[0], "1", codec.VP8, "").Picture(time.Now(), "", true, 360)
	if again := s.publish(token); again.StatusCode != http.StatusConflict || again.code != "taken" || again.Header.Get("Retry-After") == "" {
		t.Fatalf("a second one: %d %s", again.StatusCode, again.body)
	}

	// The end is told with the token alone, whatever If-Match says.
	for name, c := range map[string]struct {
		token  string
		status int
	}{"no token": {"", 401}, "another one": {w.token(grant.Publish), 403}} {
		if got := s.call("DELETE", session, "", "Authorization: "+map[bool]string{true: "Basic x"}[c.token == ""]+map[bool]string{true: "Bearer " + c.token}[c.token != ""]); got.StatusCode != c.status {
			t.Errorf("with %s: %d %s", name, got.StatusCode, got.body)
		}
	}
	s.want(200, s.call("DELETE", session, "", "Authorization: Bearer "+token, `If-Match: "some other"`))
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == came.ID })
	s.want(404, s.call("DELETE", session, "", "Authorization: Bearer "+token))
	w.eventually("its connection to be closed", func() bool { return w.transport.Upstreams()[0].Closed() })
	s.want(201, s.publish(token))
}

// A scheme has no case, and a session has nothing to show but that it is there.
func TestASessionIsReachedByItsTokenHoweverThatIsWritten(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	a := s.want(201, s.call("POST", "/whip/"+w.meeting.Code, toPublish, "Content-Type: "+sdp+"; charset=utf-8", "Authorization: bearer  "+token))
	session := a.Header.Get("Location")
	if got := s.want(204, s.call("GET", session, "")); got.body != "" {
		t.Errorf("a session shows %q", got.body)
	}
	s.want(404, s.call("GET", strings.Replace(session, "/whip/", "/whep/", 1), ""))
	s.want(401, s.call("DELETE", session, "", "Authorization: Bearer"+token))
	s.want(200, s.call("DELETE", session, "", "Authorization: BEARER "+token))
	s.want(404, s.call("GET", session, ""))
}

// TestPatchesOfStreams has what RFC 9725 §4.3 asks.
func TestPatchesOfStreams(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	a := s.want(201, s.publish(token))
	session, tag := a.Header.Get("Location"), a.Header.Get("ETag")
	for _, c := range []struct {
		name, body, kind, match string
		status                  int
	}{
		{"candidates", patchOf("first"), fragment, tag, 204},
		{"candidates of any session", patchOf("first"), fragment, "*", 204},
		{"candidates without credentials", "a=candidate:1 1 UDP 1 192.0.2.1 5 typ host\r\n", fragment, `"x", ` + tag, 204},
		{"the end of candidates", "a=end-of-candidates\r\n", fragment, tag, 204},
		{"no tag", patchOf("first"), fragment, "", 428},
		{"another tag", patchOf("first"), fragment, `"x"`, 412},
		{"a weak tag", patchOf("first"), fragment, "W/" + tag, 412},
		{"a restart for another tag", patchOf("second"), fragment, `"x"`, 412},
		{"another type", patchOf("first"), sdp, tag, 415},
		{"nothing", "", fragment, tag, 400},
		{"garbage", "hello", fragment, tag, 400},
		{"half a candidate", "a=candidate:1 1 UDP\r\n", fragment, tag, 400},
		{"half of the credentials", "a=ice-ufrag:second\r\na=end-of-candidates\r\n", fragment, "*", 400},
		{"credentials that are none", strings.ReplaceAll(patchOf("first"), "first", "a b!"), fragment, "*", 400},
		{"a huge fragment", patchOf("first") + strings.Repeat("a=x:0123456789\r\n", 2000), fragment, tag, 413},
	} {
		headers := []string{"Content-Type: " + c.kind}
		if c.match != "" {
			headers = append(headers, "If-Match: "+c.match)
		}
		got := s.patch(session, token, c.body, headers...)
		if got.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, got.StatusCode, got.body, c.status)
		}
		if c.status == 204 && (got.body != "" || got.Header.Get("ETag") != "") {
			t.Errorf("%s: answered with %q, %v", c.name, got.body, got.Header)
		}
	}
}

func TestARestartOfICEHasAnotherTag(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	a := s.want(201, s.publish(token))
	session, tag := a.Header.Get("Location"), a.Header.Get("ETag")
	got := s.want(200, s.patch(session, token, patchOf("second"), "If-Match: *"))
	next := got.Header.Get("ETag")
	if next == "" || next == tag || got.Header.Get("Content-Type") != fragment || !strings.Contains(got.body, "a=ice-ufrag:") ||
		strings.Count(got.body, "m=") != 1 || strings.Contains(got.body, "v=0") {
		t.Fatalf("%v\n%s", got.Header, got.body)
	}
	s.want(412, s.patch(session, token, patchOf("second"), "If-Match: "+tag))
	s.want(204, s.patch(session, token, patchOf("second"), "If-Match: "+next))
}

func TestAThousandPatchesAreTooMany(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	a := s.want(201, s.publish(token))
	counts := map[int]int{}
	for range 1000 {
		got := s.patch(a.Header.Get("Location"), token, patchOf("first"), "If-Match: "+a.Header.Get("ETag"))
		counts[got.StatusCode]++
		if got.StatusCode == http.StatusTooManyRequests && got.Header.Get("Retry-After") == "" {
			t.Fatal("it is not said when to come back")
		}
	}
	if counts[204] < 20 || counts[429] < 500 || counts[204]+counts[429] != 1000 {
		t.Fatalf("%v", counts)
	}
}

func TestFailedTokensOfStreamsCountAgainstTheAddress(t *testing.T) {
	w := newWorld(t)
	s := w.studio()
	for range signaling.Default("node").BadHandshakes {
		s.want(401, s.publish("guessed"))
	}
	if got := s.want(429, s.publish(w.token(grant.Publish))); got.Header.Get("Retry-After") == "" {
		t.Fatal("it is not said when to come back")
	}
}

func TestRoomsAndHostsDecideOfStreams(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	s, token := w.studio(), w.token(grant.Publish)
	s.want(201, s.publish(token))
	stage := expect[message.ParticipantJoined](ada, nil).Participant.ID
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 2 })
	muted := func(want bool) {
		t.Helper()
		w.eventually(fmt.Sprintf("the microphone to be muted: %v", want), func() bool {
			media, _ := w.media.Snapshot(w.meeting.Code)
			for _, p := range media.Publications {
				if p.Participant == stage && p.Source == sfu.Microphone {
					return p.Muted == want
				}
			}
			return false
		})
	}
	ada.do(message.ModerationMute{Participant: stage})
	muted(true)
	// There is nobody to press a button, so that what a host asks for is done.
	ada.do(message.ModerationAskUnmute{Participant: stage})
	muted(false)
	ada.do(message.ModerationStopVideo{Participant: stage, Hard: true})
	w.eventually("the camera to be dropped", func() bool {
		media, _ := w.media.Snapshot(w.meeting.Code)
		for _, p := range media.Publications {
			if p.Participant == stage && p.Source == sfu.Camera {
				return p.Muted && p.Forbidden
			}
		}
		return false
	})
	ada.do(message.ModerationRemove{Participant: stage})
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == stage && m.Reason == message.LeftRemoved })
	w.eventually("its connection to be closed", func() bool { return w.transport.Upstreams()[0].Closed() })
	// Who was removed stays out, by the token.
	if got := s.publish(token); got.StatusCode != http.StatusForbidden || got.code != "removed" {
		t.Fatalf("once removed: %d %s", got.StatusCode, got.body)
	}

	ada.do(message.ModerationLock{Locked: true})
	if got := s.publish(w.token(grant.Publish)); got.StatusCode != http.StatusForbidden || got.code != "locked" {
		t.Fatalf("into a locked meeting: %d %s", got.StatusCode, got.body)
	}
	ada.do(message.ModerationLock{Locked: false})
	on := true
	ada.do(message.ModerationSettings{Lobby: &on})
	waits := w.token(grant.Publish, func(g *grant.Stream) { g.SkipLobby = false })
	if got := s.publish(waits); got.StatusCode != http.StatusForbidden || got.code != "lobby" {
		t.Fatalf("into the lobby: %d %s", got.StatusCode, got.body)
	}
	expect(ada, func(m message.LobbyChanged) bool { return len(m.Waiting) == 0 })
	s.want(201, s.publish(w.token(grant.Publish)))
}

func TestTheEndOfAMeetingOrOfATokenEndsItsStreams(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	s := w.studio()
	token := w.token(grant.Publish)
	g, err := w.keys.VerifyStream(time.Now(), token)
	must(t, err)
	s.want(201, s.publish(token))
	stage := expect[message.ParticipantJoined](ada, nil).Participant.ID
	must(t, w.records.RevokeInvitation(t.Context(), w.meeting.ID, g.ID, time.Now()))
	w.server.EndStreams(g.ID)
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == stage })
	s.want(401, s.publish(token))

	last := s.want(201, s.publish(w.token(grant.Publish)))
	ada.do(message.MeetingEnd{})
	w.eventually("the session to be gone", func() bool {
		return s.call("DELETE", last.Header.Get("Location"), "").StatusCode == http.StatusNotFound
	})
}

func TestAStreamThatBringsNothingEnds(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Streams.Silence = 200 * time.Millisecond })
	ada := w.enter("Ada")
	s := w.studio()
	s.want(201, s.publish(w.token(grant.Publish)))
	stage := expect[message.ParticipantJoined](ada, nil).Participant.ID
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == stage })

	// So does one whose connection fails.
	w.server.EndStreams("nothing")
	s.want(201, s.publish(w.token(grant.Publish)))
	stage = expect[message.ParticipantJoined](ada, nil).Participant.ID
	ups := w.transport.Upstreams()
	ups[len(ups)-1].Ingress.Ended("connection failed")
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == stage })
}

func TestAStreamThatWasCutOffIsReplaced(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Streams.Stale = time.Nanosecond })
	ada := w.enter("Ada")
	s, token := w.studio(), w.token(grant.Publish)
	first := s.want(201, s.publish(token))
	before := expect[message.ParticipantJoined](ada, nil).Participant.ID
	s.want(201, s.publish(token))
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == before })
	s.want(404, s.call("DELETE", first.Header.Get("Location"), ""))
}

func TestAPlayerIsSeenAndFollowsTheSpeaker(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.publishCamera()
	s := w.studio()
	token := w.token(grant.Play, func(g *grant.Stream) { g.Name = "Screen in the hall" })
	a := s.want(201, s.play(token, ""))
	came := expect(ada, func(m message.ParticipantJoined) bool { return m.Participant.Kind != "" }).Participant
	if came.Kind != message.ViewerKind || came.Name != "Screen in the hall" {
		t.Fatalf("there came %+v", came)
	}
	sfutest.NewPublisher(w.transport.Upstreams()[0], "0", codec.VP8, "").Picture(time.Now(), "", true, 360)
	w.eventually("the slot to show the camera", func() bool {
		media, _ := w.media.Snapshot(w.meeting.Code)
		for _, p := range media.Peers {
			if p.Participant == came.ID {
				for _, slot := range p.Assigned {
					if slot.MID == "1" && slot.Participant == grace.joined.Self {
						return true
					}
				}
			}
		}
		return false
	})
	if down := w.transport.Downstreams(); len(down) != 1 {
		t.Fatalf("%d connections", len(down))
	}
	s.want(200, s.call("DELETE", a.Header.Get("Location"), "", "Authorization: Bearer "+token))
	expect(ada, func(m message.ParticipantLeft) bool { return m.ID == came.ID })

	s.want(201, s.play(token, "?participant="+grace.joined.Self))
	if got := s.play(token, "?participant=nobody"); got.StatusCode != http.StatusNotFound {
		t.Fatalf("to play nobody: %d %s", got.StatusCode, got.body)
	}
	only := w.token(grant.Play, func(g *grant.Stream) { g.Participant = grace.joined.Self })
	if got := s.play(only, "?participant="+ada.joined.Self); got.StatusCode != http.StatusForbidden {
		t.Fatalf("to play another: %d %s", got.StatusCode, got.body)
	}
	s.want(201, s.play(only, ""))
}

func TestTooManyStreams(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) { cfg.Streams.Players, cfg.Streams.Address = 2, 3 })
	w.enter("Ada")
	s, token := w.studio(), w.token(grant.Play)
	s.want(201, s.play(token, ""))
	s.want(201, s.play(token, ""))
	s.want(429, s.play(token, ""))
	s.want(201, s.publish(w.token(grant.Publish)))
	if got := s.publish(w.token(grant.Publish)); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Fatalf("a fourth from one address: %d %s", got.StatusCode, got.body)
	}
}

// A client that asks in a tight loop costs the database nothing beyond its limit.
func TestAttemptsBeyondTheLimitAreNotStored(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	g, err := w.keys.VerifyStream(time.Now(), token)
	must(t, err)
	let := 0
	for range 40 {
		if a := s.publish(token); a.StatusCode != http.StatusTooManyRequests {
			let++
		}
	}
	list, err := w.records.InvitationsOf(t.Context(), w.meeting.ID)
	must(t, err)
	if len(list) != 1 || list[0].ID != g.ID || list[0].Uses > let || let == 40 {
		t.Errorf("%d attempts were let through, %d uses are stored", let, list[0].Uses)
	}
}

func TestADisabledHostsStreamsAreRefused(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	must(t, w.records.DisableUser(t.Context(), w.host.ID, true, time.Now()))
	s.want(403, s.publish(token))
	must(t, w.records.DisableUser(t.Context(), w.host.ID, false, time.Now()))
	s.want(201, s.publish(token))
}

// Whenever the end comes, it finds the stream whole.
func TestAStreamMayEndWhileItBegins(t *testing.T) {
	w := newWorld(t)
	s, token := w.studio(), w.token(grant.Publish)
	g, err := w.keys.VerifyStream(time.Now(), token)
	must(t, err)
	stop := make(chan struct{})
	ending := make(chan struct{})
	go func() {
		defer close(ending)
		for {
			select {
			case <-stop:
				return
			default:
				w.server.EndStreams(g.ID)
			}
		}
	}()
	for range 8 {
		s.publish(token)
	}
	close(stop)
	<-ending
}

func TestRelaysAreLinked(t *testing.T) {
	w := newWorld(t, func(cfg *signaling.Config) {
		cfg.Relays = func(who string) []message.ICEServer {
			return []message.ICEServer{{URLs: []string{"turn:turn.example.org:3478?transport=udp"}, Username: "99:" + who, Credential: "c="}}
		}
	})
	s := w.studio()
	a := s.want(201, s.publish(w.token(grant.Publish)))
	link := a.Header.Get("Link")
	if !strings.HasPrefix(link, `<turn:turn.example.org:3478?transport=udp>; rel="ice-server"; username="99:`) ||
		!strings.HasSuffix(link, `credential="c="; credential-type="password"`) {
		t.Fatalf("Link: %s", link)
	}
}
