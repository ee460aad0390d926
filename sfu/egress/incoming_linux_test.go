//go:build linux

package egress

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// message is what recvmmsg leaves behind for one message.
type kernelMessage struct {
	from    string
	size    int
	control []byte
}

// controlMessage is one of these (man 3 cmsg), with a value of native size.
func controlMessage(level, kind int32, value uint32, length int) []byte {
	b := make([]byte, unix.CmsgSpace(4))
	c := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	c.Level, c.Type = level, kind
	c.SetLen(length)
	binary.NativeEndian.PutUint32(b[unix.SizeofCmsghdr:], value)
	return b
}

func merged(segment uint32) []byte {
	return controlMessage(unix.SOL_UDP, unix.UDP_GRO, segment, unix.CmsgLen(4))
}

// arrive puts messages where the kernel would.
func (in *incoming) arrive(messages []kernelMessage) {
	in.came, in.message, in.offset = len(messages), 0, 0
	for i, m := range messages {
		from := netip.MustParseAddrPort(m.from)
		(&Socket{ipv6: from.Addr().Is6()}).name(&in.names[i], from)
		in.headers[i].Len = uint32(m.size) //nolint:gosec // 64 KiB at most
		for k := range m.size {
			in.buffers[i][k] = byte(k / 100)
		}
		n := copy(in.controls[i][:], m.control)
		in.headers[i].Hdr.SetControllen(n)
	}
}

func TestHowMessagesAreSplit(t *testing.T) {
	const a, b, six = "192.0.2.1:4000", "192.0.2.1:4001", "[2001:db8::1]:4000"
	stamp := controlMessage(unix.SOL_SOCKET, unix.SO_TIMESTAMP, 7, unix.CmsgLen(4))
	for _, test := range []struct {
		name     string
		messages []kernelMessage
		want     []string
	}{
		{"nothing", nil, nil},
		{"one", []kernelMessage{{a, 100, nil}}, []string{a + " 100"}},
		{"one of both families", []kernelMessage{{six, 100, nil}, {a, 50, nil}}, []string{six + " 100", a + " 50"}},
		{"equal ones", []kernelMessage{{a, 300, merged(100)}}, []string{a + " 100", a + " 100", a + " 100"}},
		{"a shorter last one", []kernelMessage{{a, 250, merged(100)}}, []string{a + " 100", a + " 100", a + " 50"}},
		{"a last one of a byte", []kernelMessage{{a, 101, merged(100)}}, []string{a + " 100", a + " 1"}},
		{"one that is shorter than it may be", []kernelMessage{{a, 50, merged(100)}}, []string{a + " 50"}},
		{
			"several senders",
			[]kernelMessage{{a, 150, merged(100)}, {b, 100, nil}, {six, 120, merged(60)}, {a, 10, nil}},
			[]string{a + " 100", a + " 50", b + " 100", six + " 60", six + " 60", a + " 10"},
		},
		{"an empty one between", []kernelMessage{{a, 10, nil}, {b, 0, nil}, {b, 20, nil}}, []string{a + " 10", b + " 20"}},
		{"empty ones alone", []kernelMessage{{a, 0, nil}, {b, 0, merged(100)}}, nil},
		{"behind another control message", []kernelMessage{{a, 150, slices.Concat(stamp, merged(100))}}, []string{a + " 100", a + " 50"}},
		{"another control message alone", []kernelMessage{{a, 150, stamp}}, []string{a + " 150"}},
		{"segments of nothing", []kernelMessage{{a, 150, merged(0)}}, []string{a + " 150"}},
		{"a control message that is cut off", []kernelMessage{{a, 150, merged(100)[:unix.SizeofCmsghdr+2]}}, []string{a + " 150"}},
		{
			"one that claims too little",
			[]kernelMessage{{a, 150, controlMessage(unix.SOL_UDP, unix.UDP_GRO, 100, 3)}},
			[]string{a + " 150"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := newIncoming(true)
			in.arrive(test.messages)
			var got []string
			for in.next() {
				got = append(got, fmt.Sprintf("%v %d", in.from, len(in.datagram)))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("handed out %v, want %v", got, test.want)
			}
		})
	}
}
