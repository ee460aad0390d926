package metrics

import (
	"strconv"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// egressFamilies say how media leaves, and how busy the shards are that send it.
var egressFamilies = []family{
	{
		name: "plenum_egress_info", kind: gauge, labels: []string{"method", "express"},
		help: "1, with the way by which packets leave: method gso (many in one message), sendmmsg (many in one call) or sendto (one by " +
			"one), and express true if shards encrypt them, false if all goes through pion at three times the cost.",
		read: func(s *state, put put) {
			methods := map[egress.Method]bool{}
			for _, socket := range s.transport.Sockets {
				methods[socket.Method] = true
			}
			for method := range methods {
				put(1, string(method), strconv.FormatBool(s.transport.Express))
			}
		},
	},
	{
		name: "plenum_express_peers_total", kind: counter, help: "Connections to receivers whose media shards encrypted and sent.",
		read: func(s *state, put put) { put(count(s.transport.ExpressPeers)) },
	},
	{
		name: "plenum_fallback_peers_total", kind: counter,
		help: "Connections to receivers whose media went through pion: over TCP and relays, and all if the self-test failed.",
		read: func(s *state, put put) { put(count(s.transport.FallbackPeers)) },
	},
	socket("plenum_udp_sent_packets_total", "Datagrams that the kernel took.", func(c egress.SocketSnapshot) uint64 { return c.Sent }),
	socket("plenum_udp_dropped_packets_total", "Datagrams that were dropped because the kernel's buffer was full.",
		func(c egress.SocketSnapshot) uint64 { return c.Dropped }),
	socket("plenum_udp_write_errors_total", "Datagrams that the kernel refused.", func(c egress.SocketSnapshot) uint64 { return c.WriteErrors }),
	socket("plenum_udp_read_errors_total", "Failed attempts to read datagrams.", func(c egress.SocketSnapshot) uint64 { return c.ReadErrors }),
	socket("plenum_udp_batched_packets_total", "Datagrams that left in batches.", func(c egress.SocketSnapshot) uint64 { return c.Batched }),
	socket("plenum_udp_bundles_total", "Messages in which batched datagrams left: one for each receiver and length.",
		func(c egress.SocketSnapshot) uint64 { return c.Bundles }),
	socket("plenum_udp_flushes_total", "Calls of the kernel for batches.", func(c egress.SocketSnapshot) uint64 { return c.Flushes }),
	shard("plenum_shard_peers", gauge, "Receivers of each shard, the goroutines that send media.",
		func(l egress.ShardLoad) float64 { return float64(l.Peers) }),
	shard("plenum_shard_slots", gauge, "Slots of each shard.", func(l egress.ShardLoad) float64 { return float64(l.Slots) }),
	shard("plenum_shard_queue_messages", gauge, "Packets and commands that wait for each shard.",
		func(l egress.ShardLoad) float64 { return float64(l.Queue) }),
	shard("plenum_shard_delay_seconds", gauge, "How long the question of this scrape waited in the queue of each shard.",
		func(l egress.ShardLoad) float64 { return l.Delay.Seconds() }),
	shard("plenum_shard_dropped_messages_total", counter, "Packets and commands that found the queue of a shard full.",
		func(l egress.ShardLoad) float64 { return count(l.Dropped) }),
	shard("plenum_shard_shed_level", gauge, "What each shard leaves out because this machine cannot keep up: 0 nothing, 1 pictures that "+
		"no other needs, 2 large pictures.", func(l egress.ShardLoad) float64 { return float64(l.Level) }),
}

// socket is a counter of all media sockets.
func socket(name, help string, of func(egress.SocketSnapshot) uint64) family {
	return family{name: name, kind: counter, help: help, read: func(s *state, put put) {
		var sum uint64
		for _, socket := range s.transport.Sockets {
			sum += of(socket)
		}
		put(count(sum))
	}}
}

// shard is a figure of each shard.
func shard(name string, kind kind, help string, of func(egress.ShardLoad) float64) family {
	return family{name: name, kind: kind, labels: []string{"shard"}, help: help, read: func(s *state, put put) {
		for _, load := range s.media.Shards {
			put(of(load), strconv.Itoa(load.Shard))
		}
	}}
}
