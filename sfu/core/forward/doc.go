// Package forward decides everything about one packet in one slot: whether it goes
// out, and with which numbers.
//
//	packet ──> layer.Selector ──> rewrite ──> Out
//	           shown? awaited?    number, timestamp,   └──> history.Index <── Resend
//	           key frame?         picture ids
//	sender reports ──> clocks of the layers ──> Report
//
// A Forwarder is one slot: its SSRC lives as long as the slot, whatever it shows. Each
// belongs to the one goroutine that sends for its peer. It takes the time as an
// argument and tells by Deadline when it wants to be asked again. Headers, SRTP and
// retransmission format are egress's business.
package forward
