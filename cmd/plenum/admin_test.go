package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

// onData runs a command of plenum admin on a database of its own.
func onData(t *testing.T, data string, args ...string) (code int, out, errs string) {
	t.Helper()
	return runPlenum(t.Context(), append(append([]string{"admin"}, args...), "--data="+data)...)
}

func TestTheFirstAdministratorNeedsNoServer(t *testing.T) {
	data := t.TempDir()
	code, out, errs := onData(t, data, "user", "create", "Ada@Plenum.example", "--name", "Ada", "--administrator")
	if code != 0 || !strings.Contains(out, "administrator's account of Ada") || !strings.Contains(out, "ada@plenum.example") {
		t.Fatalf("%d, %q, %q", code, out, errs)
	}
	if !regexp.MustCompile(`(?m)^Password, shown this once: \S{20,}$`).MatchString(out) {
		t.Errorf("without a password: %q", out)
	}
	file := filepath.Join(data, "password")
	if err := os.WriteFile(file, []byte("a long walk by the sea\nand more\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs = onData(t, data, "user", "create", "grace@plenum.example", "--name", "Grace", "--password-file", file, "--json")
	var grace struct{ ID, Email, Role, Password string }
	if err := json.Unmarshal([]byte(out), &grace); code != 0 || err != nil || grace.Role != "USER" || grace.Password != "" {
		t.Errorf("%d, %q, %q", code, out, errs)
	}

	records, err := storageOptions{Data: data}.open(t.Context(), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer records.Close()
	ada, err := records.UserByEmail(t.Context(), "ada@plenum.example")
	if err != nil || ada.Role != store.AccountAdmin || !strings.HasPrefix(ada.PasswordHash, "$argon2id$") {
		t.Errorf("%+v, %v", ada, err)
	}
	events, err := records.AuditEvents(t.Context(), store.AuditFilter{Actor: "operator", Action: "admin_user_create"})
	if err != nil || len(events) != 2 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func TestKeysNeedNoServer(t *testing.T) {
	data := t.TempDir()
	code, key, errs := onData(t, data, "keys", "create", "Dashboard", "--scope", "rooms:read,users:read", "--expires", "2999-01-31")
	if code != 0 || !regexp.MustCompile(`^plk_[a-z2-7]{52}\n$`).MatchString(key) || !strings.Contains(errs, "rooms:read, users:read") {
		t.Fatalf("%d, %q, %q", code, key, errs)
	}
	_, list, _ := onData(t, data, "keys", "list")
	if !strings.Contains(list, "Dashboard") || !strings.Contains(list, "until 2999-01-31 00:00") || !strings.Contains(list, "never") || strings.Contains(list, strings.TrimSpace(key)) {
		t.Errorf("list:\n%s", list)
	}
	var document struct {
		Keys []struct{ ID, Prefix string }
	}
	_, text, _ := onData(t, data, "keys", "list", "--json")
	if err := json.Unmarshal([]byte(text), &document); err != nil || len(document.Keys) != 1 || !strings.HasPrefix(key, document.Keys[0].Prefix) {
		t.Fatalf("as JSON %s: %v", text, err)
	}
	if code, out, errs := onData(t, data, "keys", "revoke", document.Keys[0].ID); code != 0 || !strings.Contains(out, "good for nothing") {
		t.Errorf("%d, %q, %q", code, out, errs)
	}
	if _, list, _ := onData(t, data, "keys", "list"); !strings.Contains(list, "revoked") {
		t.Errorf("list:\n%s", list)
	}
}

func TestWhatPlenumAdminCannotDoItSays(t *testing.T) {
	data := t.TempDir()
	if code, _, errs := onData(t, data, "user", "create", "ada@plenum.example", "--name", "Ada"); code != 0 {
		t.Fatal(errs)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"user", "create", "ada@plenum.example", "--name", "Ada"}, 1, "has an account already"},
		{[]string{"user", "create", "nobody", "--name", "N"}, 1, "email is not an e-mail address"},
		{[]string{"user", "create", "grace@plenum.example"}, 2, "--name"},
		{[]string{"user", "create", "grace@plenum.example", "--name", "G", "--password-file", filepath.Join(data, "none")}, 1, "--password-file"},
		{[]string{"keys", "create", "x"}, 1, "at least one of rooms:read"},
		{[]string{"keys", "create", "x", "--scope", "rooms"}, 1, `"rooms" is no scope`},
		{[]string{"keys", "create", "x", "--scope", "keys", "--expires", "2001-01-01"}, 1, "is over already"},
		{[]string{"keys", "create", "x", "--scope", "keys", "--expires", "soon"}, 2, "--expires"},
		{[]string{"keys", "revoke", "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, 1, "there is no key"},
		{[]string{"keys", "creat"}, 2, "create"},
	} {
		code, _, errs := onData(t, data, c.args...)
		if code != c.code || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %d, %q; want %q", c.args, code, errs, c.want)
		}
	}
}

func TestHelpOfAdminTeaches(t *testing.T) {
	for args, want := range map[string][]string{
		"admin --help":                   {"plenum admin user create", "PLENUM_ADMIN_KEY", "plenum admin drain", "announce", "participants"},
		"admin keys create --help":       {"--scope", "rooms:read", "node:drain", "--expires", "--data"},
		"admin participants mute --help": {"--hard", "--source", "Without one: everybody"},
		"admin rooms close --help":       {"--admin-key", "$PLENUM_ADMIN_KEY", "127.0.0.1:9090"},
	} {
		code, out, _ := runPlenum(t.Context(), strings.Fields(args)...)
		for _, part := range want {
			if code != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), part) {
				t.Errorf("%s: %d, without %q:\n%s", args, code, part, out)
			}
		}
	}
}
