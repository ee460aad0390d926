// Package loadtest brings bots into meetings of a Plenum server and says how they fared.
//
//	scenario (YAML) ── Parse ──> Scenario ─┐
//	                                       v
//	server <── REST: account, meetings ── Run ── one goroutine per bot ──> signaling/client ──> server
//	                                       │         └─ watch: frames, freezes, latency of each slot
//	      /proc/PID or metrics ── probe ──>│ once a second: Progress
//	                                       v
//	                                    Report ──> table, JSON, one HTML page; Merge joins those of several machines
//
// Whoever runs it decides where reports go and what the terminal shows. Media is made and sent by signaling/client.
package loadtest
