package webclient

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// ErrNotBuilt says that the binary was compiled without a build of the web client.
var ErrNotBuilt = errors.New("this plenum was built without the web client: run `task build` (or `npm ci && npm run build` in webclient, then build plenum again)")

// dist always holds .gitkeep, so that a checkout compiles before the first build of the client.
//
//go:embed all:dist
var dist embed.FS

// Assets is the built client with index.html at its root. It fails with ErrNotBuilt if there is none.
func Assets() (fs.FS, error) {
	return assets(dist)
}

func assets(tree fs.FS) (fs.FS, error) {
	root, err := fs.Sub(tree, "dist")
	if err != nil {
		return nil, fmt.Errorf("opening the embedded web client: %w", err)
	}
	if _, err := fs.Stat(root, "index.html"); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrNotBuilt
		}
		return nil, fmt.Errorf("looking for the embedded index.html: %w", err)
	}
	return root, nil
}
