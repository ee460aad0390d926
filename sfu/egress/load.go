package egress

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/core/shed"
)

// ShardLoad is what a shard has to do at one moment, and what it has done since it started.
type ShardLoad struct {
	Shard int `json:"shard"` // its number on the node, for who asks several
	Peers int `json:"peers"`
	Slots int `json:"slots"`
	// Queue is how many messages waited, and Delay for how long the one waited that asked.
	Queue int           `json:"queue"`
	Delay time.Duration `json:"delay"`
	// Dropped messages found the queue full.
	Dropped uint64     `json:"dropped"`
	Level   shed.Level `json:"level"`
	// Audio and Video are of all slots, those that are gone too.
	Audio SlotCounts  `json:"audio"`
	Video SlotCounts  `json:"video"`
	Asked AskedCounts `json:"asked"`
}

// AskedCounts are what receivers asked for.
type AskedCounts struct {
	Packets   uint64 `json:"packets"` // again, by NACK
	KeyFrames uint64 `json:"keyFrames"`
}

// Load hands the state of the shard to reply, from its loop; never if the shard has ended. Slots are summed up when somebody
// asks, so that sending costs nothing more.
func (s *Shard) Load(reply func(ShardLoad)) {
	asked, queue := time.Now(), s.box.Len()
	s.box.Put(message{step: func(now time.Time) {
		load := ShardLoad{
			Peers: len(s.peers), Queue: queue, Delay: max(0, now.Sub(asked)), Dropped: s.box.Dropped(), Level: s.shedder.Level(),
			Audio: s.gone.audio, Video: s.gone.video, Asked: s.asked,
		}
		for peer := range s.peers {
			load.Slots += len(peer.slots)
			for _, slot := range peer.slots {
				sum := load.of(slot.video)
				*sum = sum.Plus(slot.counts)
			}
		}
		reply(load)
	}})
}

func (l *ShardLoad) of(video bool) *SlotCounts {
	if video {
		return &l.Video
	}
	return &l.Audio
}

// gone counts what slots sent that are no more.
type gone struct{ audio, video SlotCounts }

func (g *gone) add(slot *Slot) {
	if slot.video {
		g.video = g.video.Plus(slot.counts)
		return
	}
	g.audio = g.audio.Plus(slot.counts)
}

// Plus is the sum of both.
func (c SlotCounts) Plus(other SlotCounts) SlotCounts {
	c.Packets += other.Packets
	c.Bytes += other.Bytes
	c.Resent += other.Resent
	c.Padding += other.Padding
	c.WriteErrors += other.WriteErrors
	c.Oversize += other.Oversize
	return c
}
