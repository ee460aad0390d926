package sfu

import (
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// maxUnseen is how many numbers one feedback packet may say did not come. Whoever leaves out more, steps of thousands by
// malice mostly, is told about what comes afterwards: each number that is missing costs time of whoever reads the socket.
const maxUnseen = 1000

// arrivals are the packets that a publisher is to be told of by transport-wide feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
type arrivals struct {
	recorder *twcc.Recorder
	newest   uint16
	unseen   int // numbers between those that came since the last feedback
	unsent   int // packets since then
}

func newArrivals() arrivals { return arrivals{recorder: twcc.NewRecorder(ourSSRC)} }

func (a *arrivals) record(now time.Time, ssrc packet.SSRC, number uint16) {
	if step := int(int16(number - a.newest)); step > 0 {
		a.unseen += step - 1
	} else {
		a.unseen -= step
	}
	if a.unseen > maxUnseen {
		a.recorder = twcc.NewRecorder(ourSSRC)
		a.unseen, a.unsent = 0, 0
	}
	a.newest = number
	a.recorder.Record(uint32(ssrc), number, now.UnixMicro())
	a.unsent++
}

// feedback of what came since the last one.
func (a *arrivals) feedback() []rtcp.Packet {
	a.unseen, a.unsent = 0, 0
	return a.recorder.BuildFeedbackPacket()
}
