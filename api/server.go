package api

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/trace"

	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/cluster"
	"github.com/plenum-meet/plenum/signaling/grant"
	"github.com/plenum-meet/plenum/store"
)

const socketPath = "/ws"

// Parts are what the API works with.
type Parts struct {
	Store     *store.Store
	Signaling *signaling.Server
	Grants    *grant.Keys
	// Cluster and Link lead to other nodes; without them there are none.
	Cluster *cluster.Cluster
	Link    *cluster.Link
	// Web is the built client with index.html at its root; nil serves the API alone.
	Web fs.FS
	// Debug is what the admin listener shows.
	Debug Debug
	// Metrics answers /metrics on the admin listener; nil leaves it out.
	Metrics http.Handler
	// Level of the log, which the admin listener changes; nil leaves it as it is.
	Level *slog.LevelVar
	// Reload reads the configuration again, for the admin listener; nil leaves that out.
	Reload func() Reloaded
	// Checks are what /readyz asks besides the database.
	Checks []Check
	// Tracer takes a span for each request; nil for none.
	Tracer trace.Tracer
	// Answered is told of each request that was answered; it must not block. Nil is not told.
	Answered func(Answered)
	// Draining says that no new people are to be sent here; administrators change it. Nil makes one.
	Draining *atomic.Bool
	// Webhooks tells of events; nil tells nobody.
	Webhooks *webhook.Courier
	// Mailer sends mail; nil sends none.
	Mailer Mailer
	Log    *slog.Logger
	// Now is the clock.
	Now func() time.Time
}

// Answered is a request with its answer. All of it comes from closed sets.
type Answered struct {
	Method, Route string
	Status        int
	Took          time.Duration
}

// Server answers HTTP. Its one goroutine sends mail while there is some.
type Server struct {
	cfg          Config
	store        *store.Store
	rooms        *signaling.Server
	grants       *grant.Keys
	nodes        *nodes
	log          *slog.Logger
	now          func() time.Time
	publicOrigin string

	keys     keys
	allKeys  []keys
	tokens   *tokens
	revoked  *revocations
	hasher   *hasher
	limits   limiters
	adjusted atomic.Pointer[adjusted]
	gate     *gate
	web      *webClient
	debug    Debug
	post     *postRoom // nil without a mailer
	webhooks *webhook.Courier

	metrics  http.Handler
	level    *slog.LevelVar
	reload   func() Reloaded
	checks   []Check
	unready  readiness
	pinged   pinged
	tracer   trace.Tracer
	answered func(Answered)

	echo     *echo.Echo
	routes   []Route
	draining *atomic.Bool
	// reference is the page of the API.
	reference reference
	// scopeOf has the scope that each call of the admin API asks for.
	scopeOf map[Route]Scope
}

// Route is one call of the API: its method and the template of its path, as "/api/meetings/:code".
type Route struct {
	Method, Path string
}

// New makes a server that is ready to answer.
func New(cfg Config, parts Parts) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if parts.Store == nil || parts.Signaling == nil || parts.Grants == nil || parts.Debug == nil || parts.Log == nil || parts.Now == nil {
		return nil, errors.New("api: a part is missing")
	}
	s := &Server{
		cfg: cfg, store: parts.Store, rooms: parts.Signaling, grants: parts.Grants, nodes: newNodes(parts.Cluster, parts.Link),
		log: parts.Log.With("package", "api"), now: parts.Now, debug: parts.Debug,
		metrics: parts.Metrics, level: parts.Level, reload: parts.Reload, checks: parts.Checks, tracer: parts.Tracer, answered: parts.Answered,
		revoked: newRevocations(cfg.AccessLife + clockLeeway),
		hasher:  newHasher(cfg.Hashing),
		limits:  newLimiters(cfg.Limits),
		gate:    newGate(cfg.Limits.Open, cfg.Limits.OpenPerAddress),
		post:    newPostRoom(parts.Mailer, parts.Log.With("package", "api")),
		scopeOf: map[Route]Scope{}, draining: parts.Draining, webhooks: parts.Webhooks,
	}
	if s.draining == nil {
		s.draining = &atomic.Bool{}
	}
	s.adjust(cfg.adjustable())
	if s.post != nil && cfg.PublicURL == "" {
		return nil, errors.New("api: mail has links in it, so that the public URL is required")
	}
	if cfg.PublicURL != "" {
		s.publicOrigin, _ = originOf(cfg.PublicURL) // validated above
	}
	if err := s.makeKeys(); err != nil {
		return nil, err
	}
	var err error
	if s.web, err = loadWeb(parts.Web); err != nil {
		return nil, err
	}
	if s.reference, err = newReference(); err != nil {
		return nil, err
	}
	if err := s.hearOfRevoked(context.Background(), s.now()); err != nil {
		return nil, err
	}
	s.makeEcho()
	return s, nil
}

func (s *Server) makeKeys() error {
	for _, secret := range append([]Secret{s.cfg.Secret}, s.cfg.PreviousSecrets...) {
		k, err := deriveKeys(secret)
		if err != nil {
			return err
		}
		s.allKeys = append(s.allKeys, k)
	}
	s.keys = s.allKeys[0]
	s.tokens = newTokens(s.cfg, s.keys, s.allKeys[1:], s.now)
	return nil
}

func (s *Server) makeEcho() {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = s.renderError
	e.IPExtractor = func(r *http.Request) string { return s.adjusted.Load().address(r) }
	e.SchemeExtractor = func(r *http.Request) string {
		if p, ok := passedOn(r); ok {
			return p.scheme
		}
		return s.adjusted.Load().scheme(r)
	}
	e.Use(s.around, s.toHome)
	s.echo = e
	s.authRoutes()
	s.meetingRoutes()
	s.joinRoutes()
	s.messageRoutes()
	s.participantRoutes()
	s.streamRoutes()
	s.healthRoutes()
	s.userRoutes()
	s.resetRoutes()
	s.calendarRoutes()
	s.invitationRoutes()
	s.inviteeRoutes()
	s.occurrenceRoutes()
	s.connectionTestRoutes()
	s.featureRoutes()
	s.referenceRoutes()
	s.keyRoutes()
	s.auditRoutes()
	s.adminRoomRoutes()
	s.adminUserRoutes()
	s.adminNodeRoutes()
	s.adminNodesRoutes()
	s.webhookRoutes()
	e.GET(socketPath, s.socket)
	s.webRoutes()
}

// route adds a call of the API; the guards run in the order given.
func (s *Server) route(method, path string, handler echo.HandlerFunc, guards ...echo.MiddlewareFunc) {
	s.echo.Add(method, path, handler, guards...)
	s.routes = append(s.routes, Route{method, path})
}

// socket hands the WebSocket over to package signaling, which then sees the client's address and not a proxy's.
func (s *Server) socket(c echo.Context) error {
	if here, err := s.passSocket(c); !here {
		return err
	}
	r := c.Request()
	if address := c.RealIP(); len(s.adjusted.Load().TrustedProxies) > 0 && address != "" {
		r = r.Clone(r.Context())
		r.RemoteAddr = net.JoinHostPort(address, "0")
	}
	s.rooms.ServeHTTP(c.Response(), r)
	return nil
}

// Public is the handler of the listener that everybody reaches.
func (s *Server) Public() http.Handler { return s.echo }

// Admin is the handler of the listener that only the operator reaches: metrics, health, debug and profiling.
func (s *Server) Admin() http.Handler { return s.adminHandler() }

// Close waits until the mail that was promised is sent.
func (s *Server) Close() { s.post.wait() }

// Routes lists the calls of the API.
func (s *Server) Routes() []Route { return append([]Route{}, s.routes...) }
