package speaker

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// conversation is a meeting of people who take turns, with pauses between words, short agreement from others, clicks of
// keyboards and noise in every microphone.
type conversation struct {
	*room
	rng    *rand.Rand
	people int
}

// speech is the level of somebody who talks, by tick: words of 150 to 600 ms with pauses of up to 350 ms.
func (c *conversation) speech(ticks int) []uint8 {
	var levels []uint8
	for len(levels) < ticks {
		for range 3 + c.rng.IntN(10) {
			levels = append(levels, uint8(22+c.rng.IntN(20)))
		}
		for range c.rng.IntN(8) {
			levels = append(levels, uint8(60+c.rng.IntN(20)))
		}
	}
	return levels[:ticks]
}

// others make noise, click or agree for a moment.
func (c *conversation) others(talker uint32) {
	for p := range c.levels {
		if p == talker {
			continue
		}
		c.levels[p] = uint8(72 + c.rng.IntN(30))
		if c.rng.IntN(200) == 0 {
			c.levels[p] = uint8(20 + c.rng.IntN(20)) // a click
		}
	}
}

func TestAConversationIsFollowedWithoutFlicker(t *testing.T) {
	for _, seed := range seeds.Draw(20) {
		c := conversation{room: newRoom(t, 4, 12), rng: rand.New(rand.NewPCG(seed, 3)), people: 12}
		turns, long, late, gone := 0, 0, 0, 0
		var talker uint32
		for turns < 40 {
			next := uint32(1 + c.rng.IntN(c.people))
			if next == talker {
				continue
			}
			talker = next
			turns++
			levels := c.speech(20 + c.rng.IntN(100)) // 1 to 6 s
			floorAt := -1
			for i, level := range levels {
				c.others(talker)
				c.levels[talker] = level
				c.run(tick)
				heard := slices.Contains(c.result.Loudest, talker)
				if i == 2 && !heard {
					late++ // 150 ms after the first word began
				}
				if i > 10 && !heard {
					gone++
				}
				if floorAt < 0 && len(c.result.Speakers) > 0 && c.result.Speakers[0] == name(talker) {
					floorAt = i
				}
			}
			if len(levels) >= 80 { // 4 s
				long++
				if floorAt < 0 || floorAt > 60 {
					t.Errorf("seed %d: turn %d has the floor after tick %d", seed, turns, floorAt)
				}
			}
		}
		if gone > 0 {
			t.Errorf("seed %d: a voice was not heard in its turn, %d ticks", seed, gone)
		}
		if late > turns/10 {
			t.Errorf("seed %d: %d of %d first words were not heard within 150 ms", seed, late, turns)
		}
		if c.floors > turns {
			t.Errorf("seed %d: the floor changed %d times in %d turns", seed, c.floors, turns)
		}
		if long == 0 {
			t.Errorf("seed %d: no long turn", seed)
		}
	}
}
