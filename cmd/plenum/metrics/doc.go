// Package metrics is what Prometheus sees of a node.
//
//	sfu, transport, signaling, store ──Load, Snapshot──> state ──families──> Collector ──┐
//	store, sfu, signaling, api ─────how long it took───> Times ─────────────────────────┴─> registry ──> /metrics
//
// How much a node bears of what it can bear (stress.go) is a metric, and what places meetings among nodes.
//
// Almost all is read when somebody asks: no part of the server knows of it, and a packet costs nothing more. What takes time is
// observed where it happens, through functions that the parts were given. family.go and its neighbours hold every metric with
// its meaning; deploy/docs/metrics.md is printed from there. A label has one of a few values: never a room, a person or an
// address.
package metrics
