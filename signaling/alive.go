package signaling

import (
	"context"
	"errors"
	"sync"
	"time"
)

// heartbeat finds out that a client is gone without a word. There is a goroutine only while a ping is under way.
type heartbeat struct {
	session *Session
	every   time.Duration
	ctx     context.Context //nolint:containedctx // of the session

	pinging sync.WaitGroup
	mu      sync.Mutex
	timer   *time.Timer
	ended   bool
}

func (s *Session) keepAlive(ctx context.Context) *heartbeat {
	h := &heartbeat{session: s, every: s.server.cfg.PingEvery, ctx: ctx}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.timer = time.AfterFunc(h.every, h.beat)
	return h
}

// end stops it and waits for a ping under way, which ends with the socket: ending it earlier would cut off the close
// frame.
func (h *heartbeat) end() {
	h.mu.Lock()
	h.ended = true
	h.timer.Stop()
	h.mu.Unlock()
	h.pinging.Wait()
}

func (h *heartbeat) beat() {
	h.mu.Lock()
	if h.ended {
		h.mu.Unlock()
		return
	}
	h.pinging.Add(1)
	h.mu.Unlock()
	defer h.pinging.Done()
	wait := h.every
	// Who speaks is there.
	if quiet := time.Duration(time.Now().UnixNano() - h.session.heard.Load()); quiet < h.every {
		wait = h.every - quiet
	} else if !h.session.ping(h.ctx) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ended {
		h.timer.Reset(wait)
	}
}

// ping reports whether the client answers.
func (s *Session) ping(ctx context.Context) bool {
	limited, cancel := context.WithTimeout(ctx, s.server.cfg.PongWithin)
	defer cancel()
	err := s.conn.Ping(limited)
	if err == nil {
		return true
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		s.log.Info("client does not answer pings")
	}
	_ = s.conn.CloseNow()
	return false
}
