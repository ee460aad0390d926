package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

const other = "a long walk home"

func (w *world) login(email, password string) answer {
	w.Helper()
	return w.do(call{method: "POST", path: "/api/auth/login", body: `{"email":"` + email + `","password":"` + password + `"}`})
}

func TestTheNameOfAnAccountChanges(t *testing.T) {
	w := newWorld(t)
	a := w.want(200, call{method: "PATCH", path: "/api/users/me", as: "ada", body: `{"name":"Ada Lovelace"}`})
	if got := read[credentials](w, a).User.Name; got != "Ada Lovelace" {
		t.Errorf("renamed %q", got)
	}
	for _, bad := range []string{`{"name":""}`, `{"name":"a\u202eb"}`, `{"name":"` + strings.Repeat("x", 65) + `"}`} {
		if a := w.want(400, call{method: "PATCH", path: "/api/users/me", as: "ada", body: bad}); fieldNames(a) != "name" {
			t.Errorf("%s: %s", bad, a.body)
		}
	}
	w.want(400, call{method: "PATCH", path: "/api/users/me", as: "ada", body: `{"name":"x","email":"other@plenum.example"}`})
}

func TestAChangedPasswordEndsTheOtherSignIns(t *testing.T) {
	w := newWorld(t)
	ada := *w.person("ada")
	elsewhere := &person{}
	elsewhere.signedIn(w, w.login(ada.Email, password))
	change := func(current, next string) answer {
		return w.do(call{method: "POST", path: "/api/users/me/password", as: "ada", body: `{"current":"` + current + `","password":"` + next + `"}`})
	}
	if a := change("wrong", other); a.status != 400 || fieldNames(a) != "current" {
		t.Errorf("a wrong password: %d %s", a.status, a.body)
	}
	if a := change(password, "short"); a.status != 400 || fieldNames(a) != "password" {
		t.Errorf("a short password: %d %s", a.status, a.body)
	}
	if a := change(password, other); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	w.want(200, call{method: "GET", path: "/api/auth/me", as: "ada"})
	w.want(401, call{method: "GET", path: "/api/auth/me", header: map[string]string{"Authorization": "Bearer " + elsewhere.Token}})
	w.want(401, refreshCall(elsewhere.Cookie))
	if a := w.login(ada.Email, password); a.status != 401 {
		t.Errorf("the old password: %d", a.status)
	}
	if a := w.login(ada.Email, other); a.status != 200 {
		t.Errorf("the new password: %d", a.status)
	}
	if w.audited("password_change", "ok") != 1 {
		t.Error("not audited")
	}
}

func TestSignInsAreListedAndEnded(t *testing.T) {
	w := newWorld(t)
	ada := *w.person("ada")
	w.clock.pass(time.Minute)
	phone, pad := &person{}, &person{}
	phone.signedIn(w, w.login(ada.Email, password))
	w.clock.pass(time.Minute)
	pad.signedIn(w, w.login(ada.Email, password))
	list := func() []struct {
		ID      string
		Current bool
	} {
		a := w.want(200, call{method: "GET", path: "/api/users/me/sessions", as: "ada"})
		return read[struct {
			Sessions []struct {
				ID      string
				Current bool
			}
		}](w, a).Sessions
	}
	all := list()
	if len(all) != 3 || all[0].Current || !all[2].Current {
		t.Fatalf("signed in %+v", all)
	}
	w.want(204, call{method: "DELETE", path: "/api/users/me/sessions/" + all[1].ID, as: "ada"})
	w.want(404, call{method: "DELETE", path: "/api/users/me/sessions/" + all[1].ID, as: "ada"})
	w.want(404, call{method: "DELETE", path: "/api/users/me/sessions/" + all[0].ID, as: "grace"})
	w.want(401, refreshCall(phone.Cookie))
	if rest := list(); len(rest) != 2 {
		t.Errorf("left %+v", rest)
	}
	w.want(204, call{method: "DELETE", path: "/api/users/me/sessions", as: "ada"})
	w.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
	w.want(401, refreshCall(pad.Cookie))
	w.want(401, refreshCall(ada.Cookie))
}

// The end of all sign-ins by a new password is the end of them for a server that has just begun too.
func TestAResetHoldsAfterARestart(t *testing.T) {
	w := newWorld(t, withMail)
	ada, grace := *w.person("ada"), *w.person("grace")
	w.want(204, call{method: "POST", path: "/api/auth/reset", body: `{"email":"` + ada.Email + `"}`})
	_, rest, _ := strings.Cut(w.sent()[0].Text, "#token=")
	token, _, _ := strings.Cut(rest, "\n")
	w.want(204, call{method: "POST", path: "/api/auth/reset/confirm", body: `{"token":"` + token + `","password":"a long walk home"}`})
	for _, when := range []string{"before", "after"} {
		if when == "after" {
			w.start()
		}
		if a := w.do(call{method: "GET", path: "/api/auth/me", as: "ada"}); a.status != 401 {
			t.Errorf("%s the restart an access token gets %d", when, a.status)
		}
		if a := w.do(refreshCall(ada.Cookie)); a.status != 401 {
			t.Errorf("%s the restart a refresh token gets %d", when, a.status)
		}
		if a := w.do(call{method: "GET", path: "/api/auth/me", as: "grace"}); a.status != 200 {
			t.Errorf("%s the restart %s gets %d", when, grace.Email, a.status)
		}
	}
	w.want(200, call{method: "POST", path: "/api/auth/login", body: `{"email":"` + ada.Email + `","password":"a long walk home"}`})
}

func TestAPasswordIsResetByMail(t *testing.T) {
	w := newWorld(t, withMail)
	ada := *w.person("ada")
	ask := func(email string) {
		w.want(204, call{method: "POST", path: "/api/auth/reset", body: `{"email":"` + email + `"}`})
	}
	ask("nobody@plenum.example")
	if mails := w.sent(); len(mails) != 0 {
		t.Fatalf("mail to nobody: %v", mails)
	}
	ask("ADA@plenum.example")
	ask(ada.Email)
	mails := w.sent()
	if len(mails) != 2 || mails[1].To != ada.Email || !strings.Contains(mails[1].Text, "http://"+host+"/reset#token=") {
		t.Fatalf("sent %+v", mails)
	}
	token := func(m api.Mail) string {
		_, rest, _ := strings.Cut(m.Text, "#token=")
		token, _, _ := strings.Cut(rest, "\n")
		return token
	}
	confirm := func(token, password string) answer {
		return w.do(call{method: "POST", path: "/api/auth/reset/confirm", body: `{"token":"` + token + `","password":"` + password + `"}`})
	}
	for name, bad := range map[string]answer{
		"the one before": confirm(token(mails[0]), other), "guessed": confirm("guessed", other), "none": confirm("", other),
	} {
		if bad.status != 400 || fieldNames(bad) != "token" {
			t.Errorf("%s: %d %s", name, bad.status, bad.body)
		}
	}
	if a := confirm(token(mails[1]), "short"); a.status != 400 || fieldNames(a) != "password" {
		t.Errorf("a short password: %d %s", a.status, a.body)
	}
	if a := confirm(token(mails[1]), other); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := confirm(token(mails[1]), other); a.status != 400 {
		t.Errorf("twice: %d", a.status)
	}
	w.want(401, refreshCall(ada.Cookie))
	if a := w.login(ada.Email, other); a.status != 200 {
		t.Errorf("the new password: %d", a.status)
	}
	// No secret of it in the log.
	if strings.Contains(w.log.String(), token(mails[1])) {
		t.Error("the token is in the log")
	}

	// Too late.
	ask(ada.Email)
	late := token(w.sent()[2])
	w.clock.pass(31 * time.Minute)
	if a := confirm(late, password); a.status != 400 {
		t.Errorf("after half an hour: %d", a.status)
	}
	// More than three an hour send nothing, and look the same.
	ask(ada.Email)
	if n := len(w.sent()); n != 4 && n != 3 {
		t.Errorf("%d mails", n)
	}
}

func TestABusyServerLeavesAResetLinkGood(t *testing.T) {
	w := newWorld(t, withMail, func(c *api.Config) { c.Hashing.Workers, c.Hashing.Wait = 1, time.Millisecond })
	w.person("ada")
	w.want(204, call{method: "POST", path: "/api/auth/reset", body: `{"email":"ada@plenum.example"}`})
	_, rest, _ := strings.Cut(w.sent()[0].Text, "#token=")
	token, _, _ := strings.Cut(rest, "\n")
	confirm := call{method: "POST", path: "/api/auth/reset/confirm", body: `{"token":"` + token + `","password":"` + other + `"}`}
	release, err := w.server.OccupyHasher(w.Context())
	w.must(err)
	w.want(503, confirm)
	release()
	w.want(204, confirm)
	w.want(400, confirm)
}

func TestWithoutAMailServerNothingIsPromised(t *testing.T) {
	w := newWorld(t)
	w.want(403, call{method: "POST", path: "/api/auth/reset", body: `{"email":"ada@plenum.example"}`})
	if a := w.want(200, call{method: "GET", path: "/api/features"}); !strings.Contains(string(a.body), `"passwordReset":false`) {
		t.Errorf("features %s", a.body)
	}
}

func TestResetsAreFewPerAddress(t *testing.T) {
	w := newWorld(t, withMail, func(cfg *api.Config) { cfg.Limits.ResetsPerAddress = api.Rate{Count: 1, Per: time.Hour, Burst: 2} })
	body := `{"email":"ada@plenum.example"}`
	w.want(204, call{method: "POST", path: "/api/auth/reset", body: body})
	w.want(204, call{method: "POST", path: "/api/auth/reset", body: body})
	a := w.want(http.StatusTooManyRequests, call{method: "POST", path: "/api/auth/reset", body: body})
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.want(204, call{method: "POST", path: "/api/auth/reset", body: body, from: "198.51.100.7"})
}
