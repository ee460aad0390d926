package metrics

import (
	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/egress"
)

// mediaFamilies count packets: from publishers, and to receivers.
var mediaFamilies = []family{
	received("plenum_received_packets_total", "Media packets from publishers that made sense, those that came on request too.",
		func(r sfu.Received) uint64 { return r.Packets }),
	received("plenum_received_bytes_total", "Payload of these packets.", func(r sfu.Received) uint64 { return r.Bytes }),
	received("plenum_upstream_nacked_packets_total", "Packets that publishers were asked for again (NACK), each time.",
		func(r sfu.Received) uint64 { return r.Nacked }),
	received("plenum_upstream_recovered_packets_total", "Packets that publishers sent again on request (RTX).",
		func(r sfu.Received) uint64 { return r.Recovered }),
	{
		name: "plenum_received_discarded_packets_total", kind: counter, labels: []string{"source", "reason"},
		help: "Packets from publishers that were dropped: late (or twice), malformed, unstructured (refer to a structure that never " +
			"came), refused (more streams than a publisher needs), muted (sent although muted).",
		read: func(s *state, put put) {
			for _, source := range sfu.Sources {
				r := s.media.Received[source]
				put(count(r.Late), source.String(), "late")
				put(count(r.Malformed), source.String(), "malformed")
				put(count(r.Unstructured), source.String(), "unstructured")
				put(count(r.Refused), source.String(), "refused")
				put(count(r.Muted), source.String(), "muted")
			}
		},
	},
	received("plenum_key_frame_requests_total", "Key frames that publishers were asked for (PLI).",
		func(r sfu.Received) uint64 { return r.KeyFramesAsked }),
	received("plenum_key_frame_requests_unanswered_total", "Requests for key frames that were given up after ten seconds.",
		func(r sfu.Received) uint64 { return r.KeyFramesUnanswered }),
	{
		name: "plenum_viewer_key_frame_requests_total", kind: counter, help: "Key frames that receivers asked for (PLI, FIR).",
		read: func(s *state, put put) { put(count(asked(s).KeyFrames)) },
	},
	sent("plenum_forwarded_packets_total", "Packets sent to receivers, resends and padding too. Beside process_cpu_seconds_total "+
		"it is what a packet costs.", func(c egress.SlotCounts) uint64 { return c.Packets }),
	sent("plenum_forwarded_bytes_total", "Payload of these packets.", func(c egress.SlotCounts) uint64 { return c.Bytes }),
	{
		name: "plenum_downstream_nacked_packets_total", kind: counter, help: "Packets that receivers asked for again (NACK).",
		read: func(s *state, put put) { put(count(asked(s).Packets)) },
	},
	sent("plenum_downstream_resent_packets_total", "Packets sent to receivers again on request (RTX).",
		func(c egress.SlotCounts) uint64 { return c.Resent }),
	sent("plenum_padding_packets_total", "Packets without media, to find out what a line carries.",
		func(c egress.SlotCounts) uint64 { return c.Padding }),
	{
		name: "plenum_forwarding_failed_packets_total", kind: counter, labels: []string{"media", "reason"},
		help: "Packets that were to be sent and were not: write (the connection refused it), oversize (it does not fit a datagram).",
		read: func(s *state, put put) {
			audio, video := sums(s)
			put(count(audio.WriteErrors), "audio", "write")
			put(count(audio.Oversize), "audio", "oversize")
			put(count(video.WriteErrors), "video", "write")
			put(count(video.Oversize), "video", "oversize")
		},
	},
}

// received is a counter of what comes from publishers, by source.
func received(name, help string, of func(sfu.Received) uint64) family {
	return family{name: name, kind: counter, labels: []string{"source"}, help: help, read: func(s *state, put put) {
		for _, source := range sfu.Sources {
			put(count(of(s.media.Received[source])), source.String())
		}
	}}
}

// sent is a counter of what goes to receivers, by medium.
func sent(name, help string, of func(egress.SlotCounts) uint64) family {
	return family{name: name, kind: counter, labels: []string{"media"}, help: help, read: func(s *state, put put) {
		audio, video := sums(s)
		put(count(of(audio)), "audio")
		put(count(of(video)), "video")
	}}
}

func sums(s *state) (audio, video egress.SlotCounts) {
	for _, shard := range s.media.Shards {
		audio, video = audio.Plus(shard.Audio), video.Plus(shard.Video)
	}
	return audio, video
}

func asked(s *state) (all egress.AskedCounts) {
	for _, shard := range s.media.Shards {
		all.Packets += shard.Asked.Packets
		all.KeyFrames += shard.Asked.KeyFrames
	}
	return all
}

var (
	// shares from a packet in a thousand to half of them.
	shares = []float64{0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5}
	// roundTrips in seconds.
	roundTrips = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2}
	// rates in bytes a second: from a voice to several large pictures.
	rates = []float64{6e3, 12.5e3, 25e3, 50e3, 100e3, 200e3, 400e3, 800e3, 1.6e6, 3.2e6, 6.4e6}
)

// lineFamilies say how people's lines are. Each is sampled whenever somebody asks.
var lineFamilies = []family{
	{
		name: "plenum_downstream_estimate_bytes_per_second", kind: histogram, bounds: rates,
		help: "What each receiver's line is estimated to carry, sampled at each scrape.",
		read: measured(func(p sfu.PeerLoad) float64 { return float64(p.Estimate) / 8 }),
	},
	{
		name: "plenum_downstream_planned_bytes_per_second", kind: histogram, bounds: rates,
		help: "What each receiver is to be sent by the present plan, sampled at each scrape.",
		read: measured(func(p sfu.PeerLoad) float64 { return float64(p.Planned) / 8 }),
	},
	{
		name: "plenum_downstream_loss_ratio", kind: histogram, bounds: shares,
		help: "Share of packets lost on the way to each receiver, sampled at each scrape.",
		read: measured(func(p sfu.PeerLoad) float64 { return p.Loss }),
	},
	{
		name: "plenum_downstream_rtt_seconds", kind: histogram, bounds: roundTrips,
		help: "Round trip to each receiver and back, sampled at each scrape.",
		read: measured(func(p sfu.PeerLoad) float64 { return p.RTT.Seconds() }),
	},
	{
		name: "plenum_upstream_loss_ratio", kind: histogram, bounds: shares,
		help: "Share of packets lost on the way from each publication, before any was sent again, sampled at each scrape.",
		read: func(s *state, put put) {
			for up := range s.ups {
				put(up.Loss)
			}
		},
	},
	{
		name: "plenum_upstream_rtt_seconds", kind: histogram, bounds: roundTrips,
		help: "Round trip to each publication's sender and back, sampled at each scrape.",
		read: func(s *state, put put) {
			for up := range s.ups {
				put(up.RTT.Seconds())
			}
		},
	},
}

// measured samples the receivers of whom something is known.
func measured(of func(sfu.PeerLoad) float64) func(*state, put) {
	return func(s *state, put put) {
		for peer := range s.peers {
			if peer.Down && peer.Measured {
				put(of(peer))
			}
		}
	}
}
