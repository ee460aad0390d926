package loadtest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestAProcessIsSeenUntilItEnds(t *testing.T) {
	own, err := NewProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	u, err := own.Usage(t.Context())
	if err != nil || u.Memory < 1<<20 {
		t.Errorf("this test uses %+v (%v)", u, err)
	}
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := NewProcess(other.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	if _, err := p.Usage(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("an ended process gives %v", err)
	}
	if _, err := NewProcess(other.Process.Pid); err == nil || !strings.Contains(err.Error(), "cannot be looked at") {
		t.Errorf("an ended process can be looked at: %v", err)
	}
}

func TestStatIsReadBehindTheName(t *testing.T) {
	const stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 9 0 100 1000 300 18446744073709551615"
	u, err := parseStat(stat, 4096)
	if err != nil || u.CPU != 3*time.Second || u.Memory != 300*4096 {
		t.Errorf("read %+v, %v", u, err)
	}
	for _, wrong := range []string{"", "42 (x) S 1", strings.Replace(stat, "250", "much", 1)} {
		if _, err := parseStat(wrong, 4096); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
	if _, err := parseStat(strings.Replace(stat, ") S", ") Z", 1), 4096); !errors.Is(err, ErrGone) {
		t.Errorf("a zombie gives %v", err)
	}
}

func TestMetricsAreRead(t *testing.T) {
	body := "# HELP process_cpu_seconds_total x\nprocess_cpu_seconds_total 12.5\nother{a=\"b\"} 3\nprocess_resident_memory_bytes 1.048576e+06\n"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	defer server.Close()
	p, err := NewMetrics(t.Context(), server.URL+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	if u, err := p.Usage(t.Context()); err != nil || u.CPU != 12500*time.Millisecond || u.Memory != 1<<20 {
		t.Errorf("read %+v, %v", u, err)
	}
	if _, err := NewMetrics(t.Context(), server.URL+"/nothing"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a page that is not there gives %v", err)
	}
	body = "nothing 1\n"
	if _, err := p.Usage(t.Context()); err == nil {
		t.Error("a page without the figures was taken")
	}
}
