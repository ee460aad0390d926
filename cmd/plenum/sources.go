package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// fileSuffix ends the name of a variable that says in which file a secret is.
const fileSuffix = "_FILE"

// sources are where options come from besides the command line, which comes before all of them: the environment, files that
// the environment names, and the configuration file, in this order.
type sources struct {
	path     string
	settings map[string]setting // of the configuration file, by option
	loaded   bool
	err      error
}

// setting is one key of a configuration file.
type setting struct {
	value any // a string, or a []any of them
	line  int
}

// Validate is for kong: what is wrong in a file is only known once it has been read.
func (s *sources) Validate(*kong.Application) error { return nil }

// Resolve gives kong the value of an option that the command line does not have, nil for its default.
func (s *sources) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	s.load(ctx)
	if s.err != nil {
		return nil, nil //nolint:nilerr // said once, after parsing
	}
	if _, ok := variable(flag); ok {
		return nil, nil
	}
	if name, path, ok := secretFile(flag); ok {
		text, err := os.ReadFile(path)
		if err != nil {
			s.err = fmt.Errorf("%s names %s, which cannot be read: %w", name, path, reason(err))
			return nil, nil
		}
		return strings.TrimSpace(string(text)), nil
	}
	if set, ok := s.settings[flag.Name]; ok {
		return set.value, nil
	}
	return nil, nil
}

// load reads the configuration file once, if there is one.
func (s *sources) load(ctx *kong.Context) {
	if s.loaded {
		return
	}
	s.loaded = true
	for _, flag := range ctx.Flags() {
		if path, ok := ctx.FlagValue(flag).(configPath); ok {
			s.path = string(path)
		}
	}
	if s.path == "" {
		return
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		s.err = fmt.Errorf("the configuration %s cannot be read: %w", s.path, reason(err))
		return
	}
	if s.settings, err = parseSettings(text, optionNames(ctx.Model)); err != nil {
		s.err = fmt.Errorf("the configuration %s: %w", s.path, err)
	}
}

// origin says where the value of an option comes from.
func (s *sources) origin(ctx *kong.Context, flag *kong.Flag) string {
	for _, path := range ctx.Path {
		if path.Flag == flag && !path.Resolved {
			return "command line"
		}
	}
	if name, ok := variable(flag); ok {
		return "environment, " + name
	}
	if name, path, ok := secretFile(flag); ok {
		return fmt.Sprintf("%s, which %s names", path, name)
	}
	if set, ok := s.settings[flag.Name]; ok {
		return fmt.Sprintf("%s, line %d", s.path, set.line)
	}
	return "default"
}

// variable returns the variable of an option that is set.
func variable(flag *kong.Flag) (name string, set bool) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return name, true
		}
	}
	return "", false
}

// secretFile returns the file that the environment names for a secret.
func secretFile(flag *kong.Flag) (name, path string, set bool) {
	if !isSecret(flag) {
		return "", "", false
	}
	for _, name := range flag.Envs {
		if path, ok := os.LookupEnv(name + fileSuffix); ok {
			return name + fileSuffix, path, true
		}
	}
	return "", "", false
}

// isSecret reports whether an option's value is never shown.
func isSecret(flag *kong.Flag) bool { return flag.Tag.Has("secret") }

// parseSettings reads a configuration file: one mapping of options to values or lists of values.
func parseSettings(text []byte, known []string) (map[string]setting, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("is no YAML: %w", err)
	}
	settings := map[string]setting{}
	if len(document.Content) == 0 {
		return settings, nil // empty, or comments alone
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: wants options and their values, as in 'listen: :8080'", root.Line)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, node := root.Content[i], root.Content[i+1]
		if !slices.Contains(known, key.Value) {
			return nil, fmt.Errorf("line %d: no option is called %q%s", key.Line, key.Value, suggestion(key.Value, known))
		}
		if before, twice := settings[key.Value]; twice {
			return nil, fmt.Errorf("line %d: %q is set in line %d already", key.Line, key.Value, before.line)
		}
		value, err := settingOf(node)
		if err != nil {
			return nil, fmt.Errorf("line %d: %q %w", node.Line, key.Value, err)
		}
		settings[key.Value] = setting{value, key.Line}
	}
	return settings, nil
}

func settingOf(node *yaml.Node) (any, error) {
	switch {
	case node.Kind == yaml.ScalarNode && node.Tag != "!!null":
		return node.Value, nil
	case node.Kind == yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("wants a list of plain values")
			}
			list = append(list, item.Value)
		}
		return list, nil
	}
	return nil, fmt.Errorf("wants a value, or a list of values")
}

// optionNames are all options that a configuration file may set: those of the server.
func optionNames(model *kong.Application) []string {
	names := map[string]bool{}
	for _, command := range model.Leaves(true) {
		if command.Name != "serve" {
			continue
		}
		for _, group := range command.AllFlags(true) {
			for _, flag := range group {
				if len(flag.Envs) > 0 && flag.Name != "config" {
					names[flag.Name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// suggestion is what was perhaps meant by a name that nothing has.
func suggestion(name string, known []string) string {
	best, distance := "", len(name)/2+1
	for _, each := range known {
		if d := levenshtein.ComputeDistance(strings.ReplaceAll(name, "_", "-"), each); d < distance {
			best, distance = each, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
