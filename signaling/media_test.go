package signaling_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling/message"
)

func (c *client) publishCamera() {
	c.t.Helper()
	answer := expectReply[message.WebRTCAnswer](c, c.ask(message.WebRTCOffer{
		PC: message.Up, SDP: "up", Sources: []message.UpSource{{MID: "0", Source: message.Camera}},
	}))
	if answer.PC != message.Up || answer.SDP != "answer to up" {
		c.t.Fatalf("%s got %+v", c.name, answer)
	}
}

func (c *client) openSlots() {
	c.t.Helper()
	answer := expectReply[message.WebRTCAnswer](c, c.ask(message.WebRTCOffer{
		PC: message.Down, SDP: "down", Slots: []message.DownSlot{{MID: "0", Kind: message.AudioSlot}, {MID: "1", Kind: message.VideoSlot}},
	}))
	if answer.PC != message.Down || answer.SDP != "answer to down" {
		c.t.Fatalf("%s got %+v", c.name, answer)
	}
}

func sources(p message.Participant) (out []message.Source) {
	for _, publication := range p.Publications {
		out = append(out, publication.Source)
	}
	return out
}

func TestPublicationsAreShownAndNumbered(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	// Muted before there is anything to mute.
	grace.do(message.ParticipantToggleAudio{Muted: true})
	expectReply[message.WebRTCAnswer](grace, grace.ask(message.WebRTCOffer{PC: message.Up, SDP: "up", Sources: []message.UpSource{
		{MID: "0", Source: message.Camera}, {MID: "1", Source: message.Microphone},
	}}))
	got := expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 2 }).Participant.Publications
	want := []message.Publication{{Number: 1, Source: message.Camera}, {Number: 2, Source: message.Microphone, Muted: true}}
	if !slices.Equal(got, want) {
		t.Fatalf("publications %+v", got)
	}
	media, ok := w.media.Snapshot(w.meeting.Code)
	if !ok || len(media.Publications) != 2 || media.Publications[0].Number != 1 || !media.Publications[1].Muted {
		t.Fatalf("media: %+v", media.Publications)
	}
	if late := w.enter("Late"); !slices.Equal(late.joined.Participants[1].Publications, want) {
		t.Fatalf("a newcomer sees %+v", late.joined.Participants[1])
	}

	expectReply[message.WebRTCAnswer](grace, grace.ask(message.WebRTCOffer{PC: message.Up, SDP: "up", Sources: []message.UpSource{
		{MID: "0", Source: message.Camera}, {MID: "1", Source: message.Microphone}, {MID: "2", Source: message.Screen},
	}}))
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 3 })
	grace.do(message.PublicationSet{Source: message.Screen, Live: false})
	expect(ada, func(m message.ParticipantUpdated) bool {
		return !slices.Contains(sources(m.Participant), message.Screen)
	})
	// Offering the same sources again does not bring it back; saying so does.
	expectReply[message.WebRTCAnswer](grace, grace.ask(message.WebRTCOffer{PC: message.Up, SDP: "up", Sources: []message.UpSource{
		{MID: "0", Source: message.Camera}, {MID: "1", Source: message.Microphone}, {MID: "2", Source: message.Screen},
	}}))
	media, _ = w.media.Snapshot(w.meeting.Code)
	if media.Publications[2].Source != sfu.Screen || media.Publications[2].Live {
		t.Fatalf("the screen came back: %+v", media.Publications[2])
	}
	grace.do(message.PublicationSet{Source: message.Screen, Live: true})
	again := expect(ada, func(m message.ParticipantUpdated) bool {
		return slices.Contains(sources(m.Participant), message.Screen)
	})
	if again.Participant.Publications[2].Number != 3 {
		t.Fatalf("the screen changed its number: %+v", again)
	}

	grace.do(message.ParticipantToggleAudio{Muted: false})
	expect(ada, func(m message.ParticipantUpdated) bool { return !m.Participant.Publications[1].Muted })
	w.eventually("the media server drops the microphone no more", func() bool {
		media, _ := w.media.Snapshot(w.meeting.Code)
		return !media.Publications[1].Muted
	})
}

func TestAWishFillsASlot(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.publishCamera()
	ada.openSlots()
	ada.do(message.SlotsWish{Wishes: []message.SlotWish{
		{MID: "1", Participant: grace.joined.Self, Source: message.Camera, Height: 360},
	}})
	if first := expect[message.SlotsAssigned](ada, nil); first.Slots[0].MID != "0" || first.Slots[1].MID != "1" {
		t.Fatalf("slots %+v", first)
	}
	sfutest.NewPublisher(w.transport.Upstreams()[0], "0", codec.VP8, "").Picture(time.Now(), "", true, 360)
	expect(ada, func(m message.SlotsAssigned) bool {
		return m.Slots[1] == message.SlotAssignment{MID: "1", Number: 1, Participant: grace.joined.Self, Source: message.Camera}
	})

	grace.do(message.MeetingLeave{})
	expect(ada, func(m message.SlotsAssigned) bool { return m.Slots[1].Number == 0 && m.Slots[1].Source == "" })
}

func TestWhatAClientMeasuresIsKeptUntilItLeaves(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	for height := range 2 {
		grace.do(message.StatsReport{Slots: []message.SlotReport{{MID: "1", Height: 180 * height, Freezes: 1}}})
	}
	want := map[string]message.StatsReport{
		grace.joined.Self: {Slots: []message.SlotReport{{MID: "1", Height: 180, Freezes: 1}}},
	}
	if got := w.server.Measured(w.meeting.Code); !reflect.DeepEqual(got, want) {
		t.Fatalf("kept %+v", got)
	}
	if got := w.server.Measured("00000-00000"); len(got) != 0 {
		t.Fatalf("of another meeting: %+v", got)
	}
	grace.hangUp()
	w.eventually("it is forgotten", func() bool { return len(w.server.Measured(w.meeting.Code)) == 0 })
	ada.sync()
}

func TestWhoSpeaksIsTold(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	expectReply[message.WebRTCAnswer](grace, grace.ask(message.WebRTCOffer{
		PC: message.Up, SDP: "up", Sources: []message.UpSource{{MID: "0", Source: message.Microphone}},
	}))
	microphone := sfutest.NewPublisher(w.transport.Upstreams()[0], "0", codec.Opus, "")
	w.eventually("Grace is heard", func() bool {
		microphone.Sound(time.Now(), 10)
		media, _ := w.media.Snapshot(w.meeting.Code)
		return slices.Equal(media.Speakers, []string{grace.joined.Self})
	})
	for _, c := range []*client{ada, grace} {
		expect(c, func(m message.SpeakersChanged) bool { return slices.Equal(m.Speakers, []string{grace.joined.Self}) })
	}
	if late := w.enter("Late"); !slices.Equal(late.joined.Speakers, []string{grace.joined.Self}) {
		t.Fatalf("a newcomer is told of the speakers %v", late.joined.Speakers)
	}
}

func TestGarbageInAnOfferChangesNothing(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.refused(message.WebRTCOffer{
		PC: message.Up, SDP: sfutest.Garbage, Sources: []message.UpSource{{MID: "0", Source: message.Camera}},
	}, message.BadSDP)
	grace.refused(message.WebRTCOffer{
		PC: message.Down, SDP: sfutest.Garbage, Slots: []message.DownSlot{{MID: "0", Kind: message.AudioSlot}},
	}, message.BadSDP)
	if live, _ := w.server.Live(w.meeting.Code); len(live.Participants[1].Publications) != 0 {
		t.Fatalf("a publication of nothing: %+v", live.Participants[1])
	}
	grace.publishCamera()
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 1 })
}

func TestMediaThatBreaksLeavesTheSession(t *testing.T) {
	w := newWorld(t)
	ada, grace := w.enter("Ada"), w.enter("Grace")
	grace.publishCamera()
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 1 })

	w.transport.Upstreams()[0].Ingress.Ended("too_much_traffic")
	if got := expect[message.Error](grace, nil); got.Code != message.MediaClosed {
		t.Fatalf("told %+v", got)
	}
	expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 0 })
	grace.publishCamera()
	back := expect(ada, func(m message.ParticipantUpdated) bool { return len(m.Participant.Publications) == 1 })
	if back.Participant.Publications[0].Number != 1 {
		t.Fatalf("the camera changed its number: %+v", back)
	}
}

func TestCandidatesAreTakenAndIgnored(t *testing.T) {
	w := newWorld(t)
	ada := w.enter("Ada")
	ada.do(message.WebRTCICECandidate{PC: message.Up, Candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host"})
	ada.do(message.WebRTCICECandidate{PC: message.Down})
}

func TestMediaEndsWithTheSocket(t *testing.T) {
	w := newWorld(t)
	w.enter("Ada")
	grace := w.enter("Grace")
	grace.publishCamera()
	grace.hangUp()
	w.eventually("the upstream is closed", func() bool { return w.transport.Upstreams()[0].Closed() })
}
