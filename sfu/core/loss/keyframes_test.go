package loss

import (
	"testing"
	"time"
)

// plis plays a publisher who is asked for key frames, in steps of 10 ms.
type plis struct {
	k    KeyFrames
	now  time.Time
	sent []int8
	at   []time.Duration // since the start
}

func newPLIs() *plis { return &plis{now: time.Unix(1000, 0)} }

func (p *plis) run(d time.Duration) {
	for end := p.now.Add(d); ; p.now = p.now.Add(10 * ms) {
		for {
			stream, ok := p.k.Due(p.now)
			if !ok {
				break
			}
			p.sent = append(p.sent, stream)
			p.at = append(p.at, p.now.Sub(time.Unix(1000, 0)))
		}
		if !p.now.Before(end) {
			return
		}
	}
}

func (p *plis) expect(t *testing.T, name string, want ...time.Duration) {
	t.Helper()
	if len(p.at) != len(want) {
		t.Fatalf("%s: asked at %v, want %v", name, p.at, want)
	}
	for i := range want {
		if p.at[i] != want[i] {
			t.Fatalf("%s: asked at %v, want %v", name, p.at, want)
		}
	}
}

func TestARequestIsRepeatedUntilTheKeyFrameIsSeen(t *testing.T) {
	for _, test := range []struct {
		rtt  time.Duration
		want []time.Duration
	}{
		{0, []time.Duration{0, 200 * ms, 400 * ms, 600 * ms, 800 * ms}},
		{50 * ms, []time.Duration{0, 200 * ms, 400 * ms, 600 * ms, 800 * ms}},
		{150 * ms, []time.Duration{0, 300 * ms, 600 * ms, 900 * ms}},
		{time.Second, []time.Duration{0}},
	} {
		p := newPLIs()
		p.k.SetRTT(test.rtt)
		p.k.Request(p.now, 1, 0)
		p.run(950 * ms)
		p.k.Seen(p.now, 0)
		p.run(5 * time.Second)
		p.expect(t, test.rtt.String(), test.want...)
	}
}

func TestAStreamThatDoesNotComeIsAskedForOnce(t *testing.T) {
	p := newPLIs()
	p.k.SetFlows(0b011)
	p.k.Request(p.now, 1, 2)
	p.run(time.Second)
	p.expect(t, "while it does not come", 0)
	if at, ok := p.k.Deadline(); !ok || at != time.Unix(1010, 0) {
		t.Errorf("deadline %v, %v", at, ok)
	}
	p.k.SetFlows(0b111) // without a key frame, or it was lost
	p.run(390 * ms)
	p.expect(t, "when it comes", 0, time.Second, 1200*ms)
	p.k.Seen(p.now, 2)
	p.run(time.Second)
	p.expect(t, "when it was seen", 0, time.Second, 1200*ms)
	p.k.SetFlows(0b001)
	p.k.Request(p.now, 1, 2)
	p.run(20 * time.Second)
	if p.k.GaveUp() != 0 || p.k.Failures() != 0 {
		t.Error("a publisher is blamed for a stream that it does not send")
	}
	if at, ok := p.k.Deadline(); ok {
		t.Errorf("a deadline at %v, and nothing is wanted", at)
	}
	p.k.SetFlows(0) // nothing comes: it may be a picture that stands still
	p.at = nil
	p.k.Request(p.now, 2, 0)
	p.run(390 * ms)
	if len(p.at) != 2 {
		t.Errorf("asked at %v", p.at)
	}
}

func TestAStreamThatIsTurnedOnBringsItsKeyFrame(t *testing.T) {
	p := newPLIs()
	p.k.SetRTT(40 * ms)
	p.k.SetFlows(0b001)
	p.k.Expect(p.now, 2)
	p.k.Request(p.now, Server, 2)
	p.k.Request(p.now, 1, 2)
	p.run(300 * ms)
	p.k.Seen(p.now, 2)
	p.run(time.Second)
	p.expect(t, "when it came")
	p.k.Expect(p.now, 2)
	p.k.Request(p.now, 1, 2)
	p.run(2 * time.Second)
	p.expect(t, "when it does not come", 1740*ms)
	p.k.Request(p.now, 1, 0)
	p.run(100 * ms)
	p.expect(t, "another stream is asked for at once", 1740*ms, 3300*ms)
}

func TestManyRequestsAreOne(t *testing.T) {
	p := newPLIs()
	for id := range uint64(500) {
		p.k.Request(p.now, id, 0)
	}
	p.run(100 * ms)
	p.k.Seen(p.now, 0)
	p.run(time.Second)
	p.expect(t, "500 receivers", 0)
}

func TestARequestTooSoonIsDeferredAndNeverDiscarded(t *testing.T) {
	p := newPLIs()
	p.k.Request(p.now, 1, 0)
	p.run(50 * ms)
	p.k.Seen(p.now, 0)
	p.run(10 * ms)
	p.k.Request(p.now, 1, 0)
	at, ok := p.k.Deadline()
	if want := time.Unix(1000, 0).Add(200 * ms); !ok || at != want {
		t.Errorf("deadline %v, %v, want %v", at, ok, want)
	}
	p.run(150 * ms)
	p.expect(t, "asked again", 0, 200*ms)
}

func TestAKeyFrameMeanwhileServesADeferredRequest(t *testing.T) {
	p := newPLIs()
	p.k.Request(p.now, 1, 0)
	p.run(20 * ms)
	p.k.Seen(p.now, 0)
	p.run(20 * ms)
	p.k.Request(p.now, 1, 0)
	p.run(20 * ms)
	p.k.Seen(p.now, 0)
	p.run(5 * time.Second)
	p.expect(t, "served", 0)
	if at, ok := p.k.Deadline(); ok {
		t.Errorf("a deadline at %v, and nothing is wanted", at)
	}
}

func TestOneReceiverOpensThreeTimesInThreeSeconds(t *testing.T) {
	p := newPLIs()
	// Every key frame comes 50 ms after it was asked for, and the receiver asks on and on.
	for len(p.at) < 4 && p.now.Sub(time.Unix(1000, 0)) < 20*time.Second {
		p.k.Request(p.now, 1, 0)
		before := len(p.at)
		p.run(10 * ms)
		if len(p.at) > before {
			p.run(50 * ms)
			p.k.Seen(p.now, 0)
		}
	}
	p.expect(t, "the fourth waits", 0, 200*ms, 400*ms, 3*time.Second)
	// Another receiver does not wait for that one's limit.
	p.k.Seen(p.now, 0)
	p.run(200 * ms)
	p.k.Request(p.now, 2, 0)
	p.run(10 * ms)
	if len(p.at) != 5 {
		t.Error("another receiver's request was held up")
	}
}

func TestTheServerPassesTheReceiversLimit(t *testing.T) {
	p := newPLIs()
	for range 10 {
		p.k.Request(p.now, Server, 1)
		p.run(100 * ms)
		p.k.Seen(p.now, 1)
		p.run(110 * ms)
	}
	if len(p.at) != 10 {
		t.Errorf("asked %d times", len(p.at))
	}
}

func TestTheOtherStreamsHaveTheirTurn(t *testing.T) {
	p := newPLIs()
	p.k.Request(p.now, 1, 2)
	p.k.Request(p.now, 2, 0)
	p.run(50 * ms)
	p.k.Seen(p.now, 0) // the publisher made a key frame of the stream that was asked alone
	p.run(350 * ms)
	if len(p.sent) != 3 || p.sent[0] != 0 || p.sent[1] != 2 || p.sent[2] != 2 {
		t.Errorf("asked %v at %v, want the lowest first and then the one that is missing", p.sent, p.at)
	}
}

func TestAKeyFrameThatNeverComesIsGivenUp(t *testing.T) {
	p := newPLIs()
	p.k.Request(p.now, 1, 0)
	p.run(9900 * ms)
	if p.k.GaveUp() != 0 || p.k.Waiting(p.now) != 9900*ms {
		t.Errorf("given up after %v", p.k.Waiting(p.now))
	}
	p.run(200 * ms)
	if p.k.GaveUp() != 1 || p.k.GaveUp() != 0 || p.k.Failures() != 1 {
		t.Error("not given up, or more than once")
	}
	asked := len(p.at)
	p.run(5 * time.Second)
	if len(p.at) != asked {
		t.Error("asks on after giving up")
	}
	p.k.Request(p.now, 1, 0)
	p.run(10 * ms)
	if len(p.at) != asked+1 {
		t.Error("the next request does not open it again")
	}
}

func TestRequestsCostBoundedMemory(t *testing.T) {
	p := newPLIs()
	for id := range uint64(100_000) {
		p.k.Request(p.now, id+1, int8(id%5)-1) //nolint:gosec // streams that are none included
		p.k.Seen(p.now, 0)
		p.k.Seen(p.now, 1)
		p.k.Seen(p.now, 2)
	}
	if n := len(p.k.receivers); n > maxReceivers {
		t.Errorf("%d receivers are remembered", n)
	}
	p.run(11 * time.Second)
	p.k.Request(p.now, 1, 0)
	if n := len(p.k.receivers); n != 1 {
		t.Errorf("%d receivers are remembered after their time", n)
	}
}
