package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Whatever is wrong at the start is said in one sentence that names the remedy, and nothing is left running.
func TestStartSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := occupied(t, "tcp")
	takenMedia := occupied(t, "udp")
	gone := freeAddress(t)

	for _, c := range []struct {
		name   string
		change func(*serveCommand)
		want   []string
	}{
		{"port in use", func(c *serveCommand) { c.Listen = taken.String() }, []string{taken.String(), "in use", "--listen"}},
		{"admin port in use", func(c *serveCommand) { c.AdminListen = taken.String() }, []string{taken.String(), "in use", "--admin-listen"}},
		{"media port in use", func(c *serveCommand) { c.MediaPort = takenMedia.Port() }, []string{"media port", "in use", "--media-port"}},
		{"not an address", func(c *serveCommand) { c.Listen = "8080" }, []string{"8080", "missing port"}},
		{"admin open to others", func(c *serveCommand) { c.AdminListen = "0.0.0.0:9090" }, []string{"reached by others", "127.0.0.1"}},
		{"data directory is a file", func(c *serveCommand) { c.Storage.Data = file }, []string{file, "cannot be", "--data"}},
		{"data directory below a file", func(c *serveCommand) { c.Storage.Data = filepath.Join(file, "data") }, []string{"cannot be made", "--data"}},
		{"database gone", func(c *serveCommand) { c.Storage.Database = "mysql://plenum:hunter2@" + gone.String() + "/plenum" }, []string{gone.String(), "does not answer"}},
		{"database of an unknown kind", func(c *serveCommand) { c.Storage.Database = "oracle://hunter2@somewhere" }, []string{"--database", "mysql:", "sqlite:"}},
		{"secret too short", func(c *serveCommand) { c.Secret = "hunter2" }, []string{"PLENUM_SECRET", "at least 32"}},
		{"origin is none", func(c *serveCommand) { c.Origin = []string{"meet.example.org"} }, []string{"meet.example.org"}},
		{"public URL is none", func(c *serveCommand) { c.PublicURL = "meet.example.org" }, []string{"meet.example.org"}},
		{"origin without public URL", func(c *serveCommand) {
			c.Listen, c.Origin = ":0", []string{"https://meet.example.org"}
		}, []string{"--origin", "--public-url"}},
		{"public address is none", func(c *serveCommand) { c.PublicAddress = []netip.Addr{netip.IPv4Unspecified()} }, []string{"0.0.0.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := onLoopback(t)
			c.change(&command)
			refuses(t, command, c.want)
		})
	}
}

// refuses has a server not start, and say why in all of these words and without the secret of the tests.
func refuses(t *testing.T, command serveCommand, want []string) {
	t.Helper()
	n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
	if err == nil {
		n.Stop(t.Context())
		t.Fatal("it started")
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("said %q, without %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("said a secret: %q", err)
	}
}

func TestStopGivesEverythingBack(t *testing.T) {
	command := onLoopback(t)
	command.Listen, command.AdminListen = freeAddress(t).String(), freeAddress(t).String()
	command.MediaPort = freeAddress(t).Port()
	// The second start finds each port and the database free again.
	for range 2 {
		n, err := start(t.Context(), command, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, url := range []string{"http://" + n.public.String() + "/readyz", n.AdminURL() + "/debug/rooms"} {
			if status := get(t, url); status != http.StatusOK {
				t.Errorf("%s answers %d", url, status)
			}
		}
		if status := get(t, "http://"+n.public.String()+"/debug/rooms"); status == http.StatusOK {
			t.Error("the public listener shows rooms")
		}
		n.Stop(t.Context())
		if _, err := net.Dial("tcp", command.Listen); err == nil {
			t.Error("the public listener is still open")
		}
	}
}

func TestURL(t *testing.T) {
	for _, c := range []struct{ public, url, want string }{
		{"127.0.0.1:8080", "", "http://localhost:8080"},
		{"[::]:8080", "", "http://localhost:8080"},
		{"192.0.2.7:80", "", "http://192.0.2.7:80"},
		{"[::]:8080", "https://meet.example.org", "https://meet.example.org"},
	} {
		n := &node{public: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.public)), cfg: serveCommand{PublicURL: c.url}}
		if got := n.URL(); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.public, c.url, got, c.want)
		}
	}
}

func TestOrigins(t *testing.T) {
	for _, c := range []struct {
		name, public, url string
		origin            []string
		want              string
	}{
		{"alone on loopback", "127.0.0.1:8080", "", nil, ""},
		{"development", "127.0.0.1:8080", "", []string{"http://localhost:5173"}, "http://localhost:8080 http://127.0.0.1:8080 http://localhost:5173"},
		{"in the open", "[::]:8080", "https://meet.example.org/", nil, "https://meet.example.org"},
	} {
		got, err := serveCommand{PublicURL: c.url, Origin: c.origin}.origins(netip.MustParseAddrPort(c.public))
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, error %v, want %s", c.name, got, err, c.want)
		}
	}
}

// A fresh checkout compiles without Node, and says then what is missing before it touches anything.
func TestServeWithoutTheWebClientSaysSo(t *testing.T) {
	page, err := filepath.Abs("../../webclient/dist/index.html")
	if err != nil {
		t.Fatal(err)
	}
	// For the compiler the page is not there, whether somebody has built it or not.
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, fmt.Appendf(nil, `{"Replace": {%q: ""}}`, page), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := build(t, "-overlay", overlay)
	data := filepath.Join(t.TempDir(), "data")
	serve := exec.CommandContext(t.Context(), binary, "serve", "--data", data, "--listen", "127.0.0.1:0",
		"--admin-listen", "off", "--media-port", "0")
	out, err := serve.CombinedOutput()
	if err == nil || serve.ProcessState.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	said := string(out)
	if !strings.HasPrefix(said, "plenum: this plenum was built without the web client: run ") || strings.Count(said, "\n") != 1 {
		t.Errorf("said %q", said)
	}
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the data directory was begun: %v", err)
	}
}

// build compiles the program as it is delivered.
func build(t *testing.T, flags ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "plenum")
	command := exec.CommandContext(t.Context(), "go", slices.Concat([]string{"build", "-trimpath", "-o", binary}, flags, []string{"."})...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return binary
}

// The program as people start it: it says where to look, and ends well at a signal.
func TestServeEndsAtASignal(t *testing.T) {
	binary := build(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	serve := exec.CommandContext(ctx, binary, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0",
		"--admin-listen", "off", "--media-port", "0", "--media-address", "127.0.0.1")
	var log strings.Builder
	serve.Stderr = &log
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "Plenum is ready: open http://localhost:") {
		t.Errorf("said %q, error %v", line, err)
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("ended with %v; its log:\n%s", err, &log)
	}
}

// onLoopback is a server that can be reached from this machine alone, on free ports.
func onLoopback(t *testing.T) serveCommand {
	t.Helper()
	return serveCommand{
		Storage: storageOptions{Data: t.TempDir()}, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0",
		MediaAddress: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	}
}

// occupied takes a port for the length of the test.
func occupied(t *testing.T, network string) netip.AddrPort {
	t.Helper()
	if network == "udp" {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return netip.MustParseAddrPort(conn.LocalAddr().String())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return netip.MustParseAddrPort(listener.Addr().String())
}

// freeAddress is one where nobody listens, or did a moment ago.
func freeAddress(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return netip.MustParseAddrPort(listener.Addr().String())
}

func get(t *testing.T, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}
