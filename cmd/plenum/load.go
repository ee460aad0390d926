package main

import (
	"context"
	"runtime"
	"time"

	"github.com/plenum-meet/plenum/cmd/plenum/metrics"
	"github.com/plenum-meet/plenum/sfu"
)

// nodeLoad is what the node does at one moment, as /debug/load says it and 'plenum top' shows it. Counters are since the start.
type nodeLoad struct {
	At      time.Time `json:"at"`
	Version string    `json:"version"`
	// CPU is the processor time of the process in seconds, Memory what Go has of the system in bytes.
	CPU    float64 `json:"cpu"`
	Cores  int     `json:"cores"`
	Memory uint64  `json:"memory"`

	Sockets      int         `json:"sockets"`
	Participants int         `json:"participants"`
	Reconnecting int         `json:"reconnecting"`
	Waiting      int         `json:"waiting"`
	QueuedWrites int         `json:"queuedWrites"`
	Received     flow        `json:"received"`
	Sent         flow        `json:"sent"`
	Dropped      uint64      `json:"dropped"`
	Shards       []shardLoad `json:"shards"`
	Rooms        []roomLoad  `json:"rooms"`
}

// flow counts packets and their payload.
type flow struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// shardLoad is how busy one of the goroutines is that send media.
type shardLoad struct {
	Peers int     `json:"peers"`
	Queue int     `json:"queue"`
	Delay float64 `json:"delay"` // s
	Level uint8   `json:"level"`
}

// roomLoad is one meeting.
type roomLoad struct {
	Code         string    `json:"code"`
	StartedAt    time.Time `json:"startedAt"`
	Participants int       `json:"participants"`
	Waiting      int       `json:"waiting"`
	Cameras      int       `json:"cameras"`
	Microphones  int       `json:"microphones"`
	Screens      int       `json:"screens"`
	Received     uint64    `json:"received"` // bytes, of what is published now
	Planned      uint64    `json:"planned"`  // bit/s to all
	Loss         float64   `json:"loss"`     // of the worst line
	RTT          float64   `json:"rtt"`      // s, of the longest
	Paused       int       `json:"paused"`   // pictures that a line does not carry
}

func loadOf(ctx context.Context, now time.Time, of metrics.Parts) nodeLoad {
	media, signals := of.Media.Load(ctx), of.Signaling.Load(ctx)
	load := nodeLoad{
		At: now, Version: of.Version, CPU: metrics.ProcessorTime().Seconds(), Cores: runtime.GOMAXPROCS(0), Memory: metrics.MemoryTaken(),
		Sockets: signals.Sockets, QueuedWrites: signals.QueuedWrites, Shards: []shardLoad{}, Rooms: []roomLoad{},
	}
	for _, source := range sfu.Sources {
		load.Received.Packets += media.Received[source].Packets
		load.Received.Bytes += media.Received[source].Bytes
	}
	for _, s := range media.Shards {
		load.Sent.Packets += s.Audio.Packets + s.Video.Packets
		load.Sent.Bytes += s.Audio.Bytes + s.Video.Bytes
		load.Dropped += s.Dropped
		load.Shards = append(load.Shards, shardLoad{Peers: s.Peers, Queue: s.Queue, Delay: s.Delay.Seconds(), Level: uint8(s.Level)})
	}
	flows := map[string]sfu.RoomLoad{}
	for _, room := range media.Rooms {
		flows[room.Code] = room
	}
	for _, meeting := range signals.Meetings {
		load.Participants += meeting.Participants
		load.Reconnecting += meeting.Reconnecting
		load.Waiting += meeting.Waiting
		room := roomLoad{Code: meeting.Code, StartedAt: meeting.StartedAt, Participants: meeting.Participants, Waiting: meeting.Waiting}
		room.takes(flows[meeting.Code])
		load.Rooms = append(load.Rooms, room)
	}
	return load
}

// takes adds the media of a room.
func (r *roomLoad) takes(media sfu.RoomLoad) {
	r.Cameras, r.Microphones = media.Publications[sfu.Camera], media.Publications[sfu.Microphone]
	r.Screens, r.Received = media.Publications[sfu.Screen], media.Bytes
	for _, peer := range media.Peers {
		r.Planned += uint64(max(0, peer.Planned))
		r.Loss, r.RTT = max(r.Loss, peer.Loss), max(r.RTT, peer.RTT.Seconds())
		for state, n := range peer.Slots {
			if state.Reason == sfu.PausedSlot {
				r.Paused += n
			}
		}
	}
}
