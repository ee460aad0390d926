package main

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// look reads what a bot remembers.
func look[T any](b *bot, f func() T) T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return f()
}

func TestChatReachesEverybodyOnceAndIsKept(t *testing.T) {
	m := startMeeting(t)
	ada, grace := m.enter("Ada"), m.enter("Grace")
	for range 2 { // a retry is no second message
		if err := ada.Chat(m.ctx, "first", "Hello, Grace!"); err != nil {
			t.Fatal(err)
		}
	}
	if err := grace.Chat(m.ctx, "second", "Hello, Ada!"); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*bot{ada, grace} {
		m.until("both messages for "+b.name, func() bool { return look(b, func() bool { return len(b.chat) >= 2 }) })
		texts := look(b, func() (texts []string) {
			for _, c := range b.chat {
				texts = append(texts, c.Name+": "+c.Text)
			}
			return texts
		})
		if want := []string{"Ada: Hello, Grace!", "Grace: Hello, Ada!"}; !slices.Equal(texts, want) {
			t.Errorf("%s read %q", b.name, texts)
		}
	}
	late := m.enter("Alan")
	if c := late.joined.Chat; len(c) != 2 || c[0].Text != "Hello, Grace!" || !c[1].Stored {
		t.Errorf("who comes late reads %+v", c)
	}
	page, err := late.History(m.ctx, late.joined.Chat[1].Number, 10)
	if err != nil || len(page.Messages) != 1 || page.More {
		t.Errorf("history: %+v, %v", page, err)
	}
}

func TestHandsKeepTheirOrderAndNamesChange(t *testing.T) {
	m := startMeeting(t)
	ada, grace := m.enter("Ada"), m.enter("Grace")
	for _, b := range []*bot{grace, ada} {
		if err := b.RaiseHand(m.ctx, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := ada.Rename(m.ctx, "Ada Lovelace"); err != nil {
		t.Fatal(err)
	}
	m.until("both hands", func() bool {
		return look(grace, func() bool { return slices.Equal(grace.hands, []string{grace.id, ada.id}) })
	})
	m.until("the new name", func() bool {
		return look(grace, func() bool { return grace.roster[ada.id].Name == "Ada Lovelace" })
	})
}

func TestATicketBringsTheSamePersonBack(t *testing.T) {
	m := startMeeting(t)
	ada, grace := m.enter("Ada"), m.enter("Grace")
	ada.Close()
	back, err := client.Dial(m.ctx, client.Options{URL: "ws" + m.rest.Base[len("http"):] + "/ws", Ticket: ada.joined.Ticket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(back.Close)
	joined, err := back.Join(m.ctx)
	if err != nil || joined.Self != ada.id {
		t.Fatalf("came back as %q, %v; want %q", joined.Self, err, ada.id)
	}
	m.until("Grace to see Ada once", func() bool {
		return look(grace, func() bool { _, there := grace.roster[ada.id]; return there && len(grace.roster) == 2 })
	})
}

func TestTheHostEndsTheMeetingForEverybody(t *testing.T) {
	m := startMeeting(t)
	host, ada := m.enterBy(m.rest, ""), m.enter("Ada")
	refused(t, "a guest ends the meeting", ada.End(m.ctx), message.Forbidden)
	ada.publish(camera())
	if err := host.End(m.ctx); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*bot{host, ada} {
		<-b.Done()
		m.until("everybody to be told", func() bool { return look(b, func() bool { return b.ended }) })
	}
}

func TestNobodyComesInWithoutAGrant(t *testing.T) {
	m := startMeeting(t)
	guest := client.REST{Base: m.rest.Base}
	admission, err := guest.Join(m.ctx, m.code, "Ada")
	if err != nil {
		t.Fatal(err)
	}
	dial := func(o client.Options) error {
		o.URL = admission.SocketURL
		c, err := client.Dial(m.ctx, o)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.Join(m.ctx)
		return err
	}
	if err := dial(client.Options{Grant: admission.Grant}); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]client.Options{
		"a grant twice": {Grant: admission.Grant}, "a forged grant": {Grant: "a.b.c"}, "a grant as ticket": {Ticket: admission.Grant}, "nothing": {},
	} {
		if err := dial(o); err == nil {
			t.Errorf("%s was good enough", name)
		}
	}
	var no *client.RESTError
	if _, err := guest.Join(m.ctx, "zzzzz-zzzzz", "Ada"); !errors.As(err, &no) || no.Status != http.StatusNotFound {
		t.Errorf("a meeting that does not exist: %v", err)
	}
	if _, err := guest.Join(m.ctx, m.code, ""); !errors.As(err, &no) || no.Status != http.StatusBadRequest {
		t.Errorf("a guest without a name: %v", err)
	}
}
