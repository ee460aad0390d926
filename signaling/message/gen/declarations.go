package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// declarations is what the generator needs of package message, in the order of the files.
type declarations struct {
	structs   []structType
	values    []valueType
	constants []constant
	// client and server are the messages of each direction.
	client, server []wireMessage
}

type structType struct {
	name, doc string
	fields    []field
}

type field struct {
	name, doc, typ string
	optional       bool
}

// valueType is a named string or number with its constants.
type valueType struct {
	name, doc, base string
	constants       []constant
}

type constant struct{ name, doc, value string }

type wireMessage struct{ wire, goType string }

// files are read in this order; the rest of the package is no business of the client.
var files = []string{"envelope.go", "code.go", "people.go", "client.go", "moderation.go", "server.go", "chat.go"}

func read(dir string) (*declarations, error) {
	d := &declarations{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if err := d.add(decl); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return d, nil
}

func (d *declarations) add(decl ast.Decl) error {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		return d.addMethod(decl)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if err := d.addType(spec, comment(decl.Doc, spec.Doc)); err != nil {
					return err
				}
			case *ast.ValueSpec:
				if decl.Tok == token.CONST {
					d.addConstants(spec, len(decl.Specs) == 1, decl.Doc)
				}
			}
		}
	}
	return nil
}

func (d *declarations) addType(spec *ast.TypeSpec, doc string) error {
	switch typ := spec.Type.(type) {
	case *ast.StructType:
		s := structType{name: spec.Name.Name, doc: doc}
		for _, f := range typ.Fields.List {
			out, err := readField(f)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.fields = append(s.fields, out)
		}
		d.structs = append(d.structs, s)
	case *ast.Ident:
		base, err := typeScript(typ)
		if err != nil {
			return err
		}
		d.values = append(d.values, valueType{name: spec.Name.Name, doc: doc, base: base})
	}
	return nil
}

func readField(f *ast.Field) (field, error) {
	if len(f.Names) != 1 || f.Tag == nil {
		return field{}, fmt.Errorf("a field needs one name and a json tag")
	}
	raw, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return field{}, err
	}
	_, tag, _ := strings.Cut(raw, `json:"`)
	tag, _, _ = strings.Cut(tag, `"`)
	name, options, _ := strings.Cut(tag, ",")
	typ, err := typeScript(f.Type)
	if err != nil {
		return field{}, fmt.Errorf("%s: %w", name, err)
	}
	return field{name: name, doc: comment(f.Doc), typ: typ, optional: options == "omitempty" || options == "omitzero"}, nil
}

func (d *declarations) addConstants(spec *ast.ValueSpec, alone bool, outer *ast.CommentGroup) {
	doc := comment(spec.Doc)
	if doc == "" && alone {
		doc = comment(outer)
	}
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			return
		}
		literal, ok := spec.Values[i].(*ast.BasicLit)
		if !ok {
			continue
		}
		c := constant{name: name.Name, doc: doc, value: literal.Value}
		if literal.Kind == token.STRING {
			text, _ := strconv.Unquote(literal.Value)
			c.value = quote(text)
		}
		d.keep(spec.Type, c)
	}
}

// keep puts a typed constant with its type and an untyped one with the module's own.
func (d *declarations) keep(typ ast.Expr, c constant) {
	ident, ok := typ.(*ast.Ident)
	if !ok {
		d.constants = append(d.constants, c)
		return
	}
	for i := range d.values {
		if d.values[i].name == ident.Name {
			d.values[i].constants = append(d.values[i].constants, c)
		}
	}
}

// addMethod finds `func (X) clientMessage() string { return "x:y" }`.
func (d *declarations) addMethod(decl *ast.FuncDecl) error {
	if decl.Recv == nil || decl.Body == nil {
		return nil
	}
	var list *[]wireMessage
	switch decl.Name.Name {
	case "clientMessage":
		list = &d.client
	case "serverMessage":
		list = &d.server
	default:
		return nil
	}
	receiver, ok := decl.Recv.List[0].Type.(*ast.Ident)
	if !ok || len(decl.Body.List) != 1 {
		return fmt.Errorf("%s must return its type's name on a value receiver", decl.Name.Name)
	}
	ret, ok := decl.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return fmt.Errorf("%s of %s must only return a literal", decl.Name.Name, receiver.Name)
	}
	literal, ok := ret.Results[0].(*ast.BasicLit)
	if !ok {
		return fmt.Errorf("%s of %s must return a literal", decl.Name.Name, receiver.Name)
	}
	wire, err := strconv.Unquote(literal.Value)
	if err != nil {
		return err
	}
	*list = append(*list, wireMessage{wire: wire, goType: receiver.Name})
	return nil
}

// typeScript gives the TypeScript for a Go type of the protocol.
func typeScript(expr ast.Expr) (string, error) {
	switch expr := expr.(type) {
	case *ast.Ident:
		switch expr.Name {
		case "string", "bool":
			return map[string]string{"string": "string", "bool": "boolean"}[expr.Name], nil
		case "int", "int64", "uint8", "uint32", "uint64", "float64":
			return "number", nil
		}
		return rename(expr.Name), nil
	case *ast.ArrayType:
		element, err := typeScript(expr.Elt)
		return element + "[]", err
	case *ast.MapType:
		key, err := typeScript(expr.Key)
		if err != nil {
			return "", err
		}
		value, err := typeScript(expr.Value)
		return "Record<" + key + ", " + value + ">", err
	case *ast.SelectorExpr:
		switch expr.Sel.Name {
		case "Time":
			return "string", nil
		case "RawMessage":
			return "unknown", nil
		}
	case *ast.StarExpr:
		return typeScript(expr.X)
	}
	return "", fmt.Errorf("no TypeScript for %T", expr)
}

// rename keeps a type from hiding a global of the browser.
func rename(name string) string {
	if name == "Error" {
		return "ErrorReply"
	}
	return name
}

func comment(groups ...*ast.CommentGroup) string {
	for _, group := range groups {
		if group != nil {
			return strings.TrimSpace(group.Text())
		}
	}
	return ""
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `\'`) + "'" }
