package api_test

import (
	"strings"
	"testing"
)

func TestTheReferenceIsAPageThatNeedsNothingElse(t *testing.T) {
	w := newWorld(t)
	a := w.want(200, call{method: "GET", path: "/api/docs"})
	policy := a.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
		t.Errorf("policy %q", policy)
	}
	if kind := a.header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
		t.Errorf("kind %q", kind)
	}
	for _, call := range []string{"adminListRooms", "createMeeting", "showReference"} {
		if !strings.Contains(string(a.body), `<article id="`+call+`">`) {
			t.Errorf("without %s", call)
		}
	}
	w.want(304, call{method: "GET", path: "/api/docs", header: map[string]string{"If-None-Match": a.header.Get("ETag")}})
	zipped := w.want(200, call{method: "GET", path: "/api/docs", header: map[string]string{"Accept-Encoding": "gzip"}})
	if zipped.header.Get("Content-Encoding") != "gzip" || len(zipped.body) > len(a.body)/4 {
		t.Errorf("%d bytes zipped, of %d", len(zipped.body), len(a.body))
	}
}
