package loadtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Probe looks at the server's process.
type Probe interface {
	// Usage is the processor time used so far and the resident memory now, 0 if it is not known.
	Usage(ctx context.Context) (Usage, error)
	// How the process is seen, for the report.
	How() string
}

// Usage of a process.
type Usage struct {
	CPU    time.Duration
	Memory uint64
}

// ErrGone is returned by a probe of a process that has ended.
var ErrGone = errors.New("the process has ended")

// NewProcess looks at a process of this machine through /proc.
func NewProcess(pid int) (Probe, error) {
	p := process(pid)
	if _, err := p.Usage(context.Background()); err != nil {
		return nil, fmt.Errorf("process %d cannot be looked at: %w", pid, err)
	}
	return p, nil
}

type process int

// ticks of the kernel's clock in a second: USER_HZ is 100 on every Linux that Go runs on.
const ticks = 100

func (p process) How() string { return fmt.Sprintf("process %d", int(p)) }

func (p process) Usage(context.Context) (Usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", int(p)))
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat("/proc/self/stat"); err != nil {
			return Usage{}, errors.New("this system has no /proc")
		}
		return Usage{}, ErrGone
	}
	if err != nil {
		return Usage{}, err
	}
	return parseStat(string(stat), os.Getpagesize())
}

// parseStat reads /proc/PID/stat (proc_pid_stat(5)).
func parseStat(stat string, page int) (Usage, error) {
	// The name in parentheses may hold spaces and parentheses.
	i := strings.LastIndex(stat, ") ")
	if i < 0 {
		return Usage{}, errors.New("/proc/PID/stat is not as expected")
	}
	fields := strings.Fields(stat[i+2:])
	if len(fields) < 22 {
		return Usage{}, errors.New("/proc/PID/stat is not as expected")
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return Usage{}, ErrGone
	}
	var n [3]uint64
	for i, field := range []string{fields[11], fields[12], fields[21]} { // utime, stime, rss
		v, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return Usage{}, errors.New("/proc/PID/stat is not as expected")
		}
		n[i] = v
	}
	return Usage{CPU: time.Duration(n[0]+n[1]) * time.Second / ticks, Memory: n[2] * uint64(page)}, nil
}

// NewMetrics looks at a server by its metrics page.
func NewMetrics(ctx context.Context, url string) (Probe, error) {
	p := metrics(url)
	if _, err := p.Usage(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

type metrics string

func (p metrics) How() string { return string(p) }

func (p metrics) Usage(ctx context.Context) (Usage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, string(p), http.NoBody)
	if err != nil {
		return Usage{}, fmt.Errorf("metrics: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Usage{}, fmt.Errorf("metrics: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return Usage{}, fmt.Errorf("metrics %s: %s", string(p), response.Status)
	}
	var u Usage
	found := false
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			continue
		}
		switch name {
		case "process_cpu_seconds_total":
			u.CPU, found = time.Duration(value*float64(time.Second)), true
		case "process_resident_memory_bytes":
			u.Memory = uint64(value)
		}
	}
	if !found {
		return Usage{}, fmt.Errorf("metrics %s: there is no process_cpu_seconds_total", string(p))
	}
	return u, nil
}
