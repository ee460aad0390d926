// Package probe finds out whether a connection carries more than is being sent on it.
//
//	estimate, goal, is anything sent ──Update──> Controller ──Next──> Cluster: shell sends it,
//	results of feedback ─────────────Feedback──>     └──Outcome──> Estimator.Probed
//
// A probe is a short burst at a higher rate, of media that is due anyway, useful resends and
// padding. It goes up to what the next better picture needs (allocate's Plan.Next), no further.
// What the burst is made of is the shell's business. ALGORITHM.md has the rules.
package probe
