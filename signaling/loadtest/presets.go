package loadtest

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed presets/*.yaml
var presets embed.FS

// Presets lists the scenarios that are shipped.
func Presets() []string {
	files, err := presets.ReadDir("presets")
	if err != nil {
		panic(err) // they are compiled in
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return names
}

// PresetText is a shipped scenario as it was written, to copy and change.
func PresetText(name string) ([]byte, error) {
	text, err := presets.ReadFile(path.Join("presets", path.Base(name)+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("there is no scenario %q: give a file, or one of %s", name, list(Presets()))
	}
	return text, nil
}

// Preset is a shipped scenario.
func Preset(name string) (Scenario, error) {
	text, err := PresetText(name)
	if err != nil {
		return Scenario{}, err
	}
	return Parse(name+".yaml", text)
}
