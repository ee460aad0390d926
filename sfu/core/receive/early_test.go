package receive

import (
	"slices"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/packet"
)

func numbers(raws []packet.Raw) (list []int) {
	for _, raw := range raws {
		list = append(list, int(raw.SequenceNumber))
	}
	return list
}

func TestEarlyPacketsComeInOrder(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, test := range []struct {
		name           string
		kept           []uint16
		first          uint16
		before, behind []int
	}{
		{"none", nil, 100, nil, nil},
		{"on both sides", []uint16{103, 99, 101, 98}, 100, []int{98, 99}, []int{101, 103}},
		{"over the wrap", []uint16{1, 65535}, 0, []int{65535}, []int{1}},
		{"the first itself", []uint16{100}, 100, nil, nil},
		{"too far before", []uint16{50, 49}, 100, []int{50}, nil},
		{"too far behind", []uint16{1100, 1101}, 100, nil, []int{1100}},
		{"of another life of the stream", []uint16{40000}, 100, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var e Early
			for _, n := range test.kept {
				e.Keep(now, &packet.Raw{SequenceNumber: n})
			}
			before, behind := e.Take(now.Add(time.Second), test.first)
			if !slices.Equal(numbers(before), test.before) || !slices.Equal(numbers(behind), test.behind) {
				t.Errorf("%v and %v, want %v and %v", numbers(before), numbers(behind), test.before, test.behind)
			}
			if before, behind = e.Take(now, test.first); before != nil || behind != nil {
				t.Error("they come twice")
			}
		})
	}
}

func TestEarlyPacketsAreFewAndYoung(t *testing.T) {
	var e Early
	now := time.Unix(1000, 0)
	for n := range uint16(1000) {
		e.Keep(now, &packet.Raw{SequenceNumber: n, Payload: []byte{byte(n)}})
	}
	_, behind := e.Take(now, 0)
	if len(behind) != maxEarly || behind[0].SequenceNumber != 950 || behind[49].SequenceNumber != 999 {
		t.Errorf("kept %v", numbers(behind))
	}
	e.Keep(now, &packet.Raw{SequenceNumber: 5})
	e.Keep(now.Add(ms), &packet.Raw{SequenceNumber: 6})
	if _, behind = e.Take(now.Add(time.Second+ms), 0); !slices.Equal(numbers(behind), []int{6}) {
		t.Errorf("kept for too long: %v", numbers(behind))
	}
}

func TestEarlyPacketsAreCopied(t *testing.T) {
	var e Early
	now := time.Unix(1000, 0)
	buffer := []byte{1, 2, 3}
	e.Keep(now, &packet.Raw{SequenceNumber: 5, Payload: buffer, Dependency: buffer, Allocation: buffer})
	clear(buffer)
	_, behind := e.Take(now, 0)
	for _, got := range [][]byte{behind[0].Payload, behind[0].Dependency, behind[0].Allocation} {
		if !slices.Equal(got, []byte{1, 2, 3}) {
			t.Errorf("it changes with the buffer it was read from: %v", got)
		}
	}
}
