package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// REST makes the few calls that a bot needs before it can dial. The zero HTTP is the default client.
type REST struct {
	// Base is the server's address, such as http://localhost:8080.
	Base string
	HTTP *http.Client
	// Token is the access token; Register and Login set it.
	Token string
}

// RESTError is the server's refusal of a call.
type RESTError struct {
	Status  int               `json:"-"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields"`
	// RetryAfter is when to try again, 0 if the server did not say.
	RetryAfter time.Duration `json:"-"`
}

func (e *RESTError) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// Admission is the answer to Join: what Dial needs, and who is there.
type Admission struct {
	Grant string `json:"grant"`
	// SocketURL is absolute: ws://… or wss://….
	SocketURL string `json:"socketUrl"`
	// ICEServers has the TURN servers, with credentials of the participant's own; none for who has to wait in the lobby.
	ICEServers  []ICEServer `json:"iceServers"`
	Participant Person      `json:"participant"`
	Others      []Person    `json:"participants"`
}

// Person is a participant as the REST API names one.
type Person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Guest bool   `json:"guest"`
}

// Register makes an account and signs in with it.
func (r *REST) Register(ctx context.Context, email, password, name string) error {
	return r.signIn(ctx, "/api/auth/register", map[string]string{"email": email, "password": password, "name": name})
}

// Login signs in.
func (r *REST) Login(ctx context.Context, email, password string) error {
	return r.signIn(ctx, "/api/auth/login", map[string]string{"email": email, "password": password})
}

func (r *REST) signIn(ctx context.Context, path string, body any) error {
	var answer struct {
		AccessToken string `json:"accessToken"`
	}
	if err := r.call(ctx, http.MethodPost, path, body, &answer); err != nil {
		return err
	}
	r.Token = answer.AccessToken
	return nil
}

// Create makes a meeting and returns its code.
func (r *REST) Create(ctx context.Context, title string) (string, error) {
	var answer struct {
		Meeting struct {
			Code string `json:"code"`
		} `json:"meeting"`
	}
	err := r.call(ctx, http.MethodPost, "/api/meetings", map[string]string{"title": title}, &answer)
	return answer.Meeting.Code, err
}

// Join asks to be let into a meeting. Without a Token, guest is the name to come in under.
func (r *REST) Join(ctx context.Context, code, guest string) (Admission, error) {
	body := map[string]string{}
	if r.Token == "" {
		body["name"] = guest
	}
	var a Admission
	if err := r.call(ctx, http.MethodPost, "/api/meetings/"+url.PathEscape(code)+"/join", body, &a); err != nil {
		return a, err
	}
	if strings.HasPrefix(a.SocketURL, "/") {
		// http becomes ws, https becomes wss.
		a.SocketURL = "ws" + strings.TrimPrefix(strings.TrimSuffix(r.Base, "/"), "http") + a.SocketURL
	}
	return a, nil
}

// End ends a meeting for everybody. Hosts only.
func (r *REST) End(ctx context.Context, code string) error {
	return r.call(ctx, http.MethodPost, "/api/meetings/"+url.PathEscape(code)+"/end", map[string]string{}, nil)
}

// Delete takes a meeting off the list. Hosts only.
func (r *REST) Delete(ctx context.Context, code string) error {
	return r.call(ctx, http.MethodDelete, "/api/meetings/"+url.PathEscape(code), nil, nil)
}

// Health asks whether the server lives.
func (r *REST) Health(ctx context.Context) error {
	return r.call(ctx, http.MethodGet, "/healthz", nil, nil)
}

// call sends body, which may be nil, as JSON and decodes the answer into out, which may be nil.
func (r *REST) call(ctx context.Context, method, path string, body, out any) error {
	var content io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.Base, "/")+path, content)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	if r.Token != "" {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	client := r.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		refused := &RESTError{Status: response.StatusCode}
		if after, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
			refused.RetryAfter = time.Duration(after) * time.Second
		}
		if err := json.Unmarshal(answer, refused); err != nil {
			refused.Message = response.Status
		}
		return fmt.Errorf("%s %s: %w", method, path, refused)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
