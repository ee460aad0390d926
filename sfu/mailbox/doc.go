// Package mailbox carries messages into a loop. Putting one never blocks.
//
//	any goroutine ── Put ──> [ bounded queue ] ── Take ──> the one loop that owns the state
//	                Hold ──┘ wakes nobody for a moment
//
// What a message means, and what is lost when the queue is full, is the business of its owner.
package mailbox
