//go:build !linux

package main

// fileLimit is not looked at here.
func fileLimit() *uint64 { return nil }

// bufferLimits are not looked at here.
func bufferLimits() *bufferFacts { return nil }

// mergesDatagrams is for Linux.
func mergesDatagrams() bool { return false }
