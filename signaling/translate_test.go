package signaling

import (
	"reflect"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestWantedLayersAreListedLowestFirst(t *testing.T) {
	for name, c := range map[string]struct {
		in   sfu.LayersWanted
		want string
	}{
		"the lowest":       {sfu.LayersWanted{Source: sfu.Camera, Codec: codec.VP8, Layers: 0b1}, `{"source":"camera","codec":"VP8","layers":[true]}`},
		"all":              {sfu.LayersWanted{Source: sfu.Camera, Codec: codec.AV1, Layers: 0b111}, `{"source":"camera","codec":"AV1","layers":[true,true,true]}`},
		"one is left out":  {sfu.LayersWanted{Source: sfu.Camera, Codec: codec.H264, Layers: 0b101}, `{"source":"camera","codec":"H264","layers":[true,false,true]}`},
		"a pause":          {sfu.LayersWanted{Source: sfu.Screen, Codec: codec.VP9}, `{"source":"screen","codec":"VP9","layers":[]}`},
		"sound":            {sfu.LayersWanted{Source: sfu.Microphone, Codec: codec.Opus, Layers: 1}, `{"source":"microphone","layers":[true]}`},
		"more than a byte": {sfu.LayersWanted{Source: sfu.Camera, Codec: codec.VP8, Layers: 0x80}, `{"source":"camera","codec":"VP8","layers":[false,false,false,false,false,false,false,true]}`},
	} {
		want := `{"v":1,"type":"layers:wanted","data":` + c.want + `}`
		if got := string(message.Encode(layersWanted(c.in)).Append(nil, 0, 0)); got != want {
			t.Errorf("%s: %s instead of %s", name, got, want)
		}
	}
}

func TestAClockIsToldInMillisecondsSince1970(t *testing.T) {
	const second = 1 << 32
	for name, c := range map[string]struct {
		ntp  uint64
		want float64
	}{
		"the beginning":        {2208988800 * second, 0},
		"half a second":        {2208988800*second + second/2, 500},
		"a microsecond":        {2208988800*second + 4295, 0.001},
		"rounded up":           {2208988800*second + second - 1, 1000},
		"the second era":       {0, float64(time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC).UnixMilli())},
		"with its microsecond": {(2208988800+1_800_000_000)*second + second*123_457/1_000_000, 1_800_000_000_123.457},
	} {
		if got := unixMilliseconds(c.ntp); got != c.want {
			t.Errorf("%s: %.6f instead of %.6f", name, got, c.want)
		}
	}
}

func TestQualityIsTranslatedWhole(t *testing.T) {
	got := qualityChanged(sfu.QualityChanged{
		Up: 90, Down: 40, Estimate: 800_000,
		Slots:  []sfu.SlotQuality{{MID: "4", Height: 360, Reason: "link carries 800 kbit/s"}, {MID: "5", Paused: true}},
		Others: map[string]int{"p1": 12},
	})
	want := message.QualityChanged{
		Up: 90, Down: 40, Estimate: 800_000,
		Slots:  []message.SlotQuality{{MID: "4", Height: 360, Reason: "link carries 800 kbit/s"}, {MID: "5", Paused: true}},
		Others: map[string]int{"p1": 12},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	// The web client reads lists and maps without asking whether they are there.
	if empty := string(message.Encode(qualityChanged(sfu.QualityChanged{})).Append(nil, 0, 0)); empty !=
		`{"v":1,"type":"quality:changed","data":{"up":0,"down":0,"estimate":0,"slots":[],"others":{}}}` {
		t.Error(empty)
	}
}
