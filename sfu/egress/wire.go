package egress

// What a packet takes on the wire beside its payload, in bytes.
const (
	rtpHeader     = 12
	csrcSize      = 4
	transportSize = 4  // the transport-wide number's share of the extensions
	tagSize       = 16 // of AES-GCM
	ipAndUDP      = 28 // IPv4
)

// Overhead is what a media packet takes on the wire beside its payload, in bytes.
const Overhead = rtpHeader + csrcSize + 4 + transportSize + tagSize + ipAndUDP

func onWire(csrcs, extensions, payload int) int {
	return ipAndUDP + rtpHeader + csrcs*csrcSize + extensions + payload + tagSize
}
