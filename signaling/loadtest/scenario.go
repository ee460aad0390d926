package loadtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Scenario says who comes into how many meetings, and what is expected of the server then.
type Scenario struct {
	Name  string
	About string
	// Rooms are meetings side by side, each with all of Bots.
	Rooms int
	// Ramp is the time over which bots come in, Duration how long they stay once all are there.
	Ramp, Duration time.Duration
	// Settle is how much of the beginning of Duration is not measured.
	Settle time.Duration
	// AtOnce is how many bots may be on their way in at the same time.
	AtOnce int
	// Seed of everything that is left to chance.
	Seed uint64
	Bots []Group
	// Pass are the bounds of what is measured; a run that breaks one has failed.
	Pass []Bound
}

// Role is what a bot does in its meeting.
type Role string

// The roles of bots.
const (
	// Publisher sends its sources all the time.
	Publisher Role = "publisher"
	// Viewer only watches.
	Viewer Role = "viewer"
	// SpeakerChanger takes turns with its fellows at being the loudest.
	SpeakerChanger Role = "speaker-changer"
	// PageFlipper shows other people in its tiles again and again.
	PageFlipper Role = "page-flipper"
	// ScreenSharer begins and ends sharing its screen.
	ScreenSharer Role = "screen-sharer"
	// Flapper leaves and comes back.
	Flapper Role = "flapper"
	// SlowReader stops reading what the server sends, and stays.
	SlowReader Role = "slow-reader"
)

var roles = []Role{Publisher, Viewer, SpeakerChanger, PageFlipper, ScreenSharer, Flapper, SlowReader}

// Group are bots that do the same.
type Group struct {
	// Name in the report; the role if left out.
	Name string
	Role Role
	// Count in each room.
	Count int
	// Camera, Screen and Microphone are what is sent; nil and false: nothing.
	Camera     *Camera
	Screen     *Camera
	Microphone *Microphone
	// Slots to receive through; none: no downstream.
	Slots client.Slots
	// Watch says whom the video slots show.
	Watch Watch
	// Height of a tile in pixels.
	Height int
	// Every is how long a turn, a page, a share or a stay lasts; Rest is the pause between two.
	Every, Rest time.Duration
	// Link names the impairment between these bots and the server; empty: none.
	Link string
}

// Camera says what a picture's source sends.
type Camera struct {
	Codec message.Codec
	FPS   int
	// Layers, smallest first; more than one is simulcast.
	Layers []client.Layer
	// Payload is the largest payload of a packet in bytes.
	Payload int
}

// Microphone says what a source of sound sends.
type Microphone struct {
	// Level in -dBov: 20 is a loud voice, 127 is silence.
	Level uint8
}

// Watch says whom a bot looks at.
type Watch string

// Whom a bot may look at.
const (
	// Speaker shows the active speaker in the first slot and others in the rest.
	Speaker Watch = "speaker"
	// Everybody shows a page of those who have a camera.
	Everybody Watch = "everybody"
)

// bots in all rooms.
func (s Scenario) bots() int {
	n := 0
	for _, g := range s.Bots {
		n += g.Count
	}
	return n * s.Rooms
}

// connections that a bot of the group has at once.
func (g Group) connections() int {
	n := 0
	if g.publishes() {
		n++
	}
	if g.receives() {
		n++
	}
	return n
}

func (g Group) publishes() bool { return g.Camera != nil || g.Microphone != nil || g.Screen != nil }
func (g Group) receives() bool  { return g.Slots != (client.Slots{}) }

// SetCount gives the group of a name another size.
func (s *Scenario) SetCount(group string, count int) error {
	for i := range s.Bots {
		if s.Bots[i].Name == group {
			s.Bots[i].Count = count
			return nil
		}
	}
	var names []string
	for _, g := range s.Bots {
		names = append(names, g.Name)
	}
	return fmt.Errorf("scenario %s has no group %q: its groups are %s", s.Name, group, strings.Join(names, ", "))
}

// fault is what is wrong with one field of a scenario.
type fault struct {
	field string
	what  string
}

// faults says everything that cannot work, by field.
func (s Scenario) faults() []fault {
	var all []fault
	wrong := func(field, format string, args ...any) { all = append(all, fault{field, fmt.Sprintf(format, args...)}) }
	between := func(field string, n, least, most int) {
		if n < least || n > most {
			wrong(field, "is %d, must be between %d and %d", n, least, most)
		}
	}
	spans := func(field string, d, least, most time.Duration) {
		if d < least || d > most {
			wrong(field, "is %s, must be between %s and %s", d, least, most)
		}
	}
	between("rooms", s.Rooms, 1, 10_000)
	between("at-once", s.AtOnce, 1, 1000)
	spans("ramp", s.Ramp, 0, 24*time.Hour)
	spans("duration", s.Duration, time.Second, 7*24*time.Hour)
	spans("settle", s.Settle, 0, s.Duration/2)
	if len(s.Bots) == 0 {
		wrong("bots", "is empty: nobody would come")
	}
	for i, g := range s.Bots {
		at := fmt.Sprintf("bots[%d].", i)
		if g.Role == "" {
			wrong(at+"role", "is missing")
		} else if !slices.Contains(roles, g.Role) {
			wrong(at+"role", "is %q, must be one of %s", g.Role, list(roles))
		}
		for j := range s.Bots[:i] {
			if s.Bots[j].Name == g.Name {
				wrong(at+"name", "%q is the name of bots[%d] already", g.Name, j)
			}
		}
		between(at+"count", g.Count, 0, 100_000)
		for field, c := range map[string]*Camera{"camera": g.Camera, "screen": g.Screen} {
			if c != nil {
				between(at+field+".fps", c.FPS, 1, 120)
				between(at+field+".layers", len(c.Layers), 1, 3)
				between(at+field+".payload", c.Payload, 200, 1200)
				if c.Codec != message.VP8 && c.Codec != message.H264 {
					wrong(at+field+".codec", "is %q, must be VP8 or H264", c.Codec)
				}
			}
		}
		for field, n := range map[string]int{"audio": g.Slots.Audio, "video": g.Slots.Video, "screen": g.Slots.Screen, "screen-audio": g.Slots.ScreenAudio} {
			between(at+"slots."+field, n, 0, 49)
		}
		if g.Watch != Speaker && g.Watch != Everybody {
			wrong(at+"watch", "is %q, must be speaker or everybody", g.Watch)
		}
		between(at+"height", g.Height, 1, 4320)
		if g.Link != "" && !slices.Contains(link.Names(), g.Link) {
			wrong(at+"link", "is %q, must be one of %s", g.Link, list(link.Names()))
		}
		spans(at+"every", g.Every, 100*time.Millisecond, 24*time.Hour)
		spans(at+"rest", g.Rest, 0, 24*time.Hour)
		switch g.Role {
		case Publisher, Flapper:
			if !g.publishes() && !g.receives() {
				wrong(at+"role", "%s needs a camera, a screen, a microphone or slots", g.Role)
			}
		case Viewer, SlowReader, PageFlipper:
			if !g.receives() {
				wrong(at+"slots", "is missing: a %s needs something to receive through", g.Role)
			}
		case SpeakerChanger:
			if g.Microphone == nil {
				wrong(at+"microphone", "is missing: a speaker-changer needs a voice")
			}
		case ScreenSharer:
			if g.Screen == nil {
				wrong(at+"screen", "is missing: a screen-sharer needs a screen")
			}
		}
	}
	if s.bots() == 0 && len(s.Bots) > 0 {
		wrong("bots", "have a count of 0 together: nobody would come")
	}
	for i, b := range s.Pass {
		if _, ok := quantities[b.Quantity]; !ok {
			wrong(fmt.Sprintf("pass[%d]", i), "%q is not measured; known are %s", b.Quantity, list(quantityNames()))
		}
		if b.Group != "" && !slices.ContainsFunc(s.Bots, func(g Group) bool { return g.Name == b.Group }) {
			wrong(fmt.Sprintf("pass[%d]", i), "there are no bots of the name %q", b.Group)
		}
	}
	return all
}

// Validate says everything that cannot work.
func (s Scenario) Validate() error {
	var lines []string
	for _, f := range s.faults() {
		lines = append(lines, f.field+" "+f.what)
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("scenario %s: %s", s.Name, strings.Join(lines, "; "))
}

func list[S ~string](names []S) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return strings.Join(all, ", ")
}

// SetDuration changes how long bots stay, and what settles within it.
func (s *Scenario) SetDuration(d time.Duration) {
	s.Duration, s.Settle = d, min(s.Settle, d/5)
}
