package transport

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/pion/transport/v5/packetio"

	"github.com/plenum-meet/plenum/sfu"
)

func TestABudgetLetsAnHonestPublisherThrough(t *testing.T) {
	b, now := newBudget(), time.Unix(0, 0)
	for i := range 60_000 {
		now = now.Add(time.Second / 1000) // 1000 packets of 1200 bytes a second: 9.6 Mbit/s
		if got := b.spend(now, 1200); got != spendAllowed {
			t.Fatalf("packet %d was refused", i)
		}
	}
}

func TestABudgetDropsAFloodAndThenEndsIt(t *testing.T) {
	b, now := newBudget(), time.Unix(0, 0)
	allowed, exhausted := 0, time.Duration(0)
	for exhausted == 0 && now.Before(time.Unix(60, 0)) {
		now = now.Add(time.Second / 20_000)
		switch b.spend(now, 100) {
		case spendAllowed:
			allowed++
		case spendExhausted:
			exhausted = now.Sub(time.Unix(0, 0))
		case spendDropped:
		}
	}
	if exhausted < budgetPatience || exhausted > 12*time.Second {
		t.Errorf("a flood of 20 000 packets/s ended after %v", exhausted)
	}
	if most := 12 * budgetPackets; allowed > most {
		t.Errorf("%d packets passed, at most %d may", allowed, most)
	}
}

type counter struct {
	packets int
	reasons []string
}

func (c *counter) rtp(time.Time, uint32, []byte)  { c.packets++ }
func (c *counter) rtcp(time.Time, uint32, []byte) {}
func (c *counter) connected()                     {}
func (c *counter) ended(reason string)            { c.reasons = append(c.reasons, reason) }

func TestAFloodOfStreamsEndsTheConnectionOnce(t *testing.T) {
	c := &counter{}
	b := newBuffers(c)
	for ssrc := range uint32(2000) {
		buffer := b.get(packetio.RTPBufferPacket, ssrc)
		if _, err := buffer.Write([]byte{0x80}); err != nil {
			t.Fatal(err)
		}
		if n, err := buffer.Read(make([]byte, 10)); n != 0 || !errors.Is(err, io.EOF) {
			t.Fatalf("reading gave %d, %v: pion would keep a goroutine there", n, err)
		}
	}
	if len(c.reasons) != 1 || c.reasons[0] != sfu.ReasonTooManyStreams {
		t.Errorf("ended with %v", c.reasons)
	}
	if c.packets != maxUnknownStreams {
		t.Errorf("%d streams got through, %d may", c.packets, maxUnknownStreams)
	}
}

func TestAnnouncedStreamsAreNoFlood(t *testing.T) {
	c := &counter{}
	b := newBuffers(c)
	for ssrc := range uint32(200) {
		b.announce(ssrc)
		b.get(packetio.RTPBufferPacket, ssrc)
		b.get(packetio.RTCPBufferPacket, ssrc)
	}
	if len(c.reasons) != 0 {
		t.Errorf("ended with %v", c.reasons)
	}
}
