package link

import (
	"fmt"
	"time"
)

// Milliseconds is a span of time as profiles write it.
type Milliseconds float64

// Duration is the same span as Go speaks of it.
func (m Milliseconds) Duration() time.Duration {
	return time.Duration(float64(m) * float64(time.Millisecond))
}

// Conditions are what a link does to packets: its knobs. The zero value delivers at once.
type Conditions struct {
	Delay  Milliseconds `json:"delay,omitempty"`
	Jitter Milliseconds `json:"jitter,omitempty"` // two standard deviations; uniform: the furthest
	// Uniform jitter in place of normal.
	Uniform bool `json:"uniform,omitempty"`

	// Reorder is the share of packets held back by Hold, which those behind them overtake. The others keep their order.
	Reorder float64      `json:"reorder,omitempty"`
	Hold    Milliseconds `json:"hold,omitempty"`

	// Duplicate is the share of packets of which a copy follows after Echo.
	Duplicate float64      `json:"duplicate,omitempty"`
	Echo      Milliseconds `json:"echo,omitempty"`

	// Loss is the share of packets lost.
	Loss float64 `json:"loss,omitempty"`
	// Burst is the mean length of a burst of losses (Gilbert-Elliott); 0: each packet for itself.
	Burst float64 `json:"burst,omitempty"`

	Rate   int64        `json:"rate,omitempty"`   // bit/s; 0: without limit
	Bucket int          `json:"bucket,omitempty"` // bytes that pass at once after silence
	Queue  Milliseconds `json:"queue,omitempty"`  // what may wait at the rate; beyond, the newest is dropped
	// QueueBytes bounds the queue in place of Queue.
	QueueBytes int `json:"queueBytes,omitempty"`

	MTU       int  `json:"mtu,omitempty"` // bytes; 0: any size passes
	Blackhole bool `json:"blackhole,omitempty"`
}

// Step replaces the conditions at a time since the beginning.
type Step struct {
	At   Milliseconds `json:"at"`
	Then Conditions   `json:"then"`
}

// Plan is the life of one direction: conditions at first, and when they change.
type Plan struct {
	Start Conditions `json:"start"`
	Steps []Step     `json:"steps,omitempty"` // by time
	// Repeat begins the plan anew after this time; 0: never.
	Repeat Milliseconds `json:"repeat,omitempty"`
}

// Always is a plan without a change.
func Always(c Conditions) Plan { return Plan{Start: c} }

// Validate says in one sentence what no link can do.
func (p Plan) Validate() error {
	if err := p.Start.validate(); err != nil {
		return err
	}
	before := Milliseconds(0)
	for _, s := range p.Steps {
		if s.At <= before {
			return fmt.Errorf("the step at %v ms does not come after %v ms", s.At, before)
		}
		if err := s.Then.validate(); err != nil {
			return fmt.Errorf("the step at %v ms: %w", s.At, err)
		}
		before = s.At
	}
	if p.Repeat != 0 && p.Repeat <= before {
		return fmt.Errorf("the plan repeats after %v ms, before its last step", p.Repeat)
	}
	return nil
}

func (c Conditions) validate() error {
	for _, share := range []float64{c.Loss, c.Reorder, c.Duplicate} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("%v is not a share between 0 and 1", share)
		}
	}
	for _, span := range []Milliseconds{c.Delay, c.Jitter, c.Hold, c.Echo, c.Queue} {
		if !(span >= 0 && span <= longest) {
			return fmt.Errorf("%v ms is not between 0 and %v", span, longest)
		}
	}
	switch {
	case c.Rate < 0 || c.Bucket < 0 || c.QueueBytes < 0 || c.MTU < 0:
		return fmt.Errorf("rate, bucket, queue and MTU are not below 0")
	case c.Rate > 0 && c.Queue == 0 && c.QueueBytes == 0:
		return fmt.Errorf("a link of %d bit/s needs a queue", c.Rate)
	case !(c.Burst >= 0 && c.Burst <= 1e6):
		return fmt.Errorf("%v is no length of a burst", c.Burst)
	case c.Burst > 0 && c.Burst*(1-c.Loss) < c.Loss:
		return fmt.Errorf("a loss of %v needs bursts longer than %v", c.Loss, c.Burst)
	}
	return nil
}

// longest span that a profile may ask for.
const longest = Milliseconds(60_000)

// at returns the conditions at a time since the beginning, and the time of the next change, if there is one.
func (p Plan) at(since time.Duration) (c Conditions, change time.Duration, changes bool) {
	var round time.Duration
	if repeat := p.Repeat.Duration(); repeat > 0 {
		round = since - since%repeat
		change, changes = round+repeat, true
	}
	c = p.Start
	for _, s := range p.Steps {
		at := round + s.At.Duration()
		if at > since {
			return c, at, true
		}
		c = s.Then
	}
	return c, change, changes
}

// queueBits is the room of the queue.
func (c Conditions) queueBits() float64 {
	if c.QueueBytes > 0 {
		return float64(c.QueueBytes) * 8
	}
	return float64(c.Rate) * c.Queue.Duration().Seconds()
}
