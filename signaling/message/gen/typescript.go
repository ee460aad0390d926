package main

import (
	"fmt"
	"strings"
	"unicode"
)

// width is prettier's printWidth in this project.
const width = 100

// Generate returns the TypeScript module for the package in dir.
func Generate(dir string) ([]byte, error) {
	d, err := read(dir)
	if err != nil {
		return nil, err
	}
	w := &writer{}
	w.line("// Code generated from signaling/message by `go generate ./signaling/message`. DO NOT EDIT.")
	for _, c := range d.constants {
		w.gap()
		w.doc("", c.name, c.doc)
		w.line("export const %s = %s;", upperSnake(c.name), c.value)
	}
	for _, v := range d.values {
		w.gap()
		w.valueType(v)
	}
	for _, s := range d.structs {
		w.gap()
		w.structType(s)
	}
	w.union("ClientMessage", "ClientMessage is one of the messages that a client may send.", d.client)
	w.union("ServerMessage", "ServerMessage is one of the messages that the server may send.", d.server)
	return []byte(w.text.String()), nil
}

type writer struct{ text strings.Builder }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.text, format+"\n", args...)
}

func (w *writer) gap() { w.text.WriteString("\n") }

// doc writes a doc comment; the Go name in it becomes the TypeScript one.
func (w *writer) doc(indent, name, doc string) {
	if doc == "" {
		return
	}
	if strings.HasPrefix(doc, name+" ") {
		doc = rename(name) + strings.TrimPrefix(doc, name)
	}
	lines := strings.Split(doc, "\n")
	if len(lines) == 1 {
		w.line("%s/** %s */", indent, doc)
		return
	}
	w.line("%s/**", indent)
	for _, line := range lines {
		w.line("%s", strings.TrimRight(indent+" * "+line, " "))
	}
	w.line("%s */", indent)
}

// valueType writes a string type as the union of its values and a number type as an object of names.
func (w *writer) valueType(v valueType) {
	if v.base == "number" {
		w.numbers(v)
		return
	}
	doc := v.doc
	values := make([]string, len(v.constants))
	for i, c := range v.constants {
		values[i] = c.value
		if c.doc != "" {
			doc += "\n- `" + strings.Trim(c.value, "'") + "`" + strings.TrimPrefix(c.doc, c.name)
		}
	}
	w.doc("", v.name, doc)
	one := fmt.Sprintf("export type %s = %s;", rename(v.name), strings.Join(values, " | "))
	if len(one) <= width {
		w.line("%s", one)
		return
	}
	w.line("export type %s =", rename(v.name))
	for i, value := range values {
		end := ""
		if i == len(values)-1 {
			end = ";"
		}
		w.line("  | %s%s", value, end)
	}
}

func (w *writer) numbers(v valueType) {
	name := upperSnake(v.name) + "S"
	w.doc("", v.name, v.doc)
	w.line("export const %s = {", name)
	for _, c := range v.constants {
		key := lowerFirst(strings.TrimPrefix(c.name, strings.TrimSuffix(v.name, "Code")))
		w.doc("  ", c.name, key+strings.TrimPrefix(c.doc, c.name))
		w.line("  %s: %s,", key, c.value)
	}
	w.line("} as const;")
	w.line("export type %s = (typeof %s)[keyof typeof %s];", rename(v.name), name, name)
}

func (w *writer) structType(s structType) {
	w.doc("", s.name, s.doc)
	if len(s.fields) == 0 {
		w.line("export type %s = Record<string, never>;", rename(s.name))
		return
	}
	w.line("export interface %s {", rename(s.name))
	for _, f := range s.fields {
		w.doc("  ", f.name, f.doc)
		mark := ""
		if f.optional {
			mark = "?"
		}
		w.line("  %s%s: %s;", f.name, mark, f.typ)
	}
	w.line("}")
}

func (w *writer) union(name, doc string, messages []wireMessage) {
	w.gap()
	w.doc("", name, doc)
	w.line("export type %s =", name)
	for i, m := range messages {
		end := ""
		if i == len(messages)-1 {
			end = ";"
		}
		w.line("  | { type: %s; data: %s }%s", quote(m.wire), rename(m.goType), end)
	}
}

// upperSnake turns GrantPrefix into GRANT_PREFIX.
func upperSnake(name string) string {
	var out strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToUpper(r))
	}
	return out.String()
}

// lowerFirst turns TakenOver into takenOver.
func lowerFirst(name string) string {
	return strings.ToLower(name[:1]) + name[1:]
}
