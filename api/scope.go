package api

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is one thing that an API key may do.
type Scope string

// The scopes. Each route under /api/admin asks for one of them.
const (
	ScopeRoomsRead         Scope = "rooms:read"
	ScopeRoomsWrite        Scope = "rooms:write"
	ScopeParticipantsWrite Scope = "participants:write"
	ScopeUsersRead         Scope = "users:read"
	ScopeUsersWrite        Scope = "users:write"
	ScopeKeys              Scope = "keys"
	ScopeWebhooks          Scope = "webhooks"
	ScopeNodeDrain         Scope = "node:drain"
	ScopeStreams           Scope = "streams"
	ScopeAudit             Scope = "audit"
)

var scopes = []Scope{
	ScopeRoomsRead, ScopeRoomsWrite, ScopeParticipantsWrite, ScopeUsersRead, ScopeUsersWrite, ScopeKeys, ScopeWebhooks, ScopeNodeDrain,
	ScopeStreams, ScopeAudit,
}

// Scopes lists all of them.
func Scopes() []Scope { return slices.Clone(scopes) }

// ScopeNames lists them for people.
func ScopeNames() string { return joinScopes(scopes, ", ") }

// parseScopes checks names and brings them into the order of the list, each once.
func parseScopes(names []string) ([]Scope, error) {
	for _, name := range names {
		if !slices.Contains(scopes, Scope(name)) {
			return nil, fmt.Errorf("%.64q is no scope; there are %s", name, ScopeNames())
		}
	}
	return slices.DeleteFunc(Scopes(), func(s Scope) bool { return !slices.Contains(names, string(s)) }), nil
}

// storedScopes reads what a key's record says; what this version does not know is left out.
func storedScopes(text string) []Scope {
	names := strings.Fields(text)
	return slices.DeleteFunc(Scopes(), func(s Scope) bool { return !slices.Contains(names, string(s)) })
}

func joinScopes(list []Scope, between string) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = string(s)
	}
	return strings.Join(names, between)
}
