package loadtest

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// reportVersion rises when older readers would misread a report.
const reportVersion = 1

// Report says how the bots of one or more machines fared. Times in it are of the machine that made it.
type Report struct {
	Version  int      `json:"version"`
	Scenario string   `json:"scenario"`
	About    string   `json:"about,omitempty"`
	URL      string   `json:"server"`
	Machines []string `json:"machines"`
	// Started is when the first bot came.
	Started time.Time `json:"started"`
	// Partial says why the run ended before its time, empty if it did not.
	Partial string `json:"partial,omitempty"`

	Total  Outcome   `json:"total"`
	Groups []Outcome `json:"groups"`
	// Window is what was measured while all bots were inside.
	Window Window   `json:"window"`
	Server *Server  `json:"serverProcess,omitempty"`
	Line   []Second `json:"timeline"`
	// Faults are what went wrong, with how often.
	Faults   map[string]int `json:"faults"`
	Verdicts []Verdict      `json:"verdicts"`
}

// Outcome is what one group, or all together, saw.
type Outcome struct {
	Group string `json:"group,omitempty"`
	Role  Role   `json:"role,omitempty"`
	// Bots were to come, Joined came in, Failed did not, Dropped lost their connection later, Blind received no
	// picture in a slot that was assigned to them.
	Bots    int `json:"bots"`
	Joined  int `json:"joined"`
	Failed  int `json:"failed"`
	Dropped int `json:"dropped"`
	Blind   int `json:"blind"`
	// Joins counts those of flappers each time.
	Joins int `json:"joins"`

	Join       Histogram `json:"join"`       // asking the REST API to being in the room
	Connect    Histogram `json:"connect"`    // opening the WebSocket to media that can flow
	FirstFrame Histogram `json:"firstFrame"` // opening the WebSocket to the first whole key frame
	Latency    Histogram `json:"latency"`    // of packets that were not resent, sender to receiver
	AudioGap   Histogram `json:"audioGap"`   // from one packet of sound in a slot to the next

	// Packets and Bytes of media that arrived, once each; Lost never did; Recovered were sent again.
	Packets   uint64 `json:"packets"`
	Bytes     uint64 `json:"bytes"`
	Lost      uint64 `json:"lost"`
	Recovered uint64 `json:"recovered"`
	Nacked    uint64 `json:"nacked"`
	// Frames that could be shown, KeyFrames among them.
	Frames    uint64 `json:"frames"`
	KeyFrames uint64 `json:"keyFrames"`
	Freezes   uint64 `json:"freezes"`
	// Froze and Watched are the seconds of frozen pictures and of all pictures.
	Froze   float64 `json:"frozenSeconds"`
	Watched float64 `json:"watchedSeconds"`
	// Received and Sent are by layer, lowest first.
	Received [layers]Flow `json:"receivedLayers"`
	Sent     [layers]Flow `json:"sentLayers"`
	// SentAudio and ReceivedAudio are sound.
	SentAudio        Flow   `json:"sentAudio"`
	ReceivedAudio    Flow   `json:"receivedAudio"`
	KeyFrameRequests uint64 `json:"keyFrameRequests"` // that publishers got
	Resent           uint64 `json:"resent"`           // by publishers
}

// Flow counts packets and bytes of payload.
type Flow struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

func (f *Flow) add(other Flow) {
	f.Packets += other.Packets
	f.Bytes += other.Bytes
}

// Window is the time in which all bots were inside and nothing was left to settle.
type Window struct {
	Seconds float64 `json:"seconds"`
	// Packets that arrived, at Bots.
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	Lost    uint64 `json:"lost"`
	Bots    int    `json:"bots"`
	Freezes uint64 `json:"freezes"`
	// BotCPU is what the bots themselves used, in seconds.
	BotCPU  float64   `json:"botCpuSeconds"`
	Latency Histogram `json:"latency"`
	// Direct is a bare hop: from one socket until another of this process is read, with no server between. A server is a
	// hop at least; what bots measure ends when the kernel has the packet.
	Direct Histogram `json:"direct"`
}

// Server is what was seen of the server's process.
type Server struct {
	// How it was seen.
	How string `json:"how"`
	// CPU seconds used in the window.
	CPU float64 `json:"cpuSeconds"`
	// Before is the resident memory before the first bot, Full at the end of the window, in bytes.
	Before uint64 `json:"memoryBefore"`
	Full   uint64 `json:"memoryFull"`
}

// Second is one point of the plots.
type Second struct {
	At      time.Time      `json:"at"`
	Inside  int            `json:"inside"`
	Failed  int            `json:"failed"`
	Packets uint64         `json:"packets"` // of this second, as all below
	Bytes   uint64         `json:"bytes"`
	Lost    uint64         `json:"lost"`
	Frames  uint64         `json:"frames"`
	Freezes uint64         `json:"freezes"`
	Layers  [layers]uint64 `json:"layerBytes"`
	P50     float64        `json:"latencyP50Ms"`
	P99     float64        `json:"latencyP99Ms"`
	CPU     float64        `json:"serverCpu"` // cores
	Memory  uint64         `json:"serverMemory"`
	BotCPU  float64        `json:"botCpu"` // cores
}

// Loss is the share of packets that never came.
func (o *Outcome) Loss() float64 {
	if o.Lost == 0 {
		return 0
	}
	return float64(o.Lost) / float64(o.Lost+o.Packets)
}

// Frozen is the share of the time of all pictures.
func (o *Outcome) Frozen() float64 {
	if o.Watched == 0 {
		return 0
	}
	return o.Froze / o.Watched
}

// add joins what two groups, or the same group on two machines, saw.
func (o *Outcome) add(other *Outcome) {
	o.Bots += other.Bots
	o.Joined += other.Joined
	o.Failed += other.Failed
	o.Dropped += other.Dropped
	o.Blind += other.Blind
	o.Joins += other.Joins
	o.Join.Merge(&other.Join)
	o.Connect.Merge(&other.Connect)
	o.FirstFrame.Merge(&other.FirstFrame)
	o.Latency.Merge(&other.Latency)
	o.AudioGap.Merge(&other.AudioGap)
	o.Packets += other.Packets
	o.Bytes += other.Bytes
	o.Lost += other.Lost
	o.Recovered += other.Recovered
	o.Nacked += other.Nacked
	o.Frames += other.Frames
	o.KeyFrames += other.KeyFrames
	o.Freezes += other.Freezes
	o.Froze += other.Froze
	o.Watched += other.Watched
	for i := range layers {
		o.Received[i].add(other.Received[i])
		o.Sent[i].add(other.Sent[i])
	}
	o.SentAudio.add(other.SentAudio)
	o.ReceivedAudio.add(other.ReceivedAudio)
	o.KeyFrameRequests += other.KeyFrameRequests
	o.Resent += other.Resent
}

// cpuPerPacket is the server's time for each packet that a bot received, in seconds.
func (r *Report) cpuPerPacket() (float64, bool) {
	if r.Server == nil || r.Window.Packets == 0 {
		return 0, false
	}
	return r.Server.CPU / float64(r.Window.Packets), true
}

// memoryPerBot is by how much the server grew for each bot, in KB.
func (r *Report) memoryPerBot() (float64, bool) {
	if r.Server == nil || r.Server.Full == 0 || r.Window.Bots == 0 {
		return 0, false
	}
	return (float64(r.Server.Full) - float64(r.Server.Before)) / float64(r.Window.Bots) / 1024, true
}

// judge fills in the verdicts.
func (r *Report) judge(bounds []Bound) {
	r.Verdicts = []Verdict{}
	for _, b := range bounds {
		r.Verdicts = append(r.Verdicts, b.judge(r))
	}
}

// Missed are the bounds that were not kept.
func (r *Report) Missed() []Verdict {
	var missed []Verdict
	for _, v := range r.Verdicts {
		if !v.Passed {
			missed = append(missed, v)
		}
	}
	return missed
}

// WriteJSON writes what ReadReport reads.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// ReadReport reads a report; file is its name in errors.
func ReadReport(file string, from io.Reader) (*Report, error) {
	var r Report
	if err := json.NewDecoder(from).Decode(&r); err != nil {
		return nil, fmt.Errorf("%s is no report of a load test: %w", file, err)
	}
	if r.Version != reportVersion {
		return nil, fmt.Errorf("%s is a report of version %d, this program reads version %d", file, r.Version, reportVersion)
	}
	return &r, nil
}
