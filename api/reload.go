package api

import "net/http"

// Reloaded is what came of reading the configuration again.
type Reloaded struct {
	// Changed are the options that hold anew, Restart those that take a restart.
	Changed []string `json:"changed"`
	Restart []string `json:"restart"`
	// Wrong says why nothing has changed; empty if all is well.
	Wrong string `json:"wrong,omitempty"`
}

// readAgain reads the configuration again.
func (s *Server) readAgain(w http.ResponseWriter, _ *http.Request) {
	came, status := s.reload(), http.StatusOK
	if came.Wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	writeIndented(w, status, came)
}
