package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
)

// spanSeen is a span that reached the collector.
type spanSeen struct {
	TraceID, SpanID, ParentSpanID, Name string
	Attributes                          []struct {
		Key   string
		Value struct{ StringValue string }
	}
}

func (s spanSeen) attribute(key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value.StringValue
		}
	}
	return ""
}

// collecting is a collector of OpenTelemetry on this machine.
type collecting struct {
	*httptest.Server
	mu    sync.Mutex
	spans []spanSeen
}

func collect(t *testing.T) *collecting {
	t.Helper()
	c := &collecting{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var sent struct {
			ResourceSpans []struct{ ScopeSpans []struct{ Spans []spanSeen } }
		}
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, resource := range sent.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// named are the spans of that name.
func (c *collecting) named(name string) (found []spanSeen) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// One trace leads from the API call over the handshake to the join; what is said later stands alone.
func TestAJoinIsOneTrace(t *testing.T) {
	t.Parallel()
	c := collect(t)
	m := startMeeting(t, func(s *serveCommand) { s.TraceEndpoint, s.TraceRatio = c.URL, 1 })
	const action = "a-join-to-be-traced"
	b := m.enterBy(client.REST{Base: m.rest.Base, HTTP: &http.Client{Transport: named(action)}}, "Ada")
	b.publish(microphone(30))
	m.until("the spans of the join", func() bool { return len(c.named("webrtc:offer")) > 0 && len(c.named("meeting:join")) > 0 })
	request := c.named("POST /api/meetings/:code/join")
	if len(request) != 1 || request[0].ParentSpanID != "" || request[0].attribute("plenum.request") != action {
		t.Fatalf("%+v", request)
	}
	for _, name := range []string{"websocket handshake", "meeting:join"} {
		s := c.named(name)
		if len(s) != 1 || s[0].TraceID != request[0].TraceID || s[0].ParentSpanID != request[0].SpanID {
			t.Errorf("%s is no part of %+v: %+v", name, request[0], s)
			continue
		}
		if s[0].attribute("plenum.request") != action || s[0].attribute("plenum.participant") != b.id || s[0].attribute("plenum.room") != m.code {
			t.Errorf("%+v", s[0])
		}
	}
	if offer := c.named("webrtc:offer")[0]; offer.ParentSpanID != "" || offer.TraceID == request[0].TraceID {
		t.Errorf("an offer is a part of the join: %+v", offer)
	}
	if created := c.named("POST /api/meetings"); len(created) != 1 {
		t.Errorf("%+v", created)
	}
}

// A client cannot have its requests kept, nor name the trace.
func TestNobodyFromOutsideDecidesWhatIsTraced(t *testing.T) {
	t.Parallel()
	c := collect(t)
	command := onLoopback(t)
	command.TraceEndpoint, command.TraceRatio = c.URL, 0
	n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+n.public.String()+"/healthz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	n.Stop(t.Context())
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.spans, func(spanSeen) bool { return true }); i >= 0 {
		t.Errorf("a span was kept: %+v", c.spans[i])
	}
}
