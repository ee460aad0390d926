package signaling

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// origin is the API call that led to a socket, as a parent of spans. A ticket is used hours later: what happens then is no part
// of that call.
func origin(claims grant.Claims, byTicket bool) context.Context {
	if claims.Trace == "" || byTicket {
		return context.Background()
	}
	return propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": claims.Trace})
}

// shake is a span for the handshake that has just led to a socket.
func (s *Session) shake(began time.Time) {
	if tracer := s.server.cfg.Tracer; tracer != nil {
		_, span := tracer.Start(origin(s.claims, s.byTicket), "websocket handshake", trace.WithTimestamp(began), trace.WithSpanKind(trace.SpanKindServer))
		s.describe(span)
		span.End()
	}
}

// begin is a span for a message of the client. A join goes on with the API call; the others stand alone, for a call may last
// for hours.
func (s *Session) begin(ctx context.Context, kind string) (context.Context, trace.Span) {
	tracer := s.server.cfg.Tracer
	if tracer == nil {
		return ctx, nil
	}
	if s.live == nil {
		ctx = trace.ContextWithRemoteSpanContext(ctx, trace.SpanContextFromContext(origin(s.claims, s.byTicket)))
	}
	ctx, span := tracer.Start(ctx, kind, trace.WithSpanKind(trace.SpanKindServer))
	s.describe(span)
	return ctx, span
}

func (s *Session) describe(span trace.Span) {
	span.SetAttributes(
		attribute.String("plenum.room", s.claims.Code), attribute.String("plenum.participant", s.claims.Participant),
		attribute.Int64("plenum.session", int64(s.id)), attribute.String("plenum.request", s.claims.Request), //nolint:gosec // counted from 1
	)
}

// ended says what became of a message.
func ended(span trace.Span, answer message.ServerMessage) {
	if span == nil {
		return
	}
	if refused, ok := answer.(message.Error); ok {
		span.SetAttributes(attribute.String("plenum.code", string(refused.Code)))
		if refused.Code == message.Internal || refused.Code == message.Unavailable {
			span.SetStatus(codes.Error, string(refused.Code))
		}
	}
	span.End()
}
