package store

import (
	"crypto/rand"
	"time"

	"github.com/oklog/ulid/v2"
)

// NewID makes a ULID: 26 characters whose order is the order of at, to the millisecond.
func NewID(at time.Time) string {
	return ulid.MustNew(ulid.Timestamp(at), rand.Reader).String()
}

// fillID gives a new record its id; one that has an id keeps it.
func fillID(id *string, at time.Time) {
	if *id == "" {
		*id = NewID(at)
	}
}

// stamp brings a time into the form that both dialects store: UTC with microseconds. A zero time becomes now.
func stamp(at time.Time) time.Time {
	if at.IsZero() {
		at = time.Now()
	}
	return at.UTC().Truncate(time.Microsecond)
}

func stampAll(times ...*time.Time) {
	for _, at := range times {
		if at != nil {
			*at = stamp(*at)
		}
	}
}
