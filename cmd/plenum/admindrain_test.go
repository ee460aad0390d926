package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// In a pod the program drains its own server: the token is in a file, and the environment is that of the server.
func TestAPodDrainsItself(t *testing.T) {
	token := filepath.Join(t.TempDir(), "admin-token")
	if err := os.WriteFile(token, []byte("a token of the operator's\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := startMeeting(t, func(c *serveCommand) { c.AdminToken = "a token of the operator's" })
	for name, value := range map[string]string{"PLENUM_ADMIN_TOKEN_FILE": token, "PLENUM_ADMIN_LISTEN": ":9090", "PLENUM_LISTEN": ":8080", "PLENUM_TURN": "on"} {
		t.Setenv(name, value)
	}
	code, out, errs := runPlenum(m.ctx, "admin", "drain", "--admin="+m.admin, "--wait=60s")
	if code != 0 || !strings.Contains(out, "gets nobody new") || get(t, m.rest.Base+"/readyz") != http.StatusServiceUnavailable {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

// Who waits for a server to be empty is told when the last one has left, and is not kept for longer than they wish.
func TestADrainWaitsUntilNobodyIsLeft(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	ada := a.enter("Ada")
	if out := a.online("drain", "--wait=1ms"); !strings.Contains(out, "gets nobody new; 1 people in 1 meetings") {
		t.Errorf("after a wait that is over at once: %s", out)
	}
	said := make(chan string, 1)
	go func() {
		code, out, errs := runPlenum(a.ctx, append([]string{"admin"}, a.reached(a.key, []string{"drain", "--wait=5m"})...)...)
		if code != 0 {
			out = errs
		}
		said <- out
	}()
	ada.Close()
	select {
	case out := <-said:
		// A command that did not wait would have seen her still there.
		if !strings.Contains(out, "gets nobody new; 0 people") {
			t.Errorf("after the last one left: %s", out)
		}
	case <-a.ctx.Done():
		t.Fatal("the command waits for nobody")
	}
}
