package speaker

import (
	"cmp"
	"slices"
	"time"
)

const (
	defaultSlots = 4
	defaultHold  = 500 * time.Millisecond

	audible    = 60.0 // loudness from which a voice may take a place from another
	release    = 4.0  // dB a voice sinks per tick of silence
	memberPlus = 3.0  // dB that a newcomer must be louder than who has a place
	speakOn    = 82.0 // loudness from which somebody counts as speaking …
	speakOff   = 72.0 // … and below which, for the hold, not any more
)

// Config is how a ranking behaves. The zero value of a field takes its default.
type Config struct {
	Slots int           // audio slots of a peer: 4
	Hold  time.Duration // how long a place is kept after its voice was last among the loudest: 500 ms
}

// Result is what one tick decided. It is never changed afterwards.
type Result struct {
	// Loudest holds the publications that audio slots carry, at most Slots+1, the loudest first:
	// a peer carries as many of the first as it has slots, its own left out. The order is held
	// like the places are.
	Loudest []uint32
	// Speakers are the latest dominant speakers, the present one first, at most 8 participants.
	Speakers []string
	// Speaking are the participants heard now, longest in the room first.
	Speaking []string
}

// voice is one microphone.
type voice struct {
	participant string
	publication uint32
	loudness    uint8 // 127 - level of the running tick
	before      uint8 // of the tick before
	reported    bool  // in the running tick
	smooth      float64
	rank        float64   // what places are given by
	top         bool      // among the loudest in this tick
	heldUntil   time.Time // keeps its place until then …
	aheadUntil  time.Time // … and stays before quieter ones until then
	speaking    bool
	quietSince  time.Time
	activity    activity
}

// Ranking ranks the voices of one room. Levels come in between two ticks.
type Ranking struct {
	cfg      Config
	voices   map[uint32]*voice
	order    []*voice // by arrival
	ranked   []*voice // scratch: loudest first
	places   []uint32
	dominant dominant
	result   Result
}

// New returns a ranking without voices.
func New(cfg Config) *Ranking {
	if cfg.Slots <= 0 {
		cfg.Slots = defaultSlots
	}
	if cfg.Hold <= 0 {
		cfg.Hold = defaultHold
	}
	return &Ranking{cfg: cfg, voices: map[uint32]*voice{}, places: make([]uint32, 0, cfg.Slots+1)}
}

// Level takes the smoothed level of a publication over the running tick, in -dBov: 127 is
// silence. A publication that reports nothing in a tick counts as silent.
func (r *Ranking) Level(now time.Time, participant string, publication uint32, level uint8) {
	v := r.voices[publication]
	if v == nil {
		v = &voice{publication: publication, quietSince: now}
		r.voices[publication] = v
		r.order = append(r.order, v)
	}
	v.participant = participant
	v.loudness, v.reported = 127-min(level, 127), true
}

// Remove forgets a publication and frees its place.
func (r *Ranking) Remove(publication uint32) {
	v := r.voices[publication]
	if v == nil {
		return
	}
	delete(r.voices, publication)
	r.order = slices.DeleteFunc(r.order, func(o *voice) bool { return o == v })
	r.places = slices.DeleteFunc(r.places, func(p uint32) bool { return p == publication })
	r.dominant.remove(v, r.order)
}

// Tick ends the running tick, 50 ms long or so, and ranks anew. It returns whether the
// result is another than before.
func (r *Ranking) Tick(now time.Time) (Result, bool) {
	steps := r.dominant.steps(now)
	for _, v := range r.order {
		if !v.reported {
			v.loudness = 0
		}
		v.reported = false
		v.smooth = (v.smooth + float64(v.loudness)) / 2
		// Up only with two loud ticks in a row, which a click is not; down slowly.
		v.rank = max(float64(min(v.loudness, v.before)), v.rank-release)
		v.before = v.loudness
		v.activity.step(v.loudness, steps)
		v.speak(now, r.cfg.Hold)
	}
	r.rank(now)
	r.settle(now)
	r.dominant.choose(now, r.order)

	next := Result{Loudest: r.places, Speakers: r.dominant.latest, Speaking: r.speaking()}
	if slices.Equal(next.Loudest, r.result.Loudest) && slices.Equal(next.Speakers, r.result.Speakers) &&
		slices.Equal(next.Speaking, r.result.Speaking) {
		return r.result, false
	}
	r.result = Result{
		Loudest:  slices.Clone(next.Loudest),
		Speakers: slices.Clone(next.Speakers),
		Speaking: slices.Clone(next.Speaking),
	}
	return r.result, true
}

// speak decides whether the voice is heard: on at once, off after the hold.
func (v *voice) speak(now time.Time, hold time.Duration) {
	switch {
	case v.smooth >= speakOn:
		v.speaking, v.quietSince = true, now
	case v.smooth >= speakOff:
		v.quietSince = now
	case now.Sub(v.quietSince) >= hold:
		v.speaking = false
	}
}

// rank gives the places to the loudest. A place changes hands only when its voice was not
// among the loudest for the hold, and only to a voice that can be heard.
func (r *Ranking) rank(now time.Time) {
	r.ranked = append(r.ranked[:0], r.order...)
	slices.SortStableFunc(r.ranked, func(a, b *voice) int { return cmp.Compare(r.rankOf(b), r.rankOf(a)) })
	for i, v := range r.ranked {
		v.top = i < cap(r.places)
		if v.top && v.rank >= audible {
			v.heldUntil = now.Add(r.cfg.Hold)
		}
	}
	for _, v := range r.ranked[:min(len(r.ranked), cap(r.places))] {
		if slices.Contains(r.places, v.publication) {
			continue
		}
		if len(r.places) < cap(r.places) {
			r.places = append(r.places, v.publication)
		} else if i := r.weakest(now); i >= 0 && v.rank >= audible {
			r.places[i] = v.publication
		}
	}
}

func (r *Ranking) rankOf(v *voice) float64 {
	if slices.Contains(r.places, v.publication) {
		return v.rank + memberPlus
	}
	return v.rank
}

// weakest returns the place of the quietest voice that may lose it, -1 for none.
func (r *Ranking) weakest(now time.Time) int {
	weakest := -1
	for i, p := range r.places {
		v := r.voices[p]
		if v.top || now.Before(v.heldUntil) {
			continue
		}
		if weakest < 0 || v.rank < r.voices[r.places[weakest]].rank {
			weakest = i
		}
	}
	return weakest
}

// settle puts louder voices before quieter ones, for peers with fewer slots than there are
// places. A voice is overtaken only if it was not loud enough for where it stands for twice the hold,
// so that two who take turns keep their order.
func (r *Ranking) settle(now time.Time) {
	for i, p := range r.places {
		if v := r.voices[p]; v.rank >= audible && r.louderThan(v) <= i {
			v.aheadUntil = now.Add(2 * r.cfg.Hold)
		}
	}
	for i := 1; i < len(r.places); i++ {
		for j := i; j > 0 && r.overtakes(now, r.places[j], r.places[j-1]); j-- {
			r.places[j-1], r.places[j] = r.places[j], r.places[j-1]
		}
	}
}

// louderThan counts the voices with a place that are clearly louder.
func (r *Ranking) louderThan(v *voice) (n int) {
	for _, p := range r.places {
		if r.voices[p].rank > v.rank+memberPlus {
			n++
		}
	}
	return n
}

func (r *Ranking) overtakes(now time.Time, behind, ahead uint32) bool {
	b, a := r.voices[behind], r.voices[ahead]
	return b.rank >= audible && b.rank > a.rank+memberPlus && !now.Before(a.aheadUntil)
}

// speaking returns who is heard now.
func (r *Ranking) speaking() []string {
	var names []string
	for _, v := range r.order {
		if v.speaking && !slices.Contains(names, v.participant) {
			names = append(names, v.participant)
		}
	}
	return names
}
