package transport

import (
	"encoding/binary"

	"github.com/pion/rtcp"
)

// readControl parses those RTCP packets of raw that wanted takes by their header, and skips the others. It looks first,
// since what a few bytes announce can cost a megabyte to parse. What is cut off ends the reading.
func readControl(raw []byte, wanted func(header rtcp.Header, packet []byte) bool) (packets []rtcp.Packet) {
	var header rtcp.Header
	for len(raw) > 0 && header.Unmarshal(raw) == nil {
		size := 4 * (int(header.Length) + 1)
		if size > len(raw) {
			break
		}
		if wanted(header, raw[:size]) {
			packets = appendControl(packets, header, raw[:size])
		}
		raw = raw[size:]
	}
	return packets
}

func appendControl(packets []rtcp.Packet, header rtcp.Header, raw []byte) []rtcp.Packet {
	if header.Type == rtcp.TypeTransportSpecificFeedback && header.Count == rtcp.FormatTCC {
		if f, ok := readFeedback(header, raw); ok {
			packets = append(packets, f)
		}
		return packets
	}
	if parsed, err := rtcp.Unmarshal(raw); err == nil {
		packets = append(packets, parsed...)
	}
	return packets
}

// statuses is how many packets a transport-wide feedback speaks of
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), false if it is too short to say.
func statuses(packet []byte) (int, bool) {
	if len(packet) < 20 {
		return 0, false
	}
	return int(binary.BigEndian.Uint16(packet[14:])), true
}
