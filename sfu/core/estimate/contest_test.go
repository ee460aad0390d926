package estimate_test

import "time"

// tcp is a flow as loss-driven senders are: it fills the queue until it overflows.
type tcp struct {
	rig      *rig
	window   float64 // packets
	slow     float64 // below it the window doubles
	inFlight int
	number   int
	acked    int // highest number that arrived
	recover  int // no further cut before this number
	got      []delivery
	stop     time.Duration
}

const tcpSize = 1500

func (r *rig) tcp(from, to time.Duration) *tcp {
	f := &tcp{rig: r, window: 10, slow: 1000, stop: to}
	r.at(epoch.Add(from), f.send)
	return f
}

func (f *tcp) send() {
	if f.rig.since() > f.stop {
		return
	}
	for f.inFlight < int(f.window) {
		f.number++
		number, arrived := f.number, false
		f.inFlight++
		f.rig.send(tcpSize, func() {
			arrived = true
			f.got = append(f.got, delivery{f.rig.since(), tcpSize})
			for _, at := range f.rig.up.Send(f.rig.now, 60) {
				f.rig.at(at, func() { f.ack(number) })
			}
		})
		// A loss is noticed when later packets are acknowledged; a whole second is the time-out.
		f.rig.at(f.rig.now.Add(f.rig.down.Waiting(f.rig.now)+200*time.Millisecond), func() {
			if !arrived {
				f.lost(number)
			}
		})
	}
}

func (f *tcp) ack(number int) {
	f.inFlight--
	if f.window < f.slow {
		f.window++
	} else {
		f.window += 1 / f.window
	}
	f.acked = max(f.acked, number)
	f.send()
}

func (f *tcp) lost(number int) {
	f.inFlight--
	if number > f.recover {
		f.window = max(2, f.window/2)
		f.slow, f.recover = f.window, f.number
	}
	f.send()
}

func (f *tcp) delivered(from, to time.Duration) float64 { return rateOf(f.got, from, to) }
