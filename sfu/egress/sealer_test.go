package egress

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// What a sealer writes is what pion writes with the same keys: for every header, over rollovers, and for late packets.
func TestASealerWritesWhatPionDoes(t *testing.T) {
	for _, profile := range []srtp.ProtectionProfile{srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAeadAes256Gcm} {
		for seed := range uint64(20) {
			random := rand.New(rand.NewPCG(seed, 3))
			key := make([]byte, map[srtp.ProtectionProfile]int{srtp.ProtectionProfileAeadAes128Gcm: 16, srtp.ProtectionProfileAeadAes256Gcm: 32}[profile])
			salt := make([]byte, 12)
			for _, b := range [][]byte{key, salt} {
				for i := range b {
					b[i] = byte(random.Uint32())
				}
			}
			want, err := srtp.CreateContext(key, salt, profile)
			if err != nil {
				t.Fatal(err)
			}
			got, err := NewSealer(key, salt)
			if err != nil {
				t.Fatal(err)
			}
			next := []uint16{uint16(random.Uint32N(1 << 15)), uint16(random.Uint32N(1 << 15)), 0}
			for range 3000 {
				ssrc := random.IntN(len(next))
				next[ssrc] += uint16(random.Uint32N(200))
				p := rtp.Packet{Header: rtp.Header{
					Version: 2, SSRC: uint32(1000 + ssrc), SequenceNumber: next[ssrc] - uint16(random.Uint32N(2)*random.Uint32N(500)), //nolint:gosec // a handful
					PayloadType: 96, Timestamp: random.Uint32(), Marker: random.IntN(2) == 0, CSRC: make([]uint32, random.IntN(3)),
				}, Payload: make([]byte, random.IntN(1200))}
				if random.IntN(2) == 0 {
					if err := p.SetExtension(3, []byte{1, 2}); err != nil {
						t.Fatal(err)
					}
				}
				plain, err := p.Marshal()
				if err != nil {
					t.Fatal(err)
				}
				expected, err := want.EncryptRTP(nil, plain, nil)
				if err != nil {
					t.Fatal(err)
				}
				room := append(make([]byte, 0, stride), plain...)
				sealed, err := got.EncryptRTP(room[:0], room, nil)
				if err != nil || !bytes.Equal(sealed, expected) {
					t.Fatalf("seed %d, stream %d, number %d: %x (%v), pion %x", seed, ssrc, p.SequenceNumber, sealed, err, expected)
				}
			}
		}
	}
}

func TestASealerRefusesWhatIsNoPacket(t *testing.T) {
	s, err := NewSealer(make([]byte, 16), make([]byte, 12))
	if err != nil {
		t.Fatal(err)
	}
	for _, packet := range [][]byte{nil, make([]byte, 11), {0x81, 11: 0}, {0x90, 15: 1, 14: 0, 11: 0}, {0x90, 13: 0}, {0x8f, 40: 0}} {
		if sealed, err := s.EncryptRTP(nil, packet, nil); err == nil {
			t.Errorf("%x became %x", packet, sealed)
		}
	}
	for _, size := range []int{0, 12, 17} {
		if _, err := NewSealer(make([]byte, size), make([]byte, 12)); err == nil {
			t.Errorf("a key of %d bytes is taken", size)
		}
	}
	if _, err := NewSealer(make([]byte, 16), make([]byte, 14)); err == nil {
		t.Error("a salt of another profile is taken")
	}
}

func TestASealerDoesNotAllocate(t *testing.T) {
	s, err := NewSealer(make([]byte, 16), make([]byte, 12))
	if err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1200, stride)
	packet[0] = 0x80
	if n := testing.AllocsPerRun(100, func() {
		if _, err := s.EncryptRTP(packet[:0], packet, nil); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
