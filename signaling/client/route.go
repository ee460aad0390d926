package client

import (
	"net/netip"
	"strconv"
	"strings"
)

// rerouted sends the media of an answer another way: candidates of UDP get the addresses that route gives them, others
// are left out.
func rerouted(sdp string, route func(netip.AddrPort) netip.AddrPort) string {
	lines := strings.SplitAfter(sdp, "\r\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "a=candidate:") {
			kept = append(kept, line)
			continue
		}
		// a=candidate:<foundation> <component> <transport> <priority> <address> <port> typ … (RFC 8839 §5.1)
		fields := strings.Fields(line)
		if len(fields) < 6 || !strings.EqualFold(fields[2], "udp") {
			continue
		}
		address, err := netip.ParseAddr(fields[4])
		port, wrong := strconv.ParseUint(fields[5], 10, 16)
		if err != nil || wrong != nil {
			continue
		}
		to := route(netip.AddrPortFrom(address, uint16(port)))
		fields[4], fields[5] = to.Addr().String(), strconv.Itoa(int(to.Port()))
		kept = append(kept, strings.Join(fields, " ")+"\r\n")
	}
	return strings.Join(kept, "")
}
