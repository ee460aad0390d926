//go:build lab

package main

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// TestLab is what deploy/scripts/lab.sh runs in each of its networks: two bots see each other through the server, and their
// media goes by the one way that the network leaves. A connection may begin on another way than it ends on, so it is waited
// for.
func TestLab(t *testing.T) {
	server, way := os.Getenv("PLENUM_LAB_SERVER"), os.Getenv("PLENUM_LAB_WAY")
	if server == "" || way == "" {
		t.Fatal("this test is run by deploy/scripts/lab.sh")
	}
	trust := trusting(t, os.Getenv("PLENUM_LAB_TRUST"))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	t.Cleanup(cancel)
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: trust}}
	m := &meeting{t: t, ctx: ctx, rest: client.REST{Base: server, HTTP: web}}
	if err := m.rest.Register(ctx, t.Name()+time.Now().Format("150405.000")+"@plenum.example", "a long enough password", "Host"); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.code, err = m.rest.Create(ctx, "Lab"); err != nil {
		t.Fatal(err)
	}
	trusts := func(o *client.Options) {
		o.RelayTLS = trust
		// pion has no way by TCP beside others, as browsers do.
		if o.TCPOnly = way == "host tcp"; o.TCPOnly {
			o.ICEServers = nil
		}
	}
	ada := m.enter("Ada", trusts).publish(camera()).receive(pool)
	grace := m.enter("Grace", trusts).publish(camera()).receive(pool)
	for _, b := range []struct{ from, to *bot }{{ada, grace}, {grace, ada}} {
		b.to.wish(180, b.from.id)
		b.to.picture(b.to.video(0), 0, b.to.number(b.from.id, message.Camera), 180)
		b.to.flows(30, b.to.video(0))
	}
	for _, b := range []*bot{ada, grace} {
		m.until("media by "+way+", not "+b.up.Path()+" and "+b.down.Path(), func() bool { return b.up.Path() == way && b.down.Path() == way })
	}
}
