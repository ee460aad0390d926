package loadtest

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"time"
)

// directEvery is the pace of the packets that pass no server, directSize their bytes: those of a full packet of media.
const (
	directEvery = 5 * time.Millisecond
	directSize  = 1200
)

// direct sends packets from one socket of this process to another until the context ends, and says how long they took to
// be read: on this machine, at this load, no server forwards a packet in less.
func direct(ctx context.Context) (h Histogram, err error) {
	to, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return h, fmt.Errorf("open a socket to measure with: %w", err)
	}
	from, err := net.DialUDP("udp", nil, to.LocalAddr().(*net.UDPAddr)) //nolint:forcetypeassert // of a UDP socket
	if err != nil {
		_ = to.Close() // the first error says it
		return h, fmt.Errorf("open a socket to measure with: %w", err)
	}
	defer func() { _ = from.Close() }() // nothing is left to send
	began := time.Now()
	read := make(chan struct{})
	go func() {
		defer close(read)
		b := make([]byte, directSize)
		for {
			if _, err := to.Read(b); err != nil {
				return // closed below
			}
			h.Add(time.Since(began) - time.Duration(binary.BigEndian.Uint64(b))) //nolint:gosec // written below
		}
	}()
	every := time.NewTicker(directEvery)
	defer every.Stop()
	for b := make([]byte, directSize); ; {
		select {
		case <-ctx.Done():
			_ = to.Close() // ends the reader
			<-read
			return h, nil
		case <-every.C:
			binary.BigEndian.PutUint64(b, uint64(time.Since(began))) //nolint:gosec // not negative
			if _, err := from.Write(b); err != nil {
				_ = to.Close()
				<-read
				return h, fmt.Errorf("send a packet to measure with: %w", err)
			}
		}
	}
}
