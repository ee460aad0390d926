// Package bridge carries real UDP between clients and one server over a link that is as bad as asked for.
//
//	browser ──┐             ┌─ link up ──> socket 1 ──┐
//	bot ──────┴─> Bridge ───┤                         ├──> server
//	              control   └─ link up ──> socket 2 ──┘
//	              over HTTP   and link down on the way back
//
// Each source address has a socket of its own towards the server, which tells clients apart by it, and a pair of links
// of its own (package link), so that a bystander's path can stay clean. The server has to name the bridge's address in
// place of its own (plenum serve --media-advertise). The sequence of fates follows from the seed; when a datagram
// arrives is up to the machine, so tests count and never time.
package bridge
