package api

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

const (
	indexFile = "index.html"
	// noncePlaceholder stands in index.html where each answer puts its own nonce.
	noncePlaceholder = "__CSP_NONCE__"
	// hashedFolder holds files whose names change with their content.
	hashedFolder = "assets/"
)

// webClient holds the built client in memory: a path that is not in the map is not there, whatever its spelling.
type webClient struct {
	index []byte
	files map[string]webFile
}

type webFile struct {
	content, zipped []byte // zipped is nil where it is not worth it
	kind            string
	tag             string
}

// loadWeb reads a whole tree. A nil tree gives a client without any page.
func loadWeb(tree fs.FS) (*webClient, error) {
	w := &webClient{files: map[string]webFile{}}
	if tree == nil {
		return w, nil
	}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if name == indexFile {
			w.index = content
			return nil
		}
		w.files[name], err = newWebFile(name, content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the web client: %w", err)
	}
	if w.index == nil {
		return nil, errors.New("reading the web client: it has no index.html")
	}
	return w, nil
}

func newWebFile(name string, content []byte) (webFile, error) {
	f := webFile{content: content, kind: contentType(name)}
	sum := sha256.Sum256(content)
	f.tag = `"` + hex.EncodeToString(sum[:16]) + `"`
	if !compressible(f.kind) || len(content) < 1024 {
		return f, nil
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(content); err != nil {
		return f, err
	}
	if err := z.Close(); err != nil {
		return f, err
	}
	f.zipped = out.Bytes()
	return f, nil
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	case ".wasm":
		return "application/wasm"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return echo.MIMEOctetStream
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "svg") ||
		strings.Contains(kind, "wasm")
}

func (s *Server) webRoutes() {
	s.echo.GET("/*", s.page)
	s.echo.HEAD("/*", s.page)
}

// page serves a file of the client, or the client itself for the paths that it routes.
func (s *Server) page(c echo.Context) error {
	name := strings.TrimPrefix(c.Request().URL.Path, "/")
	if f, ok := s.web.files[name]; ok {
		return s.file(c, name, f)
	}
	if s.web.index == nil || !routedByClient(name) {
		return errNotFound
	}
	nonce := rand.Text()
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, contentPolicy(nonce, s.cfg.ConnectSources))
	h.Set("Cache-Control", "no-store")
	return c.HTMLBlob(http.StatusOK, bytes.ReplaceAll(s.web.index, []byte(noncePlaceholder), []byte(nonce)))
}

// routedByClient is false for what is never a page: the API, and files that are missing.
func routedByClient(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch first {
	case "api", "ws", "debug", "metrics", "assets", "healthz", "readyz", "whip", "whep":
		return false
	}
	return !strings.ContainsAny(name, ".\\%") && !strings.Contains(name, "//") && !strings.HasPrefix(name, "/")
}

func (s *Server) file(c echo.Context, name string, f webFile) error {
	h := c.Response().Header()
	// A worker is bound by the policy of its own file.
	h.Set(echo.HeaderContentSecurityPolicy, contentPolicy("", s.cfg.ConnectSources))
	if strings.HasPrefix(name, hashedFolder) {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	return send(c, f)
}

// send answers with a file that the client may have already.
func send(c echo.Context, f webFile) error {
	h := c.Response().Header()
	h.Set("ETag", f.tag)
	if c.Request().Header.Get("If-None-Match") == f.tag {
		return c.NoContent(http.StatusNotModified)
	}
	if f.zipped == nil {
		return c.Blob(http.StatusOK, f.kind, f.content)
	}
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if !strings.Contains(c.Request().Header.Get(echo.HeaderAcceptEncoding), "gzip") {
		return c.Blob(http.StatusOK, f.kind, f.content)
	}
	h.Set(echo.HeaderContentEncoding, "gzip")
	return c.Blob(http.StatusOK, f.kind, f.zipped)
}
