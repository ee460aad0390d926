package codec

import "testing"

// TestWhatABrowserSends has the beginnings of payloads of Chromium 156, with the dependency descriptor negotiated: then
// VP8 has no numbers of its own.
func TestWhatABrowserSends(t *testing.T) {
	for _, test := range []struct {
		name string
		kind Kind
		text string
		want Descriptor
	}{
		{
			"VP8 key frame", VP8, "107060009d012a8002680103c709030b0b11330910",
			Descriptor{Size: 1, Start: true, Key: true, Width: 640, Height: 360},
		},
		{"VP8 delta frame", VP8, "303119000f1c240c2c2c44cc2441a8", Descriptor{Size: 1, Start: true}},
		{
			"VP9 L3T3_KEY, key picture, lowest layer", VP9, "bef8821050014000b402800168050002d0834983420013f00b3827f8167858e09070",
			Descriptor{
				Size: 4, Start: true, Key: true, EndOfLayer: true, HasPictureID: true, LongPictureID: true, PictureID: 0x7882,
				HasLayers: true, HasTID: true, Sync: true, Width: 320, Height: 180, HasSizes: true,
			},
		},
		{
			"the middle layer of it", VP9, "b8f882138702020004fe02cf04ff02cfb241c120e0caf0",
			Descriptor{
				Size: 4, Start: true, HasPictureID: true, LongPictureID: true, PictureID: 0x7882,
				HasLayers: true, HasTID: true, Sync: true, SID: 1, InterLayer: true,
			},
		},
		{
			"VP9 L3T3_KEY, delta picture, highest layer", VP9, "f9f88354028700400009fe059eb321c120e0cc30",
			Descriptor{
				Size: 4, Start: true, HasPictureID: true, LongPictureID: true, PictureID: 0x7883,
				HasLayers: true, HasTID: true, TID: 2, Sync: true, SID: 2, InterPicture: true,
			},
		},
		{"AV1 L3T3, key picture", AV1, "281d080087072b8195c04a60e530329809441ca20651012d4cffb3c01a008034", Descriptor{Start: true, Key: true, Width: 1280, Height: 720}},
		{"AV1 L3T3, a layer's frame", AV1, "50340831e0400200009fd67012f00c71c71149a4000400d00dfbfdb8b4c7eea7c1ea0463e9a8dc79b6630cdc87840c11aa", Descriptor{Start: true}},
		{
			"H.264 parameter sets", H264, "7800136742c01f8c8d705017fcb35060606078442370000468ce3c80",
			Descriptor{Start: true, Key: true, Width: 640, Height: 360},
		},
		{"H.264 key slice", H264, "7c85b80004000005388c50", Descriptor{}},
		{"H.264 delta frame", H264, "01e0004000be40a705ef0c", Descriptor{Start: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.kind, unhex(t, test.text))
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}
