package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

const operatorToken = "a-token-of-the-operator"

// operator asks the admin listener, with the token if it has one.
func operator(t *testing.T, method, url, token, body string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func TestTheAdminListenerIsOpenToOthersWithATokenAlone(t *testing.T) {
	for _, c := range []struct{ listen, token, want string }{
		{"127.0.0.1:9090", "", ""},
		{"[::1]:9090", "", ""},
		{"0.0.0.0:9090", "", "--admin-token"},
		{":9090", "", "--admin-token"},
		{"10.0.0.7:9090", "", "reached by others"},
		{"0.0.0.0:9090", operatorToken, ""},
		{"0.0.0.0:9090", "hunter2", "at least 16"},
		{"127.0.0.1:9090", "hunter2", "at least 16"},
	} {
		err := serveCommand{AdminListen: c.listen, AdminToken: c.token}.checkAdmin()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %q: said %v, want %q", c.listen, c.token, err, c.want)
		}
		if err != nil && c.token != "" && strings.Contains(err.Error(), c.token) {
			t.Errorf("said the token: %v", err)
		}
	}
}

// Everything is set from outside while the server runs, by who has the token.
func TestTheOperatorsTokenAndTheLogsLevel(t *testing.T) {
	t.Parallel()
	log := &logBuffer{}
	command := onLoopback(t)
	command.AdminListen, command.AdminToken = "0.0.0.0:0", operatorToken
	n, err := start(t.Context(), command, logOptions{}.logger(log, slog.LevelInfo))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Stop(t.Context())
	_, port, _ := strings.Cut(netip.MustParseAddrPort(n.admin.String()).String(), "]:")
	admin := "http://127.0.0.1:" + port
	for _, path := range []string{"/metrics", "/debug/load", "/debug/pprof/", "/debug/log-level"} {
		if status, _ := operator(t, http.MethodGet, admin+path, "", ""); status != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", path, status)
		}
		if status, text := operator(t, http.MethodGet, admin+path, operatorToken, ""); status != http.StatusOK || text == "" {
			t.Errorf("%s with the token: %d", path, status)
		}
	}
	requests := func() int { return strings.Count(log.String(), "msg=request") }
	ask := func() { get(t, "http://"+n.public.String()+"/healthz") }
	if ask(); requests() != 0 {
		t.Error("requests are logged at the level info")
	}
	if status, text := operator(t, http.MethodPut, admin+"/debug/log-level", operatorToken, "debug"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if ask(); requests() != 1 {
		t.Errorf("%d requests are logged after the change", requests())
	}
	if strings.Contains(log.String(), operatorToken) {
		t.Error("the log has the token")
	}
	code, out, errs := runPlenum(t.Context(), "top", "--once", "--json", "--admin", admin, "--admin-token", operatorToken)
	if code != 0 || !strings.Contains(out, `"sockets":0`) {
		t.Errorf("top: exit code %d, %s%s", code, out, errs)
	}
}

func TestALogsLevelReachesWhatIsDerivedFromIt(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log := logOptions{LogLevel: "error", LogFormat: format}.logger(&out, slog.LevelInfo)
		derived := log.With("room", "r").WithGroup("g")
		derived.Warn("before")
		levelOf(log).Set(slog.LevelDebug)
		derived.Debug("after")
		if text := out.String(); strings.Contains(text, "before") || !strings.Contains(text, "after") {
			t.Errorf("%s: %s", format, text)
		}
	}
	if levelOf(slog.New(slog.DiscardHandler)) != nil {
		t.Error("a log of somebody else has a level that we could change")
	}
}
