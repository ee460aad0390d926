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
// Wishes come first. The audio slots without one carry as many of the loudest as they are, and
// each keeps its voice as long as it is among those. A slot for pictures without one stays empty, and a slot for the sound
// of screens carries that of a shown one; unless the client never wished (wishes is nil): then they carry any, cameras of
// speakers first. No publication is in two slots, and none is of self.
func Assign(self string, slots []Slot, wishes []Wish, before map[string]uint32, publications []Publication, loudest []uint32, speakers []string) map[string]uint32 {
	p := plan{
		self:         self,
		slots:        slots,
		before:       before,
		publications: publications,
		speakers:     speakers,
		result:       make(map[string]uint32, len(slots)),
		wishes:       make(map[string]Wish, len(wishes)),
		taken:        make(map[uint32]bool, len(slots)),
	}
	for _, w := range wishes {
		p.wishes[w.MID] = w
	}
	for _, s := range slots {
		p.result[s.MID] = 0
	}

	p.explicit()
	if free := p.free(AudioSlot); len(free) > 0 {
		p.fill(free, p.first(len(free), p.only(loudest, Microphone)))
	}
	if free := p.free(AudioSlot); len(free) > 0 {
		p.fill(free, p.all(Microphone))
	}
	never := wishes == nil
	if asking := p.askingForSpeakers(never); len(asking) > 0 {
		p.fill(asking, p.first(len(asking), p.bySpeaker()))
	}
	if free := p.free(ScreenSlot); never && len(free) > 0 {
		p.fill(free, p.all(Screen))
	}
	if free := p.free(ScreenAudioSlot); len(free) > 0 {
		p.fill(free, p.soundOfShown(never))
	}
	return p.result
}

// plan is an assignment in the making.
type plan struct {
	self         string
	slots        []Slot
	before       map[string]uint32
	publications []Publication
	speakers     []string
	result       map[string]uint32
	wishes       map[string]Wish // by MID
	taken        map[uint32]bool
}

// offered reports whether a publication may be shown to this peer.
func (p *plan) offered(o *Publication) bool {
	return o.Live && o.Number != 0 && o.Participant != p.self
}

func (p *plan) put(mid string, number uint32) {
	p.result[mid] = number
	p.taken[number] = true
}

// claim is a slot that wishes for a publication which exists.
type claim struct {
	mid      string
	number   uint32
	priority int
	shows    bool // already
}

// explicit serves the wishes for a participant. Of two for the same publication the slot
// that shows it already wins, then the higher priority, then the earlier slot.
func (p *plan) explicit() {
	var claims []claim
	for _, s := range p.slots {
		w, ok := p.wishes[s.MID]
		if !ok || w.Speaker || w.Participant == "" || s.Kind >= kinds || w.Source != sourceOf[s.Kind] {
			continue
		}
		if n := p.find(w.Participant, w.Source); n != 0 {
			claims = append(claims, claim{s.MID, n, w.Priority, p.before[s.MID] == n})
		}
	}
	slices.SortStableFunc(claims, func(a, b claim) int {
		if a.shows != b.shows {
			if a.shows {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.priority, a.priority)
	})
	for _, c := range claims {
		if !p.taken[c.number] {
			p.put(c.mid, c.number)
		}
	}
}

// askingForSpeakers returns the video slots that carry the latest speakers: those that wish
// for it and, if the client never wished, all that are free.
func (p *plan) askingForSpeakers(never bool) []Slot {
	var out []Slot
	for _, s := range p.slots {
		w, wished := p.wishes[s.MID]
		if s.Kind == VideoSlot && p.result[s.MID] == 0 && (w.Speaker || never && !wished) {
			out = append(out, s)
		}
	}
	return out
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

// free returns the slots of a kind that are empty and have no wish.
func (p *plan) free(kind uint8) []Slot {
	var out []Slot
	for _, s := range p.slots {
		if _, wished := p.wishes[s.MID]; s.Kind == kind && !wished && p.result[s.MID] == 0 {
			out = append(out, s)
		}
	}
	return out
}

// find returns the publication of a participant's source, 0 if there is none.
func (p *plan) find(participant string, source uint8) uint32 {
	found := uint32(0)
	for i := range p.publications {
		o := &p.publications[i]
		if o.Source == source && o.Participant == participant && p.offered(o) && (found == 0 || o.Number < found) {
			found = o.Number
		}
	}
	return found
}

// all returns the publications of a source, by number.
func (p *plan) all(source uint8) []uint32 {
	var out []uint32
	for i := range p.publications {
		if o := &p.publications[i]; o.Source == source && p.offered(o) {
			out = append(out, o.Number)
		}
	}
	slices.Sort(out)
	return out
}

// only returns those of numbers that are on offer, in their order.
func (p *plan) only(numbers []uint32, source uint8) []uint32 {
	offers := p.all(source)
	var out []uint32
	for _, n := range numbers {
		if _, ok := slices.BinarySearch(offers, n); ok {
			out = append(out, n)
		}
	}
	return out
}

// bySpeaker returns the cameras, those of the latest speakers first.
func (p *plan) bySpeaker() []uint32 {
	var first []uint32
	for _, participant := range p.speakers {
		if n := p.find(participant, Camera); n != 0 {
			first = append(first, n)
		}
	}
	return p.then(first, Camera)
}

// soundOfShown returns the sounds of shown screens, and the others behind them for who never wished.
func (p *plan) soundOfShown(never bool) []uint32 {
	var first []uint32
	for i := range p.publications {
		if o := &p.publications[i]; o.Source == Screen && p.taken[o.Number] {
			if n := p.find(o.Participant, ScreenAudio); n != 0 {
				first = append(first, n)
			}
		}
	}
	slices.Sort(first)
	if !never {
		return first
	}
	return p.then(first, ScreenAudio)
}

// then returns first and what else there is of a source, each once.
func (p *plan) then(first []uint32, source uint8) []uint32 {
	var out []uint32
	for _, n := range append(first, p.all(source)...) {
		if !slices.Contains(out[:min(len(out), len(first))], n) {
			out = append(out, n)
		}
	}
	return out
}
