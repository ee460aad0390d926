package forward

import (
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/history"
	"github.com/plenum-meet/plenum/sfu/core/layer"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/core/rewrite"
)

// numbers are all the numbers that a slot carries on, whatever it shows: each codec's rest while
// another one is shown.
type numbers struct {
	ended    bool // the newest packet ended its picture
	narrowed bool // the receiver was told that some decode targets are not sent
	patched  [codec.MaxVP8Descriptor]byte
	frames   rewrite.Frames
	sequence rewrite.Sequence
	vp8      rewrite.VP8
	vp9      rewrite.VP9
}

func newNumbers(start Start) numbers {
	return numbers{
		sequence: rewrite.NewSequence(start.Sequence),
		vp8: rewrite.NewVP8(codec.VP8IDs{
			PictureID: start.PictureID, TL0: start.TL0, KeyIndex: start.KeyIndex,
		}),
		vp9:    rewrite.NewVP9(codec.VP9IDs{PictureID: start.PictureID, TL0: start.TL0}),
		frames: rewrite.NewFrames(start.Frame),
		ended:  true,
	}
}

// begin starts another source at p.
func (n *numbers) begin(p *packet.Packet) {
	if !n.ended {
		// What was sent of the last picture is all there is: the hole says so.
		n.sequence.Leave()
	}
	n.sequence.Begin(p.Seq)
	n.vp8.Begin()
	n.vp9.Begin()
	n.frames.Begin()
	n.narrowed = false
}

// skip drops p, newer than all before, on purpose: what follows it closes up.
func (n *numbers) skip(kind codec.Kind, p *packet.Packet) {
	n.sequence.Skip(p.Seq)
	if kind == codec.VP8 {
		n.vp8.Skip(&p.Descriptor)
	}
}

// name gives p its numbers but for the RTP header's; false if its picture was dropped.
func (n *numbers) name(kind codec.Kind, s *history.Sent, p *packet.Packet, newest bool, v *layer.Verdict) bool {
	switch kind {
	case codec.VP8:
		ids, ok := n.vp8.Map(&p.Descriptor, newest)
		if !ok {
			return false
		}
		s.Picture, s.TL0, s.KeyIndex = ids.PictureID, ids.TL0, ids.KeyIndex
	case codec.VP9:
		ids := n.vp9.Map(&p.Descriptor, newest)
		s.Picture, s.TL0 = ids.PictureID, ids.TL0
	case codec.Unknown, codec.Opus, codec.RED, codec.H264, codec.AV1:
	}
	if v.Describe {
		if d := p.Dependency; d.Attached {
			n.narrowed = v.Active != d.Structure.All()
		} else if v.Active != d.Structure.All() {
			n.narrowed = true
		}
		s.HasFrame, s.Frame, s.Active, s.Announce = true, n.frames.Map(p.Dependency.Number), v.Active, n.narrowed
	}
	return true
}

// describe appends the header extension of a packet that was named.
func describe(dst []byte, s *history.Sent, p *packet.Packet) []byte {
	switch {
	case !s.HasFrame || p.Dependency == nil:
		return nil
	case s.Announce:
		return p.Dependency.RewriteActive(dst, s.Frame, s.Active)
	}
	return p.Dependency.Rewrite(dst, s.Frame, s.Active)
}

// build makes the packet with the numbers it was given. The same numbers make the same bytes.
func (f *Forwarder) build(s *history.Sent, number uint16, p *packet.Packet, out *Out) {
	out.Sequence, out.Timestamp, out.Marker, out.Publication = number, s.Timestamp, s.Marker, s.Publication
	out.Payload, out.Codec, out.Spatial, out.Temporal = p.Payload, s.Codec, p.Spatial, p.Temporal
	n := &f.numbers
	switch s.From {
	case codec.VP8:
		ids := codec.VP8IDs{PictureID: s.Picture, TL0: s.TL0, KeyIndex: s.KeyIndex}
		out.Descriptor = codec.PatchVP8(n.patched[:0], p.Payload, &p.Descriptor, ids)
		out.Payload = p.Payload[p.Descriptor.Size:]
	case codec.VP9:
		out.Descriptor = codec.PatchVP9(n.patched[:0], p.Payload, &p.Descriptor, codec.VP9IDs{PictureID: s.Picture, TL0: s.TL0})
		out.Payload = p.Payload[p.Descriptor.Size:]
	case codec.RED:
		out.Descriptor, out.Payload = f.voice.convert(s.Codec, p.Payload)
	case codec.Unknown, codec.Opus, codec.H264, codec.AV1:
	}
	out.Dependency = describe(f.dependency[:0], s, p)
}
