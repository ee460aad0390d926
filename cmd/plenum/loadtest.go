package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/plenum-meet/plenum/signaling/loadtest"
)

// loadtestCommand brings bots into meetings.
type loadtestCommand struct {
	Run     loadtestRun     `cmd:"" default:"withargs" help:"Play a scenario against a server (the default)."`
	Merge   loadtestMerge   `cmd:"" help:"Join the JSON reports of several machines into one."`
	Compare loadtestCompare `cmd:"" help:"Print the figures of several reports side by side."`
	List    loadtestList    `cmd:"" help:"List the scenarios that are shipped."`
	Show    loadtestShow    `cmd:"" help:"Print a shipped scenario, to copy and change."`
}

// reportOptions say where a report goes, besides the table.
type reportOptions struct {
	JSON string `name:"json" placeholder:"FILE" help:"Write the report as JSON, for 'plenum loadtest merge' and for machines."`
	HTML string `name:"html" placeholder:"FILE" help:"Write the report as one HTML page with plots."`
}

// loadtestRun plays a scenario.
type loadtestRun struct {
	Scenario string `arg:"" default:"webinar" help:"A shipped scenario (see 'plenum loadtest list') or a YAML file. Default: ${default}."`

	Server   string         `default:"http://localhost:8080" placeholder:"URL" help:"The server. Default: ${default}."`
	Count    map[string]int `placeholder:"GROUP=N" help:"Bots of a group in each room, in place of what the scenario says, for example audience=300."`
	Rooms    int            `placeholder:"N" help:"Meetings side by side, in place of what the scenario says."`
	Ramp     *time.Duration `placeholder:"TIME" help:"Time over which bots come in, in place of what the scenario says."`
	Duration *time.Duration `placeholder:"TIME" help:"How long they stay once all are there, in place of what the scenario says."`

	Email    string   `placeholder:"EMAIL" help:"Account that opens the meetings. Default: a new one."`
	Password string   `placeholder:"TEXT" help:"Its password. Better set in the environment, as PLENUM_PASSWORD."`
	Meeting  []string `placeholder:"CODE" help:"Meetings that are there already, one for each room. Default: they are made, and deleted in the end."`

	PID     int    `name:"pid" placeholder:"N" help:"The server's process on this machine, to measure its processor time and memory."`
	Metrics string `placeholder:"URL" help:"The server's metrics page, to measure them from elsewhere."`

	Plain bool `help:"Receive by the whole of pion, not straight from the socket: bots cost about three times the processor time."`

	CPUProfile string `name:"cpuprofile" placeholder:"FILE" help:"Write where the bots themselves spend processor time, for 'go tool pprof'."`

	Report reportOptions `embed:""`
}

// Help says what a run tells.
func (loadtestRun) Help() string {
	return `Bots come in as guests, as people would: through the REST API, the WebSocket and WebRTC. While they are there, standard
error shows how things stand; the table on standard output says how they fared. Ctrl-C ends a run early and still
gives a report of what there was.

    plenum loadtest webinar --count audience=300 --pid $(pgrep -x plenum) --html report.html
    plenum loadtest my-scenario.yaml --server https://meet.example.org --json here.json

The exit code is 0 if the scenario's bounds were kept, 3 if one was not, and 1 if the run could not be made or ended
early. A server lets 600 guests in at once from one address, and 120 a minute after that ('plenum serve
--guest-joins'); bots that are told to wait do so.`
}

func (c loadtestRun) Run(ctx context.Context, to terminal) error {
	scenario, err := c.scenario()
	if err != nil {
		return err
	}
	probe, err := c.probe(ctx)
	if err != nil {
		return err
	}
	stop, err := profile(c.CPUProfile)
	if err != nil {
		return err
	}
	show := newProgress(to.err)
	report, failure := loadtest.Run(ctx, scenario, loadtest.Options{
		URL: strings.TrimSuffix(c.Server, "/"), Email: c.Email, Password: c.Password, Meetings: c.Meeting,
		Probe: probe, Progress: show.second, Plain: c.Plain,
	})
	show.end()
	if err := stop(); err != nil {
		failure = errors.Join(failure, err)
	}
	if report == nil {
		return failure
	}
	if failure != nil {
		// Why it ended early is what there is to say, and not which bounds could not be kept so.
		report.Verdicts = nil
	}
	return errors.Join(failure, c.Report.write(report, to))
}

// scenario is the one that was asked for, with what was said on the command line.
func (c loadtestRun) scenario() (loadtest.Scenario, error) {
	s, err := readScenario(c.Scenario)
	if err != nil {
		return s, err
	}
	for group, count := range c.Count {
		if err := s.SetCount(group, count); err != nil {
			return s, fmt.Errorf("--count: %w", err)
		}
	}
	if c.Rooms > 0 {
		s.Rooms = c.Rooms
	}
	if c.Ramp != nil {
		s.Ramp = *c.Ramp
	}
	if c.Duration != nil {
		s.SetDuration(*c.Duration)
	}
	return s, s.Validate()
}

// profile writes a CPU profile into a file until stop is called; without a name it does nothing.
func profile(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("the profile cannot be written: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

func readScenario(name string) (loadtest.Scenario, error) {
	if !strings.ContainsAny(name, "./") {
		return loadtest.Preset(name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return loadtest.Scenario{}, fmt.Errorf("the scenario cannot be read: %w", err)
	}
	return loadtest.Parse(name, text)
}

func (c loadtestRun) probe(ctx context.Context) (loadtest.Probe, error) {
	switch {
	case c.PID != 0 && c.Metrics != "":
		return nil, errors.New("--pid and --metrics are two ways to the same figures: give one")
	case c.PID != 0:
		return loadtest.NewProcess(c.PID)
	case c.Metrics != "":
		return loadtest.NewMetrics(ctx, c.Metrics)
	default:
		return nil, nil //nolint:nilnil // nobody looks at the server then
	}
}

// missed is the error of a run that broke its bounds.
type missed struct{ missed, of int }

func (m missed) Error() string {
	return fmt.Sprintf("%d of %d bounds were missed", m.missed, m.of)
}

// ExitCode sets a run that measured too much apart from one that failed.
func (missed) ExitCode() int { return 3 }

// write prints the table and writes the files.
func (o reportOptions) write(r *loadtest.Report, to terminal) error {
	err := r.WriteTable(to.out)
	if o.JSON != "" {
		err = errors.Join(err, toFile(o.JSON, r.WriteJSON))
	}
	if o.HTML != "" {
		err = errors.Join(err, toFile(o.HTML, r.WriteHTML))
	}
	if broken := len(r.Missed()); err == nil && broken > 0 {
		return missed{broken, len(r.Verdicts)}
	}
	return err
}

func toFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("the report cannot be written: %w", err)
	}
	return errors.Join(write(f), f.Close())
}

// loadtestMerge joins reports.
type loadtestMerge struct {
	Files  []string      `arg:"" help:"Reports, as --json wrote them."`
	Report reportOptions `embed:""`
}

func (c loadtestMerge) Run(to terminal) error {
	reports, err := readReports(c.Files)
	if err != nil {
		return err
	}
	merged, err := loadtest.Merge(reports)
	if err != nil {
		return err
	}
	return c.Report.write(merged, to)
}

func readReports(files []string) ([]*loadtest.Report, error) {
	var reports []*loadtest.Report
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("the report cannot be read: %w", err)
		}
		r, err := loadtest.ReadReport(name, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// loadtestCompare prints one line for each report.
type loadtestCompare struct {
	Files []string `arg:"" help:"Reports, as --json wrote them."`
}

func (c loadtestCompare) Run(to terminal) error {
	reports, err := readReports(c.Files)
	if err != nil {
		return err
	}
	return loadtest.Compare(to.out, reports)
}

type loadtestList struct{}

func (loadtestList) Run(to terminal) error {
	for _, name := range loadtest.Presets() {
		s, err := loadtest.Preset(name)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(to.out, "%-14s %s\n", name, s.About); err != nil {
			return err
		}
	}
	return nil
}

type loadtestShow struct {
	Scenario string `arg:"" help:"Its name."`
}

func (c loadtestShow) Run(to terminal) error {
	text, err := loadtest.PresetText(c.Scenario)
	if err != nil {
		return err
	}
	_, err = to.out.Write(text)
	return err
}
