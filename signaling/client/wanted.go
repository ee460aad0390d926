package client

import (
	"sync"

	"github.com/plenum-meet/plenum/signaling/message"
)

// wanted are the layers that somebody watches, by source; a source of which the server has said nothing is wanted
// whole. The socket's reader sets it, the upstream's goroutine asks.
type wanted struct {
	mu     sync.Mutex
	layers map[message.Source][]bool
}

func (w *wanted) set(source message.Source, layers []bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.layers == nil {
		w.layers = map[message.Source][]bool{}
	}
	w.layers[source] = layers
}

// forget makes everything wanted: a new connection begins.
func (w *wanted) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.layers = nil
}

// of returns a bit for each wanted layer of a source.
func (w *wanted) of(source message.Source) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	layers, said := w.layers[source]
	if !said {
		return ^uint64(0)
	}
	var bits uint64
	for i, yes := range layers {
		if yes && i < 64 {
			bits |= 1 << i
		}
	}
	return bits
}
