package loss

import "time"

// maxStreams is how many encodings a publication has at most.
const maxStreams = 3

const (
	streamGap       = 200 * time.Millisecond // least time between two requests to one publication
	maxAgain        = time.Second            // longest time until a request is repeated
	receiverGap     = 200 * time.Millisecond // least time between two requests of one receiver for one stream, or the round trip
	receiverMax     = 3                      // … and so many of them …
	receiverWindow  = 3 * time.Second        // … in this time
	giveUpAfter     = 10 * time.Second
	maxReceivers    = 4096
	sweepGap        = time.Second
	assumedInterval = 200 * time.Millisecond
	expectedWithin  = 400 * time.Millisecond // and the round trip: a stream that was turned on begins with a key frame
)

// Server is the receiver whose requests are limited only with everybody's: a slot that waits has its own patience.
const Server = 0

// KeyFrames turns the key frame requests of all receivers of one publication into as few as do. It repeats a request
// until the key frame is seen, and defers what comes too soon: a throttle that discards the last request freezes a
// viewer. The zero value is ready. ALGORITHM.md says more.
type KeyFrames struct {
	rtt       time.Duration
	flows     uint8     // a bit for each stream that comes, 0 while none does
	sent      time.Time // latest request, of any stream
	streams   [maxStreams]wanted
	receivers map[receiver]*asked
	deferred  time.Time // when the first deferred request is due; zero for none
	swept     time.Time
	gaveUp    uint8
	failures  uint64
}

// wanted is a stream of which a key frame may be awaited.
type wanted struct {
	open  bool
	since time.Time // when it was opened
	next  time.Time // ask then
	sent  time.Time // latest request
	seen  time.Time // latest key frame
}

// receiver is one viewer of one stream.
type receiver struct {
	id     uint64
	stream int8
}

// asked is what one receiver asked of one stream.
type asked struct {
	at       [receiverMax]time.Time // latest, a ring
	n        int
	deferred time.Time // when the request that waits came; zero for none
}

// SetRTT tells the round trip to the publisher, 0 if it is not known.
func (k *KeyFrames) SetRTT(rtt time.Duration) { k.rtt = rtt }

// SetFlows says which streams come at present, a bit each; 0 for none, or if it is not known.
func (k *KeyFrames) SetFlows(streams uint8) { k.flows = streams }

// futile reports whether to ask for a stream once more is of no use: others come, and this one does not. It begins with a
// key frame when it does, while each request costs a key frame of the others.
func (k *KeyFrames) futile(stream int8) bool {
	w := &k.streams[stream]
	return k.absent(stream) && !w.sent.Before(w.since)
}

func (k *KeyFrames) absent(stream int8) bool { return k.flows != 0 && k.flows&(1<<stream) == 0 }

// Request notes that a receiver needs a key frame of a stream.
func (k *KeyFrames) Request(now time.Time, id uint64, stream int8) {
	if stream < 0 || stream >= maxStreams || k.streams[stream].open {
		return // what is asked for already serves this one too
	}
	if id != Server && !k.admit(now, receiver{id, stream}) {
		return
	}
	k.open(now, stream)
}

// Expect notes that a stream which did not come was turned on. It begins with a key frame: only if none comes is it asked for.
func (k *KeyFrames) Expect(now time.Time, stream int8) {
	if stream < 0 || stream >= maxStreams || k.streams[stream].open {
		return
	}
	k.streams[stream].open, k.streams[stream].since = true, now
	k.streams[stream].next = now.Add(expectedWithin + k.rtt)
}

// admit takes a receiver's request, or defers it.
func (k *KeyFrames) admit(now time.Time, r receiver) bool {
	a := k.receivers[r]
	if a == nil {
		k.sweep(now)
		if len(k.receivers) >= maxReceivers {
			return true // the limit of the stream holds
		}
		if k.receivers == nil {
			k.receivers = map[receiver]*asked{}
		}
		a = &asked{}
		k.receivers[r] = a
	}
	if at := a.allowed(k.rtt); at.After(now) {
		a.deferred = now
		if k.deferred.IsZero() || at.Before(k.deferred) {
			k.deferred = at
		}
		return false
	}
	a.note(now)
	return true
}

// allowed is when the next request may go out.
func (a *asked) allowed(rtt time.Duration) time.Time {
	if a.n == 0 {
		return time.Time{}
	}
	at := a.at[(a.n-1)%receiverMax].Add(max(receiverGap, rtt))
	if a.n >= receiverMax {
		if oldest := a.at[a.n%receiverMax].Add(receiverWindow); oldest.After(at) {
			at = oldest
		}
	}
	return at
}

func (a *asked) note(now time.Time) {
	a.at[a.n%receiverMax] = now
	a.n++
	a.deferred = time.Time{}
}

// sweep forgets receivers that asked for nothing in a while.
func (k *KeyFrames) sweep(now time.Time) {
	if now.Sub(k.swept) < sweepGap {
		return
	}
	k.swept = now
	for r, a := range k.receivers {
		if a.deferred.IsZero() && now.Sub(a.at[(a.n-1+receiverMax)%receiverMax]) >= receiverWindow {
			delete(k.receivers, r)
		}
	}
}

func (k *KeyFrames) open(now time.Time, stream int8) {
	w := &k.streams[stream]
	if w.open {
		return
	}
	w.open, w.since, w.next = true, now, now
	if again := w.sent.Add(streamGap); !w.sent.IsZero() && again.After(now) {
		w.next = again
	}
}

// Seen notes that a key frame of a stream came: it serves every request for it so far.
func (k *KeyFrames) Seen(now time.Time, stream int8) {
	if stream < 0 || stream >= maxStreams {
		return
	}
	k.streams[stream].open = false
	k.streams[stream].seen = now
}

// Due returns the stream to ask for a key frame now, and takes it as asked. Call it until ok is false.
func (k *KeyFrames) Due(now time.Time) (stream int8, ok bool) {
	k.promote(now)
	k.expire(now)
	if !k.sent.IsZero() && now.Sub(k.sent) < streamGap {
		return -1, false
	}
	stream = -1
	for i := range int8(maxStreams) {
		w := &k.streams[i]
		// Browsers answer one request with key frames of all streams, so the lowest does for all; should it not, the
		// others have their turn.
		if w.open && !now.Before(w.next) && !k.futile(i) && (stream < 0 || w.sent.Before(k.streams[stream].sent)) {
			stream = i
		}
	}
	if stream < 0 {
		return -1, false
	}
	k.sent = now
	k.streams[stream].sent = now
	again := now.Add(k.again())
	for i := range k.streams {
		if w := &k.streams[i]; w.open {
			w.next = again
		}
	}
	return stream, true
}

// again is how long to wait for a key frame before asking once more.
func (k *KeyFrames) again() time.Duration { return min(max(2*k.rtt, assumedInterval), maxAgain) }

// promote opens the requests whose deferral has ended, unless a key frame came meanwhile.
func (k *KeyFrames) promote(now time.Time) {
	if k.deferred.IsZero() || now.Before(k.deferred) {
		return
	}
	k.deferred = time.Time{}
	for r, a := range k.receivers {
		switch {
		case a.deferred.IsZero():
		case k.streams[r.stream].open || !a.deferred.After(k.streams[r.stream].seen):
			a.deferred = time.Time{}
		default:
			if at := a.allowed(k.rtt); at.After(now) {
				if k.deferred.IsZero() || at.Before(k.deferred) {
					k.deferred = at
				}
				continue
			}
			a.note(now)
			k.open(now, r.stream)
		}
	}
}

// expire gives up on key frames that do not come.
func (k *KeyFrames) expire(now time.Time) {
	for i := range int8(maxStreams) {
		if w := &k.streams[i]; w.open && now.Sub(w.since) >= giveUpAfter {
			w.open = false
			if k.absent(i) {
				continue // a publisher may send fewer streams than it announced
			}
			k.gaveUp |= 1 << i
			k.failures++
		}
	}
}

// GaveUp has a bit for each stream whose key frame was given up on since the last call.
func (k *KeyFrames) GaveUp() (streams uint8) {
	streams, k.gaveUp = k.gaveUp, 0
	return streams
}

// Failures counts how often a key frame was given up on.
func (k *KeyFrames) Failures() uint64 { return k.failures }

// Waiting is how long the oldest open request has waited, 0 for none.
func (k *KeyFrames) Waiting(now time.Time) (longest time.Duration) {
	for i := range k.streams {
		if w := &k.streams[i]; w.open {
			longest = max(longest, now.Sub(w.since))
		}
	}
	return longest
}

// Deadline says when to call Due next, false if nothing is requested.
func (k *KeyFrames) Deadline() (time.Time, bool) {
	at := k.deferred
	for i := range int8(maxStreams) {
		w := &k.streams[i]
		if !w.open {
			continue
		}
		next := w.next
		if k.futile(i) {
			next = w.since.Add(giveUpAfter)
		}
		if gap := k.sent.Add(streamGap); !k.sent.IsZero() && gap.After(next) {
			next = gap
		}
		if at.IsZero() || next.Before(at) {
			at = next
		}
	}
	return at, !at.IsZero()
}
