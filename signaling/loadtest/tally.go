package loadtest

import "slices"

// tally is what has been counted so far, of all bots together.
type tally struct {
	packets, bytes, lost, frames, freezes uint64
	layers                                [layers]uint64
	latency                               Histogram
}

func (r *run) tally() tally {
	r.mu.Lock()
	bots := slices.Clone(r.bots)
	r.mu.Unlock()
	var t tally
	for _, b := range bots {
		b.mu.Lock()
		o := &b.outcome
		t.packets += o.Packets
		t.bytes += o.Bytes
		t.lost += o.Lost + b.lost
		t.frames += o.Frames
		t.freezes += o.Freezes
		for i := range layers {
			t.layers[i] += o.Received[i].Bytes
		}
		t.latency.Merge(&o.Latency)
		for _, s := range b.slots {
			t.frames += s.frames
			t.freezes += s.freezes
		}
		b.mu.Unlock()
	}
	return t
}
