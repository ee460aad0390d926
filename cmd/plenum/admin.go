package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
)

// adminCommand is what whoever runs a server does with it, from a terminal.
type adminCommand struct {
	Keys         adminKeysCommand         `cmd:"" help:"API keys: make, list and revoke them, on the database itself. No server need run."`
	User         adminUserCommand         `cmd:"" help:"Accounts: make the first administrator on the database itself; list, disable and delete by a server that runs."`
	Rooms        adminRoomsCommand        `cmd:"" help:"Meetings that take place now: list, close, lock."`
	Participants adminParticipantsCommand `cmd:"" help:"Who is in a meeting: list, mute, remove, change what they may do."`
	Announce     adminAnnounceCommand     `cmd:"" help:"Tell everybody in one meeting, or in all, something."`
	Stream       adminStreamCommand       `cmd:"" help:"Studios and players (WHIP and WHEP): let them into a meeting, list them, end them."`
	Webhook      adminWebhookCommand      `cmd:"" help:"Addresses that are told what happens in meetings: make, try, look at and replay."`
	Nodes        adminNodesCommand        `cmd:"" help:"The servers of the cluster: how many meetings each has, and how much it bears."`
	Audit        adminAuditCommand        `cmd:"" help:"Who did what, newest first."`
	Drain        adminDrainCommand        `cmd:"" help:"Have load balancers send nobody new to a server, or take that back."`
}

// Help is what 'plenum admin --help' says beyond the list.
func (adminCommand) Help() string {
	return `Some commands work on the database itself and take the options of 'plenum serve' for that; they make what the others
need:

    plenum admin user create ada@example.org --name Ada --administrator
    plenum admin keys create dashboard --scope rooms:read

The others ask a server that runs, at its admin listener, and show it an API key:

    export PLENUM_ADMIN_KEY=plk_…
    plenum admin rooms list
    plenum admin participants mute 7k3mx-9qd4e
    plenum admin announce 'The server restarts in five minutes.'
    plenum admin drain

A key does what its scopes allow; the server's --admin-token does everything. What is done is in the audit log.`
}

// adminServer is a server that runs, as its admin listener is reached.
type adminServer struct {
	Admin      string `default:"http://127.0.0.1:9090" placeholder:"URL" help:"The server's admin listener; or its public address, if it was started with --admin-public. Default: ${default}."`
	AdminKey   string `secret:"" placeholder:"KEY" help:"An API key. Better set in the environment, as PLENUM_ADMIN_KEY."`
	AdminToken string `secret:"" placeholder:"TEXT" help:"The server's admin token, in place of a key. Better set in the environment, as PLENUM_ADMIN_TOKEN."`
	JSON       bool   `name:"json" help:"Print what the server says as JSON."`
}

// adminFailure is what the API says when it refuses.
type adminFailure struct {
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields"`
}

func (f adminFailure) sentence() string {
	if len(f.Fields) == 0 {
		return f.Message
	}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		wrong = append(wrong, name+" "+f.Fields[name])
	}
	return strings.Join(wrong, "; ")
}

// checkAdminURL says whether --admin can be asked at all.
func checkAdminURL(admin string) error {
	if u, err := url.Parse(admin); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("--admin %s is not of the form http://127.0.0.1:9090", admin)
	}
	return nil
}

// call asks the server. Out, if it is not nil, takes the answer; the bytes are it as the server wrote it.
func (a adminServer) call(ctx context.Context, method, path string, in, out any) ([]byte, error) {
	if err := checkAdminURL(a.Admin); err != nil {
		return nil, err
	}
	credential := a.AdminKey
	if credential == "" {
		credential = a.AdminToken
	}
	if credential == "" {
		return nil, errors.New("give an API key as PLENUM_ADMIN_KEY ('plenum admin keys create' makes one), or the server's admin token as PLENUM_ADMIN_TOKEN")
	}
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	request, err := a.request(ctx, method, path, in)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+credential)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no server answers at %s: is it running, and with which --admin-listen? (%w)", a.Admin, reason(err))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, mostLoad))
	if err != nil {
		return nil, fmt.Errorf("the server's answer broke off: %w", reason(err))
	}
	if response.StatusCode >= http.StatusBadRequest {
		return nil, a.refused(response, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			return nil, fmt.Errorf("%s does not answer as Plenum does: %w", a.Admin, err)
		}
	}
	return text, nil
}

func (a adminServer) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(a.Admin, "/")+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

func (a adminServer) refused(response *http.Response, text []byte) error {
	var why adminFailure
	if err := json.Unmarshal(text, &why); err != nil || why.Message == "" {
		return fmt.Errorf("%s answers %s: is it Plenum's admin listener?", a.Admin, response.Status)
	}
	return errors.New("the server refuses: " + why.sentence())
}

// show prints what the server said: as it is, or as a table.
func (a adminServer) show(to terminal, text []byte, rows func(*tabwriter.Writer)) error {
	if a.JSON {
		return printText(to.out, text)
	}
	return printTable(to.out, rows)
}

// done calls for something that has no answer, and says that it is done.
func (a adminServer) done(ctx context.Context, to terminal, method, path string, in any, format string, args ...any) error {
	if _, err := a.call(ctx, method, path, in, nil); err != nil {
		return err
	}
	if a.JSON {
		return nil
	}
	_, err := fmt.Fprintf(to.out, format+"\n", args...)
	return err
}

func printText(w io.Writer, text []byte) error {
	_, err := w.Write(append(bytes.TrimRight(text, "\n"), '\n'))
	return err
}

func printTable(w io.Writer, rows func(*tabwriter.Writer)) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	rows(table)
	return table.Flush()
}

func printDocument(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return printText(w, text)
}

// roomPath is the path of a meeting in the API.
func roomPath(code string, more ...string) string {
	path := "/api/admin/rooms/" + url.PathEscape(code)
	for _, part := range more {
		path += "/" + url.PathEscape(part)
	}
	return path
}
