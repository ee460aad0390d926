package dependency

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
)

// chromium is what Chromium 156 sends: a key picture's first packet, and some of those that follow it.
var chromium = []struct {
	name        string
	descriptors []said
}{
	{"VP8 in L1T3, one of three simulcast streams", []said{
		{"8000048002044eaaaf2860414d34538a0940409fc059c0", "<4 S0T0 SSS [] [] structure of 7 templates, 3 targets by chains [], [640] by [360]"},
		{"000004", "4 S0T0 SSS [] []"},
		{"400004", "4> S0T0 SSS [] []"},
		{"c500071240", "<7> S0T2 --D [3] []"},
		{"80000a8002044eaaaf2860414d34538a0940409fc059c0", "<10 S0T0 SSS [] [] structure of 7 templates, 3 targets by chains [], [640] by [360]"},
		{"00000a", "10 S0T0 SSS [] []"},
		{"40000a", "10> S0T0 SSS [] []"},
		{"c5000d1240", "<13> S0T2 --D [3] []"},
		{"c3001012a0", "<16> S0T1 -SS [6] []"},
		{"c500131240", "<19> S0T2 --D [3] []"},
		{"c200161360", "<22> S0T0 SRR [12] []"},
	}},
	{"H.264 in L1T3, one of three simulcast streams", []said{
		{"c00001800214eaa860414d1410208426", "<1> S0T0 SSS [] [0] structure of 5 templates, 3 targets by chains [0 0 0], [] by []"},
		{"c00004800214eaa860414d1410208426", "<4> S0T0 SSS [] [0] structure of 5 templates, 3 targets by chains [0 0 0], [] by []"},
		{"c400071240", "<7> S0T2 --D [3] [3]"},
		{"c2000a1aa030", "<10> S0T1 -DS [6] [6]"},
		{"c3000d1a4048", "<13> S0T2 --D [3] [9]"},
		{"c000101b6060", "<16> S0T0 SSS [12] [12]"},
		{"c400131240", "<19> S0T2 --D [3] [3]"},
		{"c200161aa030", "<22> S0T1 -DS [6] [6]"},
		{"c300191a4048", "<25> S0T2 --D [3] [9]"},
		{"c0001c1b6060", "<28> S0T0 SSS [12] [12]"},
		{"c4001f1240", "<31> S0T2 --D [3] [3]"},
	}},
	{"VP9 in L3T3_KEY", []said{
		{"c00001c0081485214eaaaaa8000600004000100002aa80a8000600004000100002a000a800060000400016d549241b5524906d54923157e001974ca864330e222396eca8655304224390eca87753013f00b3027f016704ff02cf0380", "<1> S0T0 SSSSSSSSS [] [0 0 0] active 111 structure of 15 templates, 9 targets by chains [0 0 0 1 1 1 2 2 2], [320 640 1280] by [180 360 720]"},
		{"c0000280081485214eaaaaa8000600004000100002aa80a8000600004000100002a000a800060000400016d549241b5524906d54923157e001974ca864330e222396eca8655304224390eca87753013f00b3027f016704ff02cf", "<2> S0T0 SSSSSSSSS [] [0 0 0] structure of 15 templates, 9 targets by chains [0 0 0 1 1 1 2 2 2], [320 640 1280] by [180 360 720]"},
		{"850003", "<3 S1T0 ---SSSSSS [1] [1 1 1]"},
		{"450003", "3> S1T0 ---SSSSSS [1] [1 1 1]"},
		{"8a0004", "<4 S2T0 ------SSS [1] [2 1 1]"},
		{"0a0004", "4 S2T0 ------SSS [1] [2 1 1]"},
		{"4a0004", "4> S2T0 ------SSS [1] [2 1 1]"},
		{"c30005", "<5> S0T2 --D------ [3] [3 2 1]"},
		{"c80006", "<6> S1T2 -----D--- [3] [4 3 2]"},
		{"8d0007", "<7 S2T2 --------D [3] [5 4 3]"},
		{"4d0007", "7> S2T2 --------D [3] [5 4 3]"},
	}},
	{"AV1 in L3T3", []said{
		{"c10001c0081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040001d954926e082b04a0941b820ac1282503157f974000ca864330e222222eca8655304224230eca87753013f00b3027f016704ff02cf1f80", "<1> S0T0 SSSSSSSSS [] [0 0 0] active 111111 structure of 15 templates, 9 targets by chains [0 0 0 1 1 1 2 2 2], [320 640 1280] by [180 360 720]"},
		{"860002", "<2 S1T0 ---SSSSSS [1] [1 1 1]"},
		{"460002", "2> S1T0 ---SSSSSS [1] [1 1 1]"},
		{"c300031a20100800", "<3> S0T2 --D--R--R [2] [2 1 0]"},
		{"c800041a2800604000", "<4> S1T2 -----D--R [2 1] [3 2 0]"},
		{"c200055ffd30100c0c", "<5> S0T1 -DS-RR-RR [4] [4 3 3] active 111111111"},
		{"c700065ffd3400504040", "<6> S1T1 ----DS-RR [4 1] [5 4 4] active 111111111"},
		{"c300075ffd10181414", "<7> S0T2 --D--R--R [2] [6 5 5] active 111111111"},
		{"c800085ffd1400706060", "<8> S1T2 -----D--R [2 1] [7 6 6] active 111111111"},
		{"c000095ffd70201c1c", "<9> S0T0 SSSRRRRRR [8] [8 7 7] active 111111111"},
		{"85000a12e800", "<10 S1T0 ---SSSRRR [8 1] [1 1 1]"},
	}},
}

// said is a descriptor and what it says.
type said struct{ raw, text string }

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// text draws a descriptor: frame number, whether the packet is its first (<) or last (>), the rest as of a template, and
// the active decode targets if it names them.
func (d *Descriptor) text() string {
	text := fmt.Sprintf("%d", d.Number)
	if d.First {
		text = "<" + text
	}
	if d.Last {
		text += ">"
	}
	template := Template{Spatial: d.Spatial, Temporal: d.Temporal, Indications: d.Indications, FrameDiffs: d.FrameDiffs, ChainDiffs: d.ChainDiffs}
	text += " " + template.text()
	if d.HasActive {
		text += fmt.Sprintf(" active %b", d.Active)
	}
	if d.Attached {
		s := d.Structure
		text += fmt.Sprintf(" structure of %d templates, %d targets by chains %v, %d by %d", len(s.Templates), s.Targets, s.Protecting, s.Widths, s.Heights)
	}
	return text
}

func TestWhatABrowserSays(t *testing.T) {
	for _, stream := range chromium {
		t.Run(stream.name, func(t *testing.T) {
			var inForce *Structure
			for i, each := range stream.descriptors {
				raw := unhex(t, each.raw)
				d := parsed(t, raw, inForce)
				if got := d.text(); got != each.text {
					t.Errorf("descriptor %d says\n%q, want\n%q", i, got, each.text)
				}
				inForce = d.Structure
				if written := inForce.Append(nil, d.frame()); !bytes.Equal(written, raw) {
					t.Errorf("descriptor %d written by us is\n%x, by the browser\n%x", i, written, raw)
				}
			}
		})
	}
}

// frame is what Append must be told to write d again.
func (d *Descriptor) frame() Frame {
	f := Frame{
		First: d.First, Last: d.Last, Number: d.Number, Template: int(d.Template-d.Structure.TemplateOffset) & templateIDs,
		Attach: d.Attached, HasActive: d.HasActive, Active: d.Active,
	}
	if d.flags&indicationsFlag != 0 {
		f.Indications = d.Indications
	}
	if d.flags&frameDiffsFlag != 0 {
		f.FrameDiffs = append([]uint16{}, d.FrameDiffs...)
	}
	if d.flags&chainDiffsFlag != 0 {
		f.ChainDiffs = d.ChainDiffs
	}
	return f
}
