package egress

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/core/packet"
	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

// The header is what pion's parser reads, in both forms of extensions (RFC 8285 §4.2, §4.3).
func TestTheHeaderIsReadAsItWasMeant(t *testing.T) {
	forms := map[uint16]int{}
	for seed := range seeds.Of(500) {
		random := rand.New(rand.NewPCG(seed, 2))
		ids := random.Perm(254)
		if random.IntN(2) == 0 {
			ids = random.Perm(oneByteIDs)
		}
		var e extensions
		e.reset()
		want := map[uint8][]byte{}
		for i := range random.IntN(len(e.list) + 1) {
			length := 1 + random.IntN(oneByteSize)
			if random.IntN(4) == 0 {
				length = 1 + random.IntN(255)
			}
			value := make([]byte, length)
			for k := range value {
				value[k] = byte(random.Uint32()) //nolint:gosec // cut
			}
			id := uint8(ids[i] + 1) //nolint:gosec // below 255
			e.add(id, value)
			want[id] = value
		}
		e.add(0, []byte{1}) // nobody negotiated it
		e.add(7, nil)       // nothing to say
		h := head{
			ssrc: packet.SSRC(random.Uint32()), payload: uint8(random.IntN(128)), sequence: uint16(random.Uint32()), //nolint:gosec // cut
			timestamp: random.Uint32(), marker: random.IntN(2) == 0, csrc: random.Uint32(),
		}
		room := bytes.Repeat([]byte{0xee}, stride)
		n := h.put(room, false)
		ask := uint8(1 + random.IntN(254)) //nolint:gosec // below 255
		for id := range want {
			if random.IntN(2) == 0 {
				ask = id
			}
		}
		end, at := e.put(room, n, ask)
		if end != headSize+e.size() {
			t.Fatalf("seed %d: %d bytes, announced %d", seed, end, headSize+e.size())
		}
		var got rtp.Header
		parsed, err := got.Unmarshal(room)
		if err != nil || parsed != end {
			t.Fatalf("seed %d: the payload begins at %d, want %d: %v", seed, parsed, end, err)
		}
		if got.Version != 2 || got.Padding || got.Marker != h.marker || got.PayloadType != h.payload || got.SequenceNumber != h.sequence ||
			got.Timestamp != h.timestamp || got.SSRC != uint32(h.ssrc) || !slices.Equal(got.CSRC, []uint32{h.csrc}) {
			t.Errorf("seed %d: %+v, want %+v", seed, got, h)
		}
		if got.Extension != (len(want) > 0) || len(got.GetExtensionIDs()) != len(want) {
			t.Errorf("seed %d: extensions %v, want %d", seed, got.GetExtensionIDs(), len(want))
		}
		for id, value := range want {
			if !bytes.Equal(got.GetExtension(id), value) {
				t.Errorf("seed %d: extension %d is %x, want %x", seed, id, got.GetExtension(id), value)
			}
		}
		if value, ok := want[ask]; ok != (at > 0) || ok && !bytes.Equal(room[at:at+len(value)], value) {
			t.Errorf("seed %d: extension %d is said to be at %d", seed, ask, at)
		}
		if got.Extension {
			forms[got.ExtensionProfile]++
		}
	}
	if forms[oneByteProfile] == 0 || forms[twoByteProfile] == 0 {
		t.Errorf("forms that came: %v", forms)
	}
}

// A publisher's descriptor may grow beyond what an extension can say while it is rewritten.
func TestAnExtensionThatIsTooLongIsLeftOut(t *testing.T) {
	var e extensions
	e.add(3, make([]byte, 256))
	e.add(4, []byte{7})
	room := make([]byte, stride)
	h := head{}
	end, _ := e.put(room, h.put(room, false), 0)
	var got rtp.Header
	if n, err := got.Unmarshal(room); err != nil || n != end || !slices.Equal(got.GetExtensionIDs(), []uint8{4}) || got.GetExtension(4)[0] != 7 {
		t.Errorf("%+v, %d of %d bytes: %v", got, n, end, err)
	}
}
