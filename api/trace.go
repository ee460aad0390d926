package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// span is a request as a collector of traces sees it; nil if nobody traces. It takes nobody's word for what it is a part of:
// whoever sends requests could have all of them kept.
type span struct{ trace.Span }

func (s *Server) beginSpan(c echo.Context) *span {
	// A socket lasts as long as the call; package signaling has spans for what is said there.
	if s.tracer == nil || c.Path() == socketPath {
		return nil
	}
	r := c.Request()
	ctx, begun := s.tracer.Start(r.Context(), methodName(r.Method), trace.WithSpanKind(trace.SpanKindServer))
	c.SetRequest(r.WithContext(ctx))
	return &span{begun}
}

// end takes what became of the request.
func (s *span) end(a Answered, request string) {
	if s == nil {
		return
	}
	s.SetName(a.Method + " " + a.Route)
	s.SetAttributes(
		attribute.String("http.request.method", a.Method), attribute.String("http.route", a.Route),
		attribute.Int("http.response.status_code", a.Status), attribute.String("plenum.request", request),
	)
	if a.Status >= http.StatusInternalServerError {
		s.SetStatus(codes.Error, http.StatusText(a.Status))
	}
	s.End()
}

// traceOf names the span of a request for whoever goes on with it, empty if it is not kept.
func traceOf(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}
