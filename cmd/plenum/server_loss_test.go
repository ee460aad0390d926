package main

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// mended fails the test unless the slot lost nothing for good and its packets, put in order, are unbroken.
func (b *bot) mended(mid string) {
	b.m.t.Helper()
	var packets []seen
	b.m.until("every gap to close", func() bool {
		s := b.down.Stats()[mid]
		packets = b.packets(mid)
		return s.Missing == 0
	})
	if s := b.down.Stats()[mid]; s.Lost != 0 {
		b.m.t.Errorf("%s's slot %s lost packets: %+v", b.name, mid, s)
	}
	// Order of arrival to order of sending; no slot of a test sees half the number space.
	first := packets[0].Sequence
	slices.SortFunc(packets, func(x, y seen) int { return int(int16(x.Sequence-first)) - int(int16(y.Sequence-first)) })
	checkUnbroken(b.m.t, b.name+"'s slot "+mid, packets)
}

func TestWhatTheViewerLosesComesAgain(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(camera())
	// What was lost before a key frame is not sent again after it. So loss begins when the layer is there to stay.
	var losing atomic.Bool
	viewer := m.enter("Grace").receiveBy(client.Reception{
		Slots: client.Slots{Video: 1},
		Lose:  func(_ string, sequence uint16) bool { return losing.Load() && sequence%11 == 5 },
	})
	viewer.wish(360, ada.id)
	mid := viewer.video(0)
	viewer.picture(mid, 0, viewer.number(ada.id, message.Camera), 360)
	viewer.flows(60, mid)
	losing.Store(true)
	m.until("twenty recovered packets", func() bool { return viewer.down.Stats()[mid].Recovered >= 20 })
	viewer.mended(mid)
	for _, p := range viewer.packets(mid) {
		if p.Recovered && p.Sequence%11 != 5 {
			t.Errorf("packet %d was recovered, and not lost", p.Sequence)
		}
		if p.Publication != viewer.number(ada.id, message.Camera) {
			t.Errorf("packet %d, recovered %v, names publication %d", p.Sequence, p.Recovered, p.Publication)
		}
	}
}

func TestWhatIsLostOnTheWayUpIsMendedForEveryViewer(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	lossy := camera()
	// What the layer before a switch lost is not mended after it: the key frame makes it worthless. So loss begins
	// when every viewer has its layer.
	var losing atomic.Bool
	lossy.Lose = func(_ int, sequence uint16) bool { return losing.Load() && sequence%20 == 4 }
	ada := m.enter("Ada").publish(lossy)
	viewers := []*bot{m.enter("Grace").receive(client.Slots{Video: 1}), m.enter("Alan").receive(client.Slots{Video: 1})}
	for i, height := range []int{360, 180} {
		viewers[i].wish(height, ada.id)
	}
	for i, height := range []int{360, 180} {
		viewers[i].picture(viewers[i].video(0), 0, viewers[i].number(ada.id, message.Camera), height)
	}
	losing.Store(true)
	m.until("resends", func() bool { return ada.up.Stats().Resent >= 20 })
	for _, v := range viewers {
		v.mended(v.video(0))
	}
}

func TestAStormOfKeyFrameRequestsIsArbitrated(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(camera())
	var viewers []*bot
	for _, name := range []string{"Grace", "Alan"} {
		v := m.enter(name).receive(client.Slots{Video: 1})
		v.wish(180, ada.id)
		v.picture(v.video(0), 0, v.number(ada.id, message.Camera), 180)
		v.flows(10, v.video(0))
		viewers = append(viewers, v)
	}
	before, began := ada.up.Stats().KeyFrameRequests, time.Now()
	keys := func() int {
		n := 0
		for _, p := range viewers[0].packets(viewers[0].video(0)) {
			if p.vp8.Key {
				n++
			}
		}
		return n
	}
	had := keys()
	for range 100 {
		for _, v := range viewers {
			if err := v.down.RequestKeyFrame(v.video(0)); err != nil {
				t.Fatal(err)
			}
		}
	}
	m.until("a key frame", func() bool { return keys() > had })
	viewers[0].flows(30, viewers[0].video(0))
	// One at once, then at most one each 200 ms.
	most := 2 + uint64(time.Since(began)/(200*time.Millisecond))
	if n := ada.up.Stats().KeyFrameRequests - before; n < 1 || n > min(most, 10) {
		t.Errorf("200 requests became %d, %d would be right at most", n, most)
	}
	for _, v := range viewers {
		v.unbroken(v.video(0))
	}
}

func TestReportsFlowBothWays(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(camera(), microphone(30))
	viewer := m.enter("Grace").receive(client.Slots{Audio: 1, Video: 1})
	viewer.wish(180, ada.id)
	for _, s := range viewer.down.Slots() {
		m.until("sender reports for slot "+s.MID, func() bool { return viewer.down.Stats()[s.MID].SenderReports >= 2 })
	}
	m.until("transport feedback and receiver reports", func() bool {
		s := ada.up.Stats()
		return s.TransportFeedback >= 10 && s.ReceiverReports >= 4
	})
}
