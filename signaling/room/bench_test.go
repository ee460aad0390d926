package room

import (
	"fmt"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// BenchmarkBroadcast is the cost of one event for each of those who get it.
func BenchmarkBroadcast(b *testing.B) {
	for _, members := range []int{1, 50, 500} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			m := newMachine(now, Default(), Meeting{Occurrence: "o1", Settings: Settings{ChatHistory: message.HistoryAll, Permissions: everything}}, history{})
			for i := range members {
				err := m.join(now, Entry{
					Session: SessionID(i + 1), Claims: grant.Claims{Participant: fmt.Sprint("p", i), Occurrence: "o1"},
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			m.take()
			var wire []byte
			raised := false
			b.ReportAllocs()
			for b.Loop() {
				raised = !raised
				if err := m.raiseHand(now, 1, message.ParticipantRaiseHand{Raised: raised}); err != nil {
					b.Fatal(err)
				}
				for _, e := range m.take() {
					encoded := message.Encode(e.(event).message)
					for _, to := range e.(event).to {
						wire = encoded.Append(wire[:0], 0, to.seq)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(members), "ns/member")
		})
	}
}
