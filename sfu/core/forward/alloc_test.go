package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

var fanOuts = []int{1, 50, 500}

// slots returns so many video slots that show publication 1, and what feeds them.
func slots(n int) ([]*forward.Forwarder, func() *packet.Packet) {
	s := &stream{publication: 1}
	now := time.Now() // with a monotonic reading, as packets have it
	key := s.at(now, true)
	all := make([]*forward.Forwarder, n)
	for i := range all {
		all[i] = forward.NewVideo(forward.Start{Sequence: uint16(i), Timestamp: uint32(i)})
		all[i].Show(now, forward.Source{Publication: 1, Clock: 90000, Codec: codec.VP8, Layers: 3}, whole(0))
		all[i].Forward(now, 1, key)
	}
	p := s.at(now, false)
	return all, func() *packet.Packet {
		p.Seq++
		p.Timestamp += 2970
		p.Arrival = p.Arrival.Add(33 * ms)
		return p
	}
}

// layeredSlots returns slots that show a stream as browsers send it: two temporal layers, and all numbers there are.
func layeredSlots(n int) ([]*forward.Forwarder, func() *packet.Packet) {
	all, next := slots(n)
	payload := []byte{0x90, 0xf0, 0x80, 0, 0, 3, 0x11, 0, 0}
	d, _ := codec.Parse(codec.VP8, payload)
	return all, func() *packet.Packet {
		p := next()
		d.PictureID, d.TID, d.Sync = (d.PictureID+1)&0x7fff, d.TID^1, !d.Sync
		d.TL0 += 1 - d.TID
		p.Payload, p.Descriptor, p.Temporal = payload, d, int8(d.TID) //nolint:gosec // 0 or 1
		return p
	}
}

// fed is a publication that fills slots, and the packets that come next.
type fed struct {
	name  string
	slots func(n int) (all []*forward.Forwarder, next func() *packet.Packet)
}

var feeds = []fed{
	{"VP8", layeredSlots},
	{"VP8 in one layer", slots},
	{"VP8 with descriptor", func(n int) ([]*forward.Forwarder, func() *packet.Packet) {
		return svcSlots(n, codec.VP8, 1, 3, forward.All)
	}},
	{"VP9", func(n int) ([]*forward.Forwarder, func() *packet.Packet) {
		return svcSlots(n, codec.VP9, 3, 3, forward.All)
	}},
	{"AV1", func(n int) ([]*forward.Forwarder, func() *packet.Packet) {
		return svcSlots(n, codec.AV1, 3, 3, forward.All)
	}},
	{"AV1 below its top", func(n int) ([]*forward.Forwarder, func() *packet.Packet) { return svcSlots(n, codec.AV1, 3, 3, 0) }},
}

// svcSlots returns slots that show a stream with dependency descriptors.
func svcSlots(n int, kind codec.Kind, spatial, temporal int, target int8) ([]*forward.Forwarder, func() *packet.Packet) {
	var t testing.B
	s := newScalable(1, kind, spatial, temporal)
	now := time.Now()
	var made []*packet.Packet
	for picture := range 4*1024 + 1 { // whole groups, so that what comes again refers to what it did
		made = append(made, s.at(&t, now, picture == 0)...)
		now = now.Add(33 * ms)
	}
	all := make([]*forward.Forwarder, n)
	for i := range all {
		all[i] = forward.NewVideo(forward.Start{Sequence: uint16(i), Timestamp: uint32(i)})
		all[i].Show(made[0].Arrival, s.source(), packet.Layer{Spatial: min(2, target), Temporal: target})
		for _, p := range made[:spatial] {
			all[i].Forward(p.Arrival, 1, p)
		}
	}
	// Behind the last picture the first delta picture comes again, as if it were the next.
	again := made[spatial:]
	length := packet.Seq(len(again))
	at := -1
	return all, func() *packet.Packet {
		if at++; at == len(again) {
			at = 0
			for _, p := range again {
				p.Seq += length
				p.Timestamp += packet.Timestamp(length) / packet.Timestamp(spatial) * 2970
				p.Arrival = p.Arrival.Add(time.Duration(length) / time.Duration(spatial) * 33 * ms)
				p.Dependency.Number += uint16(length)
			}
		}
		return again[at]
	}
}

func TestForwardDoesNotAllocate(t *testing.T) {
	for _, feed := range feeds {
		for _, n := range []int{1, 50} {
			all, next := feed.slots(n)
			forwarded := 0
			if allocs := testing.AllocsPerRun(200, func() {
				p := next()
				for _, f := range all {
					out, reason := f.Forward(p.Arrival, 1, p)
					if reason == forward.Forwarded {
						forwarded++
						if sent, ok := f.Resend(p.Arrival, out.Sequence); ok {
							f.Rebuild(sent, out.Sequence, p)
						}
					}
					f.Forward(p.Arrival, 2, p)
					f.KeyFrameWanted(p.Arrival)
					f.Wants(1)
					f.Deadline()
				}
			}); allocs != 0 {
				t.Errorf("%s, %d slots: %v allocations per packet", feed.name, n, allocs)
			}
			if forwarded == 0 {
				t.Errorf("%s: nothing is forwarded", feed.name)
			}
		}
	}
}

func TestForwardingAVoiceDoesNotAllocate(t *testing.T) {
	red := codec.AppendRED(nil, 111, []codec.Block{{Offset: 960, Data: []byte{1, 2}}}, []byte{3, 4})
	for _, source := range []forward.Source{{Codec: codec.Opus, RED: 63}, {Codec: codec.RED, RED: 63}, {Codec: codec.RED}} {
		slot := forward.NewAudio(forward.Start{})
		slot.SetProtection(2)
		source.Publication, source.Layers = 1, 1
		slot.Show(begin, source, whole(0))
		p := &packet.Packet{Arrival: begin, Payload: red, Seq: 1 << 16, Timestamp: 1 << 32}
		if allocs := testing.AllocsPerRun(200, func() {
			p.Seq++
			p.Timestamp += 960
			p.Arrival = p.Arrival.Add(20 * ms)
			if _, reason := slot.Forward(p.Arrival, 1, p); reason != forward.Forwarded {
				t.Fatal(reason)
			}
		}); allocs != 0 {
			t.Errorf("%+v: %v allocations per packet", source, allocs)
		}
	}
}
