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

// Arrivals are told as often as libwebrtc does it: for a twentieth of what comes, within bounds.
const (
	arrivalsBits  = 68 * 8 // of a usual message, with its headers
	arrivalsShare = 0.05
	arrivalsOften = 50 * time.Millisecond
	arrivalsRare  = 250 * time.Millisecond
)

// arrivals remembers when packets of the whole connection came, for the server to see what the path carries
// (draft-holmer-rmcat-transport-wide-cc-extensions-01). The downstream's mutex guards it.
type arrivals struct {
	id       uint8 // of the header extension, 0 if there is none
	begin    time.Time
	recorder *twcc.Recorder
	untold   bool
	told     time.Time
	bits     int           // since then
	interval time.Duration // from a packet until arrivals are told, 0 before they are for the first time
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
	a.bits += 8 * p.MarshalSize()
	a.recorder.Record(p.SSRC, number.TransportSequence, now.Sub(a.begin).Microseconds())
	first, a.untold = !a.untold, true
	return first
}

// tell is what came since it was last asked.
func (a *arrivals) tell(now time.Time) []rtcp.Packet {
	if a.recorder == nil {
		return nil
	}
	a.untold = false
	if since := now.Sub(a.told); !a.told.IsZero() {
		worth := time.Duration(arrivalsBits / arrivalsShare / float64(max(a.bits, 1)) * float64(since))
		a.interval = min(max(worth, arrivalsOften), arrivalsRare)
	}
	a.told, a.bits = now, 0
	return a.recorder.BuildFeedbackPacket()
}
