package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// clockWithin is how long a server has to say what time it is.
const clockWithin = 5 * time.Second

// ntpEpoch is when NTP began to count, in seconds before 1970 (RFC 5905 §6).
const ntpEpoch = 2_208_988_800

// ahead is how much this machine's clock is ahead of a server's: https://host by the Date of its answer, ntp://host by NTP.
func ahead(ctx context.Context, server string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, clockWithin)
	defer cancel()
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return 0, fmt.Errorf("--clock %s is not of the form https://host or ntp://host", server)
	}
	var ours, theirs time.Time
	switch u.Scheme {
	case "ntp":
		ours, theirs, err = askNTP(ctx, u)
	case "https", "http":
		ours, theirs, err = askDate(ctx, server)
	default:
		return 0, fmt.Errorf("--clock %s is not of the form https://host or ntp://host", server)
	}
	if err != nil {
		return 0, fmt.Errorf("%s does not say what time it is: %w", server, err)
	}
	return ours.Sub(theirs), nil
}

// askDate compares with the middle of the second that the header names.
func askDate(ctx context.Context, server string) (ours, theirs time.Time, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, server, nil)
	if err != nil {
		return ours, theirs, err
	}
	before := time.Now()
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return ours, theirs, err
	}
	defer answer.Body.Close()
	theirs, err = http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return ours, theirs, fmt.Errorf("its answer has no date")
	}
	return before.Add(time.Since(before) / 2), theirs.Add(500 * time.Millisecond), nil
}

// askNTP makes one request as SNTP clients do (RFC 5905 §14).
func askNTP(ctx context.Context, u *url.URL) (ours, theirs time.Time, err error) {
	port := u.Port()
	if port == "" {
		port = "123"
	}
	conn, err := new(net.Dialer).DialContext(ctx, "udp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return ours, theirs, err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return ours, theirs, err
	}
	packet := make([]byte, 48)
	packet[0] = 4<<3 | 3 // version 4, client
	before := time.Now()
	if _, err := conn.Write(packet); err != nil {
		return ours, theirs, err
	}
	n, err := conn.Read(packet)
	if err != nil {
		return ours, theirs, err
	}
	seconds := binary.BigEndian.Uint32(packet[40:])
	if n < 48 || packet[0]&7 != 4 || seconds == 0 {
		return ours, theirs, fmt.Errorf("its answer is none of NTP")
	}
	fraction := time.Duration(uint64(binary.BigEndian.Uint32(packet[44:])) * uint64(time.Second) >> 32) //nolint:gosec // below a second
	return before.Add(time.Since(before) / 2), time.Unix(int64(seconds)-ntpEpoch, 0).Add(fraction), nil
}
