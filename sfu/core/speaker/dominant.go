package speaker

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// The constants of Volfin and Cohen, "Dominant speaker identification for multipoint
// videoconferencing"; ALGORITHM.md says which are ours.
const (
	step      = 20 * time.Millisecond
	decideGap = 300 * time.Millisecond
	maxSteps  = 50

	n1, n2, n3 = 13, 5, 10 // steps per scale: immediate, medium, long
	activeFrom = 78        // loudness of an active step, -49 dBov: immediate activity above 5
	longFrom   = 4         // active steps that make a block of five count

	lambda1, lambda2 = 0.78, 24
	ratio1, ratio2   = 3, 2

	minLong      = 3 // blocks a candidate must fill: a click fills one at most
	leadLong     = 3 // … and by how many more than who has the floor
	dominantHold = time.Second
	maxSpeakers  = 8
)

// activity is one voice on three time scales.
type activity struct {
	immediate int    // 0 to 9, of the latest step; 0 below activeFrom
	active    uint64 // one bit per step, the latest lowest: active or not
}

// step takes a loudness that lasted for some steps.
func (a *activity) step(loudness uint8, steps int) {
	a.immediate = 0
	if loudness >= activeFrom {
		a.immediate = int(loudness) / n1
	}
	for range steps {
		a.active <<= 1
		if loudness >= activeFrom {
			a.active |= 1
		}
	}
}

// medium is the number of active steps among the latest five.
func (a *activity) medium() int { return bits.OnesCount64(a.active & (1<<n2 - 1)) }

// long is the number of blocks of five, among the latest ten, that are full of activity.
func (a *activity) long() int {
	n := 0
	for i := range n3 {
		if bits.OnesCount64(a.active>>(i*n2)&(1<<n2-1)) >= longFrom {
			n++
		}
	}
	return n
}

// score is how much a count v of n speaks for speech rather than noise.
func score(n, v int, lambda float64) float64 {
	choose := 1.0
	for i := range v {
		choose *= float64(n-i) / float64(i+1)
	}
	s := math.Log(choose) - float64(n)*math.Ln2 - math.Log(lambda) + lambda*float64(v)
	return math.Max(s, 1e-10)
}

// dominant is who has the floor.
type dominant struct {
	stepped time.Time // up to where time was turned into steps
	decided time.Time
	since   time.Time
	voice   *voice
	latest  []string // participants, the present one first
}

// steps returns how many steps of 20 ms went by.
func (d *dominant) steps(now time.Time) int {
	if d.stepped.IsZero() {
		d.stepped = now.Add(-step)
	}
	n := int(now.Sub(d.stepped) / step)
	d.stepped = d.stepped.Add(time.Duration(n) * step)
	return min(n, maxSteps)
}

// choose gives the floor to another voice if one speaks and the present one does not.
func (d *dominant) choose(now time.Time, voices []*voice) {
	if now.Sub(d.decided) < decideGap {
		return
	}
	d.decided = now
	if d.voice != nil && now.Sub(d.since) < dominantHold {
		return
	}
	var best *voice
	bestRatio := 0.0
	for _, v := range voices {
		if v == d.voice || v.activity.long() < minLong {
			continue
		}
		if ratio, ok := d.beats(v); ok && (best == nil || ratio > bestRatio || ratio == bestRatio && v.rank > best.rank) {
			best, bestRatio = v, ratio
		}
	}
	if best != nil {
		d.voice, d.since = best, now
		d.promote(best.participant)
	}
}

// beats reports whether v takes the floor from the present dominant, and its medium ratio.
func (d *dominant) beats(v *voice) (float64, bool) {
	var now activity
	if d.voice != nil {
		now = d.voice.activity
	}
	r1 := math.Log(score(n1, v.activity.immediate, lambda1) / score(n1, now.immediate, lambda1))
	r2 := math.Log(score(n2, v.activity.medium(), lambda2) / score(n2, now.medium(), lambda2))
	return r2, r1 > ratio1 && r2 > ratio2 && v.activity.long() >= now.long()+leadLong
}

// promote puts a participant first.
func (d *dominant) promote(participant string) {
	latest := make([]string, 0, maxSpeakers)
	latest = append(latest, participant)
	for _, p := range d.latest {
		if p != participant && len(latest) < maxSpeakers {
			latest = append(latest, p)
		}
	}
	d.latest = latest
}

// remove forgets a voice, and its participant if it has no other one.
func (d *dominant) remove(v *voice, voices []*voice) {
	if d.voice == v {
		d.voice = nil
	}
	if slices.ContainsFunc(voices, func(o *voice) bool { return o.participant == v.participant }) {
		return
	}
	d.latest = slices.DeleteFunc(slices.Clone(d.latest), func(p string) bool { return p == v.participant })
}
