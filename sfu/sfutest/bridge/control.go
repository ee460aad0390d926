package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// order is the body of a request to the control API. Without a client it is about everybody.
type order struct {
	Client  string          `json:"client"`
	Name    string          `json:"name"`    // POST /profile: a kept profile
	Profile json.RawMessage `json:"profile"` // POST /profile: or one written out
	On      bool            `json:"on"`      // POST /blackhole
}

// longestOrder in bytes.
const longestOrder = 1 << 20

// Control is the HTTP API by which a test in another process steers the bridge. Serve it on loopback alone.
//
//	POST /profile    {"name":"lossy10"} or {"profile":{…}}
//	POST /blackhole  {"on":true}
//	POST /rebind     {}
//	GET  /counters
//
// Each POST may name one "client" as address:port, and answers with the counters.
func (b *Bridge) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /counters", func(w http.ResponseWriter, _ *http.Request) { b.answer(w, nil) })
	mux.HandleFunc("POST /profile", b.handle(func(o order, whom netip.AddrPort) error {
		profile, err := o.profile()
		if err != nil {
			return err
		}
		return b.Use(profile, whom)
	}))
	mux.HandleFunc("POST /blackhole", b.handle(func(o order, whom netip.AddrPort) error { return b.Blackhole(o.On, whom) }))
	mux.HandleFunc("POST /rebind", b.handle(func(_ order, whom netip.AddrPort) error { return b.Rebind(whom) }))
	return mux
}

func (b *Bridge) handle(do func(order, netip.AddrPort) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var o order
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestOrder))
		d.DisallowUnknownFields()
		err := d.Decode(&o)
		whom := Everybody
		if err == nil && o.Client != "" {
			if whom, err = netip.ParseAddrPort(o.Client); err != nil {
				err = fmt.Errorf("client %q: %w", o.Client, err)
			}
		}
		if err == nil {
			err = do(o, whom)
		}
		b.answer(w, err)
	}
}

func (o order) profile() (link.Profile, error) {
	switch {
	case (o.Name == "") == (len(o.Profile) == 0):
		return link.Profile{}, errors.New(`a profile is needed: either "name" or "profile"`)
	case o.Name != "":
		return link.Named(o.Name)
	}
	return link.Parse(o.Profile)
}

func (b *Bridge) answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	var body any = b.Counters()
	switch {
	case errors.Is(err, ErrUnknownClient):
		w.WriteHeader(http.StatusNotFound)
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
	}
	if err != nil {
		body = map[string]string{"error": err.Error()}
	}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		b.log.Debug("bridge: nobody takes the answer", "error", err)
	}
}
