package loadtest

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

func newTestBot(watch Watch, slots client.Slots) *bot {
	r := &run{scenario: Scenario{Seed: 1}, began: time.Unix(0, 0), faults: map[string]int{}}
	b := newBot(r, &Group{Name: "g", Role: Viewer, Count: 1, Watch: watch, Height: 360, Slots: slots, Every: time.Second}, 0, 0)
	b.self, b.roster, b.slots = "me", map[string]message.Participant{}, map[string]*slot{}
	return b
}

func someone(id string, minute int, sources ...message.Source) message.Participant {
	p := message.Participant{ID: id, JoinedAt: time.Unix(int64(60*minute), 0)}
	for i, s := range sources {
		p.Publications = append(p.Publications, message.Publication{Number: uint32(i + 1), Source: s})
	}
	return p
}

func TestSlotsAreFilledByTheRoster(t *testing.T) {
	slots := []message.DownSlot{
		{MID: "0", Kind: message.AudioSlot},
		{MID: "1", Kind: message.VideoSlot},
		{MID: "2", Kind: message.VideoSlot},
		{MID: "3", Kind: message.ScreenSlot},
		{MID: "4", Kind: message.ScreenAudioSlot},
	}
	for _, c := range []struct {
		name  string
		watch Watch
		page  int
		want  string // mid:whom
	}{
		{"everybody", Everybody, 0, "1:ada 2:ben 3:cyd"},
		{"the next page", Everybody, 1, "1:dee 2:ada 3:cyd"},
		{"the speaker", Speaker, 0, "1:speaker 2:ben 3:cyd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newTestBot(c.watch, client.Slots{Audio: 1, Video: 2, Screen: 1, ScreenAudio: 1})
			b.page = c.page
			for _, p := range []message.Participant{
				someone("dee", 4, message.Camera), someone("me", 0, message.Camera), someone("ada", 1, message.Camera, message.Microphone),
				someone("cyd", 3, message.Screen), someone("ben", 2, message.Camera), someone("eve", 5),
			} {
				b.event(message.ParticipantJoined{Participant: p})
			}
			var got []string
			for _, w := range b.wishes(slots).Wishes {
				got = append(got, w.MID+":"+w.Participant)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// raw is an event as it comes over the wire.
func raw(m message.ServerMessage) []byte { return message.Encode(m).Append(nil, 0, 7) }

func TestWhatABotHasNoUseForIsNotRead(t *testing.T) {
	b := newTestBot(Everybody, client.Slots{Video: 1})
	quiet := someone("ada", 1)
	quiet.Publications = []message.Publication{}
	left := message.ParticipantLeft{ID: "ada"}
	for _, c := range []struct {
		name string
		m    message.ServerMessage
		skip bool
	}{
		{"somebody who shows nothing", message.ParticipantJoined{Participant: quiet}, true},
		{"somebody with a camera", message.ParticipantJoined{Participant: someone("ada", 1, message.Camera)}, false},
		{"somebody shows nothing any more", message.ParticipantUpdated{Participant: quiet}, false},
		{"quality", message.QualityChanged{}, true},
		{"somebody left", left, false},
		{"slots", message.SlotsAssigned{}, false},
		{"layers", message.LayersWanted{Source: message.Camera}, false},
	} {
		if got := b.skip(raw(c.m)); got != c.skip {
			t.Errorf("%s: skipped %v", c.name, got)
		}
	}
	b.leaving.Store(true)
	if !b.skip(raw(left)) {
		t.Error("whoever leaves need not know who else does")
	}
}

func TestLatencyAndGapsAreOfWhatCameFirst(t *testing.T) {
	b := newTestBot(Everybody, client.Slots{Audio: 1})
	now := time.Unix(1000, 0)
	packet := func(publication uint32, after time.Duration, recovered bool) {
		now = now.Add(after)
		b.packet(client.Packet{Arrival: now, MID: "0", Kind: message.AudioSlot, Publication: publication, Payload: make([]byte, 60), Recovered: recovered})
	}
	packet(1, 0, false)
	packet(1, 20*time.Millisecond, false)
	packet(1, 300*time.Millisecond, false)
	packet(2, time.Second, false) // another voice: no gap
	packet(2, 20*time.Millisecond, false)
	if g := &b.outcome.AudioGap; g.Count() != 3 || g.Max() != 300*time.Millisecond {
		t.Errorf("%d gaps, %s at most", g.Count(), g.Max())
	}
	if b.outcome.Packets != 5 || b.outcome.ReceivedAudio.Packets != 5 || b.outcome.Latency.Count() != 0 {
		t.Errorf("%+v without stamps", b.outcome.Packets)
	}
}

func TestTurnsPassFromOneSpeakerToTheNext(t *testing.T) {
	g := &Group{Name: "g", Role: SpeakerChanger, Count: 3, Every: time.Minute, Microphone: &Microphone{Level: 20}}
	loud := 0
	for n := range 3 {
		r := &run{began: time.Now().Add(-90 * time.Second)} // in the second turn
		b := newBot(r, g, 0, n)
		b.voice = newVoice(silence)
		if next := b.speak(); next <= 0 || next > time.Minute {
			t.Errorf("the next turn is in %s", next)
		}
		frames, _ := b.voice.Next(time.Time{}, false)
		if frames[0].Level == 20 {
			loud++
			if n != 1 {
				t.Errorf("%d speaks in the second turn", n)
			}
		}
	}
	if loud != 1 {
		t.Errorf("%d speak at once", loud)
	}
}
