package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/signaling/client"
)

// asCurl does what that program does with the options that our pages use. It gives the status and the ETag.
func asCurl(t *testing.T, args []string) (status int, tag, body string) {
	t.Helper()
	method, url, sent := http.MethodGet, "", ""
	header := http.Header{}
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-X", "-H", "-d":
			i++
			switch args[i-1] {
			case "-X":
				method = args[i]
			case "-H":
				name, value, _ := strings.Cut(args[i], ": ")
				header.Set(name, value)
			default:
				sent = args[i]
			}
		case "-i":
		default:
			url = args[i]
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("ETag"), string(text)
}

// typedWith is what a shell with these variables makes of a line, without the first word.
func typedWith(t *testing.T, line string, variables map[string]string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-uc", `printf '%s\0' `+line)
	for name, value := range variables {
		command.Env = append(command.Env, name+"="+value)
	}
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")[1:]
}

// The calls of the API guide work as they stand there, one after the other, on a server with a meeting.
func TestTheCallsOfTheGuideWork(t *testing.T) {
	t.Parallel()
	a := administrate(t)
	a.enterBy(a.rest, "Host")
	guest := a.enter("Grace")
	ada := client.REST{Base: a.rest.Base}
	if err := ada.Register(a.ctx, "ada@plenum.example", "a long enough password", "Ada"); err != nil {
		t.Fatal(err)
	}
	list := a.online("user", "list", "ada@")
	account, _, _ := strings.Cut(list[strings.Index(list, "\n")+1:], " ")
	page, err := os.ReadFile("../../deploy/docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	stands := map[string]string{"PLENUM": a.admin, "PLENUM_ADMIN_KEY": a.key, "CODE": a.code, "ID": guest.id, "USER_ID": account}
	var calls []string
	for _, block := range shellBlock.FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[1]) {
			if strings.HasPrefix(line, "curl ") {
				calls = append(calls, strings.TrimSpace(line))
			}
		}
	}
	for _, call := range calls {
		status, tag, body := asCurl(t, typedWith(t, call, stands))
		if status >= http.StatusBadRequest {
			t.Errorf("%s: %d %s", call, status, body)
		}
		if tag != "" {
			stands["ETAG"] = tag
		}
	}
	if len(calls) < 10 {
		t.Errorf("only %d calls are in the guide", len(calls))
	}
}
