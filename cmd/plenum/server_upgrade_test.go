package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// The server is stopped in the middle of a call, as a restart of its service does it, and another one takes its place at the same
// address with what it left: who was in the call comes back by their tickets as who they were, and they see and hear each other.
func TestAnUpgradeBringsACallBack(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	command, log := onLoopback(t), &logBuffer{}
	command.DrainWait = 10 * time.Millisecond
	older, err := start(ctx, command, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	told, tell := context.WithCancel(ctx)
	gone := make(chan error, 1)
	go func() {
		failure := older.untilTold(told, nil)
		stopping, done := context.WithTimeout(context.Background(), patience)
		defer done()
		older.Stop(stopping)
		gone <- failure
	}()
	t.Cleanup(tell)
	m := openMeeting(ctx, t, client.REST{Base: "http://" + older.public.String()})
	m.log = log
	host, guest := m.enterBy(m.rest, "Host"), m.enter("Guest")
	call := func() {
		t.Helper()
		for _, b := range []*bot{host, guest} {
			b.publish(microphone(30), camera()).receive(pool)
		}
		host.wish(180, guest.id)
		guest.wish(180, host.id)
		host.flows(20, host.video(0))
		guest.flows(20, guest.video(0))
	}
	call()
	if err := host.Chat(ctx, "said", "before the upgrade"); err != nil {
		t.Fatal(err)
	}

	tell()
	if err := <-gone; err != nil {
		t.Fatal(err)
	}
	command.Listen = older.public.String()
	newer, err := start(ctx, command, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stopping, done := context.WithTimeout(context.Background(), patience)
		defer done()
		newer.Stop(stopping)
	})
	for _, b := range []*bot{host, guest} {
		before := b.id
		joined, err := b.Resume(ctx)
		if err != nil {
			t.Fatalf("%s does not come back: %v", b.name, err)
		}
		if joined == nil || joined.Self != before {
			t.Fatalf("%s comes back as %+v, was %s", b.name, joined, before)
		}
		for _, p := range joined.Participants {
			if p.ID == before && (p.Role == message.Host) != (b == host) {
				t.Errorf("%s is %s now", b.name, p.Role)
			}
		}
		if len(joined.Chat) != 1 || joined.Chat[0].Text != "before the upgrade" {
			t.Errorf("the chat of %s is %+v", b.name, joined.Chat)
		}
	}
	call()
}
