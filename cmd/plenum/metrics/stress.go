package metrics

import (
	"context"
	"io/fs"
	"math"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/egress"
	"github.com/plenum-meet/plenum/signaling"
)

const (
	// steady is over which time what jumps is smoothed; often is how often at most it is looked at.
	steady = 10 * time.Second
	often  = 500 * time.Millisecond
	// late is how long a packet may wait in a shard before pictures are left out; it is that of sfu/core/shed.
	late = 30 * time.Millisecond
	// most of what shards are under: how far behind they are says nothing about how many nodes would help.
	most = 2
)

// Burden is what a node bears, each part as a share of what it can bear: 1 is as much as there should be.
type Burden struct {
	// Processor time used of what there is, over the last ten seconds.
	Processor float64 `json:"processor"`
	// Shards are late, as the latest of them is, over the last ten seconds; 1 and more while any leaves pictures out.
	Shards float64 `json:"shards"`
	// Connections and Meetings of how many there may be.
	Connections float64 `json:"connections"`
	Meetings    float64 `json:"meetings"`
	// Memory taken of what there may be.
	Memory float64 `json:"memory"`
}

// Stress is the part that is nearest to its limit, or farthest beyond.
func (b Burden) Stress() float64 {
	return max(b.Processor, b.Shards, b.Connections, b.Meetings, b.Memory)
}

// Gauge measures the stress of a node. It is safe from any goroutine, and whoever asks may do so often: no room is asked.
type Gauge struct {
	media   *sfu.Server
	signals *signaling.Server
	root    fs.FS

	mu     sync.Mutex
	smooth smooth
}

// NewGauge begins to measure.
func NewGauge(now time.Time, media *sfu.Server, signals *signaling.Server) *Gauge {
	return &Gauge{media: media, signals: signals, root: os.DirFS("/"), smooth: smooth{at: now, spent: ProcessorTime()}}
}

// Burden of the node at the moment. Shards that do not answer while ctx lasts are late.
func (g *Gauge) Burden(ctx context.Context, now time.Time) Burden {
	shards, crowd := g.media.Shards(ctx), g.signals.Crowd()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.smooth.saw(now, ProcessorTime(), runtime.GOMAXPROCS(0), delayOf(shards, ctx.Err() != nil))
	return Burden{
		Processor:   g.smooth.processor,
		Shards:      shardsUnder(g.smooth.delay, shards),
		Connections: share(float64(crowd.Sockets), float64(crowd.MaxSockets)),
		Meetings:    share(float64(crowd.Rooms), float64(crowd.MaxRooms)),
		Memory:      share(float64(MemoryTaken()), float64(memoryLimit(g.root))),
	}
}

// Stress is for those who place meetings.
func (g *Gauge) Stress(ctx context.Context, now time.Time) float64 {
	return g.Burden(ctx, now).Stress()
}

// share of what there may be; 0 if nobody knows how much that is.
func share(of, limit float64) float64 {
	if limit <= 0 {
		return 0
	}
	return of / limit
}

// delayOf the latest shard, in seconds.
func delayOf(shards []egress.ShardLoad, silent bool) (longest float64) {
	if silent {
		longest = most * late.Seconds()
	}
	for _, shard := range shards {
		longest = max(longest, shard.Delay.Seconds())
	}
	return longest
}

func shardsUnder(delay float64, shards []egress.ShardLoad) float64 {
	under := min(most, delay/late.Seconds())
	for _, shard := range shards {
		if shard.Level > 0 {
			under = max(under, 1)
		}
	}
	return under
}

// smooth keeps what jumps from one look to the next.
type smooth struct {
	at    time.Time
	spent time.Duration
	// processor is a share of what there is, delay in seconds.
	processor, delay float64
}

// saw takes what the process has spent since it started, on so many processors, and how late the latest shard is.
func (s *smooth) saw(now time.Time, spent time.Duration, processors int, delay float64) {
	passed := now.Sub(s.at)
	if passed < often {
		return
	}
	weight := 1 - math.Exp(-passed.Seconds()/steady.Seconds())
	used := (spent - s.spent).Seconds() / passed.Seconds() / float64(max(1, processors))
	s.processor += weight * (max(0, used) - s.processor)
	s.delay += weight * (delay - s.delay)
	s.at, s.spent = now, spent
}

// stressFamilies say how near the node is to what it can bear.
var stressFamilies = []family{
	{
		name: "plenum_stress", kind: gauge,
		help: "How much the node bears of what it can bear: 1 is all, more is too much. It is the largest of plenum_stress_part. New " +
			"meetings go to nodes with less, and an autoscaler may go by it.",
		read: func(s *state, put put) { put(s.burden.Stress()) },
	},
	{
		name: "plenum_stress_part", kind: gauge, labels: []string{"part"},
		help: "What plenum_stress is made of: processor (time used of what there is, over ten seconds), shards (how late they are, 1 from " +
			"30 ms on or while pictures are left out, 2 at most), connections (of --max-connections), meetings (of --max-meetings), memory " +
			"(of GOMEMLIMIT, the container's limit or the machine's, whichever is least; 0 where nothing tells).",
		read: func(s *state, put put) {
			put(s.burden.Processor, "processor")
			put(s.burden.Shards, "shards")
			put(s.burden.Connections, "connections")
			put(s.burden.Meetings, "meetings")
			put(s.burden.Memory, "memory")
		},
	},
}
