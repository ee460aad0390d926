package link_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

func TestKeptProfiles(t *testing.T) {
	want := strings.Fields("asym bloat clean congested drop far lossy10 lossy10b lossy20 lossy30 lossy5 narrow sat train wifi")
	if names := link.Names(); !slices.Equal(names, want) {
		t.Errorf("kept are %v, want %v", names, want)
	}
	seeds := map[uint64]string{}
	for _, name := range link.Names() {
		p, err := link.Named(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if p.Name != name || p.About == "" || p.Seed == 0 {
			t.Errorf("%s has name %q, story %q, seed %d", name, p.Name, p.About, p.Seed)
		}
		if other, ok := seeds[p.Seed]; ok {
			t.Errorf("%s and %s have one seed", name, other)
		}
		seeds[p.Seed] = name
	}
	if _, err := link.Named("lousy"); err == nil || !strings.Contains(err.Error(), "lossy30") {
		t.Errorf("an unknown name gives %v, which names no known ones", err)
	}
}

func TestAStepKeepsWhatItDoesNotName(t *testing.T) {
	p, err := link.Named("drop")
	if err != nil {
		t.Fatal(err)
	}
	full := link.Conditions{Delay: 20, Rate: 3_000_000, Queue: 300}
	low := full
	low.Rate = 300_000
	want := link.Plan{Start: full, Steps: []link.Step{{At: 20_000, Then: low}, {At: 40_000, Then: full}}}
	if !reflect.DeepEqual(p.Down, want) {
		t.Errorf("got %+v, want %+v", p.Down, want)
	}
}

func TestWhatNoLinkCanDoIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"seed":1,"up":{"start":{"losss":1}}}`:                                "losss",
		`{"seed":1,"down":{"start":{"loss":1.5}}}`:                             "1.5 is not a share",
		`{"seed":1,"down":{"start":{"rate":1000}}}`:                            "needs a queue",
		`{"seed":1,"down":{"start":{"rate":-1,"queue":1}}}`:                    "not below 0",
		`{"seed":1,"down":{"start":{"delay":-1}}}`:                             "-1 ms",
		`{"seed":1,"down":{"start":{"loss":0.9,"burst":2}}}`:                   "longer",
		`{"seed":1,"down":{"steps":[{"at":0,"then":{}}]}}`:                     "does not come after",
		`{"seed":1,"down":{"steps":[{"at":5,"then":{"burst":-3}}]}}`:           "at 5 ms",
		`{"seed":1,"down":{"steps":[{"at":5,"then":{"lots":1}}]}}`:             "lots",
		`{"seed":1,"down":{"repeat":3,"steps":[{"at":5,"then":{"delay":1}}]}}`: "before its last step",
		`{"seed":"one"}`: "seed",
	} {
		if _, err := link.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives error %v, want one with %q", text, err, want)
		}
	}
}
