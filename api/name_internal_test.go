package api

import (
	"testing"

	"github.com/plenum-meet/plenum/signaling/message"
)

// A name that the REST API takes is one that a room takes, and the other way round: the rule is written in both, since neither
// may know the other.
func TestNamesAreTheSameHereAndInTheRoom(t *testing.T) {
	agree := func(name string) {
		var c checks
		here := c.name("name", name)
		there, err := message.CleanName(name)
		if (c.failure() == nil) != (err == nil) || err == nil && here != there {
			t.Errorf("%q is %q here, %v, and %q in the room, %v", name, here, c.failure(), there, err)
		}
	}
	for r := rune(0); r < 0x3000; r++ {
		agree(string(r))
		agree("a" + string(r))
	}
	for _, r := range []rune{0x3164, 0xfeff, 0xffa0, 0xfffd, 0xfe0f, 0x1f44d, 0xe0001, 0xe0100, 0x10ffff} {
		agree(string(r))
		agree(" a" + string(r) + " ")
	}
	for _, r := range []rune{'a', 'ü', '漢', 0x1f44d, 0x0301} {
		for n := 62; n < 67; n++ {
			name := ""
			for range n {
				name += string(r)
			}
			agree(name)
			agree("a" + name)
		}
	}
	agree("e\u0301")
	agree("\xff")
}
