package webhook

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/plenum-meet/plenum/store"
)

// Courier brings deliveries to webhooks. What it knows is in the database; nobody waits for it.
type Courier struct {
	// id is by which name deliveries are claimed, for as long as this process lives.
	id      string
	cfg     Config
	records *store.Store
	seal    *Seal
	sender  *sender
	log     *slog.Logger

	nudged  chan struct{}
	wanted  wanted
	results chan result
	counts  counts

	// What follows belongs to Run.
	lines    map[string]*line
	underWay map[string]bool // deliveries, by id
	unstored []settlement
	tidied   time.Time
	retry    time.Duration // wait before the database is tried again; 0 while it answers
	attempts sync.WaitGroup
}

// line is what the loop remembers of one webhook.
type line struct {
	webhook  store.Webhook
	underWay int
	// next is when to look for something due; zero for at once, and never while all its places are taken.
	next time.Time
	// quietUntil is what the receiver has asked for.
	quietUntil time.Time
	// broken says that what waits for it cannot be read, and that this was said.
	broken bool
}

// result is what came of an attempt.
type result struct {
	webhook  store.Webhook
	delivery store.Delivery
	began    time.Time
	took     time.Duration
	answer   answer
}

// settlement is what is to be stored of one.
type settlement struct {
	delivery store.Delivery
	verdict  verdict
	at       time.Time
}

// New makes a courier; Run has it work.
func New(cfg Config, records *store.Store, seal *Seal, log *slog.Logger) (*Courier, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	places, err := NewPlaces(cfg.Allowed)
	if err != nil {
		return nil, err
	}
	return &Courier{
		id: store.NewID(cfg.Now()), cfg: cfg, records: records, seal: seal, sender: newSender(places, cfg.Resolver), log: log.With("package", "webhook"),
		nudged: make(chan struct{}, 1), results: make(chan result, cfg.Together),
		lines: map[string]*line{}, underWay: map[string]bool{},
	}, nil
}

// Places are where webhooks may lead.
func (c *Courier) Places() Places { return c.sender.places }

// Seal keeps the secrets.
func (c *Courier) Seal() *Seal { return c.seal }

// Nudge says that webhooks have changed.
func (c *Courier) Nudge() {
	select {
	case c.nudged <- struct{}{}:
	default:
	}
}

// Run is the courier's loop, until ctx ends. What is under way then is given up and due again at once.
func (c *Courier) Run(ctx context.Context) {
	defer c.sender.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			c.giveBack(context.WithoutCancel(ctx))
			return
		case <-timer.C:
		case <-c.nudged:
			c.wanted.each(c.hearAgain)
			c.lookEverywhere()
		case <-c.records.Announced():
			c.lookEverywhere()
		case r := <-c.results:
			c.arrived(r)
		}
		timer.Reset(c.turn(ctx))
	}
}

// lookEverywhere has the next turn ask for deliveries to every webhook.
func (c *Courier) lookEverywhere() {
	for _, l := range c.lines {
		l.next = time.Time{}
	}
}

// turn does what is to be done and says when there is more.
func (c *Courier) turn(ctx context.Context) time.Duration {
	now := c.cfg.Now()
	err := c.store(ctx)
	next := now.Add(c.cfg.LookEvery)
	if err == nil {
		next, err = c.start(ctx, now)
	}
	if err == nil && now.Sub(c.tidied) >= c.cfg.TidyEvery {
		err = c.tidy(ctx, now)
	}
	switch {
	case err == nil:
		c.retry = 0
		return max(next.Sub(c.cfg.Now()), 0)
	case ctx.Err() != nil:
		return c.cfg.LookEvery
	case c.retry == 0:
		c.log.Warn("webhooks wait for the database", "error", err)
		c.retry = c.cfg.RetryFirst
	default:
		c.retry = min(2*c.retry, c.cfg.RetryMost)
	}
	return c.retry
}

// arrived judges an attempt.
func (c *Courier) arrived(r result) {
	d := r.delivery
	d.Tries++
	since := time.Time{}
	if r.webhook.FailingSince != nil {
		since = *r.webhook.FailingSince
	}
	now := c.cfg.Now()
	v := c.cfg.Policy.judge(now, tried{
		status: r.answer.status, retryAfter: r.answer.retryAfter, err: r.answer.err,
		tries: d.Tries, queuedAt: d.QueuedAt, failingSince: since, roll: rand.Float64(),
	})
	d.Attempts = d.Attempts.And(store.Attempt{
		At: r.began, Milliseconds: int(r.took.Milliseconds()), Status: r.answer.status, Answer: r.answer.text, Error: v.why,
	})
	switch v.outcome {
	case delivered:
		d.State, d.DueAt = store.DeliveryDelivered, now
	case failed:
		d.State, d.Reason, d.DueAt = store.DeliveryFailed, v.reason, now
	case retried:
		d.State, d.DueAt = store.DeliveryPending, v.due
	}
	c.counts.add(v.outcome)
	// What a receiver asked for at another address holds here no longer.
	if l := c.lines[d.WebhookID]; l != nil && v.quiet && l.webhook.UpdatedAt.Equal(r.webhook.UpdatedAt) {
		l.quietUntil = v.due
	}
	c.unstored = append(c.unstored, settlement{delivery: d, verdict: v, at: now})
}

// store writes down what came of attempts. Until then they keep their places, so that there are never many of them.
func (c *Courier) store(ctx context.Context) error {
	for len(c.unstored) > 0 {
		s := c.unstored[0]
		if err := c.settle(ctx, s); err != nil {
			return err
		}
		c.unstored = c.unstored[1:]
		delete(c.underWay, s.delivery.ID)
		if l := c.lines[s.delivery.WebhookID]; l != nil {
			l.underWay--
			l.next = time.Time{}
		}
	}
	return nil
}

// settle returns an error if it is worth another try. What cannot be stored holds up nothing else.
func (c *Courier) settle(ctx context.Context, s settlement) error {
	write := c.records.SettleDelivery
	if s.verdict.unsent {
		write = c.records.SettleUnsent
	}
	err := write(ctx, s.delivery, s.at)
	if hopeless(ctx, err) {
		c.log.Error("attempts of a delivery cannot be stored", "webhook", s.delivery.WebhookID, "delivery", s.delivery.ID, "error", err)
		// Without what others have said, or it would be sent again each time the claim runs out.
		s.delivery.Attempts, s.delivery.Reason = nil, ""
		err = write(ctx, s.delivery, s.at)
	}
	if hopeless(ctx, err) {
		c.log.Error("what came of a delivery is given up", "webhook", s.delivery.WebhookID, "delivery", s.delivery.ID, "error", err)
		err = nil
	}
	if err != nil || s.verdict.disable == "" {
		return err
	}
	err = c.records.DisableWebhook(ctx, s.delivery.WebhookID, s.verdict.disable, s.at)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it was deleted meanwhile
	}
	if hopeless(ctx, err) {
		c.log.Error("webhook not disabled", "webhook", s.delivery.WebhookID, "reason", s.verdict.disable, "error", err)
		return nil
	}
	if err == nil {
		c.log.Warn("webhook disabled", "webhook", s.delivery.WebhookID, "reason", s.verdict.disable)
	}
	return err
}

// hopeless says that the database answers, and would answer the same again.
func hopeless(ctx context.Context, err error) bool {
	return err != nil && !errors.Is(err, store.ErrUnavailable) && ctx.Err() == nil
}

// start begins as many attempts as may be under way, and says when more is due.
func (c *Courier) start(ctx context.Context, now time.Time) (next time.Time, err error) {
	if err := c.meet(ctx); err != nil {
		return now, err
	}
	next = now.Add(c.cfg.LookEvery)
	for _, id := range slices.Sorted(maps.Keys(c.lines)) {
		l := c.lines[id]
		if l.webhook.DisabledAt != nil {
			continue
		}
		if at := latest(l.next, l.quietUntil); at.After(now) {
			next = earliest(next, at)
			continue
		}
		err := c.fill(ctx, now, l)
		switch {
		case err == nil:
			l.broken = false
		case !hopeless(ctx, err):
			return now, err
		default:
			if !l.broken {
				c.log.Error("deliveries to a webhook cannot be read", "webhook", id, "error", err)
			}
			l.broken, l.next = true, now.Add(c.cfg.LookEvery)
		}
		if free := c.free(l); free > 0 {
			next = earliest(next, l.next)
		}
	}
	if again := c.counts.look(ctx, c.records, now, len(c.underWay), c.lines); !again.IsZero() {
		next = earliest(next, again)
	}
	return next, nil
}

// meet reads which webhooks there are.
func (c *Courier) meet(ctx context.Context) error {
	webhooks, err := c.records.Webhooks(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, w := range webhooks {
		there[w.ID] = true
		if l := c.lines[w.ID]; l != nil {
			if !w.UpdatedAt.Equal(l.webhook.UpdatedAt) {
				c.hearAgain(w.ID)
			}
			l.webhook = w
		} else {
			c.lines[w.ID] = &line{webhook: w}
			c.warnUnsealed(w)
		}
	}
	// One that was deleted with attempts under way is forgotten when these are over.
	maps.DeleteFunc(c.lines, func(id string, l *line) bool { return !there[id] && l.underWay == 0 })
	return nil
}

// warnUnsealed says that nothing can be sent to a webhook since the server's own secret was changed.
func (c *Courier) warnUnsealed(w store.Webhook) {
	if w.DisabledAt != nil {
		return
	}
	if _, err := c.seal.open(w.ID, w.Secret); err != nil {
		c.log.Warn("nothing is sent to a webhook until its secret is rotated", "webhook", w.ID, "name", w.Name, "error", err)
	}
}

// free is how many more attempts a webhook may have under way: while it fails, one at a time.
func (c *Courier) free(l *line) int {
	most := c.cfg.PerWebhook
	if l.webhook.FailingSince != nil {
		most = 1
	}
	return min(most-l.underWay, c.cfg.Together-len(c.underWay))
}

func (c *Courier) fill(ctx context.Context, now time.Time, l *line) error {
	free := c.free(l)
	if free <= 0 {
		return nil // an attempt that ends asks again
	}
	due, err := c.records.ClaimDeliveries(ctx, l.webhook.ID, c.id, now, now.Add(c.cfg.ClaimFor), free)
	if err != nil {
		return err
	}
	for _, d := range due {
		// A claim may have run out while the database was away, with the attempt over and not stored.
		if !c.underWay[d.ID] {
			c.begin(ctx, l, d)
		}
	}
	if len(due) == free {
		l.next = time.Time{}
		return nil
	}
	at, ok, err := c.records.NextDelivery(ctx, l.webhook.ID)
	if l.next = now.Add(c.cfg.LookEvery); ok {
		l.next = earliest(l.next, at)
	}
	return err
}

// begin makes an attempt, in a goroutine that ends with it.
func (c *Courier) begin(ctx context.Context, l *line, d store.Delivery) {
	l.underWay++
	c.underWay[d.ID] = true
	r := result{webhook: l.webhook, delivery: d, began: c.cfg.Now()}
	c.attempts.Go(func() {
		r.answer = c.attempt(ctx, r.began, r.webhook, d)
		r.took = c.cfg.Now().Sub(r.began)
		c.results <- r // there is a place for each that is under way
	})
}

func (c *Courier) attempt(ctx context.Context, now time.Time, w store.Webhook, d store.Delivery) answer {
	body, err := bodyOf(d)
	if err != nil {
		return answer{err: err}
	}
	secrets, err := c.secrets(now, w)
	if err != nil {
		return answer{err: err}
	}
	return c.sender.send(ctx, w.URL, signed(secrets, IDOf(d), now, body), body)
}

// secrets that sign: the present one, and the one before for a while.
func (c *Courier) secrets(now time.Time, w store.Webhook) ([]Secret, error) {
	secret, err := c.seal.open(w.ID, w.Secret)
	if err != nil {
		return nil, err
	}
	secrets := []Secret{secret}
	if w.PreviousUntil != nil && now.Before(*w.PreviousUntil) {
		if before, err := c.seal.open(w.ID, w.PreviousSecret); err == nil {
			secrets = append(secrets, before)
		}
	}
	return secrets, nil
}

// storeWithin bounds what is stored when the courier stops.
const storeWithin = 3 * time.Second

// giveBack waits for the attempts, which end with the loop's context, and stores what came of them.
func (c *Courier) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	c.attempts.Wait()
	close(c.results)
	var cut []string
	for r := range c.results {
		if errors.Is(r.answer.err, context.Canceled) {
			cut = append(cut, r.delivery.ID)
		} else {
			c.arrived(r)
		}
	}
	err := c.store(ctx)
	if len(cut) > 0 {
		err = errors.Join(err, c.records.ReleaseDeliveries(ctx, cut, c.id, c.cfg.Now()))
	}
	if err != nil {
		// They are due again when the claim runs out.
		c.log.Warn("attempts not stored", "error", err)
	}
}

// tidy keeps the log of deliveries bounded.
func (c *Courier) tidy(ctx context.Context, now time.Time) error {
	keep := store.Keep{Since: now.Add(-c.cfg.KeepFor), Finished: c.cfg.KeepFinished, Pending: c.cfg.KeepPending}
	unfinished := false
	for id := range c.lines {
		more, err := c.records.TidyDeliveries(ctx, id, keep, now)
		if hopeless(ctx, err) {
			c.log.Error("deliveries to a webhook cannot be tidied", "webhook", id, "error", err)
			continue
		}
		if err != nil {
			return err
		}
		unfinished = unfinished || more
	}
	if c.tidied = now; unfinished {
		c.tidied = now.Add(time.Second - c.cfg.TidyEvery)
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
