package allocate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/allocate"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/script"
)

// The files in testdata are blocks of commands, "----", and what the allocator does on them.
func TestScenarios(t *testing.T) {
	script.Files(t, func(t *testing.T) func(string) string {
		s := &scenario{t: t, now: begin, allocator: allocate.New(), names: map[string]int{}}
		return func(command string) string {
			s.out.Reset()
			s.run(command)
			return s.out.String()
		}
	})
}

const step = 100 * time.Millisecond

// scenario is one viewer. What is decided is done a step later, by publishers that obey too.
type scenario struct {
	t         *testing.T
	now       time.Time
	allocator *allocate.Allocator
	names     map[string]int
	slots     []slot
	in        allocate.Input
	plan      allocate.Plan
	out       strings.Builder
	changed   bool // something but the rate, since the latest plan
}

type slot struct {
	allocate.Slot
	name   string
	said   string
	obeys  bool  // the publisher sends what is wanted, and nothing else
	wanted uint8 // by the latest plan
	dead   uint8 // what the publisher cannot send
}

func (s *scenario) run(line string) {
	words := strings.Fields(line)
	name, args := words[0], words[1:]
	s.changed = s.changed || !slices.Contains([]string{"link", "plan", "wait", "noise", "snapshot"}, name)
	switch name {
	case "camera", "screen", "single":
		s.add(name, args)
	case "leave":
		i := s.names[args[0]]
		s.slots[i].Height, s.slots[i].Layers = 0, nil
	case "height", "priority", "saver", "dead", "alive", "obey", "mute", "unmute", "switch":
		s.change(name, args)
	case "link":
		s.in.Rate = s.kilobits(args[0])
	case "audio":
		s.in.Audio = s.kilobits(args[0])
	case "peer-saver":
		s.in.MaxHeight = s.number(args[0])
	case "audio-only":
		s.in.AudioOnly = args[0] == "on"
	case "plan":
		s.replan()
		s.print()
	case "wait":
		s.wait(s.duration(args[0]))
	case "noise": // noise 10 60s: the estimate swings by ± 10 %
		s.noise(s.number(args[0]), s.duration(args[1]))
	case "snapshot":
		s.snapshot()
	default:
		s.t.Fatalf("unknown command %q", line)
	}
}

// add takes "camera alice 60/90/150,500,1500": the rates of spatial layers, of temporal ones within.
func (s *scenario) add(kind string, args []string) {
	n := slot{name: args[0], Slot: allocate.Slot{
		ID: len(s.slots) + 1, Publication: uint32(len(s.slots) + 1), Priority: 100, Height: 1080,
		Screen: kind == "screen", Single: kind == "single", Current: packet.None,
	}}
	for spatial, rates := range strings.Split(args[1], ",") {
		temporal := strings.Split(rates, "/")
		for i, rate := range temporal {
			n.Layers = append(n.Layers, allocate.Layer{
				Layer: packet.Layer{Spatial: int8(spatial), Temporal: int8(i)}, Rate: s.kilobits(rate),
				Height: 180 << spatial, FPS: 30 >> (len(temporal) - 1 - i), Live: true,
			})
		}
	}
	s.names[n.name] = len(s.slots)
	s.slots = append(s.slots, n)
}

func (s *scenario) change(what string, args []string) {
	i, ok := s.names[args[0]]
	if !ok {
		s.t.Fatalf("nobody is called %q", args[0])
	}
	n := &s.slots[i]
	switch what {
	case "height":
		n.Height = s.number(args[1])
	case "priority":
		n.Priority = s.number(args[1])
	case "saver":
		n.MaxHeight = s.number(args[1])
	case "dead":
		n.dead |= 1 << s.number(args[1])
	case "alive":
		n.dead &^= 1 << s.number(args[1])
	case "mute":
		n.dead = 0xff
	case "unmute":
		n.dead = 0
	case "obey":
		n.obeys = true
	case "switch": // another publication with the same layers
		n.Publication += 100
	}
	s.flow()
}

// flow lets the publishers send what they can, and shows what comes of it.
func (s *scenario) flow() {
	for i := range s.slots {
		n := &s.slots[i]
		for j := range n.Layers {
			l := &n.Layers[j]
			bit := uint8(1) << l.Layer.Spatial
			l.Live = n.dead&bit == 0 && (!n.obeys || n.wanted&bit != 0)
		}
	}
}

func (s *scenario) replan() {
	s.in.Slots = s.in.Slots[:0]
	for _, n := range s.slots {
		s.in.Slots = append(s.in.Slots, n.Slot)
	}
	s.plan = s.allocator.Plan(s.now, s.in)
	s.changed = false
}

// wait lets time pass. The allocator is asked when it wants to be; changes are printed.
func (s *scenario) wait(d time.Duration) {
	start := s.now
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(step)
		if s.act(s.in.Rate) {
			s.changes(fmt.Sprintf("+%.1fs ", s.now.Sub(start).Seconds()))
		}
	}
}

// act does what was decided, and plans if the allocator wants to.
func (s *scenario) act(rate packet.Bitrate) bool {
	before := s.live()
	for i, d := range s.plan.Slots {
		s.slots[i].wanted = d.Wanted
		s.slots[i].Current = d.Target
	}
	s.flow()
	s.in.Rate = rate
	if due := s.allocator.Observe(s.now, rate); due || s.changed || s.live() != before {
		s.replan()
		return true
	}
	return false
}

func (s *scenario) live() string {
	var all strings.Builder
	for _, n := range s.slots {
		for _, l := range n.Layers {
			fmt.Fprint(&all, l.Live)
		}
	}
	return all.String()
}

func (s *scenario) noise(percent int, d time.Duration) {
	rng := rand.New(rand.NewPCG(1, 2))
	rate, count, last := s.in.Rate, 0, s.shown()
	for range int(d / step) {
		s.now = s.now.Add(step)
		swing := packet.Bitrate(rng.IntN(2*percent+1) - percent)
		s.act(rate + rate*swing/100)
		if now := s.shown(); now != last {
			count, last = count+1, now
		}
	}
	s.in.Rate = rate
	fmt.Fprintf(&s.out, "%d changes\n", count)
}

func (s *scenario) shown() string {
	var all strings.Builder
	for _, d := range s.plan.Slots {
		fmt.Fprint(&all, d.Target)
	}
	return all.String()
}

func (s *scenario) print() {
	for i, d := range s.plan.Slots {
		s.slots[i].said = s.describe(d)
		fmt.Fprintf(&s.out, "%s: %s\n", s.slots[i].name, s.slots[i].said)
	}
	if s.plan.Next > 0 {
		fmt.Fprintf(&s.out, "next: %d kbit/s\n", s.plan.Next/1000)
	}
}

func (s *scenario) changes(when string) {
	for i, d := range s.plan.Slots {
		if said := s.describe(d); said != s.slots[i].said {
			s.slots[i].said = said
			fmt.Fprintf(&s.out, "%s%s: %s\n", when, s.slots[i].name, said)
		}
	}
}

func (s *scenario) describe(d allocate.Decision) string {
	text := "nothing"
	if d.Target != packet.None {
		text = strconv.Itoa(int(d.Target.Spatial))
		if d.Target.Temporal != allocate.All {
			text += "." + strconv.Itoa(int(d.Target.Temporal))
		}
		text += fmt.Sprintf(" (%dp, %d kbit/s)", d.Height, d.Rate/1000)
	}
	for i := 7; i > int(d.Target.Spatial); i-- {
		if d.Wanted&(1<<i) != 0 {
			text += fmt.Sprintf(", asks for %d", i)
			break
		}
	}
	if d.Cut {
		text += ", cut"
	}
	return text + ", " + d.Reason.String()
}

func (s *scenario) snapshot() {
	snap := s.allocator.Snapshot(s.now)
	fmt.Fprintf(&s.out, "rate %d, lowest %d, budget %d, used %d, next %d, ceiling %d for %.1fs, failures %d\n",
		snap.Rate/1000, snap.Lowest/1000, snap.Budget/1000, snap.Used/1000, snap.Next/1000, snap.Ceiling/1000, snap.Seconds, snap.Failures)
	for i, n := range snap.Slots {
		fmt.Fprintf(&s.out, "%s: chosen %d for %.1fs, blocked for %.1fs, shaky %b, %s\n",
			s.slots[i].name, n.Chosen.Spatial, n.Seconds, n.Blocked, n.Shaky, n.Reason)
	}
}

func (s *scenario) number(word string) int {
	n, err := strconv.Atoi(word)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *scenario) kilobits(word string) packet.Bitrate {
	return packet.Bitrate(s.number(word)) * 1000
}

func (s *scenario) duration(word string) time.Duration {
	d, err := time.ParseDuration(word)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}
