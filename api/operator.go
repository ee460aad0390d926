package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// MinAdminToken is how many bytes the admin listener's token has at least.
const MinAdminToken = 16

// operatorOnly lets nobody but the operator through. With a token, whoever shows it; without one the listener is on loopback,
// and a browser there must not be led in by a page from elsewhere whose name points to this machine (DNS rebinding).
func (s *Server) operatorOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case len(s.cfg.AdminToken) == 0 && !loopbackHost(r.Host):
			refuse := errForeign.because("Without an admin token this listener answers to localhost and loopback addresses alone.")
			writeIndented(w, refuse.status, refuse)
		case len(s.cfg.AdminToken) > 0 && !shows(r, s.cfg.AdminToken):
			w.Header().Set("WWW-Authenticate", `Bearer realm="plenum admin"`)
			refuse := errSignIn.because("The admin token is missing or wrong.")
			writeIndented(w, refuse.status, refuse)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// shows compares the bearer token in a time that tells nothing of it.
func shows(r *http.Request, token Secret) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256(token)
	return ok && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
