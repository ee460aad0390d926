// Package room is a meeting while it is alive: who is in it and who waits, what each may do, what they publish, whose hand
// is up, what was said.
//
//	Session ── ask ──> Room: one goroutine ── machine: decides ──┬──> events, encoded once ──> every member's Outbox
//	                                                            └──> writer: one goroutine ──> store
//
// The machine is pure: commands and the time in, effects out. The loop never waits for the database; the writer
// tries again while it is away, and a chat message gets its "ok" when it is committed. Sockets and media are
// left to package signaling.
//
// Rights are decided here, by one pure function (rights.go), and enforced where media passes: the loop tells a member's
// Outbox what of their sources may be forwarded. Whoever loses the connection keeps the place for a while; events are
// numbered for each member and kept (eventlog.go), so that what was missed can be told afterwards.
package room
