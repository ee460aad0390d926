package loss

import "time"

// keyFrameInterval is the least time between two PLIs to one publication.
const keyFrameInterval = 200 * time.Millisecond

// KeyFrames turns the key frame requests of all slots that show one publication into as
// few PLIs as do: a PLI on one layer gives key frames on all. A request inside the
// interval is deferred to its end, never discarded: a throttle that discards the last
// request freezes a viewer. The zero value is ready.
type KeyFrames struct {
	sent      time.Time
	asked     time.Time // of the oldest request that is open
	requested bool
}

// Request notes that a key frame is needed.
func (k *KeyFrames) Request(now time.Time) {
	if !k.requested {
		k.requested, k.asked = true, now
	}
}

// Seen notes that a key frame came: it serves every request so far.
func (k *KeyFrames) Seen(now time.Time) { k.requested = false }

// Due reports whether to send a PLI now, and takes it as sent.
func (k *KeyFrames) Due(now time.Time) bool {
	at, ok := k.Deadline()
	if !ok || now.Before(at) {
		return false
	}
	k.requested, k.sent = false, now
	return true
}

// Deadline says when Due will be true, false if nothing is requested.
func (k *KeyFrames) Deadline() (time.Time, bool) {
	if !k.requested {
		return time.Time{}, false
	}
	if at := k.sent.Add(keyFrameInterval); !k.sent.IsZero() && at.After(k.asked) {
		return at, true
	}
	return k.asked, true
}
