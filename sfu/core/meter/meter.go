package meter

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// What a meter tells apart. Higher temporal layers count as the highest.
const (
	MaxSpatial  = 3
	MaxTemporal = 4
)

const (
	cycle  = 500 * time.Millisecond
	cycles = 4 // a value is the mean of up to 2 s, so that a key frame does not stand out
)

// sums are counts of one cycle, by temporal layer and cumulative: what a viewer of that layer is sent.
type sums struct {
	bytes, frames [MaxTemporal]int32
	took          time.Duration
}

// row is one spatial layer.
type row struct {
	running   sums
	own       bool // something of this very layer came in the running cycle
	timestamp packet.Timestamp
	begun     bool
	closed    [cycles]sums // a ring
	n         int          // cycles since the layer began to flow
	values    values
	before    values    // of the cycle before: the last one of a layer that stops is not full
	since     time.Time // first packet, while n is 0: nor is its first one
}

type values struct {
	rate [MaxTemporal]packet.Bitrate
	fps  [MaxTemporal]int
}

// Meter measures one feed. It allocates nothing.
type Meter struct {
	scalable bool
	apart    bool // SVC whose spatial layers need each other in key pictures alone (K-SVC)
	ends     time.Time
	layers   [MaxSpatial]row
}

// New returns a meter. scalable says that all layers come in one stream, and may need those below.
func New(scalable bool) Meter { return Meter{scalable: scalable} }

// Add takes a packet with media and reports whether Rate and FPS have new values.
func (m *Meter) Add(now time.Time, p *packet.Packet) (renewed bool) {
	if m.ends.IsZero() {
		m.ends = now.Add(cycle)
	}
	if !now.Before(m.ends) {
		m.close(now)
		renewed = true
	}
	if p.Spatial < 0 || p.Spatial >= MaxSpatial {
		return renewed
	}
	r := &m.layers[p.Spatial]
	if !r.own && r.n == 0 {
		r.since = now
	}
	r.own = true
	temporal := min(max(p.Temporal, 0), MaxTemporal-1)
	if !r.begun || p.Timestamp > r.timestamp {
		r.begun, r.timestamp = true, p.Timestamp
		for t := temporal; t < MaxTemporal; t++ {
			r.running.frames[t]++
		}
	}
	if d := p.Dependency; d != nil && d.Structure != nil && len(d.Structure.TargetSpatial) == len(d.Indications) {
		m.addTargets(p, d)
	} else {
		m.addLayers(p, temporal)
	}
	return renewed
}

// addTargets counts a packet for every decode target that is sent it.
func (m *Meter) addTargets(p *packet.Packet, d *dependency.Descriptor) {
	var counted [MaxSpatial][MaxTemporal]bool
	for i, indication := range d.Indications {
		if indication == dependency.NotPresent || i >= len(d.Structure.TargetTemporal) {
			continue
		}
		// Of simulcast each stream has a structure of its own, with one spatial layer.
		s, t := d.Structure.TargetSpatial[i]+p.Stream, d.Structure.TargetTemporal[i]
		if s < 0 || s >= MaxSpatial || t < 0 || t >= MaxTemporal || counted[s][t] {
			continue
		}
		counted[s][t] = true
		m.layers[s].running.bytes[t] += int32(len(p.Payload)) //nolint:gosec // one datagram
	}
}

// addLayers counts a packet for its layer and those above that need it.
func (m *Meter) addLayers(p *packet.Packet, temporal int8) {
	top := p.Spatial
	if d := p.Descriptor; m.scalable {
		if d.HasLayers && d.SID > 0 && d.InterPicture {
			m.apart = !d.InterLayer
		}
		if !m.apart || !d.InterPicture {
			top = MaxSpatial - 1
		}
	}
	for s := p.Spatial; s <= top; s++ {
		for t := temporal; t < MaxTemporal; t++ {
			m.layers[s].running.bytes[t] += int32(len(p.Payload)) //nolint:gosec // one datagram
		}
	}
}

// close ends the running cycle.
func (m *Meter) close(now time.Time) {
	silent := now.Sub(m.ends) >= cycle // nothing at all came for a cycle: the mean would be wrong
	took := now.Sub(m.ends) + cycle
	m.ends = now.Add(cycle)
	for i := range m.layers {
		r := &m.layers[i]
		if r.own && !silent {
			r.running.took = took
			if r.n == 0 {
				r.running.took = max(now.Sub(r.since), cycle/5)
			}
			r.closed[r.n%cycles] = r.running
			r.n++
			r.before = r.values
			r.average()
		} else if r.n > 0 {
			r.n = 0
			r.values = r.before
		}
		r.running, r.own = sums{}, false
	}
}

// average renews the values from the latest cycles.
func (r *row) average() {
	n := min(r.n, cycles)
	var span time.Duration
	for i := range n {
		span += r.closed[i].took
	}
	for t := range MaxTemporal {
		var bytes, frames int64
		for i := range n {
			bytes += int64(r.closed[i].bytes[t])
			frames += int64(r.closed[i].frames[t])
		}
		r.values.rate[t] = packet.Bitrate(bytes * 8 * int64(time.Second) / int64(span))
		r.values.fps[t] = int((frames*int64(time.Second) + int64(span)/2) / int64(span))
		if t > 0 {
			// Decode targets end at the highest temporal layer that there is.
			r.values.rate[t] = max(r.values.rate[t], r.values.rate[t-1])
		}
	}
}

// Rate is what a viewer of a layer is sent, without headers. 0 until it is known.
func (m *Meter) Rate(l packet.Layer) packet.Bitrate {
	s, t, ok := index(l)
	if !ok {
		return 0
	}
	return m.layers[s].values.rate[t]
}

// FPS is how many pictures a second a viewer of a layer gets. 0 until it is known.
func (m *Meter) FPS(l packet.Layer) int {
	s, t, ok := index(l)
	if !ok {
		return 0
	}
	return m.layers[s].values.fps[t]
}

// index finds a layer; temporal layers beyond the highest are the highest.
func index(l packet.Layer) (s, t int8, ok bool) {
	if l.Spatial < 0 || l.Spatial >= MaxSpatial || l.Temporal < 0 {
		return 0, 0, false
	}
	return l.Spatial, min(l.Temporal, MaxTemporal-1), true
}
