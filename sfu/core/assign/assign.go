package assign

import (
	"cmp"
	"slices"
)

// The sources of a publication.
const (
	Camera uint8 = iota
	Microphone
	Screen
	ScreenAudio
)

// The kinds of a slot.
const (
	AudioSlot uint8 = iota
	VideoSlot
	ScreenSlot
	ScreenAudioSlot
	kinds
)

// sourceOf is which source a kind of slot carries.
var sourceOf = [kinds]uint8{
	AudioSlot: Microphone, VideoSlot: Camera, ScreenSlot: Screen, ScreenAudioSlot: ScreenAudio,
}

// Publication is one source of a participant.
type Publication struct {
	Number      uint32 // unique in the room, never 0
	Participant string
	Source      uint8
	Live        bool // it may be shown
}

// Slot is one m-line of the peer's downstream.
type Slot struct {
	MID  string
	Kind uint8
}

// Wish is what the client wants in a slot. A wish for neither a participant nor the
// speaker keeps the slot empty.
type Wish struct {
	MID         string
	Participant string
	Speaker     bool // whoever speaks, rather than Participant
	Source      uint8
	Height      int
	Priority    int // of two wishes for the same publication the higher wins
}

// Assign returns which publication each slot of a peer shows: MID to number, 0 for none.
//
// Wishes come first. An audio slot without one carries a voice among the loudest, and keeps
// it as long as it is among them. A screen slot without one carries any screen. A video slot
// without one stays empty, unless the client never wished (wishes is nil): then it carries
// any camera, speakers first. No publication is in two slots, and none is of self.
func Assign(self string, slots []Slot, wishes []Wish, before map[string]uint32, publications []Publication, loudest []uint32, speakers []string) map[string]uint32 {
	p := plan{
		before: before,
		result: make(map[string]uint32, len(slots)),
		wishes: make(map[string]Wish, len(wishes)),
		taken:  map[uint32]bool{},
	}
	for _, w := range wishes {
		p.wishes[w.MID] = w
	}
	for _, o := range publications {
		if o.Live && o.Number != 0 && o.Participant != self {
			p.offers = append(p.offers, o)
		}
	}
	slices.SortFunc(p.offers, func(a, b Publication) int { return cmp.Compare(a.Number, b.Number) })
	for _, s := range slots {
		p.result[s.MID] = 0
	}
	p.speakers = speakers

	p.explicit(slots)
	p.fill(free(slots, AudioSlot, p.free), p.only(loudest, Microphone))
	p.fill(free(slots, AudioSlot, p.free), p.all(Microphone))
	p.fillSpeakers(slots)
	if wishes == nil {
		asking := free(slots, VideoSlot, p.free)
		p.fill(asking, p.first(len(asking), p.bySpeaker(Camera)))
	}
	p.fill(free(slots, ScreenSlot, p.free), p.all(Screen))
	p.fill(free(slots, ScreenAudioSlot, p.free), p.soundOfShown(slots))
	return p.result
}

// plan is an assignment in the making.
type plan struct {
	before   map[string]uint32
	result   map[string]uint32
	wishes   map[string]Wish
	taken    map[uint32]bool
	offers   []Publication // that may be shown, by number
	speakers []string
}

func (p *plan) put(mid string, number uint32) {
	p.result[mid] = number
	p.taken[number] = true
}

// explicit serves the wishes for a participant. Of two for the same publication the slot
// that shows it already wins, then the higher priority, then the earlier slot.
func (p *plan) explicit(slots []Slot) {
	asking := make([]Slot, 0, len(slots))
	for _, s := range slots {
		if w, ok := p.wishes[s.MID]; ok && !w.Speaker && w.Participant != "" && s.Kind < kinds && w.Source == sourceOf[s.Kind] {
			asking = append(asking, s)
		}
	}
	shows := func(s Slot) bool {
		number := p.find(p.wishes[s.MID].Participant, sourceOf[s.Kind])
		return number != 0 && p.before[s.MID] == number
	}
	slices.SortStableFunc(asking, func(a, b Slot) int {
		if shows(a) != shows(b) {
			if shows(a) {
				return -1
			}
			return 1
		}
		return cmp.Compare(p.wishes[b.MID].Priority, p.wishes[a.MID].Priority)
	})
	for _, s := range asking {
		if n := p.find(p.wishes[s.MID].Participant, sourceOf[s.Kind]); n != 0 && !p.taken[n] {
			p.put(s.MID, n)
		}
	}
}

// fillSpeakers serves the wishes for whoever speaks: as many of the latest speakers as there
// are such slots, each staying where it is.
func (p *plan) fillSpeakers(slots []Slot) {
	asking := free(slots, VideoSlot, func(s Slot) bool { return p.wishes[s.MID].Speaker && p.result[s.MID] == 0 })
	p.fill(asking, p.first(len(asking), p.bySpeaker(Camera)))
}

// fill puts the first of the candidates into the slots, one each. A slot keeps what it
// showed if that is among them.
func (p *plan) fill(slots []Slot, candidates []uint32) {
	for _, s := range slots {
		if n := p.before[s.MID]; n != 0 && !p.taken[n] && slices.Contains(candidates, n) {
			p.put(s.MID, n)
		}
	}
	for _, s := range slots {
		if p.result[s.MID] != 0 {
			continue
		}
		i := slices.IndexFunc(candidates, func(n uint32) bool { return !p.taken[n] })
		if i < 0 {
			return
		}
		p.put(s.MID, candidates[i])
	}
}

// first returns the first n candidates that are in no slot yet: beyond them nothing is kept.
func (p *plan) first(n int, candidates []uint32) []uint32 {
	candidates = slices.DeleteFunc(candidates, func(c uint32) bool { return p.taken[c] })
	return candidates[:min(n, len(candidates))]
}

// free returns the slots of a kind that are still empty and want something.
func (p *plan) free(s Slot) bool {
	_, wished := p.wishes[s.MID]
	return !wished && p.result[s.MID] == 0
}

func free(slots []Slot, kind uint8, is func(Slot) bool) []Slot {
	var out []Slot
	for _, s := range slots {
		if s.Kind == kind && is(s) {
			out = append(out, s)
		}
	}
	return out
}

// find returns the publication of a participant's source, 0 if there is none.
func (p *plan) find(participant string, source uint8) uint32 {
	for _, o := range p.offers {
		if o.Participant == participant && o.Source == source {
			return o.Number
		}
	}
	return 0
}

// all returns the publications of a source, by number.
func (p *plan) all(source uint8) []uint32 {
	var out []uint32
	for _, o := range p.offers {
		if o.Source == source {
			out = append(out, o.Number)
		}
	}
	return out
}

// only returns those of numbers that are on offer, in their order.
func (p *plan) only(numbers []uint32, source uint8) []uint32 {
	var out []uint32
	for _, n := range numbers {
		for _, o := range p.offers {
			if o.Number == n && o.Source == source {
				out = append(out, n)
			}
		}
	}
	return out
}

// bySpeaker returns the publications of a source, those of the latest speakers first.
func (p *plan) bySpeaker(source uint8) []uint32 {
	var out []uint32
	for _, participant := range p.speakers {
		if n := p.find(participant, source); n != 0 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, n := range p.all(source) {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// soundOfShown returns the screen sounds, those of shown screens first.
func (p *plan) soundOfShown(slots []Slot) []uint32 {
	var out []uint32
	for _, s := range slots {
		for _, o := range p.offers {
			if s.Kind == ScreenSlot && o.Number == p.result[s.MID] {
				if n := p.find(o.Participant, ScreenAudio); n != 0 {
					out = append(out, n)
				}
			}
		}
	}
	for _, n := range p.all(ScreenAudio) {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
