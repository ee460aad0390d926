package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Bounds of one request.
const (
	timeout   = 5 * time.Second
	maxAnswer = 64 << 10
	// keptAnswer is how much of the body of an answer is looked at.
	keptAnswer = 1 << 10
)

// answer is what came of one request.
type answer struct {
	status     int    // 0 if there is none
	text       string // the beginning of its body
	retryAfter string // the header
	err        error  // why there is no answer
}

// sender makes requests that reach nothing inside: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
type sender struct {
	places Places
	// outside reaches public addresses alone, anywhere is for the places that the operator has named.
	outside, anywhere *http.Client
}

var errRefused = errors.New("the name leads to an address that is not public")

func newSender(places Places, resolver *net.Resolver) *sender {
	return &sender{places: places, outside: newClient(resolver, places.onlyPublic), anywhere: newClient(resolver, nil)}
}

// newClient takes no proxy from the environment, for a proxy connects for us to wherever the name leads it.
func newClient(resolver *net.Resolver, control func(network, address string, c syscall.RawConn) error) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Resolver: resolver, Control: control}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    timeout,
			ForceAttemptHTTP2:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxAnswer,
			MaxIdleConns:           32,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// onlyPublic runs after the name was resolved and before anything is sent, so a name cannot change its mind in between.
func (p Places) onlyPublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) || !slices.Contains(p.ports, strconv.Itoa(int(to.Port()))) {
		return errRefused
	}
	return nil
}

// send makes one request. The configuration may have changed since the URL was set, so it is checked again.
func (s *sender) send(ctx context.Context, to string, headers map[string]string, body []byte) answer {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	u, named, err := s.places.parse(to)
	if err != nil {
		return answer{err: err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Plenum-Webhooks/1")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	client := s.outside
	if named {
		client = s.anywhere
	}
	response, err := client.Do(r)
	if err != nil {
		return answer{err: plainly(err)}
	}
	defer response.Body.Close()
	// The status is the answer; of the body we keep what there is. The rest of a long one is not read, and the connection not used again.
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return answer{
		status: response.StatusCode, text: string(text[:min(len(text), keptAnswer)]), retryAfter: response.Header.Get("Retry-After"),
	}
}

// plainly leaves out what the log of deliveries must not tell: the URL, which may hold a key of the receiver's, and what names inside
// lead to.
func plainly(err error) error {
	var dns *net.DNSError
	var outer *url.Error
	var op *net.OpError
	switch {
	case errors.Is(err, errRefused):
		return errRefused
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer within %v", timeout)
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &dns):
		return errors.New("the name of the host cannot be resolved")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the host refuses connections")
	case errors.As(err, &op):
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	case errors.As(err, &outer):
		return outer.Err
	}
	return err
}

func (s *sender) close() {
	s.outside.CloseIdleConnections()
	s.anywhere.CloseIdleConnections()
}
