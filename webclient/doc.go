// Package webclient holds the browser client and hands its build to the server.
//
//	src/ ──vite build──▶ dist/ ──go:embed──▶ Assets() ──▶ api serves it
//
// The client itself is TypeScript: src/call is the engine without React, src/layout the pure layouts, src/ui the
// components and src/pages the screens. This package knows nothing of HTTP: caching, headers and the fallback to
// index.html belong to the api package.
package webclient
