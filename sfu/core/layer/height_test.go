package layer

import "testing"

func TestForHeight(t *testing.T) {
	three := []int{180, 360, 720}
	tests := []struct {
		name    string
		wished  int
		heights []int
		want    int8
	}{
		{"a small tile", 150, three, 0},
		{"exactly a layer", 360, three, 1},
		{"nearly a layer", 400, three, 1},
		{"beyond 90 %", 401, three, 2},
		{"taller than all", 2160, three, 2},
		{"no wish", 0, three, 0},
		{"one layer", 720, []int{1080}, 0},
		{"no layer", 720, nil, 0},
		{"nothing known yet: as of 720p", 360, []int{0, 0, 0}, 1},
		{"the top one is not known: twice the one below", 720, []int{180, 360, 0}, 2},
		{"the top one is not known, nor needed", 360, []int{180, 360, 0}, 1},
		{"the low ones are not known: half the one above", 210, []int{0, 0, 720}, 1},
	}
	for _, test := range tests {
		if got := ForHeight(test.wished, test.heights); got != test.want {
			t.Errorf("%s: %d of %v gives %d, want %d", test.name, test.wished, test.heights, got, test.want)
		}
	}
}
