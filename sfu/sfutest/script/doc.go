// Package script reads the scenario files of tests: blocks of commands, and what came of them.
//
//	# A comment.
//	join alice            Play: each command to the test, in order ─> the file as it should read
//	----                                                                │
//	alice is in           Files: each file of testdata as a test of its own; differs? fails, or with -update is rewritten
//
// What a command means is the test's business, and so is what it prints.
package script
