package signaling

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"

	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/signaling/message"
)

// refusal is a handshake's answer when there is to be no socket.
type refusal struct {
	reason     string // for the metrics
	status     int
	code       string
	sentence   string
	retryAfter int
}

func (r refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if r.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(r.retryAfter))
	}
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": r.code, "message": r.sentence})
}

var (
	refuseStopping    = refusal{"stopping", http.StatusServiceUnavailable, "unavailable", "The server is stopping; try again.", 5}
	refuseFull        = refusal{"full", http.StatusServiceUnavailable, "unavailable", "The server is full; try again later.", 30}
	refuseTooMany     = refusal{"too_many", http.StatusTooManyRequests, "too_many", "Too many failed attempts from this address.", 60}
	refuseOrigin      = refusal{"origin", http.StatusForbidden, "forbidden", "This page may not connect here.", 0}
	refuseNotUpgrade  = refusal{"not_websocket", http.StatusUpgradeRequired, "invalid", "This address speaks WebSocket only.", 0}
	refuseSubprotocol = refusal{"subprotocol", http.StatusBadRequest, "invalid", "The subprotocol " + message.Subprotocol + " is required.", 0}
	refuseCredential  = refusal{"credential", http.StatusUnauthorized, "unauthorized", "The credential is missing, expired or used up.", 0}
)

// credential is what a handshake proved.
type credential struct {
	claims   grant.Claims
	byTicket bool
	address  netip.Prefix
}

// admit checks a handshake. A refusal that is the client's fault counts against its address.
func (s *Server) admit(now time.Time, r *http.Request) (credential, *refusal) {
	address := s.addressOf(r)
	if s.bad.exhausted(now, address) {
		return credential{}, &refuseTooMany
	}
	got, refused := s.examine(now, r)
	got.address = address
	if refused != nil {
		s.bad.count(now, address)
		s.log.Warn("handshake refused", "code", refused.code, "status", refused.status)
	}
	return got, refused
}

func (s *Server) examine(now time.Time, r *http.Request) (credential, *refusal) {
	if !s.originAllowed(r) {
		return credential{}, &refuseOrigin
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return credential{}, &refuseNotUpgrade
	}
	if !slices.Contains(subprotocols(r), message.Subprotocol) {
		return credential{}, &refuseSubprotocol
	}
	kind, token := Shown(r)
	if kind == grant.Ticket {
		claims, err := s.keys.VerifyTicket(now, token)
		if err != nil {
			return credential{}, &refuseCredential
		}
		return credential{claims: claims, byTicket: true}, nil
	}
	claims, err := s.keys.VerifyGrant(now, token)
	if err != nil || s.ended.has(now, claims.SignIn) || !s.spent.spend(now, claims) {
		return credential{}, &refuseCredential
	}
	return credential{claims: claims}, nil
}

// Shown is the token that a handshake shows, not yet checked; an empty grant if there is none.
func Shown(r *http.Request) (kind grant.Kind, token string) {
	for _, value := range subprotocols(r) {
		if token, ok := strings.CutPrefix(value, message.GrantPrefix); ok {
			return grant.Grant, token
		}
		if token, ok := strings.CutPrefix(value, message.TicketPrefix); ok {
			return grant.Ticket, token
		}
	}
	return grant.Grant, ""
}

// originAllowed compares exactly. Browsers always send an Origin; who sends none is no browser, and has only
// the credential to show.
func (s *Server) originAllowed(r *http.Request) bool {
	values, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(values) != 1 {
		return false
	}
	if origins := s.adjusted.Load().Origins; len(origins) > 0 {
		return slices.Contains(origins, values[0])
	}
	return values[0] == "http://"+r.Host || values[0] == "https://"+r.Host
}

// patterns are the allowed origins in the form of the WebSocket library, which knows wildcards.
func (s *Server) patterns() []string {
	origins := s.adjusted.Load().Origins
	out := make([]string, len(origins))
	for i, origin := range origins {
		out[i] = strings.NewReplacer("[", `\[`, "*", `\*`, "?", `\?`).Replace(origin)
	}
	return out
}

func subprotocols(r *http.Request) []string {
	var out []string
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for value := range strings.SplitSeq(line, ",") {
			out = append(out, strings.TrimSpace(value))
		}
	}
	return out
}

// addressOf is whom to count failures against: an IPv4 address or an IPv6 network of 64 bits.
func (s *Server) addressOf(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if n := s.cfg.TrustedProxies; n > 0 {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if len(hops) >= n {
			host = strings.TrimSpace(hops[len(hops)-n])
		}
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	address = address.Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	prefix, _ := address.Prefix(bits)
	return prefix
}

// spentGrants knows every grant that was used and has not expired.
type spentGrants struct {
	mu    sync.Mutex
	known map[string]bool
	// order is that of spending; expiry follows it within the life of a grant.
	order []spentGrant
}

type spentGrant struct {
	id      string
	expires time.Time
}

// spend marks a grant as used; false if it was already.
func (g *spentGrants) spend(now time.Time, claims grant.Claims) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.order) > 0 && now.After(g.order[0].expires) {
		delete(g.known, g.order[0].id)
		g.order = g.order[1:]
	}
	if g.known[claims.ID] {
		return false
	}
	if g.known == nil {
		g.known = map[string]bool{}
	}
	g.known[claims.ID] = true
	// A grant of the same instant could outlive this one by no more than its whole life.
	g.order = append(g.order, spentGrant{id: claims.ID, expires: now.Add(grant.GrantLife + 2*grant.Leeway)})
	return true
}

// endedSignIns knows each sign-in that has ended for as long as somebody may be on the way who came with it: a room that is
// opened after the end knows nothing of it.
type endedSignIns struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (e *endedSignIns) add(now time.Time, keep time.Duration, signIns []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.until == nil {
		e.until = map[string]time.Time{}
	}
	maps.DeleteFunc(e.until, func(_ string, until time.Time) bool { return now.After(until) })
	for _, signIn := range signIns {
		e.until[signIn] = now.Add(keep)
	}
}

func (e *endedSignIns) has(now time.Time, signIn string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	until, ok := e.until[signIn]
	return ok && !now.After(until)
}

// maxAddresses bounds what is remembered of failures; the address that failed longest ago is forgotten.
const maxAddresses = 100_000

// badHandshakes counts failures by address. Successes cost nothing: many people share an address.
type badHandshakes struct {
	perMinute int
	mu        sync.Mutex
	addresses *lru.Cache[netip.Prefix, *rate.Limiter]
}

func newBadHandshakes(perMinute int) *badHandshakes {
	addresses, err := lru.New[netip.Prefix, *rate.Limiter](maxAddresses)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &badHandshakes{perMinute: perMinute, addresses: addresses}
}

func (b *badHandshakes) exhausted(now time.Time, address netip.Prefix) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter, ok := b.addresses.Get(address)
	return ok && limiter.TokensAt(now) < 1
}

func (b *badHandshakes) count(now time.Time, address netip.Prefix) {
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter, ok := b.addresses.Get(address)
	if !ok {
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(b.perMinute)), b.perMinute)
		b.addresses.Add(address, limiter)
	}
	limiter.AllowN(now, 1)
}
