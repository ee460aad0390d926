package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const modulePath = "github.com/plenum-meet/plenum"

// sourceTree is the repository as the architecture test sees it.
type sourceTree struct {
	top      []string // names at the top level
	packages []sourcePackage
	paths    []string // of all Go files
}

// sourcePackage is one folder with Go files in it; dir is its path below the top.
type sourcePackage struct {
	dir   string
	files []sourceFile
	tests []sourceFile
}

type sourceFile struct {
	path    string
	set     *token.FileSet
	tree    *ast.File
	imports []string
}

// notSource are folders that hold no Go of ours, wherever they lie.
var notSource = []string{".git", ".bin", ".tmp", ".task", "node_modules", "dist", "testdata", "data"}

func readTree(root fs.FS) (sourceTree, error) {
	var tree sourceTree
	entries, err := fs.ReadDir(root, ".")
	if err != nil {
		return tree, err
	}
	for _, e := range entries {
		tree.top = append(tree.top, e.Name())
	}
	byDir := map[string]*sourcePackage{}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(notSource, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		file, err := readSource(root, name)
		if err != nil {
			return err
		}
		tree.paths = append(tree.paths, name)
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &sourcePackage{dir: dir}
		}
		if strings.HasSuffix(name, "_test.go") {
			byDir[dir].tests = append(byDir[dir].tests, file)
		} else {
			byDir[dir].files = append(byDir[dir].files, file)
		}
		return nil
	})
	for _, p := range byDir {
		tree.packages = append(tree.packages, *p)
	}
	slices.SortFunc(tree.packages, func(a, b sourcePackage) int { return strings.Compare(a.dir, b.dir) })
	return tree, err
}

func readSource(root fs.FS, name string) (sourceFile, error) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return sourceFile{}, err
	}
	file := sourceFile{path: name, set: token.NewFileSet()}
	file.tree, err = parser.ParseFile(file.set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return sourceFile{}, fmt.Errorf("parsing: %w", err)
	}
	for _, spec := range file.tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return sourceFile{}, fmt.Errorf("%s imports %s: %w", name, spec.Path.Value, err)
		}
		file.imports = append(file.imports, imported)
	}
	return file, nil
}

// at names a place as the compiler does.
func (f sourceFile) at(pos token.Pos) string {
	p := f.set.Position(pos)
	return fmt.Sprintf("%s:%d", f.path, p.Line)
}
