package main

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// voice is a tone whose level a test may change.
type voice struct {
	tone  *client.Tone
	level atomic.Uint32
}

func newVoice(level uint32) *voice {
	v := &voice{tone: client.NewTone(0)}
	v.level.Store(level)
	return v
}

func (v *voice) Next(now time.Time, key bool) ([]client.Frame, time.Duration) {
	frames, interval := v.tone.Next(now, key)
	frames[0].Level = uint8(v.level.Load())
	return frames, interval
}

func TestTheLoudestFourAreHeard(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	voices := make([]*voice, 6)
	people := make([]*bot, 6)
	for i := range people {
		// 20, 26, … 50 are within what people sound like; the last is the quietest.
		voices[i] = newVoice(uint32(20 + 6*i))
		people[i] = m.enter("Speaker").publish(client.Track{Source: message.Microphone, Feed: voices[i]})
	}
	listener := m.enter("Listener").receive(client.Slots{Audio: 4})
	mids := listener.down.MIDs(message.AudioSlot)
	carried := func() []uint32 {
		var numbers []uint32
		for _, mid := range mids {
			if s := listener.assigned(mid); s.Number != 0 {
				numbers = append(numbers, s.Number)
			}
		}
		slices.Sort(numbers)
		return numbers
	}
	expect := func(indices ...int) {
		t.Helper()
		var want []uint32
		for _, i := range indices {
			want = append(want, listener.number(people[i].id, message.Microphone))
		}
		slices.Sort(want)
		m.until("the slots to carry the loudest four", func() bool { return slices.Equal(carried(), want) })
		listener.flows(1, mids...)
		start := make(map[string]int)
		for _, mid := range mids {
			start[mid] = len(listener.packets(mid))
		}
		listener.flows(40, mids...)
		for _, mid := range mids {
			for _, p := range listener.packets(mid)[start[mid]:] {
				if p.Publication != listener.assigned(mid).Number {
					t.Fatalf("slot %s carries %d, the map says %d", mid, p.Publication, listener.assigned(mid).Number)
				}
			}
		}
	}
	expect(0, 1, 2, 3)
	voices[5].level.Store(15)
	voices[0].level.Store(80)
	expect(1, 2, 3, 5)
	for _, mid := range mids {
		listener.unbroken(mid)
	}
}

func TestWhoIsMutedReachesNobodyWhateverTheySend(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada := m.enter("Ada").publish(microphone(30), camera())
	grace := m.enter("Grace").publish(microphone(35), camera())
	viewer := m.enter("Alan").receive(pool)
	viewer.wish(90, ada.id, grace.id)
	for _, c := range []struct {
		source       message.Source
		mute, unmute message.ClientMessage
		enough       int
	}{
		{message.Microphone, message.ParticipantToggleAudio{Muted: true}, message.ParticipantToggleAudio{}, 25},
		{message.Camera, message.ParticipantToggleVideo{Muted: true}, message.ParticipantToggleVideo{}, 10},
	} {
		mine, other := viewer.number(ada.id, c.source), viewer.number(grace.id, c.source)
		more := func(publication uint32, n int) func() bool {
			before := viewer.count(publication)
			return func() bool { return viewer.count(publication) >= before+n }
		}
		m.until("both to be received", func() bool { return viewer.count(mine) > 0 && viewer.count(other) > 0 })
		// Only the server is told: the client goes on sending.
		if _, err := ada.Request(m.ctx, c.mute); err != nil {
			t.Fatal(err)
		}
		m.until("what was on the way", more(other, c.enough))
		before, sent := viewer.count(mine), ada.up.Stats().Packets
		m.until("Grace to go on", more(other, c.enough))
		if now := ada.up.Stats().Packets; now <= sent {
			t.Fatal("Ada's client stopped sending: this shows nothing")
		}
		if after := viewer.count(mine); after != before {
			t.Errorf("%s: %d packets came through after mute", c.source, after-before)
		}
		m.until("the roster to say that Ada is muted", func() bool {
			viewer.mu.Lock()
			defer viewer.mu.Unlock()
			return slices.ContainsFunc(viewer.roster[ada.id].Publications, func(p message.Publication) bool {
				return p.Source == c.source && p.Muted
			})
		})
		if _, err := ada.Request(m.ctx, c.unmute); err != nil {
			t.Fatal(err)
		}
		m.until("Ada again", more(mine, c.enough))
	}
	for _, s := range viewer.down.Slots() {
		viewer.unbroken(s.MID)
	}
}
