package demand

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
)

func TestTheCodecThatAllDecode(t *testing.T) {
	modern := []codec.Kind{codec.VP8, codec.VP9, codec.AV1, codec.H264}
	for _, test := range []struct {
		name      string
		primary   codec.Kind
		receivers [][]codec.Kind
		want      codec.Kind
	}{
		{"nobody watches", codec.AV1, nil, codec.AV1},
		{"all decode the primary", codec.AV1, [][]codec.Kind{modern, modern}, codec.AV1},
		{"one does not", codec.AV1, [][]codec.Kind{modern, {codec.VP8, codec.VP9}}, codec.VP8},
		{"nor VP8", codec.AV1, [][]codec.Kind{modern, {codec.H264}}, codec.H264},
		{"nothing is common", codec.AV1, [][]codec.Kind{{codec.VP8}, {codec.H264}}, codec.AV1},
		{"a codec unknown to us", codec.Kind(200), [][]codec.Kind{modern}, codec.VP8},
	} {
		var c Codecs
		c.SetPrimary(test.primary)
		for i, can := range test.receivers {
			c.Set(uint64(i), can...)
		}
		if got := c.Choose(time.Unix(1000, 0)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestThePrimaryComesBackAfterHalfAMinute(t *testing.T) {
	var c Codecs
	now := time.Unix(1000, 0)
	choose := func(name string, after time.Duration, want codec.Kind) {
		t.Helper()
		now = now.Add(after)
		if got := c.Choose(now); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	c.SetPrimary(codec.VP9)
	c.Set(1, codec.VP8, codec.VP9)
	choose("both can", 0, codec.VP9)
	c.Set(2, codec.VP8)
	choose("one cannot", 0, codec.VP8)
	choose("nor later", time.Hour, codec.VP8)
	c.Set(2)
	choose("it left", time.Second, codec.VP8)
	choose("and is back within the time", 20*time.Second, codec.VP8)
	c.Set(2, codec.VP8)
	choose("so nothing changed", time.Second, codec.VP8)
	c.Set(2)
	choose("it left again", 29*time.Second, codec.VP8)
	choose("half a minute after it was last needed", 2*time.Second, codec.VP9)
	// Who comes in place of another brings down what the fallback was, not later than needed.
	c.Set(2, codec.VP8)
	choose("down", 0, codec.VP8)
	c.Set(2, codec.VP9)
	c.Set(1, codec.VP9)
	choose("nobody decodes the fallback: no waiting", time.Second, codec.VP9)
}
