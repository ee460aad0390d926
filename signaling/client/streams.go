package client

import (
	"strconv"
	"strings"
)

// streams finds the media and RTX SSRC of an m-line, 0 where there is none.
func streams(sdp, mid string) (media, rtx uint32) {
	for _, section := range strings.Split(sdp, "\r\nm=") {
		section += "\r\n"
		if !strings.Contains(section, "\r\na=mid:"+mid+"\r\n") {
			continue
		}
		for _, line := range strings.Split(section, "\r\n") {
			if group, ok := strings.CutPrefix(line, "a=ssrc-group:FID "); ok {
				a, b, _ := strings.Cut(group, " ")
				return number(a), number(b)
			}
			if value, ok := strings.CutPrefix(line, "a=ssrc:"); ok && media == 0 {
				value, _, _ = strings.Cut(value, " ")
				media = number(value)
			}
		}
	}
	return media, 0
}

func number(s string) uint32 {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}
