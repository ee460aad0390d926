package forward_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

// newestBlock is the frame that a voice's packet is about.
func newestBlock(kind codec.Kind, header, rest []byte) []byte {
	whole := append(bytes.Clone(header), rest...)
	if kind != codec.RED {
		return whole
	}
	all, err := codec.SplitRED(nil, whole)
	if err != nil {
		return nil
	}
	return all[len(all)-1].Data
}

// checkVoice checks what a receiver of audio gets: the frame itself, and before it only frames that the same
// voice spoke at the time that their headers say.
func (o *oracle) checkVoice(now time.Time, seq packet.Seq, kind codec.Kind, s *seen) error {
	if s.out.Codec == codec.RED && !o.red {
		return fmt.Errorf("RED for a receiver that takes none")
	}
	s.voice = newestBlock(s.out.Codec, s.descriptor, s.out.Payload)
	if want := newestBlock(kind, nil, s.packet.Payload); !bytes.Equal(s.voice, want) {
		return fmt.Errorf("frame %x became %x", want, s.voice)
	}
	if err := o.checkNumbers(now, seq, s); err != nil || s.out.Codec != codec.RED {
		return err
	}
	all, err := codec.SplitRED(nil, append(bytes.Clone(s.descriptor), s.out.Payload...))
	if err != nil {
		return fmt.Errorf("splitting: %w", err)
	}
	for _, b := range all {
		if b.PayloadType != receiversOpus {
			return fmt.Errorf("block of payload type %d", b.PayloadType)
		}
		if kind == codec.Opus && b.Offset > 0 && !o.spoke(seq, s.timestamp-packet.Timestamp(b.Offset), b.Data) {
			return fmt.Errorf("repeats %x of %d ticks before, which was not sent then", b.Data, b.Offset)
		}
	}
	return nil
}

// spoke reports whether a frame was sent at a timestamp, shortly before a number.
func (o *oracle) spoke(before packet.Seq, at packet.Timestamp, frame []byte) bool {
	for seq := before - 1; seq > before-600; seq-- {
		if s := o.sent[seq]; s != nil && s.timestamp == at && bytes.Equal(s.voice, frame) && s.out.Publication == o.segment.first.out.Publication {
			return true
		}
	}
	return false
}
