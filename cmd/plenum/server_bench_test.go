package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/calibration"
	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// The benchmarks run the server in a child process, so that its time and memory are its own and not the bots'. The
// child is this test binary, told so by an environment variable.

const childVariable = "PLENUM_BENCHMARK_SERVER"

// programVariable makes the test binary the program itself, for what only happens to a whole process.
const programVariable = "PLENUM_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		os.Exit(run(context.Background(), os.Args[1:], terminal{out: os.Stdout, err: os.Stderr}))
	}
	if data := os.Getenv(childVariable); data != "" {
		if err := serveForBenchmark(data); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveForBenchmark prints its address and serves until its standard input ends.
func serveForBenchmark(data string) error {
	collectSooner()
	n, err := start(context.Background(), serveCommand{
		Storage: storageOptions{Data: data}, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0",
		MediaAddress: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	fmt.Println("http://"+n.public.String(), n.AdminURL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	n.Stop(context.Background())
	return nil
}

// child is a server in a process of its own.
type child struct {
	b   *testing.B
	pid int
}

func startChild(b *testing.B) (*child, *meeting) {
	b.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), childVariable+"="+b.TempDir())
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := command.Wait(); err != nil {
			b.Errorf("server: %v", err)
		}
	})
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("the server did not start: %v", err)
	}
	base, admin, _ := strings.Cut(strings.TrimSpace(said), " ")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	b.Cleanup(cancel)
	m := openMeeting(ctx, b, client.REST{Base: base})
	m.admin = admin
	return &child{b, command.Process.Pid}, m
}

// cpu is the processor time used so far, to 10 ms.
func (c *child) cpu() time.Duration {
	c.b.Helper()
	// The name in parentheses may hold spaces; utime and stime are the 12th and 13th field behind it.
	_, rest, _ := strings.Cut(c.read("stat"), ") ")
	fields := strings.Fields(rest)
	var ticks int
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			c.b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}

// memory is the resident set in bytes.
func (c *child) memory() int {
	c.b.Helper()
	_, rest, _ := strings.Cut(c.read("status"), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		c.b.Fatal(err)
	}
	return n << 10
}

func (c *child) read(file string) string {
	c.b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", c.pid, file))
	if err != nil {
		c.b.Fatalf("the benchmark needs /proc: %v", err)
	}
	return string(text)
}

// BenchmarkForward measures a forwarded packet in real time over loopback: one camera of 30 frames a second and nine
// packets a frame, 20 viewers. ns/seal is raw AES-128-GCM on the same machine straight after, the yardstick.
func BenchmarkForward(b *testing.B) {
	const viewers, measured = 20, 5 * time.Second
	c, m := startChild(b)
	wide := client.Size{Width: 1056, Height: 750} // nine payloads of 1100 bytes
	ada := m.enter("Ada").publish(client.Track{Source: message.Camera, Feed: client.NewPattern(30, wide)})
	var bots []*bot
	for range viewers {
		v := m.enter("Viewer")
		down, err := v.Receive(m.ctx, client.Reception{Slots: client.Slots{Video: 1}})
		if err != nil {
			b.Fatal(err)
		}
		v.down = down
		v.wish(wide.Height, ada.id)
		bots = append(bots, v)
	}
	total := func() (packets, recovered uint64) {
		for _, v := range bots {
			s := v.down.Stats()[v.video(0)]
			packets, recovered = packets+s.Packets, recovered+s.Recovered+s.Lost
		}
		return packets, recovered
	}
	for _, v := range bots {
		m.until("a second of media", func() bool { return v.down.Stats()[v.video(0)].Packets >= 270 })
	}
	for b.Loop() {
		packets, troubled := total()
		cpu, began := c.cpu(), time.Now()
		<-time.After(measured)
		used, lasted := c.cpu()-cpu, time.Since(began)
		after, troubles := total()
		if after == packets {
			b.Fatal("nothing was forwarded")
		}
		b.ReportMetric(float64(used.Nanoseconds())/float64(after-packets), "ns/packet")
		b.ReportMetric(float64(after-packets)/lasted.Seconds(), "packets/s")
		b.ReportMetric(float64(troubles-troubled), "recovered+lost")
		b.ReportMetric(float64(calibration.Seal().Nanoseconds()), "ns/seal")
	}
}

// BenchmarkParticipant measures what 20 more participants, each with a microphone, a camera of three layers and a
// whole pool, add to the server's memory.
func BenchmarkParticipant(b *testing.B) {
	const people = 20
	c, m := startChild(b)
	come := func() *bot {
		quiet := client.NewPattern(2, sizes...)
		v := m.enter("Somebody").publish(microphone(127), client.Track{Source: message.Camera, RIDs: []string{"q", "h", "f"}, Feed: quiet})
		down, err := v.Receive(m.ctx, client.Reception{Slots: pool})
		if err != nil {
			b.Fatal(err)
		}
		v.down = down
		return v
	}
	first := come()
	for b.Loop() {
		before := c.memory()
		for range people {
			v := come()
			v.wish(90, first.id)
			m.until("a picture", func() bool { return v.down.Stats()[v.video(0)].Packets > 0 })
		}
		b.ReportMetric(float64(c.memory()-before)/people/1024, "KB/participant")
	}
}

// BenchmarkIdleViewer measures what a viewer with one audio and one video slot, to whom nothing is sent, holds of the
// server and takes of its time: the whole of it, signalling included.
func BenchmarkIdleViewer(b *testing.B) {
	const viewers, measured = 100, 5 * time.Second
	for b.Loop() {
		c, m := startChild(b)
		come := func() {
			v := m.enter("Viewer")
			down, err := v.Receive(m.ctx, client.Reception{Slots: client.Slots{Audio: 1, Video: 1}})
			if err != nil {
				b.Fatal(err)
			}
			v.down = down
		}
		come()
		before := c.runtime(m.admin)
		cpu := c.cpu()
		for range viewers {
			come()
		}
		<-time.After(measured) // connected, and at rest
		setUp, after := c.cpu()-cpu, c.runtime(m.admin)
		cpu = c.cpu()
		<-time.After(measured)
		idle := c.cpu() - cpu
		each := func(n int) float64 { return float64(n) / viewers }
		b.ReportMetric(each(after.heap-before.heap)/1024, "heap-KB/viewer")
		b.ReportMetric(each(after.stack-before.stack)/1024, "stack-KB/viewer")
		b.ReportMetric(each(after.goroutines-before.goroutines), "goroutines/viewer")
		b.ReportMetric(each(int(setUp.Microseconds()))/1000, "set-up-ms/viewer")
		b.ReportMetric(each(int(idle.Microseconds()))/measured.Seconds(), "idle-µs/s/viewer")
	}
}

// held is what the server's runtime has in use after a collection, in bytes.
type held struct{ heap, stack, goroutines int }

func (c *child) runtime(admin string) (h held) {
	c.b.Helper()
	get := func(path string) string {
		response, err := http.Get(admin + path)
		if err != nil {
			c.b.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			c.b.Fatal(err)
		}
		return string(text)
	}
	number := func(text, after string) int {
		_, rest, _ := strings.Cut(text, after)
		n, err := strconv.Atoi(strings.Fields(rest)[0])
		if err != nil {
			c.b.Fatal(err)
		}
		return n
	}
	heap := get("/debug/pprof/heap?gc=1&debug=1")
	h.heap, h.stack = number(heap, "# HeapAlloc = "), number(heap, "# Stack = ")
	h.goroutines = number(get("/debug/pprof/goroutine?debug=1"), "goroutine profile: total ")
	return h
}

// BenchmarkAnswer measures the answer to an offer of a whole pool.
func BenchmarkAnswer(b *testing.B) {
	_, m := startChild(b)
	var offer strings.Builder
	offer.WriteString(sdpHead)
	var slots []message.DownSlot
	for _, add := range []struct {
		n    int
		kind message.SlotKind
		line func(mid string) string
	}{
		{pool.Audio, message.AudioSlot, audioLine},
		{pool.Video, message.VideoSlot, videoLine},
		{pool.Screen, message.ScreenSlot, videoLine},
		{pool.ScreenAudio, message.ScreenAudioSlot, audioLine},
	} {
		for range add.n {
			mid := strconv.Itoa(len(slots))
			offer.WriteString(add.line(mid))
			slots = append(slots, message.DownSlot{MID: mid, Kind: add.kind})
		}
	}
	for b.Loop() {
		guest := m.enter("Guest")
		reply, err := guest.Request(m.ctx, message.WebRTCOffer{PC: message.Down, SDP: offer.String(), Slots: slots})
		if err != nil {
			b.Fatal(err)
		}
		answer, ok := reply.(message.WebRTCAnswer)
		if !ok {
			b.Fatalf("the server answered %T", reply)
		}
		b.ReportMetric(float64(len(answer.SDP)), "bytes")
		guest.Close()
	}
}

func audioLine(mid string) string {
	return sdpLine("audio", mid, "recvonly", "opus/48000/2") + "a=rtcp-fb:96 transport-cc\r\na=fmtp:96 minptime=10;useinbandfec=1\r\n"
}

func videoLine(mid string) string {
	line := strings.Replace(sdpLine("video", mid, "recvonly", "VP8/90000"), "SAVPF 96", "SAVPF 96 97", 1)
	return line + "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
}
