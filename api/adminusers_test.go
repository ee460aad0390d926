package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type account struct {
	ID, Email, Name, Role string
	DisabledAt            *string
}

func (w *world) manage(status int, method, path, body string) answer {
	w.Helper()
	c := call{method: method, path: "/api/admin/users" + path, body: body}
	return w.want(status, w.keyed(c, api.ScopeUsersRead, api.ScopeUsersWrite))
}

func (w *world) signIn(status int, email, password string) answer {
	w.Helper()
	return w.want(status, call{method: "POST", path: "/api/auth/login", body: fmt.Sprintf(`{"email":%q,"password":%q}`, email, password)})
}

func TestAccountsAreMadeWithAPasswordOrGetOne(t *testing.T) {
	w := newWorld(t)
	type made struct {
		User     account
		Password string
	}
	grace := read[made](w, w.manage(201, "POST", "", `{"email":"Grace@Plenum.example","name":"Grace"}`))
	if grace.User.Email != "grace@plenum.example" || grace.User.Role != "USER" || len(grace.Password) < 20 {
		t.Errorf("made %+v", grace.User)
	}
	w.signIn(200, "grace@plenum.example", grace.Password)
	alan := read[made](w, w.manage(201, "POST", "", `{"email":"alan@plenum.example","name":"Alan","password":"a long walk by the sea","role":"USER"}`))
	if alan.Password != "" {
		t.Error("a password that was given is told")
	}
	w.signIn(200, "alan@plenum.example", "a long walk by the sea")
	for body, want := range map[string]string{
		`{"email":"grace@plenum.example","name":"Grace"}`:                       "409",
		`{"email":"x","name":"X"}`:                                              "email",
		`{"email":"x@plenum.example","name":""}`:                                "name",
		`{"email":"x@plenum.example","name":"X","password":"short"}`:            "password",
		`{"email":"x@plenum.example","name":"X","password":"x@plenum.example"}`: "password",
		`{"email":"x@plenum.example","name":"X","role":"KING"}`:                 "role",
	} {
		a := w.do(w.keyed(call{method: "POST", path: "/api/admin/users", body: body}, api.ScopeUsersWrite))
		if want == "409" && a.status != 409 || want != "409" && (a.status != 400 || a.failure().Fields[want] == "") {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if n := w.noted("admin_user_create"); n != 2 {
		t.Errorf("%d events", n)
	}
	if text := w.log.String(); strings.Contains(text, grace.Password) {
		t.Error("a password is in the log")
	}
}

func TestAccountsAreListedPageByPage(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"ada", "grace", "alan", "edsger"} {
		w.person(name)
	}
	found := func(query string) (names string) {
		t.Helper()
		before := ""
		for range 10 {
			page := read[struct {
				Users []account
				Next  string
			}](w, w.manage(200, "GET", "?limit=2&search="+query+"&before="+before, ""))
			for _, u := range page.Users {
				names += u.Name + " "
			}
			if before = page.Next; before == "" {
				return names
			}
		}
		return names
	}
	if got := found(""); strings.Count(got, " ") != 4 {
		t.Errorf("all are %s", got)
	}
	if got := found("AdA"); got != "Ada " {
		t.Errorf("ada is %s", got)
	}
	if got := found("nobody"); got != "" {
		t.Errorf("nobody is %s", got)
	}
	for _, query := range []string{"?limit=0", "?limit=201", "?limit=x", "?before=a%20b", "?search=" + strings.Repeat("x", 201)} {
		w.manage(400, "GET", query, "")
	}
}

func TestADisabledAccountIsOutAtOnce(t *testing.T) {
	a := administer(t)
	ada := a.person("ada")
	got := read[struct{ User account }](a.world, a.manage(200, "PATCH", "/"+ada.ID, `{"disabled":true}`)).User
	if got.DisabledAt == nil {
		t.Errorf("disabled as %+v", got)
	}
	a.ada.closed()
	a.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
	a.want(401, refreshCall(ada.Cookie))
	if f := a.signIn(403, ada.Email, password).failure(); f.Code != "disabled" {
		t.Errorf("signing in says %+v", f)
	}
	// Whoever does not know the password does not learn it.
	a.signIn(401, ada.Email, "a wrong password")
	got = read[struct{ User account }](a.world, a.manage(200, "PATCH", "/"+ada.ID, `{"disabled":false}`)).User
	if got.DisabledAt != nil {
		t.Errorf("enabled as %+v", got)
	}
	a.signIn(200, ada.Email, password)
	if a.noted("admin_user_disable") != 1 || a.noted("admin_user_enable") != 1 {
		t.Error("not in the audit log")
	}
}

func TestADisabledAccountGetsNoMailForAPassword(t *testing.T) {
	w := newWorld(t, withMail)
	w.must(w.store.DisableUser(t.Context(), w.person("ada").ID, true, w.clock.now()))
	w.want(204, call{method: "POST", path: "/api/auth/reset", body: `{"email":"ada@plenum.example"}`})
	if n := len(w.sent()); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestAnotherPasswordEndsEverySignIn(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	answer := read[struct{ Password string }](w, w.manage(200, "POST", "/"+ada.ID+"/password", ""))
	w.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
	w.want(401, refreshCall(ada.Cookie))
	w.signIn(401, ada.Email, password)
	w.signIn(200, ada.Email, answer.Password)
	w.manage(400, "POST", "/"+ada.ID+"/password", `{"password":"short"}`)
	if a := w.manage(200, "POST", "/"+ada.ID+"/password", `{"password":"another long walk"}`); strings.TrimSpace(string(a.body)) != "{}" {
		t.Errorf("answered %s", a.body)
	}
	signedIn := read[credentials](w, w.signIn(200, ada.Email, "another long walk"))
	w.manage(204, "POST", "/"+ada.ID+"/sign-out", "")
	w.want(401, call{method: "GET", path: "/api/auth/me", key: signedIn.AccessToken})
	if w.noted("admin_user_password") != 2 || w.noted("admin_user_sign_out") != 1 {
		t.Error("not in the audit log")
	}
}

func TestADeletedAccountLeavesItsMeetings(t *testing.T) {
	a := administer(t)
	ada := a.person("ada")
	a.manage(204, "DELETE", "/"+ada.ID, "")
	a.gus.wait("meeting:ended")
	a.want(404, call{method: "GET", path: "/api/meetings/" + a.room, as: "grace"})
	a.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
	a.signIn(401, ada.Email, password)
	a.manage(404, "DELETE", "/"+ada.ID, "")
	a.manage(404, "GET", "/"+ada.ID, "")
	if n := a.noted("admin_user_delete"); n != 1 {
		t.Errorf("%d events", n)
	}
	if strings.Contains(a.log.String(), `"level":"ERROR"`) {
		t.Errorf("log: %s", a.log)
	}
}

func TestOfTwoWhoChangeAnAccountOneReadsAgain(t *testing.T) {
	w := newWorld(t)
	path := "/api/admin/users/" + w.person("ada").ID
	tag := w.want(200, w.keyed(call{method: "GET", path: path}, api.ScopeUsersRead)).header.Get("ETag")
	change := w.keyed(call{method: "PATCH", path: path, body: `{"name":"Countess"}`, header: map[string]string{"If-Match": tag}}, api.ScopeUsersWrite)
	next := w.want(200, change).header.Get("ETag")
	if next == tag || next == "" {
		t.Errorf("the tag stays %s", tag)
	}
	change.body = `{"name":"Augusta"}`
	if f := w.want(412, change).failure(); f.Code != "changed" {
		t.Errorf("%+v", f)
	}
	change.header = map[string]string{"If-Match": next}
	w.want(200, change)
	stale := change
	for _, c := range []call{
		{method: "DELETE", path: path}, {method: "POST", path: path + "/password"}, {method: "POST", path: path + "/sign-out"},
	} {
		stale.method, stale.path, stale.body = c.method, c.path, ""
		w.want(412, stale)
	}
}

func TestOnlyWhoMayDoEverythingTouchesAdministrators(t *testing.T) {
	w := newWorld(t)
	root, ada := w.person("root").ID, w.person("ada").ID
	w.must(w.store.SetUserRole(t.Context(), root, store.AccountAdmin, w.clock.now()))
	calls := []call{
		{method: "PATCH", path: "/api/admin/users/" + ada, body: `{"role":"ADMIN"}`},
		{method: "POST", path: "/api/admin/users", body: `{"email":"new@plenum.example","name":"New","role":"ADMIN"}`},
		{method: "PATCH", path: "/api/admin/users/" + root, body: `{"disabled":true}`},
		{method: "POST", path: "/api/admin/users/" + root + "/password"},
		{method: "POST", path: "/api/admin/users/" + root + "/sign-out"},
		{method: "DELETE", path: "/api/admin/users/" + root},
	}
	for _, c := range calls {
		some := api.Scopes()[1:]
		if f := w.want(403, w.keyed(c, some...)).failure(); !strings.Contains(f.Message, "every scope") {
			t.Errorf("%s %s: %+v", c.method, c.path, f)
		}
	}
	for i, c := range calls {
		w.want([]int{200, 201, 200, 200, 204, 204}[i], w.keyed(c, api.Scopes()...))
	}
	if n := w.noted("admin_user_role"); n != 1 {
		t.Errorf("%d changes of role in the audit log", n)
	}
}

func TestAnAccountIsChangedByWhatIsThere(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada").ID
	nobody := store.NewID(w.clock.now())
	for _, body := range []string{`{}`, `{"name":""}`, `{"role":"HOST"}`, `{"disabled":"yes"}`, `{"email":"x@plenum.example"}`, `nothing`} {
		w.manage(400, "PATCH", "/"+ada, body)
	}
	for _, c := range [][2]string{{"GET", ""}, {"PATCH", ""}, {"DELETE", ""}, {"POST", "/password"}, {"POST", "/sign-out"}} {
		body := ""
		if c[0] == "PATCH" {
			body = `{"disabled":true}`
		}
		w.manage(404, c[0], "/"+nobody+c[1], body)
		w.manage(400, c[0], "/a%20b"+c[1], body)
	}
}
