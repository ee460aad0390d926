package api

import (
	"bufio"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
)

// smtpServer takes one mail and gives back what it was told.
func smtpServer(t *testing.T, extensions ...string) (address string, heard chan []string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard = make(chan []string, 1)
	done := make(chan struct{})
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
		say("220 here")
		var lines []string
		data := false
		for scan := bufio.NewScanner(conn); scan.Scan(); {
			line := scan.Text()
			lines = append(lines, line)
			switch {
			case data && line == ".":
				data = false
				say("250 taken")
			case data:
			case strings.HasPrefix(line, "EHLO"):
				for _, e := range extensions {
					say("250-" + e)
				}
				say("250 SIZE 1000000")
			case line == "DATA":
				data = true
				say("354 go on")
			case line == "QUIT":
				say("221 bye")
				heard <- lines
				return
			default:
				say("250 ok")
			}
		}
	}()
	return listener.Addr().String(), heard
}

func TestMailIsSentAsText(t *testing.T) {
	address, heard := smtpServer(t)
	m, err := ParseSMTP("smtp://"+address, "Plenum <meet@plenum.example>")
	if err != nil {
		t.Fatal(err)
	}
	text := "Hallo Jürgen,\n.\nhttp://plenum.example/reset#token=abc\n" + strings.Repeat("x", 200)
	if err := m.Send(t.Context(), Mail{To: "juergen@plenum.example", Subject: "Neues Passwort für Plénum", Text: text}); err != nil {
		t.Fatal(err)
	}
	lines := <-heard
	begin := 0
	for i, line := range lines {
		if line == "DATA" {
			begin = i + 1
		}
	}
	got, err := mail.ReadMessage(strings.NewReader(strings.Join(lines[begin:len(lines)-2], "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != "Neues Passwort für Plénum" || got.Header.Get("To") != "<juergen@plenum.example>" {
		t.Errorf("headers %v", got.Header)
	}
	body := strings.Join(lines[begin:len(lines)-2], "")
	_, body, _ = strings.Cut(body, "base64")
	decoded, err := base64.StdEncoding.DecodeString(body)
	if err != nil || string(decoded) != text {
		t.Errorf("body %q, %v", decoded, err)
	}
	if err := m.Send(t.Context(), Mail{To: "a@plenum.example>\r\nRCPT TO:<b@plenum.example", Subject: "x", Text: "x"}); err == nil {
		t.Error("an address with a second command in it was taken")
	}
}

func TestACalendarFileComesWithTheMail(t *testing.T) {
	address, heard := smtpServer(t)
	m, err := ParseSMTP("smtp://"+address, "Plenum <meet@plenum.example>")
	if err != nil {
		t.Fatal(err)
	}
	what := Mail{
		To: "grace@plenum.example", Subject: "Invitation: Plan\r\nBcc: x@plenum.example", Text: "Hello Grace,\n.\ncome.\n",
		Calendar: "BEGIN:VCALENDAR\r\n" + strings.Repeat("X-COMMENT:ü\r\n", 20) + "END:VCALENDAR\r\n", CalendarName: "meeting-abc.ics",
	}
	if err := m.Send(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	lines := <-heard
	begin := slices.Index(lines, "DATA") + 1
	got, err := mail.ReadMessage(strings.NewReader(strings.Join(lines[begin:len(lines)-2], "\r\n") + "\r\n"))
	if err != nil || got.Header.Get("Bcc") != "" {
		t.Fatalf("headers %v, %v", got, err)
	}
	kind, parameters, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(got.Body, parameters["boundary"])
	for _, want := range []struct{ kind, name, text string }{
		{"text/plain; charset=utf-8", "", what.Text},
		{"text/calendar; charset=utf-8; method=PUBLISH", what.CalendarName, what.Calendar},
	} {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil || string(text) != want.text || part.Header.Get("Content-Type") != want.kind || part.FileName() != want.name {
			t.Errorf("%s %s: %q, %v", part.Header.Get("Content-Type"), part.FileName(), text, err)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("a third part, %v", err)
	}
}

func TestMailGivesUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // takes connections and says nothing
	m := &SMTP{Address: listener.Addr().String(), From: mail.Address{Address: "meet@plenum.example"}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := m.Send(ctx, Mail{To: "ada@plenum.example", Subject: "x", Text: "x"}); err == nil {
		t.Error("a server that says nothing has taken a mail")
	}
}

func TestParseSMTP(t *testing.T) {
	m, err := ParseSMTP("smtps://ada:secret@mail.plenum.example", "meet@plenum.example")
	if err != nil || !m.TLS || m.Address != "mail.plenum.example:465" || m.User != "ada" || m.Password != "secret" {
		t.Errorf("%+v, %v", m, err)
	}
	for _, bad := range []string{"", "mail.plenum.example", "http://mail.plenum.example", "smtp://", "smtp://host/path"} {
		if _, err := ParseSMTP(bad, "meet@plenum.example"); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, err := ParseSMTP("smtp://user:secret@:99999999", "meet@plenum.example"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error says the password: %v", err)
	}
	if _, err := ParseSMTP("smtp://host", "not an address"); err == nil {
		t.Error("a sender without address is taken")
	}
}
