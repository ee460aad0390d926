package scenario

import (
	"fmt"
	"math"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

const (
	mbit       = int64(1_000_000)
	tailDrop   = link.Milliseconds(300) // queue of the bottleneck, RFC 8867 §4.2
	oneWay     = link.Milliseconds(50)  // propagation delay
	unlimited  = packet.Bitrate(6_000_000)
	trip40     = link.Milliseconds(20)
	judgedFrom = 10 * time.Second
)

// at is a capacity from a time on, in seconds and Mbit/s.
type at struct{ second, mbit float64 }

// variable is a bottleneck whose capacity changes.
func variable(delay link.Milliseconds, changes ...at) link.Plan {
	plan := link.Always(bottleneck(delay, changes[0].mbit))
	for _, c := range changes[1:] {
		plan.Steps = append(plan.Steps, link.Step{At: link.Milliseconds(1000 * c.second), Then: bottleneck(delay, c.mbit)})
	}
	return plan
}

func bottleneck(delay link.Milliseconds, rate float64) link.Conditions {
	return link.Conditions{Delay: delay, Rate: int64(rate * float64(mbit)), Queue: tailDrop}
}

func wide(delay link.Milliseconds) link.Plan { return link.Always(link.Conditions{Delay: delay}) }

// RFC8867 are the basic test cases of that document, §5.1 to §5.8. Media flows are elastic, and have sound beside.
func RFC8867() []Case {
	return []Case{
		{"5.1-variable", "RFC 8867 §5.1: variable capacity, one flow", judgedFrom, 100 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(oneWay, at{0, 1}, at{40, 2.5}, at{60, 0.6}, at{80, 1})), w.NewWay(wide(oneWay))
			w.NewViewer("media", down, up, 0).WatchElastic(1, unlimited)
			return []*Way{down, up}
		}},
		{"5.2-variable-two", "RFC 8867 §5.2: variable capacity, two flows", judgedFrom, 125 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(oneWay, at{0, 4}, at{25, 2}, at{50, 3.5}, at{75, 1}, at{100, 2})), w.NewWay(wide(oneWay))
			w.NewViewer("media 1", down, up, 0).WatchElastic(1, unlimited)
			w.NewViewer("media 2", down, up, 0).WatchElastic(2, unlimited)
			return []*Way{down, up}
		}},
		{"5.3-feedback", "RFC 8867 §5.3: congested feedback link, a flow each way", judgedFrom, 100 * time.Second, func(w *World) []*Way {
			there := w.NewWay(variable(oneWay, at{0, 2}, at{20, 1}, at{40, 0.5}, at{60, 2}))
			back := w.NewWay(variable(oneWay, at{0, 2}, at{35, 0.8}, at{70, 2}))
			w.NewViewer("there", there, back, 0).WatchElastic(1, unlimited)
			w.NewViewer("back", back, there, 0).WatchElastic(2, unlimited)
			return []*Way{there, back}
		}},
		{"5.4-competing", "RFC 8867 §5.4: three flows of one kind, one after the other", 60 * time.Second, 120 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(oneWay, at{0, 3.5})), w.NewWay(wide(oneWay))
			for i := range 3 {
				w.After(time.Duration(i)*20*time.Second, func() {
					w.NewViewer(fmt.Sprintf("media %d", i+1), down, up, 0).WatchElastic(uint32(i+1), unlimited)
				})
			}
			return []*Way{down, up}
		}},
		{"5.5-round-trips", "RFC 8867 §5.5: round trips of 20, 50, 100, 200 and 300 ms", 100 * time.Second, 300 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(0, at{0, 4})), w.NewWay(wide(0))
			for i, delay := range []time.Duration{10, 25, 50, 100, 150} {
				w.After(time.Duration(i)*10*time.Second, func() {
					v := w.NewViewer(fmt.Sprintf("%d ms", 2*delay), down, up, delay*time.Millisecond) //nolint:durationcheck // delay counts milliseconds
					v.WatchElastic(uint32(i+1), unlimited)
				})
			}
			return []*Way{down, up}
		}},
		{"5.6-long-tcp", "RFC 8867 §5.6: a long TCP flow beside", 20 * time.Second, 120 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(oneWay, at{0, 2})), w.NewWay(wide(oneWay))
			w.NewTCP("TCP", down, up, -1, nil)
			w.After(5*time.Second, func() { w.NewViewer("media", down, up, 0).WatchElastic(1, unlimited) })
			return []*Way{down, up}
		}},
		{"5.7-short-tcp", "RFC 8867 §5.7: ten times a short TCP flow beside two", 20 * time.Second, 300 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(oneWay, at{0, 2})), w.NewWay(wide(oneWay))
			w.After(5*time.Second, func() {
				w.NewViewer("media 1", down, up, 0).WatchElastic(1, unlimited)
				w.NewViewer("media 2", down, up, 0).WatchElastic(2, unlimited)
			})
			shortFlows(w, down, up, 10)
			return []*Way{down, up}
		}},
		{"5.8-pause", "RFC 8867 §5.8: three flows, one pauses from 40 to 60 s", 65 * time.Second, 120 * time.Second, func(w *World) []*Way {
			down, up := w.NewWay(variable(oneWay, at{0, 3.5})), w.NewWay(wide(oneWay))
			for i := range 3 {
				v := w.NewViewer(fmt.Sprintf("media %d", i+1), down, up, 0)
				c := v.WatchElastic(uint32(i+1), unlimited)
				if i == 0 {
					w.After(40*time.Second, func() { c.Stop(); v.Mute(true) })
					w.After(60*time.Second, func() { c.Start(); v.Mute(false) })
				}
			}
			return []*Way{down, up}
		}},
	}
}

// shortFlows begin one after the other with pauses of 10 s on average and carry 100 to 1000 kB each.
func shortFlows(w *World, down, up *Way, n int) {
	if n == 0 {
		return
	}
	// Spread evenly over the exponential distribution rather than drawn: ten draws make no mean.
	pause := -10 * math.Log(1-(float64(n*7%10)+0.5)/10)
	w.After(time.Duration(pause*float64(time.Second)), func() {
		w.NewTCP(fmt.Sprintf("TCP %d", 11-n), down, up, 100_000*(n*3%10+1), nil)
		shortFlows(w, down, up, n-1)
	})
}

// Ours are the cases of our own figures.
func Ours() []Case {
	var all []Case
	for _, rate := range []float64{0.3, 0.5, 1, 2, 3, 5} {
		all = append(all, steady(rate))
	}
	all = append(all, jitter(), drop(), layers(), grid(), twoViewers(), download())
	for _, percent := range []int{1, 5, 10, 20, 30} {
		all = append(all, lossy(percent))
	}
	return all
}

func steady(rate float64) Case {
	name := fmt.Sprintf("steady-%.0fk", rate*1000)
	return Case{name, fmt.Sprintf("a steady link of %.1f Mbit/s", rate), judgedFrom, 70 * time.Second, func(w *World) []*Way {
		down, up := w.NewWay(variable(trip40, at{0, rate})), w.NewWay(wide(trip40))
		w.NewViewer("media", down, up, 0).WatchElastic(1, 2*unlimited)
		return []*Way{down, up}
	}}
}

// jitter delays each packet by up to 30 ms more or less.
func jitter() Case {
	return Case{"jitter", "jitter of 30 ms, 3 Mbit/s", judgedFrom, 70 * time.Second, func(w *World) []*Way {
		there := bottleneck(2*trip40, 3)
		there.Jitter, there.Uniform = 30, true
		down, up := w.NewWay(link.Always(there)), w.NewWay(wide(trip40))
		w.NewViewer("media", down, up, 0).WatchElastic(1, unlimited)
		return []*Way{down, up}
	}}
}

// drop has real layers, and a bystander on a link of his own who sees the same camera.
func drop() Case {
	return Case{"drop", "3 Mbit/s, from 20 to 40 s 300 kbit/s, layers", judgedFrom, 80 * time.Second, func(w *World) []*Way {
		down, up := w.NewWay(variable(trip40, at{0, 3}, at{20, 0.3}, at{40, 3})), w.NewWay(wide(trip40))
		camera := w.NewCamera(1, Usual...)
		w.NewViewer("viewer", down, up, 0).Watch(camera, 720, 1)
		other, back := w.NewWay(variable(trip40, at{0, 5})), w.NewWay(wide(trip40))
		w.NewViewer("bystander", other, back, 0).Watch(camera, 720, 1)
		return []*Way{down, up, other, back}
	}}
}

// layers has four cameras, one of them on stage, on a link that carries some of it.
func layers() Case {
	return Case{"layers", "four cameras, one on stage, on 3.5 Mbit/s", judgedFrom, 70 * time.Second, func(w *World) []*Way {
		down, up := w.NewWay(variable(trip40, at{0, 3.5})), w.NewWay(wide(trip40))
		v := w.NewViewer("viewer", down, up, 0)
		for i := range uint32(4) {
			height, priority := 180, 1
			if i == 0 {
				height, priority = 720, 200
			}
			v.Watch(w.NewCamera(i+1, Usual...), height, priority)
		}
		return []*Way{down, up}
	}}
}

// grid has four equal cameras on a link that carries more than their lowest layers, and not all of the next.
func grid() Case {
	return Case{"grid", "four cameras of one size on 2 Mbit/s", judgedFrom, 130 * time.Second, func(w *World) []*Way {
		down, up := w.NewWay(variable(trip40, at{0, 2})), w.NewWay(wide(trip40))
		v := w.NewViewer("viewer", down, up, 0)
		for i := range uint32(4) {
			v.Watch(w.NewCamera(i+1, Usual...), 360, 1)
		}
		return []*Way{down, up}
	}}
}

// download begins beside a viewer who had the link alone.
func download() Case {
	return Case{"download", "a TCP flow from 15 s on, 1 Mbit/s", 30 * time.Second, 120 * time.Second, func(w *World) []*Way {
		down, up := w.NewWay(variable(trip40, at{0, 1})), w.NewWay(wide(trip40))
		w.NewViewer("media", down, up, 0).WatchElastic(1, unlimited)
		w.After(15*time.Second, func() { w.NewTCP("TCP", down, up, -1, nil) })
		return []*Way{down, up}
	}}
}

func twoViewers() Case {
	return Case{"two-viewers", "two viewers on one link of 3 Mbit/s", 30 * time.Second, 90 * time.Second, func(w *World) []*Way {
		down, up := w.NewWay(variable(trip40, at{0, 3})), w.NewWay(wide(trip40))
		w.NewViewer("viewer 1", down, up, 0).WatchElastic(1, unlimited)
		w.NewViewer("viewer 2", down, up, 0).WatchElastic(2, unlimited)
		return []*Way{down, up}
	}}
}

// lossy loses both ways on a link of 3 Mbit/s.
func lossy(percent int) Case {
	name, title := fmt.Sprintf("loss-%d", percent), fmt.Sprintf("%d %% loss each way, 3 Mbit/s, round trip 40 ms", percent)
	return Case{name, title, judgedFrom, 130 * time.Second, func(w *World) []*Way {
		there, back := bottleneck(trip40, 3), link.Conditions{Delay: trip40}
		there.Loss, back.Loss = float64(percent)/100, float64(percent)/100
		down, up := w.NewWay(link.Always(there)), w.NewWay(link.Always(back))
		w.NewViewer("viewer", down, up, 0).Watch(w.NewCamera(1, Usual...), 720, 1)
		return []*Way{down, up}
	}}
}

// Cases are all of them.
func Cases() []Case { return append(RFC8867(), Ours()...) }
