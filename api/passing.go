package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling/cluster"
)

// What one node tells another of a request that it passes on. They count on the listener between nodes alone.
const (
	headerClient = "Plenum-Client"
	headerScheme = "Plenum-Scheme"
	headerDoor   = "Plenum-Door"
	doorAdmin    = "admin"
)

const (
	reachWithin = 2 * time.Second
	// Before our own answer has to be written, and before the other node takes an idle connection for left.
	answerWithin = 20 * time.Second
	keepWithin   = 30 * time.Second
)

// errMisdirected is the answer of one node to another (RFC 9110 §15.5.20): the meeting does not live here either.
var errMisdirected = &Failure{status: http.StatusMisdirectedRequest, Code: "moved", Message: "The meeting lives elsewhere."}

// nodes are the other ones, and the way to them.
type nodes struct {
	*cluster.Cluster
	way *http.Transport
	// sockets that are passed on at the moment.
	sockets atomic.Int64
}

func newNodes(c *cluster.Cluster, link *cluster.Link) *nodes {
	if c == nil || link == nil {
		return nil
	}
	return &nodes{Cluster: c, way: &http.Transport{
		TLSClientConfig: link.Client(), TLSHandshakeTimeout: reachWithin, ResponseHeaderTimeout: answerWithin,
		DialContext: (&net.Dialer{Timeout: reachWithin}).DialContext, MaxIdleConnsPerHost: 64, IdleConnTimeout: keepWithin,
	}}
}

// alone says that nothing has to be passed on to anybody.
func (n *nodes) alone() bool { return n == nil || n.Alone() }

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

// pass has another node answer the request, sockets too.
func (s *Server) pass(c echo.Context, to cluster.Node) error {
	if c.IsWebSocket() {
		defer s.nodes.sockets.Add(-1)
		if s.nodes.sockets.Add(1) > int64(s.rooms.Adjusted().MaxSockets) {
			return errBusy
		}
	}
	var failed error
	body := &watched{ReadCloser: c.Request().Body}
	c.Request().Body = body
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
				if socket, ok := r.Body.(io.ReadWriteCloser); ok {
					r.Body = ending{socket}
				}
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
	switch {
	case failed == nil || errors.Is(failed, errMisdirected):
		return failed
	case errors.As(body.failure(), new(*http.MaxBytesError)):
		return errTooLarge
	case body.failure() != nil:
		return errInvalid.because("The body could not be read.")
	}
	s.log.Warn("another node does not answer", "node", to.ID, "error", failed)
	f := *errUnavailable
	f.retryAfter = time.Second
	return &f
}

// watched is a request's body that remembers why it could not be read: then it is not the other node that fails.
type watched struct {
	io.ReadCloser
	failed atomic.Pointer[error] // the transport may still be reading
}

func (w *watched) failure() error {
	if failed := w.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.failed.Store(&err)
	}
	return n, err
}

// ending is a socket that is over when the other node has closed it: the proxy would wait for the client to do so too.
type ending struct{ io.ReadWriteCloser }

func (e ending) Read(p []byte) (int, error) {
	n, err := e.ReadWriteCloser.Read(p)
	if errors.Is(err, io.EOF) {
		err = net.ErrClosed
	}
	return n, err
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
