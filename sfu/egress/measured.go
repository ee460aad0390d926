package egress

import (
	"sync/atomic"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/meter"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// normalSilence is how long a layer is silent before it counts as stopped, unless its source says otherwise.
const normalSilence = 500 * time.Millisecond

// measured is what a feed's writer measures, in a form that others can read.
type measured struct {
	// For the writer alone.
	meter    meter.Meter
	activity [MaxLayers]meter.Activity

	still     time.Duration // silence after which a layer counts as stopped
	rate      [MaxLayers][meter.MaxTemporal]atomic.Int64
	expected  [MaxLayers][meter.MaxTemporal]atomic.Int64
	fps       [MaxLayers][meter.MaxTemporal]atomic.Int32
	latest    [MaxLayers]atomic.Int64 // ns since 1970
	from      [MaxLayers]atomic.Int64
	paused    atomic.Uint32 // layers of which the writer is to be told that they were asked to stop
	temporals atomic.Int32
}

func (m *measured) add(p *packet.Packet) {
	if p.Spatial < 0 || p.Spatial >= MaxLayers {
		return
	}
	m.pause()
	a := &m.activity[p.Spatial]
	a.Packet(p.Arrival, m.silence(p.Spatial), m.othersFlow(p.Spatial, p.Arrival))
	latest, from := a.Since()
	m.from[p.Spatial].Store(from.UnixNano())
	m.latest[p.Spatial].Store(latest.UnixNano())
	if t := int32(p.Temporal) + 1; t > m.temporals.Load() {
		m.temporals.Store(min(t, meter.MaxTemporal))
	}
	if m.meter.Add(p.Arrival, p) {
		m.publish()
	}
}

// othersFlow reports whether a layer has come without a break while this one was silent.
func (m *measured) othersFlow(spatial int8, now time.Time) bool {
	if now.UnixNano()-m.latest[spatial].Load() <= int64(normalSilence) {
		return true // most of the time: nobody asks
	}
	for s := range int8(MaxLayers) {
		if s != spatial && m.activity[s].Steady(now, m.silence(s)) {
			return true
		}
	}
	return false
}

// pause tells the activities of layers that were asked to stop.
func (m *measured) pause() {
	if m.paused.Load() == 0 {
		return
	}
	paused := m.paused.Swap(0)
	for s := range m.activity {
		if paused&(1<<s) != 0 {
			m.activity[s].Pause()
		}
	}
}

func (m *measured) publish() {
	for s := range int8(MaxLayers) {
		for t := range int8(meter.MaxTemporal) {
			l := packet.Layer{Spatial: s, Temporal: t}
			if rate := m.meter.Rate(l); rate > 0 {
				m.rate[s][t].Store(int64(rate))
				m.fps[s][t].Store(int32(m.meter.FPS(l))) //nolint:gosec // pictures a second
			}
		}
	}
}

func (m *measured) silence(spatial int8) time.Duration {
	normal := m.still
	if normal == 0 {
		normal = normalSilence
	}
	return meter.Silence(normal, int(m.fps[spatial][meter.MaxTemporal-1].Load()))
}

func (m *measured) flows(now time.Time) (layers uint8) {
	at := now.UnixNano()
	for s := range int8(MaxLayers) {
		latest := m.latest[s].Load()
		if latest != 0 && at-latest <= int64(m.silence(s)) && at >= m.from[s].Load() {
			layers |= 1 << s
		}
	}
	return layers
}

func (m *measured) rateOf(l packet.Layer) packet.Bitrate {
	if l.Spatial < 0 || l.Spatial >= MaxLayers || l.Temporal < 0 {
		return 0
	}
	t := min(l.Temporal, meter.MaxTemporal-1)
	if rate := m.rate[l.Spatial][t].Load(); rate > 0 {
		return packet.Bitrate(rate)
	}
	return packet.Bitrate(m.expected[l.Spatial][t].Load())
}

func (m *measured) fpsOf(l packet.Layer) int {
	if l.Spatial < 0 || l.Spatial >= MaxLayers || l.Temporal < 0 {
		return 0
	}
	return int(m.fps[l.Spatial][min(l.Temporal, meter.MaxTemporal-1)].Load())
}

func (m *measured) announce(l packet.Layer, rate packet.Bitrate) {
	if l.Spatial < 0 || l.Spatial >= MaxLayers || l.Temporal < 0 {
		return
	}
	// Higher temporal layers cost at least as much; the next announcements say how much.
	for t := min(l.Temporal, meter.MaxTemporal-1); t < meter.MaxTemporal; t++ {
		m.expected[l.Spatial][t].Store(int64(rate))
	}
}

func (m *measured) inherit(old *measured) {
	for s := range MaxLayers {
		for t := range meter.MaxTemporal {
			m.rate[s][t].Store(old.rate[s][t].Load())
			m.expected[s][t].Store(old.expected[s][t].Load())
			m.fps[s][t].Store(old.fps[s][t].Load())
		}
	}
	m.temporals.Store(old.temporals.Load())
}

func (m *measured) announced(l packet.Layer) packet.Bitrate {
	if l.Spatial < 0 || l.Spatial >= MaxLayers || l.Temporal < 0 {
		return 0
	}
	return packet.Bitrate(m.expected[l.Spatial][min(l.Temporal, meter.MaxTemporal-1)].Load())
}

func (m *measured) known() (layers uint8) {
	for s := range m.latest {
		if m.latest[s].Load() != 0 {
			layers |= 1 << s
		}
	}
	return layers
}
