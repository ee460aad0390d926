// Package tracing sends spans to a collector of OpenTelemetry.
//
//	api ───────── a span for each request ──┐
//	signaling ─── one for each message ─────┼─> Provider (batches, sampled) ──> exporter ── OTLP/HTTP, JSON ──> collector
//	              a join goes on in them ───┘
//
// It is off unless somebody names a collector. What the spans mean is said where they begin; here is the way out alone. The
// exporter is our own: the SDK's brings gRPC and protobuf along, which would be a quarter of the program.
package tracing
