package sfu

import (
	"strings"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/quality"
)

const (
	// judgeInterval is how often a participant's two directions are judged.
	judgeInterval = time.Second
	// judgeStep has many be judged at the same time: a machine that wakes for one is awake for the next.
	judgeStep = judgeInterval / 4
	// worthTelling is by how much a score has to move to be told.
	worthTelling = 3
)

// judge is what a participant has been told of their connection. Its owner is the peer's loop.
type judge struct {
	up, down quality.Score
	due      time.Time
	told     QualityChanged
}

// judge tells the participant how good their connection is, if that changed.
func (p *Peer) judge(now time.Time) {
	if now.Before(p.judged.due) {
		return
	}
	p.judged.due = now.Add(judgeInterval).Truncate(judgeStep)
	next := QualityChanged{Up: p.judgeUp(now), Down: 100, Others: map[string]int{}}
	if p.down != nil {
		next.Down = p.judged.down.Update(p.down.link.quality())
		next.Estimate = int64(p.down.link.rate())
		next.Slots = p.down.link.explain()
	}
	for _, publication := range p.shown {
		if score, ok := publication.score(); ok {
			if known, twice := next.Others[publication.participant]; !twice || score < known {
				next.Others[publication.participant] = score
			}
		}
	}
	if next.tells(&p.judged.told) {
		p.judged.told = next
		p.events(next)
	}
}

// judgeUp is the score of the worst of what the participant sends.
func (p *Peer) judgeUp(now time.Time) int {
	worst := quality.Input{}
	for _, publication := range p.publications {
		if in, ok := publication.Quality(); ok && publication.live() && quality.Raw(in) < quality.Raw(worst) {
			worst = in
		}
	}
	score := p.judged.up.Update(worst)
	for _, publication := range p.publications {
		publication.judged.Store(int32(score) + 1) //nolint:gosec // 0 to 100
	}
	return score
}

// score is how good the publisher's connection is, false before it was judged.
func (p *Publication) score() (int, bool) {
	stored := p.judged.Load()
	return int(stored) - 1, stored > 0
}

// tells reports whether q says something that last did not.
func (q *QualityChanged) tells(last *QualityChanged) bool {
	if differs(q.Up, last.Up) || differs(q.Down, last.Down) || len(q.Others) != len(last.Others) || len(q.Slots) != len(last.Slots) {
		return true
	}
	for participant, score := range q.Others {
		if was, ok := last.Others[participant]; !ok || differs(score, was) {
			return true
		}
	}
	for i, slot := range q.Slots {
		was := last.Slots[i]
		if slot.MID != was.MID || slot.Height != was.Height || slot.Paused != was.Paused || slot.kind() != was.kind() {
			return true
		}
	}
	return false
}

// kind is the reason without its figures, which change all the time.
func (q SlotQuality) kind() string {
	before, _, _ := strings.Cut(q.Reason, " carries")
	return before
}

func differs(a, b int) bool { return max(a-b, b-a) >= worthTelling }
