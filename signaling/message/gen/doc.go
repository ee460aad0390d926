// Command gen writes the web client's protocol types from the Go structs of package message.
//
//	message/*.go ── parse ──> declarations ──> webclient/src/protocol/messages.ts
//
// Structs become interfaces, string types with constants become unions, the messages of each direction
// become one union that "type" discriminates. Doc comments come along. The output is as prettier leaves it.
package main
