package link

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"
)

// Profile is a path in both directions, as kept in testdata/links. Spans are in milliseconds, rates in bit/s.
type Profile struct {
	Name  string `json:"name,omitempty"`
	About string `json:"about,omitempty"`
	Seed  uint64 `json:"seed"`
	// Up leads from the client to the server, Down back.
	Up   Plan `json:"up"`
	Down Plan `json:"down"`
}

//go:embed testdata/links/*.json
var kept embed.FS

// Names lists the kept profiles.
func Names() []string {
	entries, err := kept.ReadDir("testdata/links")
	if err != nil {
		panic(err) // the directory is part of the program
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

// Named reads a kept profile.
func Named(name string) (Profile, error) {
	text, err := kept.ReadFile(path.Join("testdata/links", name+".json"))
	if err != nil {
		return Profile{}, fmt.Errorf("there is no link %q, only %s", name, strings.Join(Names(), ", "))
	}
	p, err := Parse(text)
	if err != nil {
		return Profile{}, fmt.Errorf("link %s: %w", name, err)
	}
	p.Name = name
	return p, nil
}

// Parse reads a profile from JSON. A step keeps what it does not name of the conditions before it.
func Parse(text []byte) (Profile, error) {
	var p Profile
	if err := strictly(text, &p); err != nil {
		return Profile{}, fmt.Errorf("reading a link: %w", err)
	}
	for way, plan := range map[string]Plan{"up": p.Up, "down": p.Down} {
		if err := plan.Validate(); err != nil {
			return Profile{}, fmt.Errorf("%s: %w", way, err)
		}
	}
	return p, nil
}

// UnmarshalJSON reads each step over the conditions before it.
func (p *Plan) UnmarshalJSON(text []byte) error {
	var written struct {
		Start  Conditions   `json:"start"`
		Repeat Milliseconds `json:"repeat"`
		Steps  []struct {
			At   Milliseconds    `json:"at"`
			Then json.RawMessage `json:"then"`
		} `json:"steps"`
	}
	if err := strictly(text, &written); err != nil {
		return err
	}
	*p = Plan{Start: written.Start, Repeat: written.Repeat}
	before := written.Start
	for _, s := range written.Steps {
		then := before
		if err := strictly(s.Then, &then); err != nil {
			return fmt.Errorf("the step at %v ms: %w", s.At, err)
		}
		p.Steps = append(p.Steps, Step{At: s.At, Then: then})
		before = then
	}
	return nil
}

// strictly refuses fields that nobody knows: a knob with a typing error would prove nothing.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// Links makes the two directions of a path that begin at start. Paths of one profile differ by their number.
func (p Profile) Links(start time.Time, number uint64) (up, down *Link) {
	return New(p.Up, start, p.Seed, 2*number), New(p.Down, start, p.Seed, 2*number+1)
}
