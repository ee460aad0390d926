package webclient

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestAssetsNamesTheMissingBuild(t *testing.T) {
	_, err := assets(fstest.MapFS{"dist/.gitkeep": {}})
	if !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("got %v, want ErrNotBuilt", err)
	}
}

func TestAssetsHasIndexAtItsRoot(t *testing.T) {
	root, err := assets(fstest.MapFS{
		"dist/index.html":    {Data: []byte("<!doctype html>")},
		"dist/assets/app.js": {Data: []byte("1")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "assets/app.js"} {
		if _, err := fs.Stat(root, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAssetsOfThisBinary(t *testing.T) {
	root, err := Assets()
	if errors.Is(err, ErrNotBuilt) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fs.Stat(root, "index.html"); err != nil {
		t.Error(err)
	}
}
