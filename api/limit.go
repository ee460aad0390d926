package api

import (
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// maxBuckets bounds the memory of a limiter; the bucket unused for longest goes first.
const maxBuckets = 100_000

// limiter is a token bucket for each key. Buckets live in this node's memory.
type limiter struct {
	rate    Rate
	mu      sync.Mutex
	buckets *simplelru.LRU[string, *bucket]
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(rate Rate) *limiter {
	buckets, err := simplelru.NewLRU[string, *bucket](maxBuckets, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &limiter{rate: rate, buckets: buckets}
}

// take spends one token. If there is none it says how long to wait for the next.
func (l *limiter) take(now time.Time, key string) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.fill(now, key)
	if b.tokens < 1 {
		return l.wait(b), false
	}
	b.tokens--
	return 0, true
}

// free is true if a token is there; it spends none. For limits that count failures: look before, spend after.
func (l *limiter) free(now time.Time, key string) (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.buckets.Contains(key) {
		return 0, true
	}
	b := l.fill(now, key)
	return l.wait(b), b.tokens >= 1
}

// spend takes a token even if there is none left.
func (l *limiter) spend(now time.Time, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.fill(now, key)
	b.tokens = max(0, b.tokens-1)
}

func (l *limiter) fill(now time.Time, key string) *bucket {
	b, ok := l.buckets.Get(key)
	if !ok {
		b = &bucket{tokens: float64(l.rate.Burst), at: now}
		l.buckets.Add(key, b)
		return b
	}
	if passed := now.Sub(b.at); passed > 0 {
		refill := float64(passed) / float64(l.rate.Per) * float64(l.rate.Count)
		b.tokens = min(float64(l.rate.Burst), b.tokens+refill)
		b.at = now
	}
	return b
}

func (l *limiter) wait(b *bucket) time.Duration {
	if b.tokens >= 1 {
		return 0
	}
	return time.Duration((1 - b.tokens) * float64(l.rate.Per) / float64(l.rate.Count))
}

// limiters of the API, one for each row of Limits.
type limiters struct {
	loginAddress   *limiter
	loginAccount   *limiter
	register       *limiter
	refreshFamily  *limiter
	refreshMiss    *limiter
	codeAddress    *limiter
	codeAccount    *limiter
	codeNode       *limiter
	codeAlarm      *limiter // how often the operator is warned
	guestJoin      *limiter
	join           *limiter
	meeting        *limiter
	call           *limiter
	auditedRefusal *limiter
	resetAddress   *limiter
	resetAccount   *limiter
	resetMiss      *limiter
	keyMiss        *limiter
	invite         *limiter
	mail           *limiter
	connectionTest *limiter
	// connectionTests are those of everybody together.
	connectionTests *limiter
	foreignAlarm    *limiter
}

func newLimiters(l Limits) limiters {
	return limiters{
		loginAddress:    newLimiter(l.LoginFailuresPerAddress),
		loginAccount:    newLimiter(l.LoginFailuresPerAccount),
		register:        newLimiter(l.RegisterPerAddress),
		refreshFamily:   newLimiter(l.RefreshPerFamily),
		refreshMiss:     newLimiter(l.RefreshMissesPerAddress),
		codeAddress:     newLimiter(l.CodeMissesPerAddress),
		codeAccount:     newLimiter(l.CodeMissesPerAccount),
		codeNode:        newLimiter(l.CodeMisses),
		codeAlarm:       newLimiter(Rate{Count: 1, Per: time.Second, Burst: 1}),
		guestJoin:       newLimiter(l.GuestJoinsPerAddress),
		join:            newLimiter(l.JoinsPerAccount),
		meeting:         newLimiter(l.MeetingsPerAccount),
		call:            newLimiter(l.CallsPerAccount),
		auditedRefusal:  newLimiter(l.AuditedRefusals),
		resetAddress:    newLimiter(l.ResetsPerAddress),
		resetAccount:    newLimiter(l.ResetsPerAccount),
		resetMiss:       newLimiter(l.ResetMissesPerAddress),
		keyMiss:         newLimiter(l.KeyMissesPerAddress),
		invite:          newLimiter(l.InvitesPerAccount),
		mail:            newLimiter(l.MailsPerAccount),
		connectionTest:  newLimiter(l.ConnectionTestsPerAddress),
		connectionTests: newLimiter(l.ConnectionTests),
		foreignAlarm:    newLimiter(Rate{Count: 1, Per: time.Minute, Burst: 1}),
	}
}

// networkOf is the key that an address is limited by: an IPv4 address, or the /64 of an IPv6 one.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// gate bounds the requests being answered at once: in all, and for each address.
type gate struct {
	all, each int
	mu        sync.Mutex
	open      int
	of        map[string]int
}

func newGate(all, each int) *gate {
	return &gate{all: all, each: each, of: map[string]int{}}
}

func (g *gate) enter(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open >= g.all || g.of[key] >= g.each {
		return false
	}
	g.open++
	g.of[key]++
	return true
}

func (g *gate) leave(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	if g.of[key]--; g.of[key] == 0 {
		delete(g.of, key)
	}
}
