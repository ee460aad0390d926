package api

import (
	"context"
	"log/slog"
	"sync"
)

// maxPost mails wait to be sent; more are dropped, and written down.
const maxPost = 1000

// postRoom sends mail behind the back of requests: how long that takes would say whether there is such an account.
// Its one goroutine lives while there is mail.
type postRoom struct {
	mailer Mailer
	log    *slog.Logger

	mu      sync.Mutex
	queue   []Mail
	sending bool
	done    sync.WaitGroup
}

func newPostRoom(mailer Mailer, log *slog.Logger) *postRoom {
	if mailer == nil {
		return nil
	}
	return &postRoom{mailer: mailer, log: log}
}

func (p *postRoom) put(m Mail) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) >= maxPost {
		p.log.Error("mail dropped, for too much waits to be sent")
		return
	}
	p.queue = append(p.queue, m)
	if !p.sending {
		p.sending = true
		p.done.Go(p.send)
	}
}

func (p *postRoom) send() {
	for {
		p.mu.Lock()
		if len(p.queue) == 0 {
			p.sending = false
			p.mu.Unlock()
			return
		}
		next := p.queue[0]
		p.queue = p.queue[1:]
		p.mu.Unlock()
		// Each has a time limit of its own, so that this ends.
		if err := p.mailer.Send(context.Background(), next); err != nil {
			p.log.Error("mail not sent", "error", err)
		}
	}
}

// wait returns when what was put is sent.
func (p *postRoom) wait() {
	if p != nil {
		p.done.Wait()
	}
}
