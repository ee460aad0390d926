package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/api"
)

func TestSignUpSignInAndOut(t *testing.T) {
	w := newWorld(t)
	ada := &person{}
	ada.signedIn(w, w.want(201, call{method: "POST", path: "/api/auth/register", body: `{"email":"Ada@plenum.example","password":"` + password + `","name":" Ada "}`}))
	w.people["ada"] = ada

	me := read[struct {
		User struct{ ID, Email, Name string }
	}](w, w.want(200, call{method: "GET", path: "/api/auth/me", as: "ada"}))
	if me.User.ID != ada.ID || me.User.Email != "ada@plenum.example" || me.User.Name != "Ada" {
		t.Errorf("me is %+v", me.User)
	}

	login := w.want(200, call{method: "POST", path: "/api/auth/login", body: `{"email":" ADA@plenum.example","password":"` + password + `"}`})
	if c := read[credentials](w, login); c.User.ID != ada.ID || c.ExpiresIn != 900 {
		t.Errorf("login gave %+v", c)
	}
	ada.signedIn(w, login)

	out := w.want(204, call{method: "POST", path: "/api/auth/logout", cookie: ada.Cookie, body: `{}`, header: ours})
	if c, ok := out.refreshCookie(); !ok || c.MaxAge >= 0 {
		t.Errorf("log-out left the cookie: %v", c)
	}
	w.want(401, call{method: "GET", path: "/api/auth/me", as: "ada"})
	w.want(401, call{method: "POST", path: "/api/auth/refresh", cookie: ada.Cookie, body: `{}`, header: ours})
	for action, n := range map[string]int{"register": 1, "login": 1, "logout": 1} {
		if got := w.audited(action, "ok"); got != n {
			t.Errorf("%d events %s, want %d", got, action, n)
		}
	}
}

// ours is what our own client sends with calls by cookie.
var ours = map[string]string{"X-Plenum": "1"}

func TestBadSignUp(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	long := strings.Repeat("é", 65)
	for _, s := range []struct {
		name, body string
		status     int
		fields     string // names, in order, separated by spaces
	}{
		{"nothing", `{}`, 400, "email name password"},
		{"no body", ``, 400, "email name password"},
		{"no address", `{"email":"ada","password":"a long walk","name":"A"}`, 400, "email"},
		{"name in the address", `{"email":"Ada <ada@x.example>","password":"a long walk","name":"A"}`, 400, "email"},
		{"quoted address", `{"email":"\"a b\"@x.example","password":"a long walk","name":"A"}`, 400, "email"},
		{"address with newline", `{"email":"a@x.example\r\nBcc: b@x.example","password":"a long walk","name":"A"}`, 400, "email"},
		{"long address", `{"email":"` + strings.Repeat("a", 300) + `@x.example","password":"a long walk","name":"A"}`, 400, "email"},
		{"short password", `{"email":"b@x.example","password":"too short","name":"A"}`, 400, "password"},
		{"long password", `{"email":"b@x.example","password":"` + strings.Repeat("ab", 65) + `","name":"A"}`, 400, "password"},
		{"common password", `{"email":"b@x.example","password":"Password123","name":"A"}`, 400, "password"},
		{"one character", `{"email":"b@x.example","password":"xxxxxxxxxxxxxxx","name":"A"}`, 400, "password"},
		{"address as password", `{"email":"bob.smith@x.example","password":"Bob.Smith@x.example","name":"A"}`, 400, "password"},
		{"blank name", `{"email":"b@x.example","password":"a long walk","name":" \t "}`, 400, "name"},
		{"invisible name", `{"email":"b@x.example","password":"a long walk","name":"\u200d\u200d"}`, 400, "name"},
		{"bidi in the name", `{"email":"b@x.example","password":"a long walk","name":"A\u202eB"}`, 400, "name"},
		{"control in the name", `{"email":"b@x.example","password":"a long walk","name":"A\u0000B"}`, 400, "name"},
		{"long name", `{"email":"b@x.example","password":"a long walk","name":"` + long + `"}`, 400, "name"},
		{"wrong type", `{"email":7,"password":"a long walk","name":"A"}`, 400, "email"},
		{"role", `{"email":"b@x.example","password":"a long walk","name":"A","role":"ADMIN"}`, 400, "role"},
		{"id", `{"email":"b@x.example","password":"a long walk","name":"A","id":"01J"}`, 400, "id"},
		{"taken", `{"email":"ADA@plenum.example","password":"a long walk","name":"A"}`, 409, "email"},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := w.in(t)
			a := w.want(s.status, call{method: "POST", path: "/api/auth/register", body: s.body})
			if got := fieldNames(a); got != s.fields {
				t.Errorf("fields %q, want %q: %s", got, s.fields, a.body)
			}
			if _, ok := a.refreshCookie(); ok {
				t.Error("a cookie came with it")
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	wrong := w.want(401, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"not the one"}`})
	nobody := w.want(401, call{method: "POST", path: "/api/auth/login", body: `{"email":"nobody@plenum.example","password":"not the one"}`})
	if string(wrong.body) != string(nobody.body) {
		t.Errorf("a wrong password and an unknown account differ:\n%s\n%s", wrong.body, nobody.body)
	}
	if n := w.audited("login", "failed"); n != 2 {
		t.Errorf("%d failures audited, want 2", n)
	}
	w.want(400, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example"}`})
}

func TestHashesAreRenewed(t *testing.T) {
	w := newWorld(t)
	ada := w.person("ada")
	old, err := api.HashPassword(api.Hashing{Memory: 20 << 10, Passes: 3}, password)
	w.must(err)
	w.must(w.store.SetPasswordHash(w.Context(), ada.ID, old))
	w.want(200, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`})
	u, err := w.store.UserByID(w.Context(), ada.ID)
	w.must(err)
	if !strings.HasPrefix(u.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %.40s…", u.PasswordHash)
	}
	w.want(200, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`})
}

// Ten wrong passwords from one address close it for the eleventh; other addresses and the clock open it.
func TestPasswordGuessing(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	guess := call{method: "POST", path: "/api/auth/login", body: `{"email":"nobody@plenum.example","password":"not the one"}`, from: "198.51.100.7"}
	right := call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`, from: "198.51.100.7"}
	for range 10 {
		w.want(401, guess)
	}
	a := w.want(429, right)
	if a.header.Get("Retry-After") != "6" || a.failure().Code != "too_many" {
		t.Errorf("Retry-After %q, code %q", a.header.Get("Retry-After"), a.failure().Code)
	}
	right.from = "198.51.100.8"
	w.want(200, right)
	w.clock.pass(6 * time.Second)
	right.from = "198.51.100.7"
	w.want(200, right)
}

// Success costs nothing: an office behind one address signs in.
func TestSuccessIsNotLimited(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	for range 25 {
		w.want(200, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`})
	}
}

// Failures from many addresses close an account for strange devices, not for one where its owner has signed in.
func TestNobodyIsLockedOut(t *testing.T) {
	w := newWorld(t)
	w.person("ada")
	right := call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"` + password + `"}`}
	signedIn := w.want(200, right)
	device := ""
	for _, c := range (&http.Response{Header: signedIn.header}).Cookies() {
		if c.Name == "plenum_device" {
			device = c.Name + "=" + c.Value
		}
	}
	for i := range 20 {
		w.want(401, call{method: "POST", path: "/api/auth/login", body: `{"email":"ada@plenum.example","password":"not the one"}`, from: address(i)})
	}
	w.want(429, right)
	right.header = map[string]string{"Cookie": device}
	w.want(200, right)
	right.header = map[string]string{"Cookie": device[:len(device)-1] + "A"}
	if strings.HasSuffix(device, "A") {
		right.header = map[string]string{"Cookie": device[:len(device)-1] + "B"}
	}
	w.want(429, right)
}

func TestSignUpsPerAddress(t *testing.T) {
	w := newWorld(t, func(c *api.Config) { c.Limits.RegisterPerAddress = api.Default().Limits.RegisterPerAddress })
	sign := func(name, from string) call {
		return call{method: "POST", path: "/api/auth/register", from: from, body: `{"email":"` + name + `@plenum.example","password":"a long walk","name":"N"}`}
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.want(201, sign(name, "192.0.2.9"))
	}
	w.want(429, sign("f", "192.0.2.9"))
	w.want(201, sign("f", "192.0.2.10"))
	w.clock.pass(12 * time.Minute)
	w.want(201, sign("g", "192.0.2.9"))
}

// Finding out whether a password is right takes a while, in which the account may change.
func TestALoginThatIsOvertakenIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, user string) error
		status    int
	}{
		"disabled": {func(w *world, user string) error { return w.store.DisableUser(w.Context(), user, true, w.clock.now()) }, 403},
		"new password": {func(w *world, user string) error {
			return w.store.SetPasswordHash(w.Context(), user, "$argon2id$other")
		}, 401},
		"deleted": {func(w *world, user string) error { return w.store.DeleteUser(w.Context(), user) }, 401},
		"nothing": {func(*world, string) error { return nil }, 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *api.Config) { c.Hashing.Workers, c.Hashing.Wait = 1, time.Minute })
			ada := w.person("ada")
			release, err := w.server.OccupyHasher(w.Context())
			w.must(err)
			answered := make(chan answer, 1)
			go func() {
				answered <- w.do(call{method: "POST", path: "/api/auth/login", body: fmt.Sprintf(`{"email":%q,"password":%q}`, ada.Email, password)})
			}()
			w.eventually("the login to wait for its turn", func() bool { return w.server.HasherQueue() == 1 })
			err = c.meanwhile(w, ada.ID)
			release()
			w.must(err)
			if a := <-answered; a.status != c.status {
				t.Errorf("status %d, want %d: %s", a.status, c.status, a.body)
			}
		})
	}
}

// Who signs out at one node is out at all of them, though the access token is good for a while.
func TestASignOutHoldsOnEveryNode(t *testing.T) {
	w := newWorld(t)
	ada, here := w.person("ada"), w.server
	w.person("grace")
	w.start()
	there := w.server
	look := func(node *api.Server, as string, status int) {
		t.Helper()
		w.server = node
		w.want(status, call{method: "GET", path: "/api/auth/me", as: as})
	}
	look(there, "ada", 200)
	w.server = here
	w.want(204, call{method: "POST", path: "/api/auth/logout", cookie: ada.Cookie, body: `{}`, header: ours})
	look(here, "ada", 401)
	w.clock.pass(time.Second)
	look(there, "ada", 401)
	look(there, "grace", 200)
	for range 5 { // known for as long as the token would be good
		w.clock.pass(2 * time.Minute)
		look(there, "ada", 401)
	}
	look(here, "grace", 200)
}
