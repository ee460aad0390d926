// Package api is Plenum's REST API: accounts, meetings and the way into a meeting.
//
//	request ── request id, log, headers, body limit ── route ── bearer or cookie check ── rate limit
//	              │                                                                          │
//	              └── web client (embedded files, index.html with a nonce per response)   handler
//	                                                                                         │
//	                                    decode (strict) ── check (fields) ── store, signaling ── JSON
//
// There is one file per resource: auth, meetings, join, messages, participants, health. Each holds its
// routes, its request and response structs, then its handlers. A handler decodes, checks, asks and
// renders; rows of the store never leave as JSON. openapi.yaml describes every route, and a test
// compares the two.
//
// Calls under /api/admin are added by adminRoute, which names the scope that an API key needs for them. They are answered on
// the admin listener, and on the public one only with Config.PublicAdmin; administratorOf says who calls.
//
// What happens inside a meeting is the business of package signaling, which also serves /ws; media is
// the business of package sfu. The admin listener (debug, pprof) has a handler of its own, so that
// nothing of it can be reached through the public port.
package api
