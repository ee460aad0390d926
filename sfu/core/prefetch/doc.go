// Package prefetch asks the processor for memory that will be needed in a moment. Nothing waits for it, and nothing but
// the time changes.
//
//	slot at work ──> numbers, decides, encrypts
//	the next one ──> Of: its state comes from the outer caches meanwhile
//
// A shard goes through hundreds of slots for each picture. Their state does not fit the inner caches, and each line that is
// missed costs as much as a tenth of a decision.
package prefetch
