package forward_test

import (
	"math/rand/v2"
	"testing"

	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/loss"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// A publisher whose numbers jump by half of their cycle seems to go backward. The receiver reads them on, so the slot
// goes on with the stream's next key frame.
func TestNumbersThatJumpByHalfOfTheirCycle(t *testing.T) {
	b, s := newVideo(t), &stream{publication: 1}
	receiver, wire := loss.NewReceiver(90000), uint16(60000)
	next := func(key bool) (p *packet.Packet, fresh bool) {
		b.after(33 * ms)
		p = s.at(b.now, key)
		p.Seq, fresh = receiver.Received(b.now, wire, uint32(p.Timestamp))
		wire++
		return p, fresh
	}
	send := func(key bool, want forward.Reason) {
		t.Helper()
		p, fresh := next(key)
		if !fresh {
			t.Fatal("not taken")
		}
		b.gets(s, p, want)
	}
	b.show(1, 1, 0)
	send(true, forward.Forwarded)
	send(false, forward.Forwarded)
	wire += 1 << 15
	if _, fresh := next(false); fresh {
		t.Error("the first one is taken, which may have strayed")
	}
	send(false, forward.WaitsForKeyFrame)
	if _, _, ok := b.slot.KeyFrameWanted(b.now); !ok {
		t.Error("no key frame is asked for")
	}
	send(true, forward.Forwarded)
	send(false, forward.Forwarded)
}

// What the property plays must be readable: without a receiver, no number may seem to go backward.
func TestCamerasJumpNoFurtherThanTheirNumbersTell(t *testing.T) {
	c := newCamera(rand.New(rand.NewPCG(1, 1)), 1, false)
	for _, c.filtered = range []bool{true, false} {
		e, unwrap := &encoding{}, packet.Unwrapper{}
		newest, backward := unwrap.Unwrap(e.seq), 0
		for range 200_000 {
			f := c.send(e, packet.Packet{}, 0)
			if seq := unwrap.Unwrap(f.seq); seq < newest {
				backward++
			} else {
				newest = seq
			}
			c.jump(e)
		}
		if backward > 0 != c.filtered {
			t.Errorf("a receiver takes them: %v, %d packets seem to go backward", c.filtered, backward)
		}
	}
}
