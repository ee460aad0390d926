package loadtest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// Parse reads a scenario. file is its name in errors, which name line and field of everything that is wrong.
func Parse(file string, text []byte) (Scenario, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return Scenario{}, fmt.Errorf("%s is no YAML: %w", file, err)
	}
	if len(document.Content) == 0 {
		return Scenario{}, fmt.Errorf("%s is empty", file)
	}
	r := &reader{file: file, lines: map[string]int{}}
	s := Scenario{Rooms: 1, Duration: 30 * time.Second, AtOnce: 32, Seed: 1}
	settle := time.Duration(-1)
	r.mapping(document.Content[0], "", map[string]func(*yaml.Node, string){
		"name":     func(n *yaml.Node, at string) { s.Name = r.text(n, at) },
		"about":    func(n *yaml.Node, at string) { s.About = r.text(n, at) },
		"rooms":    func(n *yaml.Node, at string) { s.Rooms = r.number(n, at) },
		"ramp":     func(n *yaml.Node, at string) { s.Ramp = r.span(n, at) },
		"duration": func(n *yaml.Node, at string) { s.Duration = r.span(n, at) },
		"settle":   func(n *yaml.Node, at string) { settle = r.span(n, at) },
		"at-once":  func(n *yaml.Node, at string) { s.AtOnce = r.number(n, at) },
		"seed":     func(n *yaml.Node, at string) { s.Seed = uint64(r.number(n, at)) },
		"bots": func(n *yaml.Node, at string) {
			r.each(n, at, func(n *yaml.Node, at string) { s.Bots = append(s.Bots, r.group(n, at)) })
		},
		"pass": func(n *yaml.Node, at string) { s.Pass = r.bounds(n, at) },
	})
	if s.Settle = settle; settle < 0 {
		s.Settle = min(3*time.Second, s.Duration/5)
	}
	if s.Name == "" {
		s.Name = strings.TrimSuffix(strings.TrimSuffix(file, ".yaml"), ".yml")
	}
	if len(r.wrong) == 0 {
		for _, f := range s.faults() {
			r.fail(r.lineOf(f.field), f.field, "%s", f.what)
		}
	}
	return s, errors.Join(r.wrong...)
}

// reader goes through the nodes of a file and remembers where each field stands.
type reader struct {
	file  string
	lines map[string]int
	wrong []error
}

func (r *reader) fail(line int, field, format string, args ...any) {
	where := r.file
	if line > 0 {
		where += ":" + strconv.Itoa(line)
	}
	r.wrong = append(r.wrong, fmt.Errorf("%s: %s %s", where, field, fmt.Sprintf(format, args...)))
}

// lineOf is where a field stands, or else what it belongs to.
func (r *reader) lineOf(field string) int {
	for {
		if line, ok := r.lines[field]; ok {
			return line
		}
		i := strings.LastIndexAny(field, ".[")
		if i < 0 {
			return 0
		}
		field = field[:i]
	}
}

// mapping reads the fields of a mapping, and complains of those that it does not know.
func (r *reader) mapping(n *yaml.Node, at string, fields map[string]func(*yaml.Node, string)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, cmpOr(at, "the scenario"), "must be fields and their values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field := key.Value
		if at != "" {
			field = at + "." + key.Value
		}
		r.lines[field] = key.Line
		read, known := fields[key.Value]
		switch {
		case !known:
			r.fail(key.Line, field, "is not known here; known are %s", list(slices.Sorted(maps.Keys(fields))))
		case seen[key.Value]:
			r.fail(key.Line, field, "is there twice")
		default:
			read(value, field)
		}
		seen[key.Value] = true
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (r *reader) each(n *yaml.Node, at string, read func(*yaml.Node, string)) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n.Line, at, "must be a list")
		return
	}
	for i, item := range n.Content {
		field := fmt.Sprintf("%s[%d]", at, i)
		r.lines[field] = item.Line
		read(item, field)
	}
}

func (r *reader) text(n *yaml.Node, at string) string {
	if n.Kind != yaml.ScalarNode {
		r.fail(n.Line, at, "must be text")
		return ""
	}
	return n.Value
}

func (r *reader) number(n *yaml.Node, at string) int {
	v, err := strconv.Atoi(r.text(n, at))
	if err != nil && n.Kind == yaml.ScalarNode {
		r.fail(n.Line, at, "is %q, must be a whole number", n.Value)
	}
	return v
}

func (r *reader) span(n *yaml.Node, at string) time.Duration {
	v, err := time.ParseDuration(r.text(n, at))
	if err != nil && n.Kind == yaml.ScalarNode {
		r.fail(n.Line, at, "is %q, must be a time such as 30s or 2m", n.Value)
	}
	return v
}

// bitrate reads 1500k, 1.5M or 64000.
func (r *reader) bitrate(n *yaml.Node, at string) int {
	text, factor := r.text(n, at), 1.0
	if rest, ok := strings.CutSuffix(text, "k"); ok {
		text, factor = rest, 1e3
	} else if rest, ok := strings.CutSuffix(text, "M"); ok {
		text, factor = rest, 1e6
	}
	v, err := strconv.ParseFloat(text, 64)
	if (err != nil || v <= 0 || v*factor > 100e6 || math.IsNaN(v)) && n.Kind == yaml.ScalarNode {
		r.fail(n.Line, at, "is %q, must be a bit rate such as 1500k or 1.5M, 100M at most", n.Value)
		return 0
	}
	return int(v * factor)
}

func (r *reader) group(n *yaml.Node, at string) Group {
	g := Group{Count: 1, Watch: Speaker, Height: 720, Every: 5 * time.Second, Rest: 2 * time.Second}
	r.mapping(n, at, map[string]func(*yaml.Node, string){
		"name":       func(n *yaml.Node, at string) { g.Name = r.text(n, at) },
		"role":       func(n *yaml.Node, at string) { g.Role = Role(r.text(n, at)) },
		"count":      func(n *yaml.Node, at string) { g.Count = r.number(n, at) },
		"camera":     func(n *yaml.Node, at string) { g.Camera = r.camera(n, at, cameraLayers) },
		"screen":     func(n *yaml.Node, at string) { g.Screen = r.camera(n, at, screenLayers) },
		"microphone": func(n *yaml.Node, at string) { g.Microphone = r.microphone(n, at) },
		"slots":      func(n *yaml.Node, at string) { g.Slots = r.slots(n, at) },
		"watch":      func(n *yaml.Node, at string) { g.Watch = Watch(r.text(n, at)) },
		"height":     func(n *yaml.Node, at string) { g.Height = r.number(n, at) },
		"every":      func(n *yaml.Node, at string) { g.Every = r.span(n, at) },
		"rest":       func(n *yaml.Node, at string) { g.Rest = r.span(n, at) },
		"link":       func(n *yaml.Node, at string) { g.Link = r.text(n, at) },
	})
	if g.Name == "" {
		g.Name = string(g.Role)
	}
	return g
}

// What a camera and a screen send unless it is said otherwise.
var (
	cameraLayers = Camera{Codec: message.VP8, FPS: 30, Payload: 1100, Layers: []client.Layer{
		{Size: client.Size{Width: 320, Height: 180}, Bitrate: 150_000},
		{Size: client.Size{Width: 640, Height: 360}, Bitrate: 500_000},
		{Size: client.Size{Width: 1280, Height: 720}, Bitrate: 1_500_000},
	}}
	screenLayers = Camera{Codec: message.VP8, FPS: 5, Payload: 1100, Layers: []client.Layer{
		{Size: client.Size{Width: 1920, Height: 1080}, Bitrate: 1_000_000},
	}}
)

// camera reads `true` for what is usual, or the fields that differ from it.
func (r *reader) camera(n *yaml.Node, at string, usual Camera) *Camera {
	c := usual
	if n.Kind == yaml.ScalarNode {
		return ifTrue(r, n, at, &c)
	}
	r.mapping(n, at, map[string]func(*yaml.Node, string){
		"codec":   func(n *yaml.Node, at string) { c.Codec = message.Codec(r.text(n, at)) },
		"fps":     func(n *yaml.Node, at string) { c.FPS = r.number(n, at) },
		"payload": func(n *yaml.Node, at string) { c.Payload = r.number(n, at) },
		"layers": func(n *yaml.Node, at string) {
			c.Layers = nil
			r.each(n, at, func(n *yaml.Node, at string) { c.Layers = append(c.Layers, r.layer(n, at)) })
		},
	})
	return &c
}

// ifTrue is what for `true` and nil for `false`.
func ifTrue[T any](r *reader, n *yaml.Node, at string, what *T) *T {
	switch n.Value {
	case "true":
		return what
	case "false":
		return nil
	default:
		r.fail(n.Line, at, "is %q, must be true, false or fields", n.Value)
		return nil
	}
}

func (r *reader) layer(n *yaml.Node, at string) client.Layer {
	var l client.Layer
	r.mapping(n, at, map[string]func(*yaml.Node, string){
		"size": func(n *yaml.Node, at string) {
			w, h, _ := strings.Cut(r.text(n, at), "x")
			width, wrongW := strconv.Atoi(w)
			height, wrongH := strconv.Atoi(h)
			if wrongW != nil || wrongH != nil || width < 16 || height < 16 || width > 8192 || height > 8192 {
				r.fail(n.Line, at, "is %q, must be a size such as 1280x720", n.Value)
			}
			l.Size = client.Size{Width: width, Height: height}
		},
		"bitrate": func(n *yaml.Node, at string) { l.Bitrate = r.bitrate(n, at) },
	})
	if l.Size == (client.Size{}) && len(r.wrong) == 0 {
		r.fail(n.Line, at+".size", "is missing")
	}
	return l
}

func (r *reader) microphone(n *yaml.Node, at string) *Microphone {
	m := Microphone{Level: 30}
	if n.Kind == yaml.ScalarNode {
		return ifTrue(r, n, at, &m)
	}
	r.mapping(n, at, map[string]func(*yaml.Node, string){
		"level": func(n *yaml.Node, at string) {
			level := r.number(n, at)
			if level < 0 || level > 127 {
				r.fail(n.Line, at, "is %d, must be between 0 (loudest) and 127 (silence)", level)
			}
			m.Level = uint8(level & 0x7f)
		},
	})
	return &m
}

func (r *reader) slots(n *yaml.Node, at string) client.Slots {
	var s client.Slots
	r.mapping(n, at, map[string]func(*yaml.Node, string){
		"audio":        func(n *yaml.Node, at string) { s.Audio = r.number(n, at) },
		"video":        func(n *yaml.Node, at string) { s.Video = r.number(n, at) },
		"screen":       func(n *yaml.Node, at string) { s.Screen = r.number(n, at) },
		"screen-audio": func(n *yaml.Node, at string) { s.ScreenAudio = r.number(n, at) },
	})
	return s
}

func (r *reader) bounds(n *yaml.Node, at string) []Bound {
	var all []Bound
	r.each(n, at, func(n *yaml.Node, at string) {
		b, err := ParseBound(r.text(n, at))
		if err != nil {
			r.fail(n.Line, at, "%v", err)
			return
		}
		all = append(all, b)
	})
	return all
}
