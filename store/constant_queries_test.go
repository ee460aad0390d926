package store_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// These turn their first argument into the text of a query. The value says at which place the text stands.
var textOfQuery = map[string]int{
	"Select": 0, "Order": 0, "Group": 0, "Having": 0, "Table": 0, "Joins": 0, "Pluck": 0, "Distinct": 0, "Omit": 0,
	"Raw": 0, "Exec": 0, "Where": 0, "Not": 0, "Or": 0, "Expr": 0, "First": 1, "Last": 1, "Take": 1, "Find": 1, "Delete": 1,
	"QueryContext": 1, "QueryRowContext": 1, "ExecContext": 1, "PrepareContext": 1, "Update": 0,
}

// builtQueries lists the places in a package where the text of a query is not a constant.
func builtQueries(set *token.FileSet, files []*ast.File) (found []string) {
	constants := map[string]bool{}
	for _, file := range files {
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, s := range g.Specs {
					for _, name := range s.(*ast.ValueSpec).Names {
						constants[name.Name] = true
					}
				}
			}
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			place, ok := textOfQuery[method.Sel.Name]
			if ok && len(call.Args) > place && !constant(call.Args[place], constants) {
				found = append(found, fmt.Sprintf("%s: %s", set.Position(call.Pos()), method.Sel.Name))
			}
			return true
		})
	}
	return found
}

func constant(e ast.Expr, constants map[string]bool) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return constants[e.Name]
	case *ast.ParenExpr:
		return constant(e.X, constants)
	case *ast.BinaryExpr:
		return constant(e.X, constants) && constant(e.Y, constants)
	}
	return false
}

func TestTheTextOfAQueryIsAConstant(t *testing.T) {
	set := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	if len(files) < 10 {
		t.Errorf("%d files looked at", len(files))
	}
	for _, place := range builtQueries(set, files) {
		t.Errorf("%s: its text is put together at run time; use a constant and values by parameter", place)
	}
}

func TestABuiltQueryIsNoticed(t *testing.T) {
	for code, want := range map[string]bool{
		`db.Where("id = ?", id)`:                         false,
		`db.Where("id = ?" + " AND x", id)`:              false,
		`db.Raw(query, id)`:                              false,
		`db.Where("name = '" + name + "'")`:              true,
		`db.Order(column)`:                               true,
		`db.Order(fmt.Sprintf("%s DESC", column))`:       true,
		`db.Model(&User{}).Select("id").Where(wish)`:     true,
		`db.First(&u, wish)`:                             true,
		`gorm.G[User](db).Where("id = ?", id).Take(ctx)`: false,
		`gorm.Expr("COALESCE(x, ?)", now)`:               false,
		`gorm.Expr(wish)`:                                true,
		`conn.ExecContext(ctx, "SELECT " + column)`:      true,
	} {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, "x.go", "package x\nconst query = `SELECT 1`\nfunc f() { "+code+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := builtQueries(set, []*ast.File{file}); (len(got) > 0) != want {
			t.Errorf("%s: noticed %v, want %v", code, got, want)
		}
	}
}
