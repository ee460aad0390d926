// Package downlink decides for one viewer's connection: what it carries, how that is shared, what is worth a probe, and how
// the sending side is to behave meanwhile. It joins the estimate, the prober and the allocator, so that a simulation decides
// as a server does.
//
//	feedback ─> estimate ─> rate ─┬─> allocate ─> plan ─> what each slot shows
//	                ^             ├─> probe ─> clusters ─> padding
//	                └── outcome ──┘
//	                              └─> News ─> pacing, resends, what nothing depends on
//
// It sends nothing and knows no codec; what a slot could show is described by its user, who also does what the plan says.
package downlink
