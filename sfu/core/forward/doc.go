// Package forward decides everything about one packet in one slot: whether it goes
// out, and with which numbers.
//
//	packet ──> layer.Selector ──> layer.Filter ──> rewrite ──> Out
//	           which stream       which frames     numbers      └──> history.Index <── Resend, Rebuild
//	voice  ──> at once ─────────> RED as the receiver takes it
//	sender reports ──> clocks of the streams ──> Report
//
// A Forwarder is one slot: its SSRC lives as long as the slot, whatever it shows and in
// whichever codec. Each belongs to the one goroutine that sends for its peer. It takes the
// time as an argument and tells by Deadline when it wants to be asked again. Headers, SRTP
// and retransmission format are egress's business.
package forward
