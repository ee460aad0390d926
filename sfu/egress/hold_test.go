package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/mailbox"
)

// What comes to a receiver in one pass leaves in one message: so a picture waits for its last packet, but not for long.
func TestAPictureWaitsForItsLastPacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Shard{box: mailbox.New[message](messageLimit)}
		camera, voice := &Feed{Codec: codec.VP8}, &Feed{Codec: codec.Opus}
		part, last := &packet.Packet{}, &packet.Packet{Marker: true}
		for _, test := range []struct {
			name  string
			feed  *Feed
			comes []*packet.Packet
			waits time.Duration
			takes int
		}{
			{"a whole picture", camera, []*packet.Packet{part, part, last}, 0, 3},
			{"a picture whose end is not in sight", camera, []*packet.Packet{part, part}, pictureHold, 2},
			{"a voice", voice, []*packet.Packet{part}, 0, 1},
		} {
			began := time.Now()
			for _, p := range test.comes {
				if len(s.box.Ready()) > 0 {
					t.Errorf("%s: the first packets leave before the last came", test.name)
				}
				s.Media(test.feed, p)
			}
			<-s.box.Ready()
			if got, after := len(s.box.Take()), time.Since(began); got != test.takes || after != test.waits {
				t.Errorf("%s: %d packets leave after %s, want %d after %s", test.name, got, after, test.takes, test.waits)
			}
		}
	})
}
