package forward_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/core/codec"
	"github.com/plenum-meet/plenum/sfu/core/forward"
	"github.com/plenum-meet/plenum/sfu/core/packet"
)

const ms = time.Millisecond

var begin = time.Unix(1_700_000_000, 0)

// whole is a spatial layer with all its frames.
func whole(spatial int8) packet.Layer { return packet.Layer{Spatial: spatial, Temporal: forward.All} }

// stream makes the packets of one layer: one frame is one packet.
type stream struct {
	publication uint32
	spatial     int8
	feed        uint16
	seq         packet.Seq
	zero        packet.Timestamp // timestamp at begin
	picture     uint16
	audio       bool
}

// at returns the packet that is captured and arrives now.
func (s *stream) at(now time.Time, key bool) *packet.Packet {
	s.seq++
	p := &packet.Packet{Arrival: now, Feed: s.feed, Seq: s.seq, Stream: s.spatial, Spatial: s.spatial, Marker: !s.audio}
	if s.audio {
		p.Timestamp = s.zero + packet.Timestamp(packet.Ticks(now.Sub(begin), 48000))
		p.Payload = []byte{0xf8, 1, 2}
		p.Descriptor, _ = codec.Parse(codec.Opus, p.Payload)
		return p
	}
	s.picture++
	p.Timestamp = s.zero + packet.Timestamp(packet.Ticks(now.Sub(begin), 90000))
	p.Payload = []byte{0x90, 0x80, 0x80 | byte(s.picture>>8), byte(s.picture), 0x11, 0, 0}
	if key {
		p.Payload = append(p.Payload[:4], 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01)
	}
	p.Descriptor, _ = codec.Parse(codec.VP8, p.Payload)
	return p
}

// bench is a slot with a clock.
type bench struct {
	t    *testing.T
	now  time.Time
	slot *forward.Forwarder
	last forward.Out
}

func newVideo(t *testing.T) *bench {
	t.Helper()
	return &bench{t: t, now: begin, slot: forward.NewVideo(forward.Start{Sequence: 100, Timestamp: 1000, PictureID: 50})}
}

func newAudio(t *testing.T) *bench {
	t.Helper()
	return &bench{t: t, now: begin, slot: forward.NewAudio(forward.Start{Sequence: 100, Timestamp: 1000})}
}

func (b *bench) show(publication uint32, layers, target int8) {
	b.slot.Show(b.now, forward.Source{Publication: publication, Clock: 90000, Codec: codec.VP8, Layers: layers}, whole(target))
}

func (b *bench) voice(publication uint32) {
	b.slot.Show(b.now, forward.Source{Publication: publication, Clock: 48000, Codec: codec.Opus, Layers: 1}, whole(0))
}

func (b *bench) gets(s *stream, p *packet.Packet, want forward.Reason) forward.Out {
	b.t.Helper()
	out, reason := b.slot.Forward(b.now, s.publication, p)
	if reason != want {
		b.t.Errorf("at %v, publication %d: %v, want %v", b.now.Sub(begin), s.publication, reason, want)
	}
	if reason == forward.Forwarded {
		b.last = out
	}
	return out
}

func (b *bench) after(d time.Duration) { b.now = b.now.Add(d) }

func (b *bench) timestamp(want uint32) {
	b.t.Helper()
	if b.last.Timestamp != want {
		b.t.Errorf("at %v: timestamp %d, want %d", b.now.Sub(begin), b.last.Timestamp, want)
	}
}

const second64 = uint64(1) << 32 // of NTP

func TestAChangeOfPublicationFollowsTheWallClock(t *testing.T) {
	b := newVideo(t)
	a, c := &stream{publication: 1, zero: 1 << 40}, &stream{publication: 2, zero: 77}
	b.show(1, 1, 0)
	b.gets(a, a.at(b.now, true), forward.Forwarded)
	b.timestamp(1000)
	b.after(33 * ms)
	b.gets(a, a.at(b.now, false), forward.Forwarded)
	b.timestamp(1000 + 2970)

	b.show(2, 1, 0)
	b.gets(a, a.at(b.now.Add(ms), false), forward.Forwarded) // captured 1 ms ahead, as far as the slot can tell
	b.gets(c, c.at(b.now, true), forward.Forwarded)
	b.timestamp(1000 + 2970 + 90 + 90) // at least 1 ms beyond the last
	if !b.last.Switched || b.last.Publication != 2 || b.last.Sequence != 103 {
		t.Errorf("got %+v", b.last)
	}
	b.gets(a, a.at(b.now, false), forward.OtherPublication)

	b.show(1, 1, 0)
	b.after(time.Second)
	b.gets(a, a.at(b.now, true), forward.Forwarded)
	b.timestamp(1000 + 90*1033) // no less than the wall clock
}

func TestSwitchesDoNotRunAway(t *testing.T) {
	b := newVideo(t)
	streams := []*stream{{publication: 1, zero: 5}, {publication: 2, zero: 1 << 33}}
	for n := range 300 {
		s := streams[n%2]
		b.show(s.publication, 1, 0)
		b.after(20 * ms)
		b.gets(s, s.at(b.now, true), forward.Forwarded)
	}
	lead := time.Duration(b.last.Timestamp-1000)*time.Second/90000 - b.now.Sub(begin) + 20*ms
	if lead > 2*ms || lead < -2*ms {
		t.Errorf("after 300 switches the slot leads by %v", lead)
	}
}

func TestPaddingIsDroppedAndItsGapClosed(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	for range 3 {
		s.seq++
		b.gets(s, &packet.Packet{Seq: s.seq}, forward.PaddingOnly)
	}
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	if b.last.Sequence != 101 {
		t.Errorf("number %d", b.last.Sequence)
	}
}

func TestPaddingDoesNotStartAnything(t *testing.T) {
	b := newVideo(t)
	b.show(1, 1, 0)
	b.gets(&stream{publication: 1}, &packet.Packet{Seq: 5}, forward.PaddingOnly)
	if publication, _ := b.slot.Current(); publication != 0 {
		t.Errorf("shows %d", publication)
	}
}

func TestStragglersAndDuplicates(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	before := s.at(b.now, false)
	b.show(1, 1, 0)
	key := s.at(b.now, true)
	b.gets(s, key, forward.Forwarded)
	b.gets(s, key, forward.Duplicate)
	b.gets(s, before, forward.Late)
	hole := s.at(b.now, false)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	if b.last.Sequence != 102 {
		t.Errorf("a hole became %d", b.last.Sequence)
	}
	b.gets(s, hole, forward.Forwarded)
	if b.last.Sequence != 101 {
		t.Errorf("the late packet became %d", b.last.Sequence)
	}
	b.gets(s, hole, forward.Duplicate)

	c := &stream{publication: 2}
	lost := s.at(b.now, false)
	b.show(2, 1, 0)
	b.gets(c, c.at(b.now, true), forward.Forwarded)
	b.gets(s, lost, forward.OtherPublication)
}

func TestWhatTheIndexForgotIsLate(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	old := s.at(b.now, false)
	b.gets(s, old, forward.Forwarded)
	for range 511 {
		b.gets(s, s.at(b.now, false), forward.Forwarded)
	}
	b.gets(s, old, forward.Duplicate)
	b.gets(s, s.at(b.now, false), forward.Forwarded)
	b.gets(s, old, forward.Late) // nobody knows any more whether it was sent
}

func TestAHugeHoleNeedsAKeyFrame(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	s.seq += 1001
	b.gets(s, s.at(b.now, false), forward.WaitsForKeyFrame)
	if _, _, ok := b.slot.KeyFrameWanted(b.now); !ok {
		t.Error("does not ask for it")
	}
	b.after(33 * ms)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	if b.last.Sequence != 101 || !b.last.Switched {
		t.Errorf("got %+v", b.last)
	}
	b.timestamp(1000 + 2970)
}

func TestResend(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	b.show(1, 1, 0)
	key := s.at(b.now, true)
	b.gets(s, key, forward.Forwarded)
	first := b.last
	descriptor := string(first.Descriptor)
	b.after(33 * ms)
	delta := s.at(b.now, false)
	b.gets(s, delta, forward.Forwarded)

	for _, step := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{49 * ms, false},
		{ms, true},
		{100 * ms, true},
		{100 * ms, true},
		{100 * ms, true},
		{100 * ms, true},
		{100 * ms, true},
		{100 * ms, true},
		{100 * ms, false}, // eight times is enough
	} {
		b.after(step.after)
		sent, ok := b.slot.Resend(b.now, first.Sequence)
		if ok != step.want {
			t.Errorf("at %v: %v, want %v", b.now.Sub(begin), ok, step.want)
		}
		if ok && (!sent.Of(key) || sent.Timestamp != first.Timestamp || !sent.Marker ||
			string(b.slot.Rebuild(sent, first.Sequence, key).Descriptor) != descriptor || sent.Publication != 1) {
			t.Errorf("got %+v", sent)
		}
	}
	if _, ok := b.slot.Resend(b.now, 102); ok {
		t.Error("resends what was not sent yet")
	}
	if sent, ok := b.slot.Resend(b.now, 101); !ok || !sent.Of(delta) {
		t.Error("does not resend the latest packet")
	}
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	b.after(time.Second)
	if _, ok := b.slot.Resend(b.now, 101); ok {
		t.Error("resends what a key frame has made useless")
	}
	if _, ok := forward.NewVideo(forward.Start{}).Resend(b.now, 0); ok {
		t.Error("an empty slot resends")
	}
}

func TestResendsHaveABudget(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	sent := 1
	resent := 0
	for range 3000 { // 10 s; the viewer asks for everything, three times
		b.after(3 * ms)
		p := s.at(b.now, false)
		p.Payload = append(p.Payload, make([]byte, 1000)...)
		b.gets(s, p, forward.Forwarded)
		sent++
		for back := range uint16(3) {
			if _, ok := b.slot.Resend(b.now, b.last.Sequence-20*back); ok {
				resent++
			}
		}
	}
	if resent > sent*6/10 || resent < sent*4/10 {
		t.Errorf("%d resends of %d packets", resent, sent)
	}
}

func TestReport(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1, zero: 7000}
	if _, _, _, _, ok := b.slot.Report(b.now); ok {
		t.Error("reports before anything was sent")
	}
	b.show(1, 1, 0)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	if _, _, _, _, ok := b.slot.Report(b.now); ok {
		t.Error("reports without knowing the publisher's clock")
	}
	b.reports(s)
	b.after(2 * time.Second)
	ntp, rtp, packets, octets, ok := b.slot.Report(b.now)
	if !ok || ntp != 11*second64 || rtp != 1000+180000 || packets != 1 || octets != 14 {
		t.Errorf("ntp %d, rtp %d, %d packets, %d octets, %v", ntp>>32, rtp, packets, octets, ok)
	}
	if _, _, _, _, ok := b.slot.Report(b.now.Add(-ms)); ok {
		t.Error("runs behind itself")
	}
	// The first report for the next publication goes out at once, if its clock is known.
	c := &stream{publication: 2, zero: 1 << 31}
	b.show(2, 1, 0)
	b.reports(c)
	b.after(10 * ms)
	b.gets(c, c.at(b.now, true), forward.Forwarded)
	if _, rtp, _, _, ok := b.slot.Report(b.now); !ok || rtp != b.last.Timestamp {
		t.Errorf("rtp %d, %v; sent %d", rtp, ok, b.last.Timestamp)
	}
}

func TestPublisherClock(t *testing.T) {
	var clock forward.PublisherClock
	now := begin
	ntp := uint64(5) << 40
	server := func(delay time.Duration) time.Duration {
		clock.Observe(ntp, now.Add(delay))
		got := clock.Server(ntp)
		// As seconds since begin, on the server's timeline.
		at := int64(got) - (begin.Unix()+2208988800)<<32
		return time.Duration(at>>16) * time.Second >> 16
	}
	near := func(name string, got, want time.Duration) {
		t.Helper()
		if d := got - want; d > ms || d < -ms {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	step := func() { now, ntp = now.Add(time.Second), ntp+second64 }

	near("first", server(50*ms), 50*ms)
	step()
	near("a shorter delay is nearer to the truth", server(20*ms), time.Second+20*ms)
	step()
	near("a queue does not count", server(90*ms), 2*time.Second+20*ms)
	step()
	ntp += second64 // the publisher's clock was set
	near("a step is not believed at once", server(20*ms), 4*time.Second+20*ms)
	step()
	server(20 * ms)
	step()
	near("but when it lasts", server(20*ms), 5*time.Second+20*ms)
	for range 25 {
		step()
		server(80 * ms)
	}
	near("a longer way is believed in the next window", server(80*ms), 30*time.Second+80*ms)
}

func TestSnapshot(t *testing.T) {
	b := newVideo(t)
	s := &stream{publication: 1}
	b.show(1, 3, 0)
	b.gets(s, s.at(b.now, false), forward.WaitsForKeyFrame)
	b.gets(s, s.at(b.now, true), forward.Forwarded)
	b.show(2, 1, 0)
	got := b.slot.Snapshot()
	if got.Publication != 1 || got.Spatial != 0 || got.Wanted != 2 || got.Target != 0 || got.Packets != 1 ||
		got.Switches != 1 || got.Dropped["waits for key frame"] != 1 || got.Reason != "waits for key frame" {
		t.Errorf("got %+v", got)
	}
}
