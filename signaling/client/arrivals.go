package client

import (
	"strconv"
	"strings"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

// arrivalsInterval is how long after a packet arrivals are told, at most.
const arrivalsInterval = 50 * time.Millisecond

// arrivals remembers when packets of the whole connection came, for the server to see what the path carries
// (draft-holmer-rmcat-transport-wide-cc-extensions-01). The downstream's mutex guards it.
type arrivals struct {
	id       uint8 // of the header extension, 0 if there is none
	begin    time.Time
	recorder *twcc.Recorder
	untold   bool
}

// learn takes the id of the header extension from the answer.
func (a *arrivals) learn(answer string) {
	for line := range strings.Lines(answer) {
		value, ok := strings.CutPrefix(strings.TrimSpace(line), "a=extmap:")
		if !ok {
			continue
		}
		id, uri, _ := strings.Cut(value, " ")
		if n, err := strconv.ParseUint(id, 10, 8); err == nil && strings.HasPrefix(uri, sdp.TransportCCURI) {
			a.id = uint8(n)
		}
	}
}

// note takes one packet, and is true for the first since arrivals were told.
func (a *arrivals) note(now time.Time, p *rtp.Packet) (first bool) {
	if a.id == 0 {
		return false
	}
	var number rtp.TransportCCExtension
	if number.Unmarshal(p.GetExtension(a.id)) != nil {
		return false
	}
	if a.recorder == nil {
		a.recorder, a.begin = twcc.NewRecorder(0), now
	}
	a.recorder.Record(p.SSRC, number.TransportSequence, now.Sub(a.begin).Microseconds())
	first, a.untold = !a.untold, true
	return first
}

// tell is what came since it was last asked.
func (a *arrivals) tell() []rtcp.Packet {
	if a.recorder == nil {
		return nil
	}
	a.untold = false
	return a.recorder.BuildFeedbackPacket()
}
