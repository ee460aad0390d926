// Package webhook tells addresses outside what happens in meetings, by the Standard Webhooks scheme.
//
//	signaling/room, api ── what happened, in its own transaction ──> store: deliveries
//	                                                                   │ due
//	Courier: one goroutine ── claim, judge, settle <───────────────────┘
//	   └─ attempts, so many at once ── sender: signed, to public addresses alone ──> receiver
//
// The database is the queue: what waits survives a restart, and a meeting does nothing more than write a row beside the one that it
// writes anyway. A delivery is sent at least once; its id is the same each time, and the receiver's to remember. When to try again, and
// when to give up, is policy.go's decision, which takes the time as an argument. Where a request may go is decided twice: by the URL
// when it is set (places.go), and by the address itself when the connection is made (sender.go), whatever a name resolves to by then.
//
// What is sent is described by payload.go; deploy/docs/webhooks.md is the page for receivers. Routes and rights are package api's.
package webhook
