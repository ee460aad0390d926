// Package estimate tells what one peer's connection carries, from transport-wide feedback
// and from nothing else: receiver reports count a publisher's losses against the viewer.
//
//	shard ──Put──> History ──number──> packet
//	feedback ────> History.Match ──results──> Estimator ──> Rate, State, RTT, Loss
//	                                            groups > trendline > detector > aimd ┐
//	                                            acked, app-limited, queue ───────────┤ min
//	                                            loss ────────────────────────────────┘
//	                              └─results──> probe.Controller ──Outcome──> Estimator.Probed
//
// A History belongs to the shard that sends, an Estimator to the peer's loop. Neither
// reads a clock. Sharing the rate is allocate's business, raising it on purpose is probe's.
// ALGORITHM.md describes the parts.
package estimate
