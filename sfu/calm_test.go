package sfu_test

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
)

// arrivalsTold counts the feedback packets on the publisher's transport, and the arrivals that they tell of.
func (p *person) arrivalsTold() (packets, arrivals int) {
	for _, message := range p.up.Told() {
		if feedback, ok := message.(*rtcp.TransportLayerCC); ok {
			packets++
			arrivals += len(feedback.RecvDeltas)
		}
	}
	return packets, arrivals
}

// Feedback about every packet of a voice would cost as much as the voice.
func TestSoundAloneIsToldOfRarely(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.join("ada")
		ada.publishes(7, sfu.Microphone, sfu.Camera)
		voice, camera := ada.sends("0", 100, codec.Opus, ""), ada.sends("1", 200, codec.VP8, "")
		number := uint16(0)
		send := func(s *sender) {
			number++
			ada.up.Ingress.Arrived(time.Now(), s.id.SSRC, number)
			s.picture(false)
		}
		last, lastArrivals := 0, 0
		told := func() (packets, arrivals int) {
			packets, arrivals = ada.arrivalsTold()
			packets, last = packets-last, packets
			arrivals, lastArrivals = arrivals-lastArrivals, arrivals
			return packets, arrivals
		}
		second := func(both bool) {
			for range 50 {
				send(voice)
				if both {
					send(camera)
				}
				c.settle(20 * time.Millisecond)
			}
		}
		second(false) // until the stream is known to be sound
		told()
		for range 10 {
			second(false)
		}
		if packets, arrivals := told(); packets < 30 || packets > 50 || arrivals < 480 {
			t.Errorf("of sound, %d packets told of %d arrivals in 10 s", packets, arrivals)
		}
		for range 10 {
			second(true)
		}
		if packets, arrivals := told(); packets < 150 || packets > 250 || arrivals < 980 {
			t.Errorf("of pictures too, %d packets told of %d arrivals in 10 s", packets, arrivals)
		}
	})
}

func TestLostSoundIsAskedForAtOnce(t *testing.T) {
	inCall(t, func(c *call) {
		ada := c.join("ada")
		ada.publishes(7, sfu.Microphone)
		ada.up.SetRTT(50 * time.Millisecond)
		voice := ada.sends("0", 100, codec.Opus, "")
		voice.id.NACK = true
		for n := range 200 {
			if n == 103 || n == 105 || n == 157 {
				voice.raw.SequenceNumber++ // lost
			}
			voice.raw.Timestamp += 960
			voice.packet(make([]byte, 80), nil)
			c.settle(20 * time.Millisecond)
			nacked, _, _ := ada.told()
			// A packet that is merely late gets a moment.
			for _, lost := range []struct{ at, asked int }{{103, 1}, {105, 2}, {157, 3}} {
				if n == lost.at+2 && nacked < lost.asked {
					t.Errorf("60 ms after number %d was lost, %d were asked for", lost.at, nacked)
				}
			}
		}
	})
}
