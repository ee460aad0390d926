package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/cluster"
	"github.com/plenum-meet/plenum/signaling/grant"
)

// What one node tells another of a request that it passes on. They count on the listener between nodes alone.
const (
	headerClient = "Plenum-Client"
	headerScheme = "Plenum-Scheme"
	headerDoor   = "Plenum-Door"
	doorAdmin    = "admin"
)

const (
	reachWithin  = 2 * time.Second
	answerWithin = 30 * time.Second
)

// errMisdirected is the answer of one node to another (RFC 9110 §15.5.20): the meeting does not live here either.
var errMisdirected = &Failure{status: http.StatusMisdirectedRequest, Code: "moved", Message: "The meeting lives elsewhere."}

// nodes are the other ones, and the way to them.
type nodes struct {
	*cluster.Cluster
	way *http.Transport
}

func newNodes(c *cluster.Cluster, link *cluster.Link) *nodes {
	if c == nil || link == nil {
		return nil
	}
	return &nodes{c, &http.Transport{
		TLSClientConfig: link.Client(), TLSHandshakeTimeout: reachWithin, ResponseHeaderTimeout: answerWithin,
		DialContext: (&net.Dialer{Timeout: reachWithin}).DialContext, MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute,
	}}
}

// alone says that nothing has to be passed on to anybody.
func (n *nodes) alone() bool { return n == nil || len(n.Others()) == 0 }

// passed is how a request came that another node has passed on.
type passed struct{ scheme string }

func passedOn(r *http.Request) (passed, bool) {
	p, ok := r.Context().Value(passed{}).(passed)
	return p, ok
}

// Between is the handler of the listener between nodes. Whoever reaches it has shown the key of the cluster.
func (s *Server) Between() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /between/rooms/{code}/end", s.endForAnother)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		client, err := netip.ParseAddr(r.Header.Get(headerClient))
		if err != nil {
			http.Error(w, "no node passed this on", http.StatusBadRequest)
			return
		}
		ctx := context.WithValue(r.Context(), passed{}, passed{scheme: r.Header.Get(headerScheme)})
		if r.Header.Get(headerDoor) == doorAdmin {
			ctx = context.WithValue(ctx, throughAdmin{}, true)
		}
		r = r.WithContext(ctx)
		r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
		for _, name := range []string{headerClient, headerScheme, headerDoor, echo.HeaderXForwardedFor, echo.HeaderXForwardedProto} {
			r.Header.Del(name)
		}
		s.echo.ServeHTTP(w, r)
	})
	return mux
}

// toHome passes what is asked of a meeting on to the node where it lives. One that lives nowhere is in the database alone, and
// any node answers.
func (s *Server) toHome(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		code, ok := parseCode(c.Param("code"))
		if _, came := passedOn(c.Request()); !ok || came || s.nodes.alone() || s.rooms.Has(code) {
			return next(c)
		}
		home, ok, err := s.nodes.Home(c.Request().Context(), code)
		switch {
		case err != nil && (c.Request().Method == http.MethodGet || c.Path() == joinPath):
			return next(c) // what is asked of the database alone is answered, and a join finds out for itself
		case err != nil:
			return s.homeUnknown(err)
		case !ok || home.Here:
			return next(c)
		}
		return s.pass(c, home.Node)
	}
}

// placed says whether the meeting lives here, or may be opened here. If it lives elsewhere, the request has been answered by the
// node where it does, or cannot be.
func (s *Server) placed(c echo.Context, code string) (here bool, err error) {
	if s.nodes == nil || s.rooms.Has(code) {
		return true, nil
	}
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return false, err
	}
	// Once more if the meeting has moved between the question and the call.
	for range 2 {
		c.Request().Body = io.NopCloser(bytes.NewReader(body))
		home, err := s.nodes.Place(c.Request().Context(), code)
		if err != nil {
			return false, s.homeUnknown(err)
		}
		if home.Here {
			return true, nil
		}
		if _, came := passedOn(c.Request()); came {
			return false, errMisdirected
		}
		if err := s.pass(c, home.Node); !errors.Is(err, errMisdirected) {
			return false, err
		}
	}
	return false, errUnavailable
}

func (s *Server) homeUnknown(err error) error {
	s.log.Warn("a request waits for the home of its meeting", "error", err)
	f := *errUnavailable
	f.retryAfter = time.Second
	return &f
}

// pass has another node answer the request, sockets too.
func (s *Server) pass(c echo.Context, to cluster.Node) error {
	var failed error
	proxy := &httputil.ReverseProxy{
		Transport: s.nodes.way,
		ErrorLog:  slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		Rewrite:   func(p *httputil.ProxyRequest) { s.address(c, p.Out, to) },
		ModifyResponse: func(r *http.Response) error {
			switch r.StatusCode {
			case http.StatusMisdirectedRequest:
				return errMisdirected
			case http.StatusSwitchingProtocols:
				c.Response().Status = r.StatusCode // the socket is handed over past echo
			}
			for name := range r.Header {
				c.Response().Header().Del(name) // what it says there, it says in place of us
			}
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
	}
	proxy.ServeHTTP(c.Response(), c.Request())
	if c.Request().Context().Err() != nil {
		failed = nil // whoever asked has hung up
	}
	if failed == nil || errors.Is(failed, errMisdirected) {
		return failed
	}
	s.log.Warn("another node does not answer", "node", to.ID, "error", failed)
	f := *errUnavailable
	f.retryAfter = time.Second
	return &f
}

// address sends a request to a node, with all that this one knows of it.
func (s *Server) address(c echo.Context, out *http.Request, to cluster.Node) {
	out.URL.Scheme, out.URL.Host, out.Host = "https", to.Address, c.Request().Host
	out.Header.Set(headerClient, c.RealIP())
	out.Header.Set(headerScheme, c.Scheme())
	out.Header.Set(echo.HeaderXRequestID, requestID(c))
	out.Header.Del(headerDoor)
	if cameByAdmin(c) {
		out.Header.Set(headerDoor, doorAdmin)
	}
}

// passSocket has another node take the socket, if what it shows leads there.
func (s *Server) passSocket(c echo.Context) (here bool, err error) {
	_, came := passedOn(c.Request())
	if s.nodes == nil {
		return true, nil
	}
	kind, token := signaling.Shown(c.Request())
	switch kind {
	case grant.Grant:
		if id, err := s.grants.NodeOf(s.now(), token); err == nil && !came && id != s.nodes.Node() {
			if node, alive := s.nodes.Find(id); alive {
				return false, s.pass(c, node)
			}
		}
	case grant.Ticket:
		if claims, err := s.grants.VerifyTicket(s.now(), token); err == nil && !claims.Test {
			return s.placed(c, claims.Code)
		}
	}
	return true, nil // what is wrong with the token, package signaling says
}

// isLive says whether a meeting takes place, here or elsewhere.
func (s *Server) isLive(ctx context.Context, code string) bool {
	if _, live := s.rooms.Live(code); live || s.nodes.alone() {
		return live
	}
	home, ok, err := s.nodes.Home(ctx, code)
	return err == nil && ok && !home.Here
}

// endAnywhere ends a meeting for everybody on the node where it lives, and waits for its record to be closed.
func (s *Server) endAnywhere(ctx context.Context, code string) error {
	err := s.rooms.End(ctx, code, "")
	if !errors.Is(err, signaling.ErrNotLive) || s.nodes.alone() {
		return err
	}
	home, ok, err := s.nodes.Home(ctx, code)
	switch {
	case err != nil:
		return s.homeUnknown(err)
	case !ok || home.Here:
		return signaling.ErrNotLive
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+home.Node.Address+"/between/rooms/"+code+"/end", http.NoBody)
	if err != nil {
		return err
	}
	_, err = s.ask(r, home.Node)
	return err
}

func (s *Server) endForAnother(w http.ResponseWriter, r *http.Request) {
	if err := s.rooms.End(r.Context(), r.PathValue("code"), ""); err != nil && !errors.Is(err, signaling.ErrNotLive) {
		http.Error(w, "not ended", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// ask calls another node and gives the body of its answer.
func (s *Server) ask(r *http.Request, to cluster.Node) ([]byte, error) {
	answer, err := s.nodes.way.RoundTrip(r)
	if err != nil {
		return nil, errUnavailable.because("The node %s does not answer. Try again shortly.", to.ID)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil || answer.StatusCode >= http.StatusMultipleChoices {
		return nil, errUnavailable.because("The node %s does not answer this. Try again shortly.", to.ID)
	}
	return body, nil
}

// maxAnswer of another node, in bytes: a list of ten thousand rooms has two million.
const maxAnswer = 16 << 20

// Noticed takes what another node has told all.
func (s *Server) Noticed(n cluster.Notice) { s.endedHere(n.SignedOut...) }
