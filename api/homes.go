package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/signaling/cluster"
	"github.com/plenum-meet/plenum/signaling/grant"
)

// toHome passes what is asked of a meeting on to the node where it lives. One that lives nowhere is in the database alone, and
// any node answers.
func (s *Server) toHome(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		code, ok := parseCode(c.Param("code"))
		_, came := passedOn(c.Request())
		// What may begin a meeting finds a home for it by itself (placed).
		begins := c.Path() == joinPath || c.Path() == whipPath+"/:code" && s.opens(c, code)
		if !ok || came || begins || s.nodes.alone() || s.rooms.Has(code) {
			return next(c)
		}
		home, ok, err := s.nodes.Home(c.Request().Context(), code)
		switch {
		case err != nil && onlyReads(c.Request().Method):
			return next(c) // what is asked of the database alone is answered
		case err != nil:
			return s.homeUnknown(err)
		case !ok || home.Here:
			return next(c)
		}
		return s.pass(c, home.Node)
	}
}

func onlyReads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
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
			return s.passTo(c, id)
		}
	case grant.Ticket:
		if claims, err := s.grants.VerifyTicket(s.now(), token); err == nil && !claims.Test {
			return s.placed(c, claims.Code)
		}
	}
	return true, nil // what is wrong with the token, package signaling says
}

// passTo passes a socket on to the node that has granted it. One that is gone has taken its grants along.
func (s *Server) passTo(c echo.Context, id string) (here bool, err error) {
	node, alive, err := s.nodes.Find(id)
	switch {
	case err != nil:
		return false, s.homeUnknown(err)
	case !alive:
		return true, nil
	}
	return false, s.pass(c, node)
}

// asksWithin is how long a page of meetings may wait for what other nodes have.
const asksWithin = 2 * time.Second

// liveness says of one meeting after the other whether it takes place, here or elsewhere. Running says that its record is open; else
// nobody is asked. What cannot be learned soon does not take place.
func (s *Server) liveness(ctx context.Context) (live func(code string, running bool) bool, done func()) {
	ctx, done = context.WithTimeout(ctx, asksWithin)
	unknown := false
	return func(code string, running bool) bool {
		if _, live := s.rooms.Live(code); live || !running || unknown || s.nodes.alone() {
			return live
		}
		home, ok, err := s.nodes.Home(ctx, code)
		unknown = err != nil
		return err == nil && ok && !home.Here
	}, done
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

// Noticed takes what another node has told all.
func (s *Server) Noticed(n cluster.Notice) { s.endedHere(n.SignedOut...) }
