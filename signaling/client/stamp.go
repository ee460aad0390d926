package client

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"sync"
	"time"
)

// stampSize is what a stamp takes at the end of a payload.
const stampSize = 17

var stampMagic = [4]byte{'p', 'l', 's', 't'}

// Stamp says of a payload when it was sent and from which layer it is. Feeds that ask for it (Frame.Stamped) leave
// the last bytes of each payload free, where no decoder looks.
type Stamp struct {
	Sent  time.Time
	Layer int
	// Here is true if it was sent on this machine, so that Sent is by the same clock.
	Here bool
}

// ReadStamp finds the stamp at the end of a payload, if there is one.
func ReadStamp(payload []byte) (Stamp, bool) {
	if len(payload) < stampSize {
		return Stamp{}, false
	}
	s := payload[len(payload)-stampSize:]
	if [4]byte(s) != stampMagic {
		return Stamp{}, false
	}
	return Stamp{
		Here:  binary.BigEndian.Uint32(s[4:]) == clockID(),
		Layer: int(s[8]),
		Sent:  time.Unix(0, int64(binary.BigEndian.Uint64(s[9:]))),
	}, true
}

// writeStamp writes over the end of a payload, if it is long enough.
func writeStamp(payload []byte, layer int, now time.Time) {
	if len(payload) < stampSize {
		return
	}
	s := payload[len(payload)-stampSize:]
	copy(s, stampMagic[:])
	binary.BigEndian.PutUint32(s[4:], clockID())
	s[8] = byte(layer)
	binary.BigEndian.PutUint64(s[9:], uint64(now.UnixNano()))
}

// clockID names this machine's clock: two processes on one machine share it.
var clockID = sync.OnceValue(func() uint32 {
	if boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		return crc32.ChecksumIEEE(boot)
	}
	name, err := os.Hostname()
	if err != nil {
		name = "localhost"
	}
	return crc32.ChecksumIEEE([]byte(name))
})
