package loss

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// TestRequestsAreFewAndNoneIsForgotten plays receivers who ask, and a publisher who answers, at random.
func TestRequestsAreFewAndNoneIsForgotten(t *testing.T) {
	for _, seed := range seeds.Draw(20) {
		rng := rand.New(rand.NewPCG(seed, 5))
		var k KeyFrames
		rtt := time.Duration(rng.IntN(300)) * ms
		k.SetRTT(rtt)
		now := time.Unix(1000, 0)
		var sent time.Time
		asked := map[receiver]time.Time{} // since when a receiver has waited for a key frame
		answered := rng.Float64()
		answers := map[int8]time.Time{}
		for range 20_000 {
			now = now.Add(time.Duration(1+rng.IntN(20)) * ms)
			if rng.IntN(30) == 0 {
				r := receiver{uint64(rng.IntN(5)), int8(rng.IntN(maxStreams))}
				k.Request(now, r.id, r.stream)
				if _, waits := asked[r]; !waits {
					asked[r] = now
				}
			}
			for stream, at := range answers {
				if !at.After(now) {
					delete(answers, stream)
					k.Seen(now, stream)
					for r := range asked {
						if r.stream == stream {
							delete(asked, r)
						}
					}
				}
			}
			for {
				stream, ok := k.Due(now)
				if !ok {
					break
				}
				if now.Sub(sent) < streamGap {
					t.Fatalf("seed %d: two requests %v apart", seed, now.Sub(sent))
				}
				sent = now
				if rng.Float64() < answered {
					answers[stream] = now.Add(rtt)
				}
			}
			gaveUp := k.GaveUp()
			at, open := k.Deadline()
			for r, since := range asked {
				switch {
				case gaveUp&(1<<r.stream) != 0:
					delete(asked, r) // and said so
				case now.Sub(since) > receiverWindow+giveUpAfter+time.Second:
					t.Fatalf("seed %d: receiver %d waits since %v", seed, r.id, now.Sub(since))
				case !open:
					t.Fatalf("seed %d: receiver %d waits since %v, and nobody will ask", seed, r.id, now.Sub(since))
				}
			}
			if open && now.Sub(at) > 20*ms {
				t.Fatalf("seed %d: a deadline %v ago was not met", seed, now.Sub(at))
			}
		}
	}
}
