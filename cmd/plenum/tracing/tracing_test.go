package tracing_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/plenum-meet/plenum/cmd/plenum/tracing"
)

// collector keeps what is sent to it.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	texts []string
}

func newCollector(t *testing.T, status int) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPost && r.URL.Path == "/v1/traces" && r.Header.Get("Content-Type") == "application/json" {
			c.mu.Lock()
			c.texts = append(c.texts, string(text))
			c.mu.Unlock()
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.texts...)
}

func TestSpansReachTheCollector(t *testing.T) {
	c := newCollector(t, http.StatusOK)
	p, err := tracing.New(tracing.Config{Endpoint: c.URL + "/", Ratio: 1, Version: "v1", Node: "n1"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, outer := p.Tracer("api").Start(t.Context(), "POST /api/meetings/:code/join", trace.WithSpanKind(trace.SpanKindServer))
	_, inner := p.Tracer("signaling").Start(ctx, "meeting:join")
	inner.SetAttributes(attribute.Int("http.response.status_code", 503), attribute.Bool("late", true), attribute.Float64("share", 0.5), attribute.String("request", `a"b`))
	inner.SetStatus(codes.Error, "unavailable")
	inner.End()
	outer.End()
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	texts := c.all()
	if len(texts) != 1 {
		t.Fatalf("%d documents", len(texts))
	}
	var got struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []any }
			ScopeSpans []struct {
				Scope struct{ Name string }
				Spans []struct {
					TraceID, SpanID, ParentSpanID, Name string
					Kind                                int
					StartTimeUnixNano, EndTimeUnixNano  string
					Attributes                          []struct {
						Key   string
						Value map[string]any
					}
					Status struct {
						Code    int
						Message string
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(texts[0]), &got); err != nil {
		t.Fatal(err)
	}
	scopes := got.ResourceSpans[0].ScopeSpans
	if len(scopes) != 2 || scopes[0].Scope.Name != "signaling" || scopes[1].Scope.Name != "api" {
		t.Fatalf("%s", texts[0])
	}
	join, request := scopes[0].Spans[0], scopes[1].Spans[0]
	if join.ParentSpanID != request.SpanID || join.TraceID != request.TraceID || len(join.TraceID) != 32 || len(join.SpanID) != 16 || request.Kind != 2 {
		t.Errorf("%+v is not within %+v", join, request)
	}
	if join.Status.Code != 2 || join.Status.Message != "unavailable" || len(join.StartTimeUnixNano) != 19 {
		t.Errorf("%+v", join)
	}
	values := map[string]any{}
	for _, a := range join.Attributes {
		for _, v := range a.Value {
			values[a.Key] = v
		}
	}
	if values["http.response.status_code"] != "503" || values["late"] != true || values["share"] != 0.5 || values["request"] != `a"b` {
		t.Errorf("%+v", values)
	}
	for _, want := range []string{`"service.name","value":{"stringValue":"plenum"}`, `"service.instance.id","value":{"stringValue":"n1"}`} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("without %s: %s", want, texts[0])
		}
	}
}

func TestNothingIsSentUnlessSomebodyAsks(t *testing.T) {
	c := newCollector(t, http.StatusOK)
	for _, config := range []tracing.Config{{Ratio: 1}, {Endpoint: c.URL, Ratio: 0}} {
		p, err := tracing.New(config, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if config.Endpoint == "" {
			if p.Tracer("api") != nil || p.Close(t.Context()) != nil {
				t.Error("there is a tracer, and nobody to send spans to")
			}
			continue
		}
		_, span := p.Tracer("api").Start(t.Context(), "GET /")
		if span.IsRecording() {
			t.Errorf("%+v: a span is kept", config)
		}
		span.End()
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if texts := c.all(); len(texts) != 0 {
		t.Errorf("sent %q", texts)
	}
}

// A collector that is away or refuses costs spans, and nothing else.
func TestACollectorMayBeAway(t *testing.T) {
	refuses, away := newCollector(t, http.StatusServiceUnavailable), newCollector(t, http.StatusOK)
	away.Close()
	for _, c := range []*collector{refuses, away} {
		p, err := tracing.New(tracing.Config{Endpoint: c.URL, Ratio: 1}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		_, span := p.Tracer("api").Start(t.Context(), "GET /")
		span.End()
		_ = p.Close(t.Context())
	}
}

func TestWhatCannotWorkIsRefused(t *testing.T) {
	for _, c := range []tracing.Config{{Endpoint: "collector:4318"}, {Endpoint: "ftp://collector"}, {Endpoint: "http://user:hunter2@collector"}, {Ratio: 2}, {Ratio: -1}} {
		_, err := tracing.New(c, slog.New(slog.DiscardHandler))
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: said %v", c, err)
		}
	}
}
