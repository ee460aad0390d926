package loadtest

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

func TestPresetsCanBePlayed(t *testing.T) {
	if len(Presets()) < 4 {
		t.Fatalf("only %v", Presets())
	}
	for _, name := range Presets() {
		s, err := Preset(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.Name != name || s.About == "" || len(s.Pass) == 0 {
			t.Errorf("%s is named %q, is about %q and has %d bounds", name, s.Name, s.About, len(s.Pass))
		}
	}
}

func TestAScenarioIsReadAsItIsWritten(t *testing.T) {
	s, err := Parse("mine.yaml", []byte(`
about: all there is
rooms: 3
ramp: 10s
duration: 1m
bots:
  - role: publisher
    camera:
      codec: VP8
      fps: 25
      layers: [{size: 640x360, bitrate: 0.5M}]
    microphone: {level: 40}
  - name: watching
    role: page-flipper
    count: 7
    slots: {audio: 2, video: 4, screen: 1, screen-audio: 1}
    watch: everybody
    height: 360
    every: 3s
    link: lossy5
pass: [join.p95 <= 2s, loss of watching <= 0.5%, inside >= 8, server.memory-per-bot <= 150KB]
`))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "mine" || s.Rooms != 3 || s.Ramp != 10*time.Second || s.Duration != time.Minute || s.bots() != 24 {
		t.Errorf("read %+v", s)
	}
	camera := s.Bots[0].Camera
	if camera.FPS != 25 || len(camera.Layers) != 1 || camera.Layers[0] != (client.Layer{Size: client.Size{Width: 640, Height: 360}, Bitrate: 500_000}) {
		t.Errorf("camera %+v", camera)
	}
	if s.Bots[0].Name != "publisher" || s.Bots[0].Microphone.Level != 40 {
		t.Errorf("first group %+v", s.Bots[0])
	}
	if g := s.Bots[1]; g.Slots != (client.Slots{Audio: 2, Video: 4, Screen: 1, ScreenAudio: 1}) || g.Every != 3*time.Second || g.Link != "lossy5" {
		t.Errorf("second group %+v", g)
	}
	want := []Bound{{"join.p95", true, 2, ""}, {"loss", true, 0.005, "watching"}, {"inside", false, 8, ""}, {"server.memory-per-bot", true, 150, ""}}
	for i, b := range want {
		if s.Pass[i] != b {
			t.Errorf("bound %d is %+v, want %+v", i, s.Pass[i], b)
		}
	}
}

func TestAWrongScenarioIsToldByLineAndField(t *testing.T) {
	const good = "name: x\nbots:\n  - role: viewer\n    slots: {video: 1}\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "mine.yaml is empty"},
		{"no YAML", "name: [", "mine.yaml is no YAML"},
		{"a list", "- 1", "mine.yaml:1: the scenario must be fields"},
		{"unknown field", good + "room: 3\n", "mine.yaml:5: room is not known here; known are about"},
		{"unknown field of a group", good + "  - role: viewer\n    slot: {}\n", "mine.yaml:6: bots[1].slot is not known here"},
		{"twice", good + "name: y\n", "mine.yaml:5: name is there twice"},
		{"no time", good + "ramp: 10\n", `mine.yaml:5: ramp is "10", must be a time`},
		{"no number", good + "rooms: many\n", `mine.yaml:5: rooms is "many", must be a whole number`},
		{"out of range", good + "rooms: 0\n", "mine.yaml:5: rooms is 0, must be between 1 and 10000"},
		{"no bots", "name: x\n", "mine.yaml: bots is empty"},
		{"bots are no list", "bots: 3\n", "mine.yaml:1: bots must be a list"},
		{"no role", "bots:\n  - count: 3\n", "mine.yaml:2: bots[0].role is missing"},
		{"unknown role", "bots:\n  - role: dancer\n", `mine.yaml:2: bots[0].role is "dancer", must be one of publisher`},
		{"a viewer that sees nothing", "bots:\n  - role: viewer\n", "bots[0].slots is missing"},
		{"a publisher that sends nothing", "bots:\n  - role: publisher\n", "publisher needs a camera"},
		{"same name", good + "  - role: viewer\n    slots: {audio: 1}\n", `bots[1].name "viewer" is the name of bots[0] already`},
		{"unknown link", good + "    link: string\n", `mine.yaml:5: bots[0].link is "string", must be one of`},
		{"bit rate", "bots:\n  - role: publisher\n    camera:\n      layers: [{size: 640x360, bitrate: fast}]\n", `mine.yaml:4: bots[0].camera.layers[0].bitrate is "fast"`},
		{"size", "bots:\n  - role: publisher\n    camera:\n      layers: [{size: big}]\n", `mine.yaml:4: bots[0].camera.layers[0].size is "big"`},
		{"codec", "bots:\n  - role: publisher\n    camera: {codec: MPEG}\n", `mine.yaml:3: bots[0].camera.codec is "MPEG"`},
		{"level", "bots:\n  - role: publisher\n    microphone: {level: 200}\n", "mine.yaml:3: bots[0].microphone.level is 200"},
		{"no bound", good + "pass: [fast]\n", `mine.yaml:5: pass[0] is "fast", must be a bound`},
		{"unknown bound", good + "pass: [speed <= 3]\n", `mine.yaml:5: pass[0] "speed" is not measured`},
		{"bound of nobody", good + "pass: [loss of dancers <= 3%]\n", `pass[0] there are no bots of the name "dancers"`},
		{"bound without its unit", good + "pass: [loss <= 3]\n", "is no share such as 0.5%"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("mine.yaml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	_, err := Parse("mine.yaml", []byte("rooms: 0\nduration: 1h\nbots:\n  - role: viewer\n    count: -1\n    slots: {video: 99}\n"))
	if err == nil || strings.Count(err.Error(), "mine.yaml:") < 3 {
		t.Errorf("got %v", err)
	}
}
