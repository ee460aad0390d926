package sfu_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// studio is a participant with a camera and a microphone on one clock, which a stall sets back.
type studio struct {
	*person
	camera, voice *sender
	behind        time.Duration // what the publisher's clock lost
	began         time.Time
	ticks         int
}

func (c *call) studio() *studio {
	s := &studio{person: c.join("ada"), began: time.Now()}
	s.publishes(7, sfu.Camera, sfu.Microphone)
	s.camera = s.sends("0", 100, codec.VP8, "")
	s.voice = s.sends("1", 200, codec.Opus, "")
	return s
}

// at is the publisher's clock, in 32.32 seconds.
func (s *studio) at() uint64 {
	since := time.Since(s.began) - s.behind
	return 4000<<32 + uint64(packet.Ticks(since, 1<<32)) //nolint:gosec // a moment
}

// plays sound and picture, captured at the same moments, with a report of each a second.
func (s *studio) plays(d time.Duration) {
	for range int(d / (20 * time.Millisecond)) {
		since := time.Since(s.began) - s.behind
		s.voice.raw.Timestamp = uint32(since.Milliseconds()) * 48 //nolint:gosec // wraps, as it may
		s.voice.packet(pictureOf(codec.Opus, false), func(raw *packet.Raw) { raw.HasLevel, raw.Level = true, 30 })
		s.camera.raw.Timestamp = 1<<20 + uint32(since.Milliseconds())*90 //nolint:gosec // wraps, as it may
		s.camera.packet(pictureOf(codec.VP8, s.ticks%100 == 0), func(raw *packet.Raw) { raw.Marker = true })
		switch s.ticks % 50 {
		case 10:
			s.voice.report(s.at())
		case 35: // the two are not sent together
			s.camera.report(s.at())
		}
		s.ticks++
		if apart := s.apart(); apart.Abs() > 20*time.Millisecond {
			s.call.t.Fatalf("after %v: picture and sound are placed %v apart", time.Since(s.began), apart)
		}
		s.call.settle(20 * time.Millisecond)
	}
}

// apart is how far the reports that slots go by place two timestamps of the same moment from each other.
func (s *studio) apart() time.Duration {
	at := func(number uint32, from *sender, clock int64) (int64, bool) {
		r := s.call.server.PublicationOf("room", number).Clock()
		if r == nil {
			return 0, false
		}
		ticks := int64(int32(from.raw.Timestamp - r.Timestamp)) //nolint:gosec // a difference
		return int64(r.NTP) + ticks<<32/clock, true             //nolint:gosec // a moment
	}
	picture, ok := at(7, s.camera, 90000)
	sound, too := at(8, s.voice, 48000)
	if !ok || !too {
		return 0
	}
	return time.Duration((picture-sound)>>12) * time.Second >> 20
}

// skew is how much later the reports of the video slot say its latest packet was captured than those of the audio slot
// say of theirs: both were captured at the same moment.
func (p *person) skew(t *testing.T) time.Duration {
	t.Helper()
	at := func(mid string, clock int64) int64 {
		slot := p.down.Slot(mid)
		packets := slot.Packets()
		if len(packets) == 0 {
			t.Fatalf("nothing in slot %s", mid)
		}
		var latest *rtcp.SenderReport
		for _, r := range p.down.Reports() {
			if sr, ok := r.(*rtcp.SenderReport); ok && sr.SSRC == uint32(slot.Line.SSRC) {
				latest = sr
			}
		}
		if latest == nil {
			t.Fatalf("no report of slot %s", mid)
		}
		ticks := int64(int32(packets[len(packets)-1].Timestamp - latest.RTPTime)) //nolint:gosec // a difference
		return int64(latest.NTPTime) + ticks<<32/clock                            //nolint:gosec // a moment
	}
	apart := at("v0", 90000) - at("a0", 48000)
	return time.Duration(apart>>12) * time.Second >> 20
}

func TestSoundAndPictureStayTogetherThroughAStall(t *testing.T) {
	for _, test := range []struct {
		name  string
		stall func(c *call, ada *studio)
	}{
		{"its clock stops for 2 s", func(c *call, ada *studio) {
			c.settle(2 * time.Second)
			ada.behind += 2 * time.Second
		}},
		{"it sends nothing for 2 s", func(c *call, _ *studio) { c.settle(2 * time.Second) }},
		{"its clock is set forward by an hour", func(_ *call, ada *studio) { ada.behind -= time.Hour }},
	} {
		t.Run(test.name, func(t *testing.T) {
			inCall(t, func(c *call) {
				t := c.t
				ada, bob := c.studio(), c.join("bob")
				bob.receives()
				bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
				ada.plays(5 * time.Second)
				if skew := bob.skew(t); skew.Abs() > 20*time.Millisecond {
					t.Errorf("before: picture %v after the sound", skew)
				}
				test.stall(c, ada)
				ada.plays(10 * time.Second)
				if skew := bob.skew(t); skew.Abs() > 20*time.Millisecond {
					t.Errorf("10 s after: picture %v after the sound", skew)
				}
				for _, mid := range []string{"v0", "a0"} {
					continuous(t, bob.sees(mid))
				}
			})
		})
	}
}

// A publisher whose clock is set anew is not believed at once: no viewer is told of an hour that has not come.
func TestAStepOfAPublishersClockReachesNobody(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			inCall(t, func(c *call) {
				t := c.t
				ada, bob := c.studio(), c.join("bob")
				bob.receives()
				bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
				ada.plays(5 * time.Second)
				before := len(bob.down.Reports())
				ada.behind -= step
				ada.plays(10 * time.Second)
				const ntpEpoch = 2208988800
				slots := map[uint32]int{}
				for _, r := range bob.down.Reports()[before:] {
					sr, ok := r.(*rtcp.SenderReport)
					if !ok {
						continue
					}
					slots[sr.SSRC]++
					said := time.Unix(int64(sr.NTPTime>>32)-ntpEpoch, 0)                              //nolint:gosec // a moment
					if said.After(time.Now().Add(time.Second)) || time.Since(said) > 12*time.Second { // whole seconds
						t.Fatalf("%v after the step a report says %v", step, time.Until(said))
					}
				}
				for _, mid := range []string{"v0", "a0"} {
					if n := slots[uint32(bob.down.Slot(mid).Line.SSRC)]; n < 6 {
						t.Errorf("%d reports of slot %s in 10 s", n, mid)
					}
				}
			})
		})
	}
}

func TestAReportGoesOutAtOnce(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.studio(), c.join("bob")
		ada.plays(time.Second)
		bob.receives()
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
		ada.plays(300 * time.Millisecond)
		slots := map[uint32]bool{}
		for _, r := range bob.down.Reports() {
			if sr, ok := r.(*rtcp.SenderReport); ok {
				slots[sr.SSRC] = true
			}
		}
		for _, mid := range []string{"v0", "a0"} {
			if !slots[uint32(bob.down.Slot(mid).Line.SSRC)] {
				t.Errorf("slot %s has no report in its first 300 ms", mid)
			}
		}
	})
}

// When something was captured is said by the server's clock, once that is known: a viewer compares it
// with the slot's reports.
func TestTheTimeOfCaptureIsPassedOn(t *testing.T) {
	inCall(t, func(c *call) {
		t := c.t
		ada, bob := c.studio(), c.join("bob")
		before := len(c.transport.Downstreams())
		bob.offersSlots()
		bob.down = c.transport.Downstreams()[before]
		const id = 9
		for _, mid := range []string{"v0", "a0"} {
			bob.down.Slot(mid).Line.CaptureTime = id
		}
		bob.down.Open()
		c.settle(0)
		bob.peer.Wish(wish("v0", "ada", sfu.Camera, 720))
		says := func(mid string) time.Duration {
			packets := bob.sees(mid)
			value := packets[len(packets)-1].GetExtension(id)
			if len(value) != 8 {
				t.Fatalf("%s says %v", mid, value)
			}
			const ntpEpoch = 2208988800
			ntp := binary.BigEndian.Uint64(value)
			said := time.Unix(int64(ntp>>32)-ntpEpoch, int64(ntp&0xffffffff)*int64(time.Second)>>32) //nolint:gosec // a moment
			return time.Since(said)
		}
		captured := func(raw *packet.Raw) { raw.CaptureTime, raw.Marker = ada.at()-1<<32/10, true } // 100 ms ago
		ada.plays(20 * time.Millisecond)
		ada.camera.packet(pictureOf(codec.VP8, true), captured)
		c.settle(0)
		packets := bob.sees("v0")
		if value := packets[len(packets)-1].GetExtension(id); value != nil {
			t.Errorf("%v is said before the publisher's clock is known", value)
		}
		ada.plays(3 * time.Second)
		ada.camera.packet(pictureOf(codec.VP8, true), captured)
		ada.voice.packet(pictureOf(codec.Opus, false), captured)
		c.settle(0)
		for _, mid := range []string{"v0", "a0"} {
			if ago := says(mid); (ago - 100*time.Millisecond).Abs() > time.Millisecond {
				t.Errorf("%s says that it was captured %v ago, want 100 ms", mid, ago)
			}
		}
		ada.plays(20 * time.Millisecond)
		packets = bob.sees("v0")
		if value := packets[len(packets)-1].GetExtension(id); value != nil {
			t.Errorf("%v is said of a picture whose publisher does not say it", value)
		}
	})
}
