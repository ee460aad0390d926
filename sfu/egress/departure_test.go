package egress

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pion/rtp"

	"github.com/plenum-meet/plenum/sfu/sfutest/seeds"
)

func TestWhichPacketsArePadded(t *testing.T) {
	for _, test := range []struct{ name, sizes, want string }{ // in bytes; ! is one that must not be padded
		{"nothing", "", ""},
		{"one", "1200", "1200"},
		{"equal ones", "1200 1200", "1200 1200"},
		{"by a byte", "1200 1199 1200", "1200 1200 1200"},
		{"the first too", "1199 1200", "1200 1200"},
		{"by as much as may be", "1184 1200", "1200 1200"},
		{"by a byte too many", "1183 1200", "1183 1200"},
		{"a fiftieth of what is short", "500 510", "510 510"},
		{"more than a fiftieth", "500 511", "500 511"},
		{"too short for any", "49 49 50", "49 49 50"},
		{"steps that add up", "1200 1190 1180", "1200 1200 1180"},
		{"steps that add up, from below", "1180 1190 1200", "1190 1190 1200"},
		{"the last of a picture", "1200 1200 300 1200 1198", "1200 1200 300 1200 1200"},
		{"a voice between", "1200 1190 !1195 1190 1200", "1200 1200 !1195 1200 1200"},
		{"voices", "!100 !101 !102", "!100 !101 !102"},
		{"a resend beside", "!1190 1200 1199 !1199", "!1190 1200 1200 !1199"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var list []departure
			rooms := map[int][]byte{}
			for text := range strings.FieldsSeq(test.sizes) {
				size, err := strconv.Atoi(strings.TrimPrefix(text, "!"))
				if err != nil {
					t.Fatal(err)
				}
				rooms[len(list)] = bytes.Repeat([]byte{0x80}, stride)
				list = append(list, departure{size: size, stretch: text[0] != '!'})
			}
			equalise(list, func(i int) []byte { return rooms[i] })
			var got []string
			for _, x := range list {
				mark := map[bool]string{false: "!"}[x.stretch]
				got = append(got, mark+strconv.Itoa(x.size))
			}
			if !slices.Equal(got, strings.Fields(test.want)) {
				t.Errorf("%s became %v, want %s", test.sizes, got, test.want)
			}
		})
	}
}

// Whatever is beside it, a packet that was padded is the same packet to whoever parses it, and little longer.
func TestPaddingChangesNothingButTheLength(t *testing.T) {
	padded := 0
	for seed := range seeds.Of(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var list []departure
		var rooms [][]byte
		var before []rtp.Packet
		var headers [][]byte
		for range 1 + random.IntN(maxDepartures) {
			p := rtp.Packet{
				Header: rtp.Header{
					Version: 2, Marker: random.IntN(2) == 0, PayloadType: 96, SequenceNumber: uint16(random.Uint32()), //nolint:gosec // cut
					Timestamp: random.Uint32(), SSRC: random.Uint32(), CSRC: []uint32{random.Uint32()},
				},
				Payload: make([]byte, 1+random.IntN(1400)),
			}
			if random.IntN(3) > 0 {
				p.Payload = p.Payload[:min(len(p.Payload), 900)]
				p.Payload = append(p.Payload, make([]byte, 1000-len(p.Payload)+random.IntN(20))...)
			}
			for i := range p.Payload {
				p.Payload[i] = byte(random.Uint32()) //nolint:gosec // cut
			}
			if random.IntN(2) == 0 {
				if err := p.SetExtension(5, []byte{1, 2}); err != nil {
					t.Fatal(err)
				}
			}
			raw, err := p.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			room := bytes.Repeat([]byte{0xee}, stride) // what was there before
			copy(room, raw)
			list = append(list, departure{size: len(raw), payload: len(p.Payload), stretch: random.IntN(5) > 0})
			rooms, before, headers = append(rooms, room), append(before, p), append(headers, raw[:len(raw)-len(p.Payload)])
		}
		original := slices.Clone(list)
		equalise(list, func(i int) []byte { return rooms[i] })
		for i, x := range list {
			var after rtp.Packet
			if err := after.Unmarshal(rooms[i][:x.size]); err != nil {
				t.Fatalf("seed %d, packet %d: %v", seed, i, err)
			}
			was, grown := original[i], x.size-original[i].size
			switch {
			case grown < 0 || grown > maxPadding || grown*50 > was.size || grown > 0 && !was.stretch:
				t.Errorf("seed %d, packet %d: %d bytes became %d (may grow: %v)", seed, i, was.size, x.size, was.stretch)
			case after.Padding != (grown > 0) || int(after.PaddingSize) != grown || x.padding != grown:
				t.Errorf("seed %d, packet %d: grown by %d, padding %v of %d, noted %d", seed, i, grown, after.Padding, after.PaddingSize, x.padding)
			case !bytes.Equal(after.Payload, before[i].Payload) || x.payload != was.payload:
				t.Errorf("seed %d, packet %d: the payload is another", seed, i)
			}
			if grown > 0 {
				padded++
				if zeros := rooms[i][was.size : x.size-1]; len(bytes.Trim(zeros, "\x00")) > 0 {
					t.Errorf("seed %d, packet %d: old bytes leave as padding: %x", seed, i, zeros)
				}
			}
			fixed := rooms[i][0] &^ paddingBit
			if header := slices.Concat([]byte{fixed}, rooms[i][1:was.size-was.payload]); !bytes.Equal(header, headers[i]) {
				t.Errorf("seed %d, packet %d: header\n%x, want\n%x", seed, i, header, headers[i])
			}
		}
	}
	if padded < 100 {
		t.Errorf("only %d packets were padded", padded)
	}
}
