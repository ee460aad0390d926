package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// fileLimit is how many files the process may open. The runtime has raised it to what it may be.
func fileLimit() *uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil
	}
	return &limit.Max
}

// bufferLimits are what the kernel grants a socket; nil where it does not say.
func bufferLimits() *bufferFacts {
	receive, ok := kernelNumber("/proc/sys/net/core/rmem_max")
	send, too := kernelNumber("/proc/sys/net/core/wmem_max")
	if !ok || !too {
		return nil
	}
	return &bufferFacts{receive, send}
}

func kernelNumber(path string) (uint64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	number, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return number, err == nil
}

// mergesDatagrams tells whether the kernel hands over what arrives in a row as one (UDP GRO).
func mergesDatagrams() bool {
	const udpGRO = 104 // linux/udp.h
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Close(fd) }()
	return syscall.SetsockoptInt(fd, syscall.IPPROTO_UDP, udpGRO, 1) == nil
}
