package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/sfu/transport"
)

// drain says to whoever asks that nobody new is to be sent here.
func (n *node) drain() { n.draining.Store(true) }

// mostDrainWait bounds --drain-wait: a mistaken unit must not keep a server from ending.
const mostDrainWait = 5 * time.Minute

func checkDrainWait(wait time.Duration) error {
	if wait < 0 || wait > mostDrainWait {
		return fmt.Errorf("--drain-wait %s: between 0 and %s", wait, mostDrainWait)
	}
	return nil
}

// goOn lets the server do its work for a while, unless a listener fails.
func (n *node) goOn(wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case err := <-n.failed:
		return err
	}
}

// checks are what must be well for new people to be sent here, besides the database.
func (n *node) checks(media *transport.Transport) []api.Check {
	return []api.Check{
		{Name: "media", Ready: func(context.Context) error { return socketsOpen(media.Snapshot()) }},
		{Name: "draining", Ready: func(context.Context) error {
			if n.draining.Load() {
				return api.ErrDraining
			}
			return nil
		}},
	}
}

func socketsOpen(media transport.Snapshot) error {
	if len(media.Sockets) == 0 {
		return errors.New("there is no media socket")
	}
	for _, socket := range media.Sockets {
		if socket.Closed {
			return errors.New("a media socket is closed")
		}
	}
	return nil
}
