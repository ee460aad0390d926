package cluster_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"testing"

	"github.com/plenum-meet/plenum/signaling/cluster"
)

func TestNodesKnowEachOtherByTheirSecret(t *testing.T) {
	now, before, other := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{3}, 32)
	link := func(secret []byte, previous ...[]byte) *cluster.Link {
		l, err := cluster.NewLink(secret, previous...)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, c := range []struct {
		name           string
		server, client *tls.Config
		known          bool
	}{
		{"the same secret", link(now).Server(), link(now).Client(), true},
		{"the caller has the previous one", link(now, before).Server(), link(before, now).Client(), true},
		{"another secret", link(now).Server(), link(other).Client(), false},
		{"the caller trusts nobody here", link(now, other).Server(), link(other).Client(), false},
		{"the server trusts nobody like that", link(now).Server(), link(other, now).Client(), false},
		{"no certificate", link(now).Server(), &tls.Config{InsecureSkipVerify: true}, false},
	} {
		if got := passes(t, c.server, c.client); got != c.known {
			t.Errorf("%s: %v, want %v", c.name, got, c.known)
		}
	}
}

// passes says whether a byte comes from the client to the server and back.
func passes(t *testing.T, server, client *tls.Config) bool {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		far, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.CopyN(far, far, 1)
		far.Close()
	}()
	defer func() { listener.Close(); <-done }()
	near, err := tls.Dial("tcp", listener.Addr().String(), client)
	if err != nil {
		return false
	}
	defer near.Close()
	_, err = near.Write([]byte{7})
	if err == nil {
		_, err = io.ReadFull(near, make([]byte, 1))
	}
	return err == nil
}
