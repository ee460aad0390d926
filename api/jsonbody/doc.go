// Package jsonbody reads the JSON bodies of requests, more strictly than encoding/json does.
package jsonbody
