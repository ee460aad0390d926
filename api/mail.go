package api

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/url"
	"strings"
	"time"
)

// Mailer sends one mail.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// Mail is plain text, with a calendar file where there is a date to remember.
type Mail struct {
	To, Subject, Text string
	// Calendar is of RFC 5545, empty for none, and CalendarName what the file is called: letters, digits, - and dots.
	Calendar, CalendarName string
}

// SMTP is a mail server that takes our mail.
type SMTP struct {
	// Address is host:port.
	Address string
	// TLS from the first byte (port 465); otherwise STARTTLS, which only a server on this machine may lack.
	TLS            bool
	User, Password string
	// From is the sender, as in "Plenum <meet@example.org>".
	From mail.Address
	// Roots to trust, nil for the machine's.
	TLSConfig *tls.Config
}

// mailWithin bounds the delivery of one mail.
const mailWithin = 20 * time.Second

// ParseSMTP reads smtp://user:password@host:587 or smtps://user:password@host:465.
func ParseSMTP(text, from string) (*SMTP, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" {
		// Not the text itself: it may hold a password.
		return nil, errors.New("the mail server is written as smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("sender of mail %q: %w", from, err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	password, _ := u.User.Password()
	return &SMTP{
		Address: net.JoinHostPort(u.Hostname(), port), TLS: u.Scheme == "smtps",
		User: u.User.Username(), Password: password, From: *sender,
	}, nil
}

// Send implements Mailer.
func (m *SMTP) Send(ctx context.Context, what Mail) error {
	if _, err := mail.ParseAddress(what.To); err != nil || strings.ContainsAny(what.To, "\r\n") {
		return errors.New("sending mail: not an address")
	}
	ctx, cancel := context.WithTimeout(ctx, mailWithin)
	defer cancel()
	if err := m.deliver(ctx, what.To, m.compose(what)); err != nil {
		return fmt.Errorf("sending mail by %s: %w", m.Address, err)
	}
	return nil
}

func (m *SMTP) deliver(ctx context.Context, to string, message []byte) (err error) {
	host, _, err := net.SplitHostPort(m.Address)
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	secure := m.TLSConfig.Clone()
	if secure == nil {
		secure = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	secure.ServerName = host
	if m.TLS {
		conn = tls.Client(conn, secure)
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if !m.TLS {
		if err := m.startTLS(client, conn, secure); err != nil {
			return err
		}
	}
	if m.User != "" {
		if err := client.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return err
		}
	}
	if err := client.Mail(m.From.Address); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := body.Write(message); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	return client.Quit()
}

// startTLS encrypts the connection. A server elsewhere that cannot do that gets no mail with secrets in it.
func (m *SMTP) startTLS(client *smtp.Client, conn net.Conn, secure *tls.Config) error {
	if ok, _ := client.Extension("STARTTLS"); ok {
		return client.StartTLS(secure)
	}
	if remote, ok := conn.RemoteAddr().(*net.TCPAddr); ok && remote.IP.IsLoopback() {
		return nil
	}
	return errors.New("the server offers no encryption")
}

// boundary stands between the parts of a mail; base64 never has an underscore in it.
const boundary = "plenum_part"

// compose writes the mail; everything that is not ASCII is encoded.
func (m *SMTP) compose(what Mail) []byte {
	var b strings.Builder
	header := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	header("From", m.From.String())
	header("To", "<"+what.To+">")
	header("Subject", mime.QEncoding.Encode("utf-8", what.Subject))
	header("Date", time.Now().UTC().Format(time.RFC1123Z))
	header("Auto-Submitted", "auto-generated")
	header("MIME-Version", "1.0")
	part := func(kind, text string) {
		header("Content-Type", kind)
		header("Content-Transfer-Encoding", "base64")
		b.WriteString("\r\n")
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		for len(encoded) > 76 {
			b.WriteString(encoded[:76] + "\r\n")
			encoded = encoded[76:]
		}
		b.WriteString(encoded + "\r\n")
	}
	if what.Calendar == "" {
		part("text/plain; charset=utf-8", what.Text)
		return []byte(b.String())
	}
	header("Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
	b.WriteString("\r\n--" + boundary + "\r\n")
	part("text/plain; charset=utf-8", what.Text)
	b.WriteString("--" + boundary + "\r\n")
	header("Content-Disposition", `attachment; filename="`+what.CalendarName+`"`)
	part("text/calendar; charset=utf-8; method=PUBLISH", what.Calendar)
	b.WriteString("--" + boundary + "--\r\n")
	return []byte(b.String())
}
