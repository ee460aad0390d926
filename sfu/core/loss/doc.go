// Package loss knows what of a publisher's stream is missing, and when to ask for it.
//
//	RTP, RTX, SR ──> Receiver ──> Nacks, ReceptionReport, NeedsKeyFrame
//	requests of slots ──> KeyFrames ──> Due: send one PLI now
//
// Machines without a clock: each method takes the time, Deadline tells when to ask
// again. The RTCP is written and sent elsewhere.
package loss
