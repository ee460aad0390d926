package client

import (
	"encoding/binary"
	"sync"
)

// greyVP8 are the two pictures of a size that need hardly any bytes and that every decoder takes: a key frame that is
// grey all over, and a frame that repeats the one before. What is put behind them no decoder looks at: the last partition
// goes to the end of the frame, and nothing is coded in it (RFC 6386 §9.5).
type greyVP8 struct{ key, same []byte }

var greysVP8 = struct {
	sync.Mutex
	of map[Size]greyVP8
}{of: map[Size]greyVP8{}}

// greyOf makes the pictures of a size once.
func greyOf(s Size) greyVP8 {
	greysVP8.Lock()
	defer greysVP8.Unlock()
	g, ok := greysVP8.of[s]
	if !ok {
		g = greyVP8{key: greyKeyFrame(s), same: greySameFrame(s)}
		greysVP8.of[s] = g
	}
	return g
}

// macroblocks of a picture, across and down.
func (s Size) macroblocks() (across, down int) { return (s.Width + 15) / 16, (s.Height + 15) / 16 }

// skipProbability is that of a macroblock with coefficients, of 256: there is none.
const skipProbability = 1

// greyKeyFrame predicts each macroblock from its neighbours and adds nothing.
func greyKeyFrame(s Size) []byte {
	e := newBoolEncoder()
	e.literal(0, 1) // colour space
	e.literal(0, 1) // clamping
	e.frameHeader()
	e.literal(1, 1) // refresh entropy probabilities
	e.noUpdates()
	across, down := s.macroblocks()
	for range across * down {
		e.bit(skipProbability, true)
		// The mean of the neighbours, for luma and chroma (§11.2, §11.3).
		e.bit(145, true)
		e.bit(156, false)
		e.bit(163, false)
		e.bit(142, false)
	}
	first := e.flush()
	f := make([]byte, 10, 10+len(first))
	frameTag(f, len(first), true)
	f[3], f[4], f[5] = 0x9d, 0x01, 0x2a
	binary.LittleEndian.PutUint16(f[6:], uint16(s.Width))
	binary.LittleEndian.PutUint16(f[8:], uint16(s.Height))
	return append(f, first...)
}

// greySameFrame moves nothing and adds nothing.
func greySameFrame(s Size) []byte {
	e := newBoolEncoder()
	e.frameHeader()
	e.literal(0, 2) // the golden and the other reference stay
	e.literal(0, 4) // nothing is copied to them
	e.literal(0, 2) // sign biases
	e.literal(1, 1) // refresh entropy probabilities
	e.literal(1, 1) // the next frame refers to this one
	e.noUpdates()
	e.literal(1, 8)   // probability of an intra macroblock: there is none
	e.literal(255, 8) // probability of the last frame as reference
	e.literal(128, 8) // probability of the golden one
	e.literal(0, 2)   // intra modes as before
	for _, p := range motionUpdates {
		e.bit(p, false)
	}
	across, down := s.macroblocks()
	for y := range down {
		for x := range across {
			e.bit(skipProbability, true)
			e.bit(1, true)    // inter
			e.bit(255, false) // from the last frame
			e.bit(stillness[still(x, y)], false)
		}
	}
	first := e.flush()
	f := make([]byte, 3, 3+len(first))
	frameTag(f, len(first), false)
	return append(f, first...)
}

// frameTag writes the uncompressed three bytes (§9.1).
func frameTag(f []byte, firstPartition int, key bool) {
	tag := uint32(firstPartition)<<5 | 1<<4 // shown
	if !key {
		tag |= 1
	}
	f[0], f[1], f[2] = byte(tag), byte(tag>>8), byte(tag>>16)
}

// stillness is the probability of no motion by how still the neighbours are (§18.3, first column).
var stillness = [6]uint8{7, 14, 135, 60, 159, 234}

// still weighs the neighbours that do not move: above and left two each, above left one; those outside do not count.
func still(x, y int) int {
	n := 0
	if y > 0 {
		n += 2
	}
	if x > 0 {
		n += 2
	}
	if x > 0 && y > 0 {
		n++
	}
	return n
}

// boolEncoder is the arithmetic coder of RFC 6386 §7.3.
type boolEncoder struct {
	out    []byte
	span   uint32
	bottom uint32
	left   int // bits until the next byte
}

func newBoolEncoder() *boolEncoder { return &boolEncoder{span: 255, left: 24} }

// bit codes a bit that is false with a probability of p/256.
func (e *boolEncoder) bit(p uint8, b bool) {
	split := 1 + (e.span-1)*uint32(p)>>8
	if b {
		e.bottom += split
		if e.bottom < split {
			e.carry()
		}
		e.span -= split
	} else {
		e.span = split
	}
	for e.span < 128 {
		e.span <<= 1
		if e.bottom&(1<<31) != 0 {
			e.carry()
		}
		e.bottom <<= 1
		if e.left--; e.left == 0 {
			e.out = append(e.out, byte(e.bottom>>24))
			e.bottom &= 1<<24 - 1
			e.left = 8
		}
	}
}

// carry adds one to what was written.
func (e *boolEncoder) carry() {
	i := len(e.out) - 1
	for ; i >= 0 && e.out[i] == 255; i-- {
		e.out[i] = 0
	}
	if i >= 0 {
		e.out[i]++
	}
}

// literal codes n bits, highest first, each as likely as not.
func (e *boolEncoder) literal(v uint32, n int) {
	for i := n - 1; i >= 0; i-- {
		e.bit(128, v>>i&1 != 0)
	}
}

func (e *boolEncoder) flush() []byte {
	for range 32 {
		e.bit(128, false)
	}
	return e.out
}

// frameHeader is what key frames and others have in common (§9.3 to §9.6): no segments, no loop filter, one partition of
// coefficients, one quantiser.
func (e *boolEncoder) frameHeader() {
	e.literal(0, 1)  // no segments
	e.literal(0, 1)  // normal filter
	e.literal(0, 6)  // of level 0
	e.literal(0, 3)  // sharpness
	e.literal(0, 1)  // no adjustments of the filter
	e.literal(0, 2)  // one partition
	e.literal(40, 7) // quantiser
	e.literal(0, 5)  // all the same
}

// noUpdates leaves the probabilities of coefficients as they are (§13.4), and says that macroblocks without coefficients
// are marked (§9.11).
func (e *boolEncoder) noUpdates() {
	next := 0
	for i := range coefficientProbabilities {
		p := uint8(255)
		if next < len(coefficientUpdates) && int(coefficientUpdates[next].at) == i {
			p = coefficientUpdates[next].p
			next++
		}
		e.bit(p, false)
	}
	e.literal(1, 1)
	e.literal(skipProbability, 8)
}

// coefficientProbabilities is how many there are: of 4 planes, 8 bands, 3 contexts and 11 nodes.
const coefficientProbabilities = 4 * 8 * 3 * 11

// motionUpdates are the probabilities of a change in the coding of motion (§17.2).
var motionUpdates = [38]uint8{
	237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254,
	231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254,
}

// coefficientUpdates are the probabilities of a change in those of coefficients (§13.4), where they are not 255.
var coefficientUpdates = []struct {
	at uint16
	p  uint8
}{
	{33, 176},
	{34, 246},
	{44, 223},
	{45, 241},
	{46, 252},
	{55, 249},
	{56, 253},
	{57, 253},
	{67, 244},
	{68, 252},
	{77, 234},
	{78, 254},
	{79, 254},
	{88, 253},
	{100, 246},
	{101, 254},
	{110, 239},
	{111, 253},
	{112, 254},
	{121, 254},
	{123, 254},
	{133, 248},
	{134, 254},
	{143, 251},
	{145, 254},
	{166, 253},
	{167, 254},
	{176, 251},
	{177, 254},
	{178, 254},
	{187, 254},
	{189, 254},
	{199, 254},
	{200, 253},
	{202, 254},
	{209, 250},
	{211, 254},
	{213, 254},
	{220, 254},
	{264, 217},
	{275, 225},
	{276, 252},
	{277, 241},
	{278, 253},
	{281, 254},
	{286, 234},
	{287, 250},
	{288, 241},
	{289, 250},
	{290, 253},
	{292, 253},
	{293, 254},
	{298, 254},
	{308, 223},
	{309, 254},
	{310, 254},
	{319, 238},
	{320, 253},
	{321, 254},
	{322, 254},
	{331, 248},
	{332, 254},
	{341, 249},
	{342, 254},
	{364, 253},
	{374, 247},
	{375, 254},
	{397, 253},
	{398, 254},
	{407, 252},
	{430, 254},
	{431, 254},
	{440, 253},
	{463, 254},
	{464, 253},
	{473, 250},
	{484, 254},
	{528, 186},
	{529, 251},
	{530, 250},
	{539, 234},
	{540, 251},
	{541, 244},
	{542, 254},
	{550, 251},
	{551, 251},
	{552, 243},
	{553, 253},
	{554, 254},
	{556, 254},
	{562, 253},
	{563, 254},
	{572, 236},
	{573, 253},
	{574, 254},
	{583, 251},
	{584, 253},
	{585, 253},
	{586, 254},
	{587, 254},
	{595, 254},
	{596, 254},
	{605, 254},
	{606, 254},
	{607, 254},
	{628, 254},
	{638, 254},
	{639, 254},
	{649, 254},
	{671, 254},
	{792, 248},
	{803, 250},
	{804, 254},
	{805, 252},
	{806, 254},
	{814, 248},
	{815, 254},
	{816, 249},
	{817, 253},
	{826, 253},
	{827, 253},
	{836, 246},
	{837, 253},
	{838, 253},
	{847, 252},
	{848, 254},
	{849, 251},
	{850, 254},
	{851, 254},
	{859, 254},
	{860, 252},
	{869, 248},
	{870, 254},
	{871, 253},
	{880, 253},
	{882, 254},
	{883, 254},
	{892, 251},
	{893, 254},
	{902, 245},
	{903, 251},
	{904, 254},
	{913, 253},
	{914, 253},
	{915, 254},
	{925, 251},
	{926, 253},
	{935, 252},
	{936, 253},
	{937, 254},
	{947, 254},
	{958, 252},
	{968, 249},
	{970, 254},
	{981, 254},
	{992, 253},
	{1001, 250},
	{1034, 254},
}
