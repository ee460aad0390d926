package main

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"testing"

	"github.com/plenum-meet/plenum/sfu/sfutest/bridge"
	"github.com/plenum-meet/plenum/sfu/sfutest/link"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// freePort is a UDP port of loopback that nobody uses at present.
func freePort(t *testing.T) uint16 {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	return socket.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// startBridged starts a server whose media passes a bridge, a clean one at first.
func startBridged(t *testing.T) (*meeting, *bridge.Bridge) {
	t.Helper()
	clean, err := link.Named("clean")
	if err != nil {
		t.Fatal(err)
	}
	port, loopback := freePort(t), netip.MustParseAddr("127.0.0.1")
	b, err := bridge.New(bridge.Config{
		Listen: netip.AddrPortFrom(loopback, 0), Upstream: netip.AddrPortFrom(loopback, port), Profile: clean,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	m := startMeeting(t, func(c *serveCommand) { c.MediaPort, c.MediaAdvertise = port, b.Address() })
	return m, b
}

// busiest is the address that most of what a bot is sent goes to, of those that were not there before: a bot tries
// each address that it has.
func busiest(b *bridge.Bridge, before bridge.Counters) netip.AddrPort {
	known := map[string]bool{}
	for _, c := range before.Clients {
		known[c.Client] = true
	}
	most, at := uint64(0), netip.AddrPort{}
	for _, c := range b.Counters().Clients {
		if bytes := c.Down.Given.Bytes; !known[c.Client] && bytes > most {
			most, at = bytes, netip.MustParseAddrPort(c.Client)
		}
	}
	return at
}

// missed counts the packets of a slot from a number on, and those that were lost for good. What is older than a key frame
// that follows soon is worth nothing any more: nobody asks for it.
func (b *bot) missed(mid string, from uint16) (packets, recovered, lost int) {
	const soon = 90 // packets: a second
	came, keys, last := map[uint16]bool{}, map[uint16]bool{}, uint16(0)
	for _, p := range b.packets(mid) {
		n := p.Sequence - from
		if n > 1<<15 {
			continue
		}
		packets++
		if p.Recovered {
			recovered++
		}
		came[n], last = true, max(last, n)
		keys[n] = p.vp8.Key && p.vp8.Start
	}
	mended := 0 // packets until what was lost is worth nothing
	for n := int(last); n >= 0; n-- {
		switch {
		case keys[uint16(n)]:
			mended = soon
		case !came[uint16(n)] && mended == 0:
			lost++
		}
		mended = max(0, mended-1)
	}
	return packets, recovered, lost
}

// What a bad link loses comes again: at a round trip of 40 ms almost nothing is lost for good.
func TestViewersOnLossyLinksMissAlmostNothing(t *testing.T) {
	m, b := startBridged(t)
	sizes := []client.Size{{Width: 320, Height: 180}, {Width: 640, Height: 360}}
	ada := m.enter("Ada").publish(client.Track{Source: message.Camera, RIDs: []string{"q", "h"}, Feed: client.NewPattern(30, sizes...)})

	const viewers, enough = 3, 1200 // of each link; packets of all of them
	type viewer struct {
		*bot
		at     netip.AddrPort
		from   uint16 // number of the first packet that met the loss
		before uint64 // packets
	}
	links := []struct {
		name  string
		loss  float64
		most  float64 // share of packets that may be lost for good
		there []*viewer
	}{
		{name: "lossy5", loss: 0.05, most: 0.0005},
		{name: "lossy10", loss: 0.1, most: 0.001},
		{name: "lossy20", loss: 0.2, most: 0.003},
	}
	for i := range links {
		for n := range viewers {
			before := b.Counters()
			v := m.enter(fmt.Sprintf("%s %d", links[i].name, n+1)).receiveBy(client.Reception{Slots: client.Slots{Video: 1}, Measured: true})
			v.wish(360, ada.id)
			v.flows(10, v.video(0))
			links[i].there = append(links[i].there, &viewer{bot: v, at: busiest(b, before)})
		}
	}
	for _, l := range links {
		for _, v := range l.there {
			v.picture(v.video(0), 0, v.number(ada.id, message.Camera), 360)
		}
	}
	for _, l := range links {
		profile, err := link.Named(l.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range l.there {
			packets := v.packets(v.video(0))
			v.from, v.before = packets[len(packets)-1].Sequence+1, v.down.Stats()[v.video(0)].Packets
			if err := b.Use(profile, v.at); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, l := range links {
		m.until(fmt.Sprintf("%d packets over %s", enough, l.name), func() bool {
			all := uint64(0)
			for _, v := range l.there {
				all += v.down.Stats()[v.video(0)].Packets - v.before
			}
			return all >= enough
		})
	}
	clean, err := link.Named("clean")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Use(clean, bridge.Everybody); err != nil {
		t.Fatal(err)
	}

	seenBytes := 0
	for _, l := range links {
		var packets, recovered, lost int
		for _, v := range l.there {
			mid := v.video(0)
			m.until("every gap to close", func() bool { return v.down.Stats()[mid].Missing == 0 })
			p, r, n := v.missed(mid, v.from)
			packets, recovered, lost = packets+p, recovered+r, lost+n
			for _, p := range v.packets(mid) {
				seenBytes += p.size
			}
		}
		t.Logf("%s: %d packets, %d recovered, %d lost for good", l.name, packets, recovered, lost)
		// So few packets are a sample: four standard deviations are left to chance. The exact share is measured in
		// virtual time (package scenario).
		if most := l.most * float64(packets); float64(lost) > most+4*math.Sqrt(most) {
			t.Errorf("%s: %d of %d packets are lost for good, want %.2f %%", l.name, lost, packets, 100*l.most)
		}
		if share := float64(recovered) / float64(packets); share < l.loss/2 {
			t.Errorf("%s: only %.1f %% had to be recovered: it was no bad link", l.name, 100*share)
		}
	}
	if through := b.Counters(); through.Overrun != 0 || float64(through.Down.Given.Bytes) < 0.95*float64(seenBytes) {
		t.Errorf("void: of %d bytes seen, %d came over the bridge, which lost %d datagrams by itself", seenBytes, through.Down.Given.Bytes, through.Overrun)
	}
}
