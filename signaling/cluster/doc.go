// Package cluster lets several nodes share the meetings: each lives on one node, its home, and every node knows which.
//
//	join, socket ─ Place ──> record of the meeting in NATS (KV "plenum_rooms": meeting -> node)
//	                           │ none, or its node is silent: the less stressed of two nodes drawn, by compare-and-set
//	                           └ this node: go on · another: pass the request on (Link)
//	tell ─ beat ───────────> "plenum.node": who I am, how I am          each second; silent for 4 s is gone
//	holdOn ─ renew ────────> records of the meetings alive here          each 15 s; they last 90 s
//	Tell ──────────────────> "plenum.told": what every node has to know  sign-ins that ended
//
// A node that finds another one in the record of a meeting that it holds was given up for dead, and lets the meeting go
// ([Config.Moved]). One that has lost NATS keeps its meetings, passes on to other nodes what it has lately found there, and places
// nothing. Media never goes by NATS. A node without others runs the same code on a NATS in its own process.
package cluster
