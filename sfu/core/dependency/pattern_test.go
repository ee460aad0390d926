package dependency

import (
	"fmt"
	"strings"
	"testing"
)

// text draws a template: layer, indications as the specification draws them, frame diffs, chain diffs.
func (t Template) text() string {
	var drawn strings.Builder
	for _, indication := range t.Indications {
		drawn.WriteByte("-DSR"[indication])
	}
	return fmt.Sprintf("S%dT%d %s %v %v", t.Spatial, t.Temporal, drawn.String(), t.FrameDiffs, t.ChainDiffs)
}

// The structures as the examples of the specification and the encoders of browsers have them.
func TestPatternsAreTheKnownOnes(t *testing.T) {
	tests := []struct {
		name              string
		mode              Mode
		spatial, temporal int
		want              []string
	}{
		{"L1T1", Full, 1, 1, []string{
			"S0T0 S [] [0]",
			"S0T0 S [1] [1]",
		}},
		{"L1T3", Full, 1, 3, []string{
			"S0T0 SSS [] [0]",
			"S0T0 SSS [4] [4]",
			"S0T1 -DS [2] [2]",
			"S0T2 --D [1] [1]",
			"S0T2 --D [1] [3]",
		}},
		{"L3T3", Full, 3, 3, []string{
			"S0T0 SSSSSSSSS [] [0 0 0]",
			"S0T0 SSSRRRRRR [12] [12 11 10]",
			"S0T1 -DS-RR-RR [6] [6 5 4]",
			"S0T2 --D--R--R [3] [3 2 1]",
			"S0T2 --D--R--R [3] [9 8 7]",
			"S1T0 ---SSSSSS [1] [1 1 1]",
			"S1T0 ---SSSRRR [1 12] [1 1 1]",
			"S1T1 ----DS-RR [1 6] [7 6 5]",
			"S1T2 -----D--R [1 3] [4 3 2]",
			"S1T2 -----D--R [1 3] [10 9 8]",
			"S2T0 ------SSS [1] [2 1 1]",
			"S2T0 ------SSS [1 12] [2 1 1]",
			"S2T1 -------DS [1 6] [8 7 6]",
			"S2T2 --------D [1 3] [5 4 3]",
			"S2T2 --------D [1 3] [11 10 9]",
		}},
		{"L3T3_KEY", KeyOnly, 3, 3, []string{
			"S0T0 SSSSSSSSS [] [0 0 0]",
			"S0T0 SSS------ [12] [12 11 10]",
			"S0T1 -DS------ [6] [6 5 4]",
			"S0T2 --D------ [3] [3 2 1]",
			"S0T2 --D------ [3] [9 8 7]",
			"S1T0 ---SSSSSS [1] [1 1 1]",
			"S1T0 ---SSS--- [12] [1 12 11]",
			"S1T1 ----DS--- [6] [7 6 5]",
			"S1T2 -----D--- [3] [4 3 2]",
			"S1T2 -----D--- [3] [10 9 8]",
			"S2T0 ------SSS [1] [2 1 1]",
			"S2T0 ------SSS [12] [2 1 12]",
			"S2T1 -------DS [6] [8 7 6]",
			"S2T2 --------D [3] [5 4 3]",
			"S2T2 --------D [3] [11 10 9]",
		}},
		{"S2T2", Independent, 2, 2, []string{
			"S0T0 SS-- [] [0 0]",
			"S0T0 SS-- [4] [4 3]",
			"S0T1 -D-- [2] [2 1]",
			"S1T0 --SS [] [1 0]",
			"S1T0 --SS [4] [1 4]",
			"S1T1 ---D [2] [3 2]",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, template := range NewPattern(test.mode, test.spatial, test.temporal).Structure().Templates {
				got = append(got, template.text())
			}
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestPatternsCanBeWrittenAndRead plays every mode over key pictures at odd places and reads it back.
func TestPatternsCanBeWrittenAndRead(t *testing.T) {
	for _, mode := range []Mode{Full, KeyOnly, Independent} {
		for spatial := 1; spatial <= 3; spatial++ {
			for temporal := 1; temporal <= 3; temporal++ {
				sizes := []uint16{320, 180, 640, 360, 1280, 720}[:2*spatial]
				playPattern(t, NewPattern(mode, spatial, temporal, sizes...), spatial)
			}
		}
	}
}

func playPattern(t *testing.T, p *Pattern, spatial int) {
	t.Helper()
	var inForce *Structure
	number := uint16(0)
	for picture := range 40 {
		key := picture == 0 || picture == 17
		for layer, frame := range p.Picture(key) {
			if frame.Template < 0 {
				t.Fatalf("picture %d, layer %d has no template", picture, layer)
			}
			d := parsed(t, p.Structure().Append(nil, frame), inForce)
			inForce = d.Structure
			s, temporal := p.Layer(frame)
			if d.Number != number || int(d.Spatial) != layer || d.Spatial != s || d.Temporal != temporal || !d.First || !d.Last {
				t.Fatalf("picture %d, layer %d: %+v", picture, layer, d)
			}
			if d.Attached != (key && layer == 0) || d.Width != 320<<layer || len(d.ChainDiffs) != spatial {
				t.Fatalf("picture %d, layer %d: %+v", picture, layer, d)
			}
			number++
		}
	}
}

func TestStructuresThatCannotBe(t *testing.T) {
	good := func() Structure {
		return Structure{Targets: 1, Templates: []Template{{Indications: []Indication{Switch}}}}
	}
	if _, err := NewStructure(good()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Structure){
		"no target":                    func(s *Structure) { s.Targets = 0 },
		"33 targets":                   func(s *Structure) { s.Targets = 33 },
		"more chains than targets":     func(s *Structure) { s.Chains = 2 },
		"a chain that protects nobody": func(s *Structure) { s.Chains = 1 },
		"a chain that is not there":    func(s *Structure) { s.Protecting = []int8{0} },
		"no template":                  func(s *Structure) { s.Templates = nil },
		"layers in disorder":           func(s *Structure) { s.Templates[0].Spatial = 2 },
		"an indication too few":        func(s *Structure) { s.Templates[0].Indications = nil },
		"a chain diff without chain":   func(s *Structure) { s.Templates[0].ChainDiffs = []uint16{1} },
		"a reference to itself":        func(s *Structure) { s.Templates[0].FrameDiffs = []uint16{0} },
		"a reference too far":          func(s *Structure) { s.Templates[0].FrameDiffs = []uint16{17} },
		"a width without height":       func(s *Structure) { s.Widths = []uint16{1} },
		"a size of nothing":            func(s *Structure) { s.Widths, s.Heights = []uint16{0}, []uint16{1} },
	} {
		s := good()
		spoil(&s)
		if _, err := NewStructure(s); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestWithin(t *testing.T) {
	s := NewPattern(Full, 3, 3).Structure()
	for _, test := range []struct {
		spatial, temporal int8
		want              uint32
	}{{2, 2, 0x1ff}, {0, 2, 7}, {1, 0, 0b001001}, {-1, 2, 0}, {9, 9, 0x1ff}} {
		if got := s.Within(test.spatial, test.temporal); got != test.want {
			t.Errorf("S%dT%d: %b, want %b", test.spatial, test.temporal, got, test.want)
		}
	}
}
