package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// topPage shows a node as it is now. What is counted is shown as a rate since the look before.
func topPage(before, now nodeLoad) string {
	span := now.At.Sub(before.At).Seconds()
	var b strings.Builder
	fmt.Fprintf(&b, "Plenum %s   %s\n", now.Version, now.At.Format(time.TimeOnly))
	fmt.Fprintf(&b, "processor %.2f of %d cores   memory %d MB   sockets %d   records waiting %d\n",
		rate(before.CPU, now.CPU, span), now.Cores, now.Memory>>20, now.Sockets, now.QueuedWrites)
	fmt.Fprintf(&b, "rooms %d   people %d   reconnecting %d   in lobbies %d\n", len(now.Rooms), now.Participants, now.Reconnecting, now.Waiting)
	in, out := now.Received.since(before.Received, span), now.Sent.since(before.Sent, span)
	fmt.Fprintf(&b, "in %s   out %s%s   dropped %d\n", in, out, costOf(before, now), now.Dropped)
	for i, shard := range now.Shards {
		fmt.Fprintf(&b, "shard %d: %d receivers, queue %d, delay %s%s\n", i, shard.Peers, shard.Queue, brief(shard.Delay), shedding(shard.Level))
	}
	fmt.Fprintf(&b, "\n%-14s %6s %6s %4s %4s %4s %10s %10s %6s %7s %6s %8s\n",
		"ROOM", "PEOPLE", "LOBBY", "CAM", "MIC", "SCR", "IN", "OUT", "LOSS", "RTT", "PAUSED", "SINCE")
	received := map[string]uint64{}
	for _, room := range before.Rooms {
		received[room.Code] = room.Received
	}
	rooms := slices.Clone(now.Rooms)
	slices.SortFunc(rooms, func(a, b roomLoad) int {
		return cmp.Or(cmp.Compare(b.Participants, a.Participants), strings.Compare(a.Code, b.Code))
	})
	for _, r := range rooms {
		was, known := received[r.Code]
		if !known {
			was = r.Received
		}
		fmt.Fprintf(&b, "%-14s %6d %6d %4d %4d %4d %10s %10s %5.1f%% %7s %6d %8s\n",
			r.Code, r.Participants, r.Waiting, r.Cameras, r.Microphones, r.Screens, bits(rate(was, r.Received, span)*8), bits(float64(r.Planned)),
			100*r.Loss, brief(r.RTT), r.Paused, now.At.Sub(r.StartedAt).Round(time.Second))
	}
	return b.String()
}

// rate is how fast a counter rises. One that has fallen belongs to another start, or to what has gone.
func rate[N uint64 | float64](before, now N, span float64) float64 {
	if now < before || span <= 0 {
		return 0
	}
	return float64(now-before) / span
}

// since is the flow between two looks, in words.
func (f flow) since(before flow, span float64) string {
	return fmt.Sprintf("%.0f packets/s, %s", rate(before.Packets, f.Packets, span), bits(rate(before.Bytes, f.Bytes, span)*8))
}

// costOf is the processor time for each packet sent, where enough were sent to tell.
func costOf(before, now nodeLoad) string {
	const enough = 1000
	if now.Sent.Packets < before.Sent.Packets+enough {
		return ""
	}
	return fmt.Sprintf(" at %.1f µs each", (now.CPU-before.CPU)*1e6/float64(now.Sent.Packets-before.Sent.Packets))
}

func bits(perSecond float64) string {
	switch {
	case perSecond >= 1e9:
		return fmt.Sprintf("%.2f Gbit/s", perSecond/1e9)
	case perSecond >= 1e6:
		return fmt.Sprintf("%.1f Mbit/s", perSecond/1e6)
	}
	return fmt.Sprintf("%.0f kbit/s", perSecond/1e3)
}

// brief is a time of some milliseconds.
func brief(seconds float64) string { return fmt.Sprintf("%.1f ms", 1000*seconds) }

func shedding(level uint8) string {
	switch level {
	case 0:
		return ""
	case 1:
		return ", leaves out pictures that no other needs"
	}
	return ", leaves out large pictures"
}
