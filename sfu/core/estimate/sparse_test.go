package estimate_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/estimate"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// A packet that is alone for a second says nothing of loss, and must not spoil what is said later.
func TestALonePacketSpoilsNothing(t *testing.T) {
	for _, seed := range seeds.Draw(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		e := estimate.New(estimate.Default())
		number := int64(1 << 16)
		at := time.Duration(0)
		feed := func(n int, apart time.Duration) {
			var results []estimate.Result
			for range n {
				at += apart
				results = append(results, estimate.Result{
					Number: number, Sent: epoch.Add(at), Size: 1200, Arrived: at + 20*time.Millisecond, Received: true,
				})
				number++
			}
			e.Feedback(epoch.Add(at+40*time.Millisecond), results)
		}
		for range 1 + random.IntN(3) {
			feed(1, 1200*time.Millisecond)
		}
		for range 100 {
			feed(10, 5*time.Millisecond)
		}
		if rate := e.Rate(); rate < 600_000 || rate > 20_000_000 || e.Loss() != 0 {
			t.Fatalf("seed %d: the rate is %d, the loss %v", seed, rate, e.Loss())
		}
	}
}
