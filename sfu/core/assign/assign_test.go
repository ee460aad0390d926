package assign

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// The room of the tables: ada (self) to dan, each with camera 10n and microphone 10n+1; carol
// shares her screen 32 with sound 33.
var roomOfFour = []Publication{
	{10, "ada", Camera, true},
	{11, "ada", Microphone, true},
	{20, "bob", Camera, true},
	{21, "bob", Microphone, true},
	{30, "carol", Camera, true},
	{31, "carol", Microphone, true},
	{32, "carol", Screen, true},
	{33, "carol", ScreenAudio, true},
	{40, "dan", Camera, true},
	{41, "dan", Microphone, true},
}

var pool = []Slot{
	{"a0", AudioSlot}, {"a1", AudioSlot}, {"v0", VideoSlot}, {"v1", VideoSlot}, {"s0", ScreenSlot}, {"t0", ScreenAudioSlot},
}

type shown map[string]uint32

func TestAssign(t *testing.T) {
	wish := func(mid, participant string, source uint8) Wish {
		return Wish{MID: mid, Participant: participant, Source: source}
	}
	speaker := func(mid string) Wish { return Wish{MID: mid, Speaker: true} }
	none := []Wish{}
	tests := []struct {
		name     string
		wishes   []Wish
		before   shown
		loudest  []uint32
		speakers []string
		want     shown // what is not named is 0
	}{
		{
			"nobody wished yet: speakers first", nil, nil,
			[]uint32{11, 41, 21},
			[]string{"ada", "dan"},
			shown{"a0": 41, "a1": 21, "v0": 40, "v1": 20, "s0": 32, "t0": 33},
		},
		{"no wish, no video", none, nil, []uint32{21, 31}, nil, shown{"a0": 21, "a1": 31}},
		{
			"wishes come first",
			[]Wish{wish("v0", "dan", Camera), wish("v1", "bob", Camera)},
			nil,
			[]uint32{21, 31},
			nil,
			shown{"a0": 21, "a1": 31, "v0": 40, "v1": 20},
		},
		{
			"a voice keeps its slot, whatever its place among the loudest", none,
			shown{"a0": 31, "a1": 21},
			[]uint32{21, 31, 41},
			nil,
			shown{"a0": 31, "a1": 21},
		},
		{
			"with fewer slots than voices the first of the loudest are heard", none,
			shown{"a0": 31, "a1": 21},
			[]uint32{41, 21, 31},
			nil,
			shown{"a0": 41, "a1": 21},
		},
		{
			"a voice that fell out goes", none,
			shown{"a0": 31, "a1": 21},
			[]uint32{41, 0, 21},
			nil,
			shown{"a0": 41, "a1": 21},
		},
		{
			"a small room hears everybody without being ranked", none, nil, nil, nil,
			shown{"a0": 21, "a1": 31},
		},
		{
			"oneself is never shown",
			[]Wish{wish("v0", "ada", Camera), wish("a0", "ada", Microphone)},
			shown{"a1": 11, "v0": 10},
			[]uint32{11},
			[]string{"ada"},
			shown{"a1": 21},
		},
		{
			"a wish of the wrong kind is empty",
			[]Wish{wish("v0", "carol", Screen), wish("a0", "bob", Camera)},
			nil, nil, nil,
			shown{"a1": 21},
		},
		{
			"a wish for somebody who is not there is empty",
			[]Wish{wish("v0", "eve", Camera), wish("s0", "bob", Screen)},
			nil, nil, nil,
			shown{"a0": 21, "a1": 31},
		},
		{
			"of two screens the one that is looked at, with its sound",
			[]Wish{wish("s0", "carol", Screen)},
			shown{"t0": 33},
			nil, nil,
			shown{"a0": 21, "a1": 31, "s0": 32, "t0": 33},
		},
		{
			"a wish for nobody keeps a slot empty",
			[]Wish{{MID: "a0"}, {MID: "s0"}},
			shown{"a0": 21},
			nil, nil,
			shown{"a1": 21},
		},
		{
			"two wishes for one: the higher priority",
			[]Wish{wish("v0", "bob", Camera), {MID: "v1", Participant: "bob", Source: Camera, Priority: 1}},
			nil, nil, nil,
			shown{"a0": 21, "a1": 31, "v1": 20},
		},
		{
			"two wishes for one: who shows it already",
			[]Wish{{MID: "v0", Participant: "bob", Source: Camera, Priority: 1}, wish("v1", "bob", Camera)},
			shown{"v1": 20},
			nil, nil,
			shown{"a0": 21, "a1": 31, "v1": 20},
		},
		{
			"a pinned voice is heard once",
			[]Wish{wish("a1", "dan", Microphone)},
			shown{"a0": 41},
			[]uint32{41, 21},
			nil,
			shown{"a0": 21, "a1": 41},
		},
		{
			"the speaker, but not oneself",
			[]Wish{speaker("v0")},
			nil, nil,
			[]string{"ada", "carol", "bob"},
			shown{"a0": 21, "a1": 31, "v0": 30},
		},
		{
			"the speaker changes",
			[]Wish{speaker("v0")},
			shown{"v0": 30},
			nil,
			[]string{"bob", "carol"},
			shown{"a0": 21, "a1": 31, "v0": 20},
		},
		{
			"two speakers keep their slots",
			[]Wish{speaker("v0"), speaker("v1")},
			shown{"v0": 30, "v1": 20},
			nil,
			[]string{"bob", "carol"},
			shown{"a0": 21, "a1": 31, "v0": 30, "v1": 20},
		},
		{
			"a speaker who is pinned elsewhere is passed over",
			[]Wish{wish("v0", "bob", Camera), speaker("v1")},
			nil, nil,
			[]string{"bob", "dan"},
			shown{"a0": 21, "a1": 31, "v0": 20, "v1": 40},
		},
		{
			"nobody spoke yet",
			[]Wish{speaker("v0")},
			shown{"v0": 30},
			nil, nil,
			shown{"a0": 21, "a1": 31, "v0": 20},
		},
		{
			"a wish for a slot that does not exist",
			[]Wish{wish("x", "bob", Camera)},
			nil, nil, nil,
			shown{"a0": 21, "a1": 31},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Assign("ada", pool, test.wishes, test.before, roomOfFour, test.loudest, test.speakers)
			if len(got) != len(pool) {
				t.Errorf("%d slots of %d: %v", len(got), len(pool), got)
			}
			for _, s := range pool {
				if got[s.MID] != test.want[s.MID] {
					t.Errorf("%s shows %d, want %d", s.MID, got[s.MID], test.want[s.MID])
				}
			}
		})
	}
}

// room is a meeting that changes at random, for one peer who watches.
type room struct {
	rng          *rand.Rand
	slots        []Slot
	wishes       []Wish
	publications []Publication
	loudest      []uint32
	speakers     []string
	next         uint32
}

func newRoom(rng *rand.Rand) *room {
	r := &room{rng: rng, next: 1}
	for n := range rng.IntN(6) {
		r.slots = append(r.slots, Slot{fmt.Sprint("a", n), AudioSlot})
	}
	for n := range rng.IntN(10) {
		r.slots = append(r.slots, Slot{fmt.Sprint("v", n), VideoSlot})
	}
	for n := range rng.IntN(3) {
		r.slots = append(r.slots, Slot{fmt.Sprint("s", n), ScreenSlot}, Slot{fmt.Sprint("t", n), ScreenAudioSlot})
	}
	rng.Shuffle(len(r.slots), func(i, j int) { r.slots[i], r.slots[j] = r.slots[j], r.slots[i] })
	return r
}

func (r *room) someone() string { return fmt.Sprint("p", r.rng.IntN(12)) }

// change does one thing to the room.
func (r *room) change() {
	switch r.rng.IntN(5) {
	case 0: // somebody publishes
		source := uint8(r.rng.IntN(4))
		who := r.someone()
		if slices.ContainsFunc(r.publications, func(p Publication) bool { return p.Participant == who && p.Source == source }) {
			return
		}
		r.publications = append(r.publications, Publication{r.next, who, source, r.rng.IntN(8) != 0})
		r.next++
	case 1:
		if n := len(r.publications); n > 0 && r.rng.IntN(2) == 0 {
			i := r.rng.IntN(n)
			r.publications = slices.Delete(r.publications, i, i+1)
		}
	case 2:
		r.loudest = nil
		for range r.rng.IntN(7) {
			n := uint32(r.rng.IntN(int(r.next)))
			if n == 0 || !slices.Contains(r.loudest, n) {
				r.loudest = append(r.loudest, n)
			}
		}
	case 3:
		r.speakers = nil
		for range r.rng.IntN(8) {
			if who := r.someone(); !slices.Contains(r.speakers, who) {
				r.speakers = append(r.speakers, who)
			}
		}
	case 4:
		r.wishes = nil
		for _, s := range r.slots {
			if r.rng.IntN(2) == 0 {
				r.wishes = append(r.wishes, Wish{
					MID: s.MID, Participant: r.someone(), Speaker: r.rng.IntN(4) == 0,
					Source: uint8(r.rng.IntN(5)), Priority: r.rng.IntN(3),
				})
			}
		}
	}
}

// check holds the invariants of one assignment.
func (r *room) check(before, after map[string]uint32) error {
	offers := map[uint32]Publication{}
	for _, p := range r.publications {
		if p.Live && p.Participant != "p0" {
			offers[p.Number] = p
		}
	}
	in := map[uint32]string{}
	for _, s := range r.slots {
		n, ok := after[s.MID]
		if !ok {
			return fmt.Errorf("slot %s is missing", s.MID)
		}
		if n == 0 {
			continue
		}
		p, ok := offers[n]
		if !ok {
			return fmt.Errorf("slot %s shows %d, which is not on offer", s.MID, n)
		}
		if p.Source != sourceOf[s.Kind] {
			return fmt.Errorf("slot %s of kind %d shows source %d", s.MID, s.Kind, p.Source)
		}
		if other, twice := in[n]; twice {
			return fmt.Errorf("%d is in %s and in %s", n, other, s.MID)
		}
		in[n] = s.MID
	}
	wished := map[string]Wish{}
	for _, w := range r.wishes {
		wished[w.MID] = w
	}
	var free int
	for _, s := range r.slots {
		if _, has := wished[s.MID]; s.Kind == AudioSlot && !has {
			free++
		}
	}
	entitled := slices.DeleteFunc(slices.Clone(r.loudest), func(n uint32) bool {
		o, ok := offers[n]
		return !ok || o.Source != Microphone || in[n] != "" && has(wished, in[n])
	})
	entitled = entitled[:min(free, len(entitled))]
	for _, s := range r.slots {
		w, has := wished[s.MID]
		if has && !w.Speaker && w.Source == sourceOf[s.Kind] {
			for n, p := range offers {
				if p.Participant == w.Participant && p.Source == w.Source && in[n] == "" {
					return fmt.Errorf("slot %s wishes for %d, which is nowhere", s.MID, n)
				}
			}
		}
		kept := before[s.MID]
		_, valid := offers[kept]
		if s.Kind == AudioSlot && !has && valid && slices.Contains(entitled, kept) && after[s.MID] != kept && in[kept] == "" {
			return fmt.Errorf("slot %s lost %d, which is among the loudest", s.MID, kept)
		}
	}
	return nil
}

func has(wished map[string]Wish, mid string) bool {
	_, ok := wished[mid]
	return ok
}

// TestInvariants plays random rooms: no publication in two slots, none of oneself, kinds
// match, wishes win, voices keep their slots, and nothing moves when nothing changed.
func TestInvariants(t *testing.T) {
	for _, seed := range seeds.Draw(3) {
		rng := rand.New(rand.NewPCG(seed, 5))
		shown := 0
		for range 300 {
			r := newRoom(rng)
			before := map[string]uint32{}
			for range 60 {
				r.change()
				after := Assign("p0", r.slots, r.wishes, before, r.publications, r.loudest, r.speakers)
				if err := r.check(before, after); err != nil {
					t.Fatalf("seed %d: %v\n%+v\nbefore %v\nafter %v", seed, err, r, before, after)
				}
				rng.Shuffle(len(r.publications), func(i, j int) {
					r.publications[i], r.publications[j] = r.publications[j], r.publications[i]
				})
				again := Assign("p0", r.slots, r.wishes, after, r.publications, r.loudest, r.speakers)
				if !maps.Equal(again, after) {
					t.Fatalf("seed %d: nothing changed, and\n%v became\n%v\n%+v", seed, after, again, r)
				}
				for _, n := range after {
					if n != 0 {
						shown++
					}
				}
				before = after
			}
		}
		if shown < 10000 {
			t.Errorf("seed %d: only %d slots were filled: nothing is proved", seed, shown)
		}
	}
}

func BenchmarkAssign(b *testing.B) {
	var publications []Publication
	var wishes []Wish
	for n := range uint32(1000) {
		publications = append(publications, Publication{2*n + 1, fmt.Sprint("p", n), Camera, true}, Publication{2*n + 2, fmt.Sprint("p", n), Microphone, true})
	}
	slots := []Slot{{"a0", AudioSlot}, {"a1", AudioSlot}, {"a2", AudioSlot}, {"a3", AudioSlot}}
	for n := range 25 {
		mid := fmt.Sprint("v", n)
		slots = append(slots, Slot{mid, VideoSlot})
		wishes = append(wishes, Wish{MID: mid, Participant: fmt.Sprint("p", 7*n), Source: Camera})
	}
	b.ReportAllocs()
	for b.Loop() {
		Assign("p1", slots, wishes, nil, publications, []uint32{2, 4, 6, 8, 10}, []string{"p5"})
	}
}
