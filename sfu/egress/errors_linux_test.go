//go:build linux

package egress

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// What the kernel answers, and what becomes of the packets: of those at fault, of their neighbours, and of the next that
// go to the same place.
func TestWhatAnErrorOfTheKernelDoes(t *testing.T) {
	fails := func(err error) answer { return answer{err: err} }
	ok, one := answer{took: all}, answer{took: 1}
	type counts struct{ sent, dropped, errors, unsegmented, waits int }
	for _, test := range []struct {
		name   string
		errnos []unix.Errno
		script func(error) []answer
		first  []string
		second []string
		want   counts
	}{
		{
			"the way cuts nothing",
			[]unix.Errno{unix.EIO, unix.EINVAL},
			func(err error) []answer { return []answer{fails(err), ok, ok} },
			[]string{"(!)", "a9", "a9", "[b9+9 c9]"},
			[]string{"[a9 a9 b9+9 c9]"},
			counts{sent: 10, unsegmented: 1},
		},
		{
			"the way of a later one cuts nothing",
			[]unix.Errno{unix.EIO, unix.EINVAL},
			func(err error) []answer { return []answer{one, fails(err), ok, ok} },
			[]string{"[a9+9]", "(!)", "b9", "b9", "[c9]"},
			[]string{"[a9+9 b9 b9 c9]"},
			counts{sent: 10, unsegmented: 1},
		},
		{
			"no room for a moment",
			[]unix.Errno{unix.EAGAIN, unix.ENOBUFS},
			func(err error) []answer { return []answer{one, fails(err), ok, ok} },
			[]string{"[a9+9]", "(!)", "[b9+9 c9]"},
			[]string{"[a9+9 b9+9 c9]"},
			counts{sent: 10, waits: 1},
		},
		{
			"no room",
			[]unix.Errno{unix.EAGAIN, unix.ENOBUFS},
			func(err error) []answer { return []answer{one, fails(err), fails(err), ok} },
			[]string{"[a9+9]", "(!)", "(!)"},
			[]string{"[a9+9 b9+9 c9]"},
			counts{sent: 7, dropped: 3, waits: 1},
		},
		{
			"no room again in the next flush",
			[]unix.Errno{unix.EAGAIN},
			func(err error) []answer { return []answer{fails(err), ok, fails(err), ok} },
			[]string{"(!)", "[a9+9 b9+9 c9]"},
			[]string{"(!)", "[a9+9 b9+9 c9]"},
			counts{sent: 10, waits: 2},
		},
		{
			"one receiver's affair",
			[]unix.Errno{unix.ENETUNREACH, unix.EPERM, unix.EHOSTUNREACH, unix.EMSGSIZE, unix.EACCES},
			func(err error) []answer { return []answer{one, fails(err), ok, ok} },
			[]string{"[a9+9]", "(!)", "[c9]"},
			[]string{"[a9+9 b9+9 c9]"},
			counts{sent: 8, errors: 2},
		},
		{
			"nobody can be reached",
			[]unix.Errno{unix.ENETUNREACH, unix.EBADF},
			func(err error) []answer { return []answer{fails(err), fails(err), fails(err), ok} },
			[]string{"(!)", "(!)", "(!)"},
			[]string{"[a9+9 b9+9 c9]"},
			counts{sent: 5, errors: 5},
		},
		{
			"the kernel knows nothing of it",
			[]unix.Errno{unix.ENOSYS, unix.ENOPROTOOPT, unix.EOPNOTSUPP},
			func(err error) []answer { return []answer{one, fails(err), ok} },
			[]string{"[a9+9]", "(!)", "b9", "b9", "c9"},
			[]string{"[a9 a9 b9 b9 c9]"},
			counts{sent: 10},
		},
		{
			"two kinds in one flush",
			[]unix.Errno{unix.EIO},
			func(err error) []answer {
				return []answer{fails(err), fails(unix.EPERM), fails(unix.EAGAIN), ok, ok}
			},
			[]string{"(!)", "a9", "a9", "(" + unix.EPERM.Error() + ")", "(" + unix.EAGAIN.Error() + ")", "[c9]"},
			[]string{"[a9 a9 b9+9 c9]"},
			counts{sent: 8, errors: 2, unsegmented: 1, waits: 1},
		},
	} {
		for _, errno := range test.errnos {
			t.Run(test.name+"/"+errno.Error(), func(t *testing.T) {
				p, b := newPost(maxSegments)
				p.judging, p.script = (&multiSender{}).judge, test.script(errno)
				for i, want := range [][]string{test.first, test.second} {
					p.went = nil
					load(b, "a9 a9 b9 b9 c9")
					b.flush()
					want = slices.Clone(want)
					for j := range want {
						if want[j] == "(!)" {
							want[j] = "(" + errno.Error() + ")"
						}
					}
					if !slices.Equal(p.went, want) {
						t.Errorf("flush %d went as %v, want %v", i+1, p.went, want)
					}
				}
				c := p.counts
				got := counts{
					int(c.sent.Load()), int(c.dropped.Load()), int(c.writeErrors.Load()), int(c.unsegmented.Load()), p.waits, //nolint:gosec // a handful
				}
				if got != test.want {
					t.Errorf("counted %+v, want %+v", got, test.want)
				}
				if b.used != 0 || b.packets != 0 {
					t.Error("something is left behind")
				}
			})
		}
	}
}
