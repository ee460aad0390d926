package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestBridgeHelpTeaches(t *testing.T) {
	code, out, errs := runPlenum(t.Context(), "bridge", "--help")
	if code != 0 {
		t.Fatalf("exit code %d, %s", code, errs)
	}
	for _, part := range []string{"--media-advertise 127.0.0.1:7892", "lossy10b", "/profile", "/blackhole", "/rebind", "/counters", "95 %"} {
		if !strings.Contains(out, part) {
			t.Errorf("printed %q, without %q", out, part)
		}
	}
}

func TestBridgeRefuses(t *testing.T) {
	for _, c := range []struct{ option, complaint string }{
		{"--profile=lousy", "there is no link"},
		{"--profile=./nowhere.json", "no such file"},
		{"--listen=0.0.0.0:7892", "reached by others"},
		{"--to=192.0.2.1:7882", "reached by others"},
		{"--control=0.0.0.0:7893", "reached by others"},
	} {
		args := []string{"bridge", c.option}
		if !strings.HasPrefix(c.option, "--control") {
			args = append(args, "--control=127.0.0.1:0")
		}
		if code, _, errs := runPlenum(t.Context(), args...); code != 1 || !strings.Contains(errs, c.complaint) {
			t.Errorf("%s: exit code %d, %q, want %q", c.option, code, errs, c.complaint)
		}
	}
}

// The command as a browser test uses it: it says where it listens, carries datagrams, and is steered from outside.
func TestBridgeCarries(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "mine.json")
	if err := os.WriteFile(profile, []byte(`{"seed":1,"up":{"start":{"delay":1}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said, out := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"bridge", "--listen=127.0.0.1:0", "--control=127.0.0.1:0", "--to=" + server.LocalAddr().String(), "--profile=" + profile}
		ended <- run(ctx, args, terminal{out: out, err: io.Discard})
	}()
	line := make([]byte, 200)
	n, err := said.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`^Bridge from (\S+) to \S+, steered at (http://\S+)\n$`).FindStringSubmatch(string(line[:n]))
	if found == nil {
		t.Fatalf("said %q", line[:n])
	}

	client, err := net.Dial("udp", found[1])
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.Write([]byte("hello"))
	server.SetReadDeadline(time.Now().Add(patience))
	if n, _, err := server.ReadFrom(line); err != nil || string(line[:n]) != "hello" {
		t.Fatalf("heard %q, %v", line[:n], err)
	}
	response, err := http.Get(found[2] + "/counters")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if !strings.Contains(string(text), `"given":{"datagrams":1,"bytes":5}`) {
		t.Errorf("the counters say %s", text)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("ended with %d", code)
	}
}
