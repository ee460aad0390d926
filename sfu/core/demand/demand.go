package demand

import (
	"math/bits"
	"time"
)

const (
	keep   = 5 * time.Second // that a layer is still sent after its last receiver left it
	longer = 5 * time.Second // that the lowest layer is kept beyond that: pages are turned back
	fresh  = 3 * time.Second // how old the latest key frame of what nobody sees yet may become: a picture begins with one of up to 4 s
)

const most = 8 // layers

// Demand sums up which layers of one publication its receivers want.
type Demand struct {
	receivers map[uint64]uint8
	waiting   map[uint64]struct{} // those of the receivers that see nothing yet
	counts    [most]int           // of receivers, by layer
	until     [most]time.Time     // a layer that nobody wants any more is still sent
	fading    uint8               // the layers for which until counts
}

// New returns the demand for a publication that nobody has asked for yet. The layers of initial
// are taken as wanted a moment ago: who has just begun to send is not stopped at once.
func New(now time.Time, initial uint8) *Demand {
	d := &Demand{receivers: map[uint64]uint8{}}
	d.fade(now, initial)
	return d
}

// Set says which layers a receiver wants, a bit each, lowest first; 0 for a receiver that is gone.
func (d *Demand) Set(now time.Time, receiver uint64, layers uint8) {
	delete(d.waiting, receiver)
	d.set(now, receiver, layers)
}

// Warm says that a receiver sees nothing and may do so any moment: the lowest layer keeps coming for it, until Set.
func (d *Demand) Warm(now time.Time, receiver uint64) {
	if d.waiting == nil {
		d.waiting = map[uint64]struct{}{}
	}
	d.waiting[receiver] = struct{}{}
	d.set(now, receiver, 1)
}

// Stale reports whether who comes to see the publication could not begin with its latest key frame, of the time given. Of what
// somebody sees it never is: another key frame would cost them, and who comes asks for one.
func (d *Demand) Stale(now, key time.Time) bool {
	return len(d.waiting) > 0 && len(d.waiting) == len(d.receivers) && now.Sub(key) >= fresh
}

func (d *Demand) set(now time.Time, receiver uint64, layers uint8) {
	before := d.receivers[receiver]
	if layers == 0 {
		delete(d.receivers, receiver)
	} else {
		d.receivers[receiver] = layers
	}
	for added := layers &^ before; added != 0; added &= added - 1 {
		i := bits.TrailingZeros8(added)
		d.counts[i]++
		d.fading &^= 1 << i
	}
	var left uint8
	for gone := before &^ layers; gone != 0; gone &= gone - 1 {
		i := bits.TrailingZeros8(gone)
		if d.counts[i]--; d.counts[i] == 0 {
			left |= 1 << i
		}
	}
	d.fade(now, left)
}

// fade lets layers go that nobody wants any more, after their time.
func (d *Demand) fade(now time.Time, layers uint8) {
	for ; layers != 0; layers &= layers - 1 {
		i := bits.TrailingZeros8(layers)
		d.until[i] = now.Add(keep)
		if i == 0 {
			d.until[i] = now.Add(keep + longer)
		}
		d.fading |= 1 << i
	}
}

// Layers returns the layers to send, a bit each; 0 is a pause.
func (d *Demand) Layers(now time.Time) uint8 {
	layers := d.watched()
	for i := range most {
		if d.fading&(1<<i) == 0 {
			continue
		}
		if now.Before(d.until[i]) {
			layers |= 1 << i
		} else {
			d.fading &^= 1 << i
		}
	}
	return layers
}

// watched are the layers that somebody wants now.
func (d *Demand) watched() (layers uint8) {
	for i, n := range d.counts {
		if n > 0 {
			layers |= 1 << i
		}
	}
	return layers
}

// Deadline says when Layers changes by itself, false if it does not.
func (d *Demand) Deadline() (at time.Time, ok bool) {
	for i := range most {
		if d.fading&(1<<i) != 0 && (!ok || d.until[i].Before(at)) {
			at, ok = d.until[i], true
		}
	}
	return at, ok
}

// Snapshot explains a demand at one moment.
type Snapshot struct {
	Receivers int   `json:"receivers"`
	Waiting   int   `json:"waiting"` // receivers that see nothing yet
	Watched   uint8 `json:"watched"` // wanted by somebody, a bit each
	Kept      uint8 `json:"kept"`    // not any more, but still sent
}

// Snapshot explains the demand.
func (d *Demand) Snapshot() Snapshot {
	return Snapshot{Receivers: len(d.receivers), Waiting: len(d.waiting), Watched: d.watched(), Kept: d.fading}
}
