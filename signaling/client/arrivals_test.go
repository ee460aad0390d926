package client

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

// As a browser would: a twentieth of what comes is spent on telling of it.
func TestArrivalsAreToldAsOftenAsTheRateIsWorth(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		bytes int // of a payload, every 20 ms
		want  time.Duration
	}{{40, arrivalsRare}, {180, 138 * time.Millisecond}, {1000, arrivalsOften}} {
		a, now := arrivals{id: 3}, time.Unix(1000, 0)
		for n := range 100 {
			packet := &rtp.Packet{Payload: make([]byte, of.bytes)}
			packet.Version = 2
			number, err := rtp.TransportCCExtension{TransportSequence: uint16(n)}.Marshal() //nolint:gosec // a hundred
			if err != nil {
				t.Fatal(err)
			}
			if err := packet.SetExtension(3, number); err != nil {
				t.Fatal(err)
			}
			a.note(now, packet)
			now = now.Add(20 * time.Millisecond)
			if n%10 == 9 && len(a.tell(now)) != 1 {
				t.Fatal("nothing is told")
			}
		}
		if off := a.interval - of.want; off < -2*time.Millisecond || off > 2*time.Millisecond {
			t.Errorf("%d bytes every 20 ms: told every %v, want %v", of.bytes, a.interval, of.want)
		}
	}
}
