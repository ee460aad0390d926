package main

import (
	"errors"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

func TestAFourthPersonCostsTheOthersNoNegotiation(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	bots := []*bot{m.enter("Ada"), m.enter("Grace"), m.enter("Alan")}
	for _, b := range bots {
		b.publish(microphone(30), camera()).receive(pool)
	}
	for i, b := range bots {
		b.wish(90, bots[(i+1)%3].id, bots[(i+2)%3].id)
	}
	for _, b := range bots {
		b.flows(10, b.video(0), b.video(1))
	}
	fourth := m.enter("Edsger").publish(microphone(20), camera()).receive(pool)
	// From here on nobody offers anything: the clients do so in Publish, Receive and Grow alone.
	for i, b := range bots {
		b.wish(90, bots[(i+1)%3].id, bots[(i+2)%3].id, fourth.id)
		b.picture(b.video(2), 0, b.number(fourth.id, message.Camera), 90)
		m.until("the fourth to be heard", func() bool { return b.count(b.number(fourth.id, message.Microphone)) > 10 })
	}
	if err := fourth.Leave(m.ctx); err != nil {
		t.Fatal(err)
	}
	for _, b := range bots {
		m.until("the fourth to be gone from roster and slots", func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			for _, s := range b.slots {
				if s.Participant == fourth.id {
					return false
				}
			}
			_, there := b.roster[fourth.id]
			return !there
		})
		b.flows(10, b.video(0), b.video(1))
		for n := range 3 {
			b.unbroken(b.video(n))
		}
		for _, mid := range b.down.MIDs(message.AudioSlot) {
			b.unbroken(mid)
		}
		b.mu.Lock()
		if b.answers != 0 {
			t.Errorf("%s got %d answers unasked", b.name, b.answers)
		}
		b.mu.Unlock()
	}
}

func TestLeavingFreesTheSlotForTheNextWish(t *testing.T) {
	t.Parallel()
	m := startMeeting(t)
	ada, grace := m.enter("Ada").publish(camera()), m.enter("Grace").publish(camera())
	viewer := m.enter("Alan").receive(client.Slots{Video: 1})
	mid := viewer.video(0)
	viewer.wish(90, ada.id)
	at := viewer.picture(mid, 0, viewer.number(ada.id, message.Camera), 90)
	if err := ada.Leave(m.ctx); err != nil {
		t.Fatal(err)
	}
	m.until("the slot to be free", func() bool { return viewer.assigned(mid).Number == 0 })
	viewer.wish(90, grace.id)
	viewer.picture(mid, at, viewer.number(grace.id, message.Camera), 90)
	viewer.flows(20, mid)
	viewer.unbroken(mid)
}

// churnVariable is how often somebody comes and goes; a hundred times if it is not set (task churn).
const churnVariable = "PLENUM_CHURN"

// leftovers are what a process holds once nobody uses it.
type leftovers struct{ goroutines, files, heap int }

func leftBy(t *testing.T) leftovers {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	runtime.GC()
	runtime.GC() // what the first one has finalised
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	files, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return leftovers{runtime.NumGoroutine(), len(files), int(memory.HeapAlloc)} //nolint:gosec // not that large
}

func TestJoinsAndLeavesLeaveNothingBehind(t *testing.T) {
	visitors := 100
	if n, err := strconv.Atoi(os.Getenv(churnVariable)); err == nil {
		visitors = n
	}
	m := startMeeting(t, func(c *serveCommand) { c.GuestJoins = 60 * visitors })
	ada := m.enter("Ada").publish(camera()).receive(client.Slots{Audio: 4, Video: 2})
	visit := func(publish, receive bool) error {
		guest := client.REST{Base: m.rest.Base}
		a, err := guest.Join(m.ctx, m.code, "Visitor")
		if err != nil {
			return err
		}
		c, err := client.Dial(m.ctx, client.Options{URL: a.SocketURL, Grant: a.Grant})
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.Join(m.ctx); err != nil {
			return err
		}
		if publish {
			if _, err := c.Publish(m.ctx, microphone(30), camera()); err != nil {
				return err
			}
		}
		if !receive {
			return c.Leave(m.ctx)
		}
		came := make(chan struct{})
		var once sync.Once
		d, err := c.Receive(m.ctx, client.Reception{
			Slots: client.Slots{Audio: 2, Video: 2}, Packet: func(client.Packet) { once.Do(func() { close(came) }) },
		})
		if err != nil {
			return err
		}
		wish := message.SlotWish{MID: d.MIDs(message.VideoSlot)[0], Participant: ada.id, Source: message.Camera, Height: 90}
		if err := c.Wish(m.ctx, wish); err != nil {
			return err
		}
		select {
		case <-came:
		case <-m.ctx.Done():
			return errors.New("no packet came")
		}
		return c.Leave(m.ctx)
	}
	if err := visit(true, true); err != nil {
		t.Fatal(err)
	}
	alone := func() bool {
		ada.mu.Lock()
		defer ada.mu.Unlock()
		return len(ada.roster) == 1
	}
	m.until("Ada to be alone", alone)
	// One after the other goes through all kinds of visits, four at a time.
	crowd := func(visitors int) {
		var visits sync.WaitGroup
		for range 4 {
			visits.Go(func() {
				for n := range visitors / 4 {
					if err := visit(n%2 == 0, n%2 == 1 || n%10 == 0); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		visits.Wait()
		m.until("Ada to be alone again", alone)
	}
	crowd(40) // fills pools and caches
	base := leftBy(t)
	crowd(visitors)
	// What is known of who left is kept for a minute, for them to come back to, what was decided of them for the meeting.
	const perVisitor, lately = 16 << 10, 200
	remembered := perVisitor * min(visitors, lately)
	var after leftovers
	defer func() { t.Logf("%d came and went: %+v before, %+v after", visitors, base, after) }()
	m.within(patience+2*time.Minute, "what they held to be gone", func() bool {
		after = leftBy(t)
		return after.goroutines <= base.goroutines+10 && after.files <= base.files && after.heap <= base.heap+base.heap/10+remembered
	})
}
