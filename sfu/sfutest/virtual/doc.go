// Package virtual is time for simulations: it stands still while something happens, and then leaps to what happens next.
//
//	At(when, do) ──> heap by time, then by order of calls ──> Run: the earliest first, each at its own time
//
// Nothing runs beside anything else, so the same calls give the same course. What happens is the caller's.
package virtual
