package main

import "github.com/plenum-meet/plenum/sfu"

// rooms shows the media server's rooms to the admin listener, which knows nothing of media.
type rooms struct{ media *sfu.Server }

func (r rooms) Rooms() []string { return r.media.Rooms() }

func (r rooms) Room(code string) (any, bool) { return r.media.Snapshot(code) }
