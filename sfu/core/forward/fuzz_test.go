package forward_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/dependency"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// commandSize is how many bytes of the input make one command.
const commandSize = 12

// FuzzForward plays publishers that obey no rule at all: any number, any timestamp, any layer,
// feed and descriptor, in any order. The slot's numbers must not show it.
func FuzzForward(f *testing.F) {
	f.Add([]byte{}, uint8(codec.VP8))
	f.Add([]byte{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, uint8(codec.VP8))
	f.Add(append([]byte{0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 10*commandSize)...), uint8(codec.Opus))
	wild := make([]byte, 100*commandSize)
	for i := range wild {
		wild[i] = byte(i * i * 31)
	}
	for kind := codec.Opus; kind <= codec.AV1; kind++ {
		f.Add(wild, uint8(kind))
	}
	f.Fuzz(func(t *testing.T, in []byte, of uint8) {
		kind := codec.Opus + codec.Kind(of-1)%codec.AV1
		slot := forward.NewAudio(forward.Start{Sequence: 65000})
		if kind.Video() {
			slot = forward.NewVideo(forward.Start{Sequence: 65000})
		}
		play(t, slot, kind, in)
	})
}

func play(t *testing.T, slot *forward.Forwarder, kind codec.Kind, in []byte) {
	now := begin
	var out packet.Unwrapper
	sent, passed := map[packet.Seq]bool{}, map[packet.Seq]*packet.Packet{}
	newest, started := packet.Seq(0), false
	inForce := dependency.NewPattern(dependency.Mode(len(in)%3), 3, 3).Structure()
	for ; len(in) >= commandSize; in = in[commandSize:] {
		now = now.Add(time.Duration(in[1]) * 10 * ms)
		switch in[0] % 8 {
		case 0:
			slot.Show(now, forward.Source{Publication: uint32(in[2] % 3), Codec: kind, Layers: int8(in[3]), Live: in[4], Scalable: in[7]&1 != 0, RED: in[8]}, packet.Layer{Spatial: int8(in[5]), Temporal: int8(in[6])})
		case 1:
			slot.SetTarget(now, packet.Layer{Spatial: int8(in[2]), Temporal: int8(in[3])})
		case 2:
			slot.Cut(now, packet.Layer{Spatial: int8(in[2]), Temporal: int8(in[4])})
			slot.SetRTT(time.Duration(int8(in[3])) * ms)
			slot.SetLink(time.Duration(int8(in[5]))*ms, float64(int8(in[6]))/50)
			slot.SetCongested(in[7]&1 != 0)
			slot.SetProtection(int(int8(in[8])))
		case 3:
			slot.SenderReport(uint32(in[2]%3), int8(in[3]), binary.BigEndian.Uint64(in[4:]), binary.BigEndian.Uint32(in[4:]), now)
			slot.Report(now)
			slot.KeyFrameWanted(now)
			if s, ok := slot.Resend(now, binary.BigEndian.Uint16(in[4:])); ok {
				if p := passed[s.Seq]; s.Of(p) {
					slot.Rebuild(s, 7, p)
				}
			}
			if in[8] == 0 {
				slot.KeyFrameAsked(now)
			}
			slot.Deadline()
		default:
			p := wildPacket(now, kind, in)
			describeWildly(p, in, &inForce)
			slot.Wants(uint32(in[2] % 3))
			got, reason := slot.Forward(now, uint32(in[2]%3), p)
			if reason != forward.Forwarded {
				continue
			}
			seq := out.Unwrap(got.Sequence)
			if sent[seq] {
				t.Fatalf("number %d twice", seq)
			}
			if started && seq > newest+1001 || !started && got.Sequence != 65000 {
				t.Fatalf("number %d after %d", seq, newest)
			}
			passed[p.Seq] = p
			sent[seq], started, newest = true, true, max(newest, seq)
		}
	}
	slot.Snapshot()
}

// describeWildly gives p a dependency descriptor that parses, and whatever else it says.
func describeWildly(p *packet.Packet, in []byte, inForce **dependency.Structure) {
	if in[2]&0x10 != 0 {
		return
	}
	raw := append([]byte{}, in[5:]...)
	if in[2]&0x20 != 0 {
		// A structure with the fuzzer's frame number and flags.
		raw = (*inForce).Append(nil, dependency.Frame{
			First: in[5]&1 != 0, Last: in[5]&2 != 0, Number: binary.BigEndian.Uint16(in[6:]),
			Template: int(in[8]) % len((*inForce).Templates), Attach: true, HasActive: in[5]&4 != 0, Active: uint32(in[9])<<1 | 1,
		})
	}
	d, err := dependency.Parse(raw, *inForce)
	if err != nil {
		return
	}
	if d.Attached {
		*inForce = d.Structure
	}
	p.Dependency = &d
}

// wildPacket makes a packet of whatever the input says; only a payload that does not parse
// never gets this far.
func wildPacket(now time.Time, kind codec.Kind, in []byte) *packet.Packet {
	p := &packet.Packet{
		Arrival: now, Stream: int8(in[3] % 5), Spatial: int8(in[3] % 5), Feed: uint16(in[3] >> 6), Overtaken: in[0]&0x80 != 0,
		Seq:       1<<16 + packet.Seq(binary.BigEndian.Uint16(in[4:])),
		Timestamp: packet.Timestamp(binary.BigEndian.Uint32(in[6:])) << (in[10] % 20),
	}
	payload := in[8:commandSize]
	if in[10]&0x80 != 0 {
		payload = []byte{0x90, in[9], in[10], in[11], in[8], in[6], 0x10, 0, 0, 0x9d, 0x01, 0x2a, 1, 2, 3, 4}
	}
	if in[11] == 0 {
		return p
	}
	d, err := codec.Parse(kind, payload)
	if err != nil {
		return p
	}
	p.Payload, p.Descriptor = payload, d
	if in[11]&1 != 0 {
		p.Descriptor.Key = p.Descriptor.Start
	}
	return p
}
