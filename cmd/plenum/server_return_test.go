package main

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// ticks is how far a voice's clock goes on in a time.
func ticks(d time.Duration) uint32 { return uint32(d.Seconds() * 48000) }

// gaps are the longest hole in a stream of packets, by its clock and by ours.
func gaps(packets []seen) (clock uint32, wall time.Duration) {
	for i := 1; i < len(packets); i++ {
		clock = max(clock, packets[i].Timestamp-packets[i-1].Timestamp)
		wall = max(wall, packets[i].Arrival.Sub(packets[i-1].Arrival))
	}
	return clock, wall
}

// A socket that is cut takes nothing of the media with it, whoever has lost it, the one who speaks or the one who listens.
func TestACutSocketLeavesTheMediaFlowing(t *testing.T) {
	t.Parallel()
	m := startMeeting(t, func(c *serveCommand) { c.ResumeWindow = patience })
	ada, grace := m.enter("Ada").publish(microphone(30), camera()), m.enter("Grace").receive(client.Slots{Audio: 1, Video: 1})
	ear, eye := grace.down.MIDs(message.AudioSlot)[0], grace.video(0)
	grace.wish(360, ada.id)
	grace.flows(25, ear, eye)
	for _, who := range []*bot{ada, grace} {
		from := len(grace.packets(ear))
		began := time.Now()
		who.Cut()
		if who != grace {
			m.until("the others know", func() bool { return look(grace, func() bool { return grace.roster[who.id].Reconnecting }) })
		}
		// Half a second of sound without a socket, and as much after it.
		grace.flows(25, ear, eye)
		snapshot, err := who.Resume(m.ctx)
		if err != nil || snapshot != nil {
			t.Fatalf("%s comes back to %v, %v", who.name, snapshot, err)
		}
		away := time.Since(began)
		grace.flows(25, ear, eye)
		heard := grace.packets(ear)[from:]
		clock, wall := gaps(heard)
		if clock > ticks(200*time.Millisecond) {
			t.Errorf("%s was away: a hole of %d ticks in the sound", who.name, clock)
		}
		t.Logf("%s was away for %v: the longest gap of %d packets of sound was %v on the wire, %v by its clock",
			who.name, away, len(heard), wall, time.Duration(clock)*time.Second/48000)
	}
	grace.unbroken(ear)
	grace.unbroken(eye)
	m.until("nobody is away any more", func() bool {
		return look(grace, func() bool { return !grace.roster[ada.id].Reconnecting })
	})
	if n := look(grace, func() int { return len(grace.roster) }); n != 2 {
		t.Errorf("%d people are in the meeting", n)
	}
}

// After a host's click nothing of a microphone comes through but what was on its way.
func TestAMutedMicrophoneIsSilentAtOnce(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	host := m.enterBy(m.rest, "Host")
	ada := m.enter("Ada").publish(microphone(40))
	mallory := m.enter("Mallory").publish(microphone(20))
	grace := m.enter("Grace").receive(client.Slots{Audio: 2})
	voice, silenced := grace.number(ada.id, message.Microphone), grace.number(mallory.id, message.Microphone)
	for range 5 {
		m.until("both are heard", func() bool { return grace.count(voice) > 10 && grace.count(silenced) > 10 })
		before, clicked := grace.count(silenced), time.Now()
		host.must(message.ModerationMute{Participant: mallory.id})
		answered := time.Since(clicked)
		heard, sent := grace.count(voice), mallory.sent()
		m.until("ada is heard for a second, and mallory sends", func() bool {
			return grace.count(voice) > heard+50 && mallory.sent() > sent+25
		})
		after, last := grace.count(silenced), clicked
		for _, mid := range grace.down.MIDs(message.AudioSlot) {
			for _, p := range grace.packets(mid) {
				if p.Publication == silenced && p.Arrival.After(last) {
					last = p.Arrival
				}
			}
		}
		// A packet is 20 ms.
		if after-before > 10 {
			t.Errorf("%d packets came after the click", after-before)
		}
		t.Logf("%d packets after the click, the last %v after it; the host had the answer after %v", after-before, last.Sub(clicked), answered)
		heard = grace.count(voice)
		m.until("ada goes on", func() bool { return grace.count(voice) > heard+25 })
		if n := grace.count(silenced) - after; n != 0 {
			t.Errorf("%d packets of who was muted came later", n)
		}
		if err := mallory.Mute(m.ctx, message.Microphone, false); err != nil {
			t.Fatal(err)
		}
		again := grace.count(silenced)
		m.until("mallory is heard again", func() bool { return grace.count(silenced) > again+10 })
	}
}
