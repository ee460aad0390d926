package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/pprof"
)

// Debug shows what is alive on this node, for the admin listener.
type Debug interface {
	// Rooms lists the codes of the rooms that are alive.
	Rooms() []string
	// Room is a snapshot that prints as JSON; false if there is no such room.
	Room(code string) (any, bool)
	// Transport says how media leaves this node, and counts it; it prints as JSON.
	Transport() any
	// Load sums up what the node does at the moment; it prints as JSON.
	Load(ctx context.Context) any
}

type roomsResponse struct {
	Rooms []string `json:"rooms"`
}

func (s *Server) adminHandler() http.Handler {
	mux, debug := http.NewServeMux(), s.debug
	mux.HandleFunc("GET "+readyPath, s.readyInDetail)
	if s.level != nil {
		mux.HandleFunc("GET /debug/log-level", s.showLevel)
		mux.HandleFunc("PUT /debug/log-level", s.setLevel)
	}
	if s.reload != nil {
		mux.HandleFunc("POST /debug/reload", s.readAgain)
	}
	if s.metrics != nil {
		mux.Handle("GET /metrics", s.metrics)
	}
	mux.HandleFunc("GET /debug/load", func(w http.ResponseWriter, r *http.Request) {
		writeIndented(w, http.StatusOK, debug.Load(r.Context()))
	})
	mux.HandleFunc("GET /debug/rooms", func(w http.ResponseWriter, _ *http.Request) {
		writeIndented(w, http.StatusOK, roomsResponse{append([]string{}, debug.Rooms()...)})
	})
	mux.HandleFunc("GET /debug/rooms/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, ok := parseCode(r.PathValue("code"))
		if !ok {
			writeIndented(w, errNotFound.status, errNotFound)
			return
		}
		snapshot, ok := debug.Room(code)
		if !ok {
			writeIndented(w, errNotFound.status, errNotFound)
			return
		}
		writeIndented(w, http.StatusOK, snapshot)
	})
	mux.HandleFunc("GET /debug/transport", func(w http.ResponseWriter, _ *http.Request) {
		writeIndented(w, http.StatusOK, debug.Transport())
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	open := http.NewServeMux()
	open.HandleFunc("GET "+alivePath, func(w http.ResponseWriter, _ *http.Request) {
		writeIndented(w, http.StatusOK, statusResponse{"ok"})
	})
	// It has keys of its own.
	open.HandleFunc("/api/admin/", s.byAdminListener)
	open.Handle("/", s.operatorOnly(mux))
	return open
}

func writeIndented(w http.ResponseWriter, status int, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, "the snapshot does not print: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A reader who is gone needs no answer.
	_, _ = w.Write(append(text, '\n'))
}
