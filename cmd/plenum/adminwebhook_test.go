package main

import (
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/store"
)

// All that can be done with webhooks can be done from a terminal.
func TestWebhooksAreLookedAfterFromATerminal(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	m := startMeeting(t, r.allowed)
	admin := func(code int, args ...string) (out, errs string) {
		t.Helper()
		got, out, errs := runPlenum(t.Context(), append(append([]string{"admin", "webhook"}, args...), "--admin="+m.admin, "--admin-key="+r.key)...)
		if got != code {
			t.Fatalf("%v: %d, %q, %q", args, got, out, errs)
		}
		return out, errs
	}
	made, remark := admin(0, "create", "Attendance", r.url+"/plenum", "--event=meeting.started,chat.message")
	lines := strings.Fields(made)
	if len(lines) != 2 || !strings.Contains(remark, "shown this once") {
		t.Fatalf("%q, %q", made, remark)
	}
	id := lines[0]
	r.mu.Lock()
	r.secret = lines[1]
	r.mu.Unlock()
	if list, _ := admin(0, "list"); !strings.Contains(list, id) || !strings.Contains(list, "well") || !strings.Contains(list, "meeting.started,chat.message") {
		t.Errorf("list:\n%s", list)
	}
	if out, _ := admin(0, "ping", id); !strings.Contains(out, "deliveries "+id) {
		t.Errorf("%q", out)
	}
	m.until("the ping to be told", func() bool { return len(r.payloads(store.EventPing)) == 1 })
	m.until("the ping to be in the log", func() bool {
		out, _ := admin(0, "deliveries", id, "--state=DELIVERED")
		return strings.Contains(out, "answer 200 in ")
	})
	log, _ := admin(0, "deliveries", id)
	delivery := strings.Fields(strings.Split(log, "\n")[1])[0]
	if out, _ := admin(0, "replay", id, "--delivery="+delivery); !strings.Contains(out, "sent anew") {
		t.Errorf("%q", out)
	}
	m.until("the ping to be told again", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.times == 2
	})
	if out, _ := admin(0, "replay", id, "--since=2026-01-01T00:00:00Z"); out != "0 deliveries are sent anew.\n" {
		t.Errorf("%q", out)
	}
	rotated, _ := admin(0, "rotate", id, "--overlap=1h")
	if _, err := webhook.ParseSecret(strings.Fields(rotated)[1]); err != nil || strings.Fields(rotated)[1] == lines[1] {
		t.Errorf("%q: %v", rotated, err)
	}
	admin(0, "change", id, "--name=Chat", "--event=chat.message")
	admin(0, "disable", id)
	if list, _ := admin(0, "list"); !strings.Contains(list, "Chat") || !strings.Contains(list, "disabled: An administrator") {
		t.Errorf("list:\n%s", list)
	}
	if _, errs := admin(1, "ping", id); !strings.Contains(errs, "Enable it first") {
		t.Errorf("%q", errs)
	}
	admin(0, "enable", id)
	for want, args := range map[string][]string{
		"say what is to change": {"change", id},
		"either --delivery or":  {"replay", id},
		"whole hours":           {"rotate", id, "--overlap=90m"},
		"not a public one":      {"create", "Inside", "https://127.0.0.1/"},
		"number in disguise":    {"create", "Inside", "https://2130706433/"},
		"no such webhook":       {"delete", store.NewID(time.Now())},
		"events are some of":    {"create", "X", r.url, "--event=all"},
	} {
		if _, errs := admin(1, args...); !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %q, want %q", args, errs, want)
		}
	}
	admin(0, "delete", id)
	if list, _ := admin(0, "list"); strings.Contains(list, id) {
		t.Errorf("list:\n%s", list)
	}
}
