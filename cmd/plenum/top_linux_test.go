package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// screen is a terminal of 60 characters and 12 lines, with what was written to it.
type screen struct {
	terminal, far *os.File
	mu            sync.Mutex
	text          bytes.Buffer
	grew          chan struct{}
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	far, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(far.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(far.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	near, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(near.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: 60, Row: 12}); err != nil {
		t.Fatal(err)
	}
	s := &screen{terminal: near, far: far, grew: make(chan struct{}, 1)}
	go s.read()
	return s
}

func (s *screen) read() {
	defer close(s.grew)
	buffer := make([]byte, 4096)
	for {
		n, err := s.far.Read(buffer)
		if err != nil {
			return // nobody has the terminal open any more
		}
		s.mu.Lock()
		s.text.Write(buffer[:n])
		s.mu.Unlock()
		select {
		case s.grew <- struct{}{}:
		default:
		}
	}
}

func (s *screen) shows() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// Whoever interrupts it has the terminal as it was before: the page with the prompt, and a cursor.
func TestTopLeavesTheTerminalAsItWas(t *testing.T) {
	server := pretend(t, "")
	s := newScreen(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- topCommand{Admin: server.URL, Every: leastEvery}.Run(ctx, terminal{out: s.terminal, err: s.terminal})
	}()
	for !strings.Contains(s.shows(), "bbbbb-bbbbb") {
		if _, open := <-s.grew; !open {
			t.Fatalf("the terminal was closed: %q", s.shows())
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	s.terminal.Close()
	for range s.grew {
		continue
	}
	s.far.Close()
	text := s.shows()
	if !strings.HasPrefix(text, enterScreen) || !strings.HasSuffix(text, leaveScreen) {
		t.Errorf("it wrote %q", text)
	}
	for line := range strings.SplitSeq(text, clearLine) {
		if n := len([]rune(strings.Trim(line, "\r\n"))); n > 60+len(enterScreen+fromTheTop+clearBelow) {
			t.Errorf("a line of %d characters does not fit: %q", n, line)
		}
	}
}
