package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// The tests of the files server_*_test.go run the whole server in this process, on loopback and free ports, and join
// it as everybody does: REST, WebSocket, WebRTC.

// patience is how long a test waits for anything: far longer than it takes, so that a slow machine fails nothing.
const patience = 20 * time.Second

// meeting is a server with one meeting on it.
type meeting struct {
	t   testing.TB
	ctx context.Context
	// Empty if the server runs elsewhere.
	log    *logBuffer
	admin  string
	server *node
	rest   client.REST // signed in as the host
	code   string
}

func startMeeting(t testing.TB, set ...func(*serveCommand)) *meeting {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	log := &logBuffer{}
	c := serveCommand{
		Storage: storageOptions{Data: t.TempDir()}, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0",
		MediaAddress: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	}
	for _, f := range set {
		f(&c)
	}
	n, err := start(ctx, c, c.Log.logger(log, usualLevel))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stopping, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		n.Stop(stopping)
		if t.Failed() {
			t.Logf("the server's log:\n%s", log)
		}
		if text := log.String(); strings.Contains(text, "panic") {
			t.Errorf("something panicked:\n%s", text)
		}
	})
	var web *http.Client
	if c.TLS.TLSDev {
		web = &http.Client{Transport: &http.Transport{TLSClientConfig: trusting(t, filepath.Join(c.Storage.Data, "dev-cert.pem"))}}
	}
	m := openMeeting(ctx, t, client.REST{Base: c.scheme() + "://" + n.public.String(), HTTP: web})
	m.log, m.admin, m.server = log, n.AdminURL(), n
	return m
}

// openMeeting makes a meeting on a server that runs.
func openMeeting(ctx context.Context, t testing.TB, rest client.REST) *meeting {
	t.Helper()
	m := &meeting{t: t, ctx: ctx, rest: rest}
	if err := m.rest.Register(ctx, "host@plenum.example", "a long enough password", "Host"); err != nil {
		t.Fatal(err)
	}
	code, err := m.rest.Create(ctx, "Test")
	if err != nil {
		t.Fatal(err)
	}
	m.code = code
	return m
}

// logBuffer takes the server's log, which has writers everywhere.
type logBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// bot is a guest who remembers everything.
type bot struct {
	*client.Client
	m    *meeting
	name string
	id   string
	up   *client.Upstream
	down *client.Downstream

	mu       sync.Mutex
	roster   map[string]message.Participant
	slots    map[string]message.SlotAssignment
	speakers []string
	answers  int // SDP answers that nobody asked for
	refusals []message.Code
	joined   message.MeetingJoined
	chat     []message.ChatMessage
	hands    []string
	ended    bool
	seen     map[string][]seen
	wanted   []bool // layers of the camera, as told last
}

// seen is a packet that came through a slot.
type seen struct {
	client.Packet // without payload
	vp8           client.VP8
	size          int
}

func (m *meeting) enter(name string, set ...func(*client.Options)) *bot {
	m.t.Helper()
	return m.enterBy(client.REST{Base: m.rest.Base, HTTP: m.rest.HTTP}, name, set...)
}

// enterBy enters as whoever is signed in with rest, or as a guest.
func (m *meeting) enterBy(rest client.REST, name string, set ...func(*client.Options)) *bot {
	m.t.Helper()
	admission, err := rest.Join(m.ctx, m.code, name)
	if err != nil {
		m.t.Fatal(err)
	}
	b := &bot{
		m: m, name: name, id: admission.Participant.ID, roster: map[string]message.Participant{},
		slots: map[string]message.SlotAssignment{}, seen: map[string][]seen{},
	}
	o := client.Options{URL: admission.SocketURL, Grant: admission.Grant, ICEServers: admission.ICEServers, HTTP: rest.HTTP, Events: b.hear}
	for _, f := range set {
		f(&o)
	}
	if b.Client, err = client.Dial(m.ctx, o); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(b.Close)
	joined, err := b.Join(m.ctx)
	if err != nil {
		m.t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.joined = joined
	for _, p := range joined.Participants {
		if _, newer := b.roster[p.ID]; !newer {
			b.roster[p.ID] = p
		}
	}
	return b
}

func (b *bot) hear(m message.ServerMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch m := m.(type) {
	case message.ParticipantJoined:
		b.roster[m.Participant.ID] = m.Participant
	case message.ParticipantUpdated:
		b.roster[m.Participant.ID] = m.Participant
	case message.ParticipantLeft:
		delete(b.roster, m.ID)
	case message.SlotsAssigned:
		clear(b.slots)
		for _, s := range m.Slots {
			b.slots[s.MID] = s
		}
	case message.SpeakersChanged:
		b.speakers = m.Speakers
	case message.LayersWanted:
		if m.Source == message.Camera {
			b.wanted = append([]bool{}, m.Layers...)
		}
	case message.WebRTCAnswer:
		b.answers++
	case message.ChatMessage:
		b.chat = append(b.chat, m)
	case message.HandsChanged:
		b.hands = m.Hands
	case message.MeetingEnded:
		b.ended = true
	case message.Error:
		b.refusals = append(b.refusals, m.Code)
	}
}

// take is the bot's Reception.Packet.
func (b *bot) take(p client.Packet) {
	s := seen{Packet: p, size: len(p.Payload)}
	if p.Kind == message.VideoSlot || p.Kind == message.ScreenSlot {
		s.vp8, _ = client.ParseVP8(p.Payload)
	}
	s.Payload = nil
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen[p.MID] = append(b.seen[p.MID], s)
}

func (b *bot) publish(tracks ...client.Track) *bot {
	b.m.t.Helper()
	up, err := b.Publish(b.m.ctx, tracks...)
	if err != nil {
		b.m.t.Fatalf("%s: %v", b.name, err)
	}
	b.up = up
	return b
}

func (b *bot) receive(s client.Slots) *bot {
	b.m.t.Helper()
	return b.receiveBy(client.Reception{Slots: s})
}

func (b *bot) receiveBy(r client.Reception) *bot {
	b.m.t.Helper()
	r.Packet = b.take
	down, err := b.Receive(b.m.ctx, r)
	if err != nil {
		b.m.t.Fatalf("%s: %v", b.name, err)
	}
	b.down = down
	return b
}

// wish replaces the wishes: one per given participant, in the order of the video slots.
func (b *bot) wish(height int, participants ...string) {
	b.m.t.Helper()
	mids := b.down.MIDs(message.VideoSlot)
	var wishes []message.SlotWish
	for i, p := range participants {
		wishes = append(wishes, message.SlotWish{MID: mids[i], Participant: p, Source: message.Camera, Height: height})
	}
	if err := b.Wish(b.m.ctx, wishes...); err != nil {
		b.m.t.Fatal(err)
	}
}

// video is the n-th video slot.
func (b *bot) video(n int) string { return b.down.MIDs(message.VideoSlot)[n] }

func (b *bot) packets(mid string) []seen {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]seen(nil), b.seen[mid]...)
}

// count is the number of packets of one publication so far, in all slots; 0 counts all publications.
func (b *bot) count(publication uint32) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, packets := range b.seen {
		for _, p := range packets {
			if publication == 0 || p.Publication == publication {
				n++
			}
		}
	}
	return n
}

func (b *bot) assigned(mid string) message.SlotAssignment {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.slots[mid]
}

// number waits for the bot's roster to name a publication.
func (b *bot) number(participant string, source message.Source) uint32 {
	b.m.t.Helper()
	b.m.until(fmt.Sprintf("%s's roster to name the %s of %s", b.name, source, participant), func() bool {
		return b.listed(participant, source) != 0
	})
	return b.listed(participant, source)
}

// listed is what the bot's roster says of a publication, 0 while it says nothing.
func (b *bot) listed(participant string, source message.Source) uint32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.roster[participant].Publications {
		if p.Source == source {
			return p.Number
		}
	}
	return 0
}

// until waits for a condition.
func (m *meeting) until(what string, true func() bool) {
	m.t.Helper()
	m.within(patience, what, true)
}

func (m *meeting) within(patience time.Duration, what string, true func() bool) {
	m.t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !true() {
		if time.Now().After(deadline) {
			m.t.Fatalf("waited %v for: %s\n%s", patience, what, m.rooms())
		}
		<-tick.C
	}
}

// flows waits for n more packets in each slot.
func (b *bot) flows(n int, mids ...string) {
	b.m.t.Helper()
	before := map[string]int{}
	for _, mid := range mids {
		before[mid] = len(b.packets(mid))
	}
	for _, mid := range mids {
		what := fmt.Sprintf("%d packets for %s in slot %s", n, b.name, mid)
		b.m.until(what, func() bool { return len(b.packets(mid)) >= before[mid]+n })
	}
}

// ends waits for the end of a picture in a slot.
func (b *bot) ends(mid string) {
	b.m.t.Helper()
	b.m.until("the end of a picture", func() bool {
		packets := b.packets(mid)
		return len(packets) > 0 && packets[len(packets)-1].Marker
	})
}

// picture waits for a key frame of a publication and height in a slot and returns its index among the slot's packets.
func (b *bot) picture(mid string, from int, publication uint32, height int) int {
	b.m.t.Helper()
	at := -1
	b.m.until(fmt.Sprintf("a key frame of publication %d with height %d for %s in slot %s", publication, height, b.name, mid), func() bool {
		for i, p := range b.packets(mid)[from:] {
			if p.vp8.Key && p.vp8.Height == height && p.Publication == publication {
				at = from + i
				return true
			}
		}
		return false
	})
	return at
}

// unbroken fails the test unless a slot's stream looks like one encoder's over a network without loss: one SSRC,
// sequence numbers without a hole, timestamps that rise with each frame, picture ids that count.
func (b *bot) unbroken(mid string) {
	b.m.t.Helper()
	checkUnbroken(b.m.t, b.name+"'s slot "+mid, b.packets(mid))
	if s := b.down.Stats()[mid]; s.Duplicates+s.Missing+s.Lost+s.Nacked != 0 {
		b.m.t.Errorf("%s's slot %s: %+v", b.name, mid, s)
	}
}

// whole is unbroken for a stream whose sender changes its path: what takes the new one may overtake what took the old.
func (b *bot) whole(mid string) {
	b.m.t.Helper()
	packets := slices.Clone(b.packets(mid))
	slices.SortFunc(packets, func(x, y seen) int { return int(int16(x.Sequence - y.Sequence)) }) //nolint:gosec // RFC 1982
	checkUnbroken(b.m.t, b.name+"'s slot "+mid, packets)
	if s := b.down.Stats()[mid]; s.Duplicates+s.Missing+s.Lost != 0 {
		b.m.t.Errorf("%s's slot %s: %+v", b.name, mid, s)
	}
}

func checkUnbroken(t testing.TB, what string, packets []seen) {
	t.Helper()
	for i := 1; i < len(packets); i++ {
		last, p := packets[i-1], packets[i]
		if p.SSRC != last.SSRC {
			t.Errorf("%s: SSRC %d after %d", what, p.SSRC, last.SSRC)
		}
		if p.Sequence != last.Sequence+1 {
			t.Errorf("%s: sequence number %d after %d", what, p.Sequence, last.Sequence)
		}
		if p.Kind == message.AudioSlot || p.Kind == message.ScreenAudioSlot {
			if int32(p.Timestamp-last.Timestamp) <= 0 {
				t.Errorf("%s: timestamp %d after %d", what, p.Timestamp, last.Timestamp)
			}
			continue
		}
		checkFrames(t, what, last, p)
	}
}

func checkFrames(t testing.TB, what string, last, p seen) {
	t.Helper()
	if !p.vp8.Start {
		if p.Timestamp != last.Timestamp || p.vp8.PictureID != last.vp8.PictureID || p.Publication != last.Publication || last.Marker {
			t.Errorf("%s: a frame goes on with %+v after %+v", what, p, last)
		}
		return
	}
	if !last.Marker {
		t.Errorf("%s: a frame begins before the last one ends, at %d", what, p.Sequence)
	}
	// Layers of one publication may show the same moment.
	least := int32(1)
	if p.Publication != last.Publication {
		least = 90
	}
	if ahead := int32(p.Timestamp - last.Timestamp); ahead < least || ahead > 90000*int32(patience/time.Second) {
		t.Errorf("%s: timestamp %d after %d", what, p.Timestamp, last.Timestamp)
	}
	if p.vp8.PictureID != (last.vp8.PictureID+1)&0x7fff || p.vp8.TL0 != last.vp8.TL0+1 {
		t.Errorf("%s: picture %d, TL0 %d after %d, %d", what, p.vp8.PictureID, p.vp8.TL0, last.vp8.PictureID, last.vp8.TL0)
	}
	key := last.vp8.KeyIndex
	if p.vp8.Key {
		key = (key + 1) & 0x1f
	}
	if p.vp8.KeyIndex != key {
		t.Errorf("%s: key index %d after %d, key frame: %v", what, p.vp8.KeyIndex, last.vp8.KeyIndex, p.vp8.Key)
	}
	if p.Publication != last.Publication && !p.vp8.Key {
		t.Errorf("%s: publication %d begins without a key frame", what, p.Publication)
	}
}

// rooms is what the operator would see now.
func (m *meeting) rooms() string {
	if m.admin == "" {
		return ""
	}
	return m.looks("/debug/rooms/" + m.code)
}

// looks is what the admin listener answers.
func (m *meeting) looks(path string) string {
	response, err := http.Get(m.admin + path)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// The sizes of a bot's camera.
var sizes = []client.Size{{Width: 160, Height: 90}, {Width: 320, Height: 180}, {Width: 640, Height: 360}}

func camera() client.Track {
	return client.Track{Source: message.Camera, RIDs: []string{"q", "h", "f"}, Feed: client.NewPattern(15, sizes...)}
}

func microphone(level uint8) client.Track {
	return client.Track{Source: message.Microphone, Feed: client.NewTone(level)}
}

// pool is what a web client asks for first.
var pool = client.Slots{Audio: 4, Video: 9, Screen: 2, ScreenAudio: 1}
