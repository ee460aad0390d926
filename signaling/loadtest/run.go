package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
)

// Options say where a scenario is played and who looks on.
type Options struct {
	// URL of the server, such as http://localhost:8080.
	URL string
	// Email and Password of the account that opens the meetings; empty: a new account.
	Email, Password string
	// Meetings that are there already, one for each room; none: they are made, and deleted in the end.
	Meetings []string
	// Probe looks at the server's process; nil: nobody does.
	Probe Probe
	// Progress is told once a second how things stand. It must return at once.
	Progress func(Progress)
	// Plain takes media as any client does, not straight from the socket; bots cost three times as much then.
	Plain bool
	// HTTP makes requests and handshakes; nil is the default client.
	HTTP *http.Client
}

// Progress is how a run stands.
type Progress struct {
	Phase string
	// Elapsed since the first bot, Left until the end as planned; 0 if that is not known yet.
	Elapsed, Left time.Duration
	Bots          int
	Dropped       int
	Second        Second
}

var (
	// ErrInterrupted ends a run that was told to stop.
	ErrInterrupted = errors.New("interrupted")
	// ErrServerGone ends a run whose server does not answer any more.
	ErrServerGone = errors.New("the server is gone")
)

// run is one scenario being played.
type run struct {
	scenario Scenario
	options  Options
	rest     client.REST
	codes    []string
	links    *links
	joining  chan struct{} // as many as may be on their way in
	asking   chan struct{} // as many as may ask the REST API
	stop     context.CancelCauseFunc
	began    time.Time
	bots     []*bot

	inside, failed, dropped atomic.Int64

	mu     sync.Mutex
	phase  string
	ends   time.Time
	faults map[string]int
	line   []Second
	last   tally
	used   Usage // by the server at the last look
	own    time.Duration
	at     time.Time
}

// Run plays a scenario. Where it could begin, there is a report: of all, or with an error of what there was.
func Run(ctx context.Context, s Scenario, o Options) (*Report, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if err := ensureDescriptors(s, system{plain: o.Plain}); err != nil {
		return nil, err
	}
	r := &run{
		scenario: s, options: o, rest: client.REST{Base: o.URL, HTTP: o.HTTP},
		joining: make(chan struct{}, s.AtOnce), asking: make(chan struct{}, askAtOnce), faults: map[string]int{}, phase: "opening",
	}
	defer r.close()
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	before, err := r.usage(ctx)
	if err != nil {
		return nil, err
	}
	return r.play(ctx, before)
}

// play brings everybody in, lets them be, and takes them out again.
func (r *run) play(interrupt context.Context, before Usage) (*Report, error) {
	ctx, stop := context.WithCancelCause(context.WithoutCancel(interrupt))
	r.stop = stop
	defer context.AfterFunc(interrupt, func() { stop(ErrInterrupted) })()
	r.began = time.Now()
	r.used, r.own, r.at = before, ownCPU(), r.began
	var looking, living sync.WaitGroup
	looked := make(chan struct{})
	looking.Go(func() { r.look(ctx, looked) })
	looking.Go(func() { r.guard(ctx, looked) })

	r.enter(ctx, &living)
	report := r.report()
	if ctx.Err() == nil {
		r.hold(ctx, report)
	}
	if r.options.Probe != nil {
		r.observe(ctx, report, before)
	}
	r.enterPhase("leaving", time.Time{})
	cause := context.Cause(ctx)
	stop(nil)
	living.Wait()
	close(looked)
	looking.Wait()
	r.collect(report)
	if cause != nil {
		report.Partial = fmt.Sprintf("%v after %s", cause, time.Since(r.began).Round(time.Second))
	}
	report.judge(r.scenario.Pass)
	return report, cause
}

// enter lets all bots come, group after group, spread over the ramp, and returns when all are in or have failed.
func (r *run) enter(ctx context.Context, living *sync.WaitGroup) {
	r.enterPhase("coming in", time.Time{})
	gap := r.scenario.Ramp / time.Duration(max(1, r.scenario.bots()))
	next := r.began
	for i := range r.scenario.Bots {
		g := &r.scenario.Bots[i]
		var arriving sync.WaitGroup
		for n := range g.Count {
			for room := range r.scenario.Rooms {
				if !until(ctx, next) {
					break
				}
				next = next.Add(gap)
				b := newBot(r, g, room, n)
				r.mu.Lock()
				r.bots = append(r.bots, b)
				r.mu.Unlock()
				arriving.Add(1)
				living.Go(func() { b.live(ctx, arriving.Done) })
			}
		}
		// A group comes when the one before is in: there is nothing to see before publishers are.
		arriving.Wait()
		next = later(next, time.Now())
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// until waits for a time, and is false if the context ended first.
func until(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hold is the time in which all are inside; the report's window is measured here.
func (r *run) hold(ctx context.Context, report *Report) {
	r.enterPhase("settling", time.Now().Add(r.scenario.Duration))
	if !until(ctx, time.Now().Add(r.scenario.Settle)) {
		return
	}
	r.enterPhase("measuring", time.Now().Add(r.scenario.Duration-r.scenario.Settle))
	from, began, own := r.tally(), time.Now(), ownCPU()
	before, seen := r.usageNow(ctx)
	measuring, end := context.WithDeadline(ctx, began.Add(r.scenario.Duration-r.scenario.Settle))
	defer end()
	straight, err := direct(measuring)
	if err != nil {
		r.fault(err)
	}
	<-measuring.Done()
	after, still := r.usageNow(ctx)
	to := r.tally()
	w := &report.Window
	w.Seconds, w.Bots, w.BotCPU = time.Since(began).Seconds(), int(r.inside.Load()), (ownCPU() - own).Seconds()
	w.Packets, w.Bytes, w.Lost, w.Freezes = to.packets-from.packets, to.bytes-from.bytes, to.lost-from.lost, to.freezes-from.freezes
	w.Latency, w.Direct = *to.latency.Since(&from.latency), straight
	if seen && still {
		report.Server = &Server{CPU: (after.CPU - before.CPU).Seconds(), Full: after.Memory}
	}
}

// observe completes what is said of the server.
func (r *run) observe(_ context.Context, report *Report, before Usage) {
	if report.Server == nil {
		return
	}
	report.Server.How, report.Server.Before = r.options.Probe.How(), before.Memory
}

func (r *run) usage(ctx context.Context) (Usage, error) {
	if r.options.Probe == nil {
		return Usage{}, nil
	}
	return r.options.Probe.Usage(ctx)
}

// usageNow is false if nobody looks at the server, or it cannot be seen.
func (r *run) usageNow(ctx context.Context) (Usage, bool) {
	if r.options.Probe == nil {
		return Usage{}, false
	}
	u, err := r.options.Probe.Usage(ctx)
	if err != nil {
		r.fault(fmt.Errorf("look at the server: %w", err))
	}
	return u, err == nil
}

func (r *run) enterPhase(phase string, ends time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phase, r.ends = phase, ends
}

// fault notes what went wrong; equal ones are counted.
func (r *run) fault(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := err.Error()
	if _, known := r.faults[text]; !known && len(r.faults) >= 100 {
		text = "others"
	}
	r.faults[text]++
}

// look tells once a second how things stand.
func (r *run) look(ctx context.Context, done <-chan struct{}) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-every.C:
			r.options.Progress(r.second(ctx, now))
		}
	}
}

// second closes one second of the timeline.
func (r *run) second(ctx context.Context, now time.Time) Progress {
	t := r.tally()
	used, seen := Usage{}, false
	if r.options.Probe != nil {
		// Also while bots leave, when the run's own context has ended.
		looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthWithin)
		defer cancel()
		u, err := r.options.Probe.Usage(looking)
		used, seen = u, err == nil
	}
	own := ownCPU()
	r.mu.Lock()
	defer r.mu.Unlock()
	span := now.Sub(r.at).Seconds()
	latency := t.latency.Since(&r.last.latency)
	s := Second{
		At: now, Inside: int(r.inside.Load()), Failed: int(r.failed.Load()),
		Packets: since(t.packets, r.last.packets), Bytes: since(t.bytes, r.last.bytes), Lost: since(t.lost, r.last.lost),
		Frames: since(t.frames, r.last.frames), Freezes: since(t.freezes, r.last.freezes),
		P50: milliseconds(latency.Quantile(0.5)), P99: milliseconds(latency.Quantile(0.99)),
		BotCPU: (own - r.own).Seconds() / span,
	}
	for i := range layers {
		s.Layers[i] = since(t.layers[i], r.last.layers[i])
	}
	if seen {
		s.CPU, s.Memory = (used.CPU-r.used.CPU).Seconds()/span, used.Memory
		r.used = used
	}
	r.own, r.at, r.last = own, now, t
	r.line = append(r.line, s)
	p := Progress{
		Phase: r.phase, Elapsed: now.Sub(r.began), Bots: r.scenario.bots(), Dropped: int(r.dropped.Load()), Second: s,
	}
	if !r.ends.IsZero() {
		p.Left = max(0, r.ends.Sub(now))
	}
	return p
}

// since is what was added to a counter that a bot that left may have taken back.
func since(now, before uint64) uint64 {
	if now < before {
		return 0
	}
	return now - before
}

// askAtOnce is how many requests are made at once: a server answers 64 of one address.
const askAtOnce = 48

const (
	healthEvery  = time.Second
	healthWithin = 2 * time.Second
	// silences is how often in a row the server may be too slow to answer.
	silences = 5
)

// guard ends the run when the server is gone.
func (r *run) guard(ctx context.Context, done <-chan struct{}) {
	every := time.NewTicker(healthEvery)
	defer every.Stop()
	silent := 0
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if _, err := r.usage(ctx); errors.Is(err, ErrGone) {
			r.stop(fmt.Errorf("%w: %w", ErrServerGone, err))
			return
		}
		err := r.health(ctx)
		if err == nil {
			silent = 0
			continue
		}
		silent++
		if refused(err) || silent >= silences {
			r.stop(fmt.Errorf("%w: %w", ErrServerGone, err))
			return
		}
	}
}

func (r *run) health(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	err := r.rest.Health(ctx)
	var answered *client.RESTError
	if errors.As(err, &answered) {
		return nil // it lives, and has something to say
	}
	return err
}

func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET)
}

// report begins the report.
func (r *run) report() *Report {
	machine, err := os.Hostname()
	if err != nil {
		machine = "unknown"
	}
	return &Report{
		Version: reportVersion, Scenario: r.scenario.Name, About: r.scenario.About, URL: r.options.URL,
		Machines: []string{machine}, Started: r.began,
	}
}

// collect adds up what all bots saw, once they have left.
func (r *run) collect(report *Report) {
	for i := range r.scenario.Bots {
		g := &r.scenario.Bots[i]
		o := Outcome{Group: g.Name, Role: g.Role, Bots: g.Count * r.scenario.Rooms}
		for _, b := range r.bots {
			if b.group == g {
				b.outcome.Bots = 0
				o.add(&b.outcome)
			}
		}
		report.Groups = append(report.Groups, o)
		report.Total.add(&report.Groups[i])
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	report.Line, report.Faults = r.line, r.faults
}
