package client_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

var (
	microphone = stream{message.Microphone, ""}
	small      = stream{message.Camera, "q"}
	large      = stream{message.Camera, "f"}
	rids       = []string{"q", "h", "f"}
)

func pattern() *client.Pattern {
	return client.NewPattern(20, client.Size{Width: 160, Height: 90}, client.Size{Width: 320, Height: 180}, client.Size{Width: 480, Height: 270})
}

func publish(t *testing.T, tracks ...client.Track) (context.Context, *client.Client, *client.Upstream, *answerer) {
	t.Helper()
	a := newAnswerer(t)
	ctx, c := dial(t, newFake(t, a.answer), nil)
	up, err := c.Publish(ctx, tracks...)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, c, up, a
}

func keyFrames(packets []*rtp.Packet) (heights []int) {
	for _, p := range packets {
		if v, _ := client.ParseVP8(p.Payload); v.Key {
			heights = append(heights, v.Height)
		}
	}
	return heights
}

func TestPublishSendsLayersByRIDAndSoundWithItsLevel(t *testing.T) {
	ctx, c, up, a := publish(t,
		client.Track{Source: message.Microphone, Feed: client.NewTone(42)},
		client.Track{Source: message.Camera, RIDs: rids, Feed: pattern()})
	for i, rid := range rids {
		s := stream{message.Camera, rid}
		until(t, "ten packets of layer "+rid, func() bool { return len(a.packets(s)) >= 10 })
		packets := a.packets(s)
		if heights := keyFrames(packets); len(heights) == 0 || heights[0] != []int{90, 180, 270}[i] {
			t.Errorf("layer %s has key frames of heights %v", rid, heights)
		}
		for n := 1; n < len(packets); n++ {
			if packets[n].SequenceNumber != packets[n-1].SequenceNumber+1 {
				t.Errorf("layer %s: %d after %d", rid, packets[n].SequenceNumber, packets[n-1].SequenceNumber)
			}
		}
	}
	until(t, "sound", func() bool { return len(a.packets(microphone)) >= 10 })
	levels := 0
	for _, p := range a.packets(microphone) {
		for _, id := range p.GetExtensionIDs() {
			if x := p.GetExtension(id); len(x) == 1 && x[0] == 42 {
				levels++
			}
		}
	}
	if levels < 10 {
		t.Errorf("%d packets carry the level", levels)
	}
	if n := len(up.Streams()); n != 4 {
		t.Errorf("%d streams", n)
	}
	if _, err := c.Publish(ctx, client.Track{Source: message.Camera, Feed: pattern()}); !errors.Is(err, client.ErrPublished) {
		t.Errorf("a second camera: %v", err)
	}
}

func TestAScreenJoinsTheRunningCamera(t *testing.T) {
	ctx, c, _, a := publish(t, client.Track{Source: message.Camera, RIDs: rids, Feed: pattern()})
	screen := stream{message.Screen, ""}
	for range 2 {
		before := len(a.packets(screen))
		_, err := c.Publish(ctx, client.Track{Source: message.Screen, Feed: client.NewPattern(5, client.Size{Width: 640, Height: 480})})
		if err != nil {
			t.Fatal(err)
		}
		until(t, "the screen", func() bool { return len(a.packets(screen)) > before })
		if v, _ := client.ParseVP8(a.packets(screen)[before].Payload); v.Height != 480 {
			t.Errorf("the screen starts with %+v", v)
		}
		running := len(a.packets(small))
		until(t, "the camera to go on", func() bool { return len(a.packets(small)) > running })
		if err := c.Unpublish(ctx, message.Screen); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLayersThatNobodyWantsAreNotSent(t *testing.T) {
	a := newAnswerer(t)
	server := newFake(t, a.answer)
	ctx, c := dial(t, server, nil)
	if _, err := c.Publish(ctx, client.Track{Source: message.Camera, RIDs: rids, Feed: pattern()}); err != nil {
		t.Fatal(err)
	}
	until(t, "all layers", func() bool { return len(a.packets(small)) > 0 && len(a.packets(large)) > 0 })
	server.say(message.LayersWanted{Source: message.Camera, Codec: message.VP8, Layers: []bool{true}})
	stopped, then := 0, 0
	until(t, "the large layer to stop while the small one goes on", func() bool {
		if n := len(a.packets(large)); n > stopped {
			stopped, then = n, len(a.packets(small))
		}
		return len(a.packets(small)) > then+10
	})
	server.say(message.LayersWanted{Source: message.Camera, Codec: message.VP8, Layers: []bool{true, true, true}})
	until(t, "the large layer to come back", func() bool { return len(a.packets(large)) > stopped })
	if v, _ := client.ParseVP8(a.packets(large)[stopped].Payload); !v.Key {
		t.Errorf("it comes back with %+v", v)
	}
}

func TestANackIsAnsweredByRTX(t *testing.T) {
	var lost atomic.Uint32
	_, _, up, a := publish(t, client.Track{
		Source: message.Camera, RIDs: rids, Feed: pattern(),
		Lose: func(layer int, sequence uint16) bool {
			return layer == 2 && sequence%7 == 3 && lost.CompareAndSwap(0, uint32(sequence)|1<<16)
		},
	})
	until(t, "a lost packet", func() bool { return lost.Load() != 0 })
	sequence := uint16(lost.Load())
	until(t, "packets after it", func() bool {
		p := a.packets(large)
		return len(p) > 0 && int16(p[len(p)-1].SequenceNumber-sequence) > 0
	})
	a.tell(large, func(ssrc uint32) rtcp.Packet {
		return &rtcp.TransportLayerNack{MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{sequence})}
	})
	until(t, "the resend", func() bool {
		return slices.ContainsFunc(a.packets(large), func(p *rtp.Packet) bool { return p.SequenceNumber == sequence })
	})
	if a.resends(large) != 1 {
		t.Errorf("%d packets came by RTX", a.resends(large))
	}
	if s := up.Stats(); s.Nacked != 1 || s.Resent != 1 {
		t.Errorf("%+v", s)
	}
}

func TestAKeyFrameRequestGivesKeyFramesInAllLayers(t *testing.T) {
	_, _, up, a := publish(t, client.Track{Source: message.Camera, RIDs: rids, Feed: pattern()})
	for _, rid := range rids {
		until(t, "layer "+rid, func() bool { return len(a.packets(stream{message.Camera, rid})) >= 10 })
	}
	a.tell(small, func(ssrc uint32) rtcp.Packet { return &rtcp.PictureLossIndication{MediaSSRC: ssrc} })
	for _, rid := range rids {
		until(t, "a second key frame of "+rid, func() bool {
			return len(keyFrames(a.packets(stream{message.Camera, rid}))) >= 2
		})
	}
	if n := up.Stats().KeyFrameRequests; n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestMuteStopsThePacketsAndUnmuteStartsWithAKeyFrame(t *testing.T) {
	ctx, c, up, a := publish(t, client.Track{Source: message.Camera, RIDs: rids, Feed: pattern()})
	until(t, "the camera", func() bool { return len(a.packets(large)) >= 10 })
	if err := c.Mute(ctx, message.Camera, true); err != nil {
		t.Fatal(err)
	}
	sent := up.Stats().Packets
	until(t, "everything sent to arrive", func() bool {
		n := 0
		for _, rid := range rids {
			n += len(a.packets(stream{message.Camera, rid}))
		}
		return n >= int(sent)-3*10 // what pion needs to tell the layers apart may be gone
	})
	if now := up.Stats().Packets; now != sent {
		t.Errorf("%d packets were sent while muted", now-sent)
	}
	keys := len(keyFrames(a.packets(large)))
	if err := c.Mute(ctx, message.Camera, false); err != nil {
		t.Fatal(err)
	}
	until(t, "a key frame", func() bool { return len(keyFrames(a.packets(large))) == keys+1 })
}

// bothWays runs a test with media by pion's way and by the express.
func bothWays(t *testing.T, test func(t *testing.T, express bool)) {
	t.Helper()
	t.Run("pion", func(t *testing.T) { test(t, false) })
	t.Run("express", func(t *testing.T) { test(t, true) })
}

func byExpress(express bool) func(*client.Options) {
	return func(o *client.Options) { o.Express = express }
}

func TestReceiveMendsGapsAndSaysWhoseMediaItIs(t *testing.T) {
	bothWays(t, receiveMendsGapsAndSaysWhoseMediaItIs)
}

func receiveMendsGapsAndSaysWhoseMediaItIs(t *testing.T, express bool) {
	a := newAnswerer(t)
	ctx, c := dial(t, newFake(t, a.answer), nil, byExpress(express))
	var mu sync.Mutex
	var got []client.Packet
	var payloads []string
	down, err := c.Receive(ctx, client.Reception{
		Slots: client.Slots{Audio: 2, Video: 3, Screen: 1},
		Packet: func(p client.Packet) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, p)
			payloads = append(payloads, string(p.Payload))
		},
		Lose: func(_ string, sequence uint16) bool { return sequence == 4 },
	})
	if err != nil {
		t.Fatal(err)
	}
	a.ready()
	video := down.MIDs(message.VideoSlot)
	if n := len(down.Slots()); n != 6 || len(video) != 3 {
		t.Fatalf("%d slots, of them video %v", n, video)
	}
	out := a.slots[2] // the first video slot
	payload := func(n uint16) []byte { return []byte{byte(n), 'x'} }
	for _, n := range []uint16{1, 2, 4, 6, 7} { // 4 is lost by the client
		if err := out.send(90, n, 0, payload(n), false); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the client to ask for 3, 4 and 5", func() bool {
		n := a.nacks()
		return slices.Contains(n, 3) && slices.Contains(n, 4) && slices.Contains(n, 5)
	})
	for i, n := range []uint16{3, 4, 5, 5} { // a resend may come twice
		if err := out.send(90, n, uint16(i), payload(n), true); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the gap to close", func() bool { return down.Stats()[video[0]].Packets == 7 })
	if err := out.send(91, 8, 0, payload(8), false); err != nil {
		t.Fatal(err)
	}
	until(t, "the last packet", func() bool { return down.Stats()[video[0]].Packets == 8 })
	until(t, "the doubled resend", func() bool { return down.Stats()[video[0]].Duplicates == 1 })
	if n := down.Express(); (n > 0) != express {
		t.Errorf("%d packets came by the express", n)
	}
	if s := down.Stats()[video[0]]; s.Missing != 0 || s.Lost != 0 || s.Recovered != 3 {
		t.Errorf("%+v", s)
	}
	mu.Lock()
	defer mu.Unlock()
	for i, p := range got {
		want := uint32(90)
		if p.Sequence == 8 {
			want = 91
		}
		if p.MID != video[0] || p.Publication != want || p.Kind != message.VideoSlot || payloads[i] != string(payload(p.Sequence)) {
			t.Errorf("%+v with %q", p, payloads[i])
		}
	}
}

func TestReceiveReportsAsksForKeyFramesAndGrows(t *testing.T) {
	bothWays(t, receiveReportsAsksForKeyFramesAndGrows)
}

func receiveReportsAsksForKeyFramesAndGrows(t *testing.T, express bool) {
	a := newAnswerer(t)
	ctx, c := dial(t, newFake(t, a.answer), nil, byExpress(express))
	down, err := c.Receive(ctx, client.Reception{Slots: client.Slots{Video: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Receive(ctx, client.Reception{Slots: client.Slots{Video: 1}}); !errors.Is(err, client.ErrReceiving) {
		t.Errorf("a second downstream: %v", err)
	}
	a.ready()
	if err := a.slots[0].send(5, 100, 0, []byte{1, 2}, false); err != nil {
		t.Fatal(err)
	}
	mid := down.MIDs(message.VideoSlot)[0]
	if err := down.RequestKeyFrame(mid); err != nil {
		t.Fatal(err)
	}
	if err := down.RequestKeyFrame("none"); err == nil {
		t.Error("a key frame was asked for a slot that is none")
	}
	until(t, "a report and a key frame request", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		var report, pli bool
		for _, p := range a.heard {
			switch p := p.(type) {
			case *rtcp.ReceiverReport:
				report = report || len(p.Reports) == 1 && p.Reports[0].LastSequenceNumber == 100
			case *rtcp.PictureLossIndication:
				pli = true
			}
		}
		return report && pli
	})
	if err := down.Grow(ctx, client.Slots{Video: 2}); err != nil {
		t.Fatal(err)
	}
	if err := a.slots[2].send(6, 1, 0, []byte{1, 2}, false); err != nil {
		t.Fatal(err)
	}
	grown := down.MIDs(message.VideoSlot)[2]
	until(t, "a packet in the new slot", func() bool { return down.Stats()[grown].Packets == 1 })
}

func TestMediaThatTheServerClosedIsMadeAnew(t *testing.T) {
	bothWays(t, mediaThatTheServerClosedIsMadeAnew)
}

func mediaThatTheServerClosedIsMadeAnew(t *testing.T, express bool) {
	a := newAnswerer(t)
	f := newFake(t, a.answer)
	said := make(chan message.Code, 1)
	ctx, c := dial(t, f, func(m message.ServerMessage) {
		if e, ok := m.(message.Error); ok {
			said <- e.Code
		}
	}, byExpress(express))
	sound := client.Track{Source: message.Microphone, Feed: client.NewTone(30)}
	for range 2 {
		if _, err := c.Publish(ctx, sound); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Receive(ctx, client.Reception{Slots: client.Slots{Video: 1}}); err != nil {
			t.Fatal(err)
		}
		before := len(a.packets(microphone))
		until(t, "sound", func() bool { return len(a.packets(microphone)) > before })
		a.forget()
		f.say(message.Error{Code: message.MediaClosed})
		if code := <-said; code != message.MediaClosed {
			t.Fatal(code)
		}
	}
}
