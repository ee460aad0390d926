package transport

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// candidateLine begins a line of SDP that says where we are (RFC 8839 §5.1).
const candidateLine = "a=candidate:"

// tellInstead replaces our own addresses in an answer by those that clients are to use, of each protocol once per section.
// The agent goes on knowing its own: it holds the connection at each of our sockets, whichever of them a NAT leads to,
// where pion's rewriting would keep the first alone.
func tellInstead(answer string, told []netip.AddrPort) string {
	if len(told) == 0 {
		return answer
	}
	var out strings.Builder
	out.Grow(len(answer))
	var done []string // protocols of this section
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, "m=") {
			done = nil
		}
		value, ours := strings.CutPrefix(line, candidateLine)
		if !ours {
			out.WriteString(line)
			continue
		}
		fields := strings.Fields(value)
		if len(fields) < 8 || slices.Contains(done, fields[2]) {
			continue
		}
		done = append(done, fields[2])
		writeCandidates(&out, fields, told)
	}
	return out.String()
}

// writeCandidates writes one candidate for each address, the first one preferred.
func writeCandidates(out *strings.Builder, fields []string, told []netip.AddrPort) {
	priority, err := strconv.ParseUint(fields[3], 10, 32)
	if err != nil {
		return
	}
	for i, at := range told {
		each := slices.Clone(fields)
		each[0] = fmt.Sprintf("%s%d", fields[0], i)
		each[3] = strconv.FormatUint(max(priority, uint64(len(told)))-uint64(i), 10) //nolint:gosec // an index
		each[4], each[5] = at.Addr().String(), strconv.Itoa(int(at.Port()))
		out.WriteString(candidateLine + strings.Join(each, " ") + "\r\n")
	}
}
