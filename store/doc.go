// Package store keeps what must outlive a meeting: people, meetings, who took part, what was said, sign-ins and the audit trail.
//
//	api, signaling ──questions in the product's words──▶ Store ──GORM──▶ SQLite file (default)
//	               ◀──plain structs, Err… sentinels────         └──────▶ MySQL or MariaDB
//	                                                     migrate/<dialect>/*.sql ──goose──▶ schema
//
// One file per record, in which the struct comes first and its questions follow. Both dialects behave the same and share their tests:
// times are UTC with microseconds, ids are ULIDs, e-mail addresses are lower case, an update counts the rows it found.
//
// SQLite has a single connection, so inside InTx only the given *Store may be used; another one waits in vain and gets ErrUnavailable.
// What it leaves to others: validation of input, hashing of passwords and tokens, every decision about who may do what.
package store
