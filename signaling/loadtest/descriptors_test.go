package loadtest

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// fakeLimits stand in for the system's.
type fakeLimits struct {
	now, most uint64
	unknown   bool
	stubborn  bool
	raised    uint64
}

func (f *fakeLimits) files() (now, most uint64, err error) {
	if f.unknown {
		return 0, 0, errors.New("unknown")
	}
	return f.now, f.most, nil
}

func (f *fakeLimits) raise(to uint64) error {
	if f.stubborn {
		return errors.New("not permitted")
	}
	f.raised = to
	return nil
}

func (*fakeLimits) addresses() int { return 3 }

func TestOpenFilesAreCountedBeforeTheyRunOut(t *testing.T) {
	s, err := Preset("webinar")
	if err != nil {
		t.Fatal(err)
	}
	// One socket for signaling and one for each of three addresses, and what the program itself needs.
	const need = 101*4 + spareDescriptors
	if got := s.descriptors(3); got != need {
		t.Fatalf("%d files for 101 bots, want %d", got, need)
	}
	for _, c := range []struct {
		name   string
		limits fakeLimits
		raised uint64
		want   string
	}{
		{"enough", fakeLimits{now: need, most: need}, 0, ""},
		{"enough once raised", fakeLimits{now: 256, most: 4096}, 4096, ""},
		{"too few", fakeLimits{now: 256, most: 500}, 0, "needs about 532 open files, and this process may open 500: allow more with 'ulimit -n 532'"},
		{"cannot be raised", fakeLimits{now: 256, most: 4096, stubborn: true}, 0, "the limit of 256 could not be raised: not permitted"},
		{"no such limit", fakeLimits{unknown: true}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := ensureDescriptors(s, &c.limits)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if c.limits.raised != c.raised {
				t.Errorf("raised to %d, want %d", c.limits.raised, c.raised)
			}
		})
	}
}

func TestPublishersAndBadLinksNeedMoreFiles(t *testing.T) {
	s, err := Parse("x.yaml", []byte("rooms: 2\nbots:\n  - {role: publisher, camera: true, slots: {video: 1}, link: lossy5}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.descriptors(2); got != 2*(1+2*2+2)+spareDescriptors {
		t.Errorf("%d files", got)
	}
	s.SetDuration(10 * time.Second)
	if s.Settle > 2*time.Second {
		t.Errorf("%s of %s settle", s.Settle, s.Duration)
	}
}
