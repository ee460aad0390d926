package signaling

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/plenum-meet/plenum/signaling/message"
)

// limits are one socket's allowances.
type limits struct {
	all *rate.Limiter
	// bytes are limited too: decoding is work in proportion.
	bytes *rate.Limiter
	class [message.Rates]*rate.Limiter
}

func newLimits() *limits {
	return &limits{
		all:   rate.NewLimiter(50, 100),
		bytes: rate.NewLimiter(message.MaxSize, 4*message.MaxSize),
		class: [message.Rates]*rate.Limiter{
			message.ChatRate:   rate.NewLimiter(5, 10),
			message.OfferRate:  rate.NewLimiter(2, 4),
			message.ToggleRate: rate.NewLimiter(5, 10),
			message.HandRate:   rate.NewLimiter(1, 3),
			message.StatsRate:  rate.NewLimiter(0.2, 2),

			message.ReactRate:      rate.NewLimiter(5, 5),
			message.TypingRate:     rate.NewLimiter(1, 3),
			message.ModerationRate: rate.NewLimiter(10, 20),
		},
	}
}

// flooded says that the socket sends more than any client would.
func (l *limits) flooded(now time.Time, size int) bool {
	return !l.all.AllowN(now, 1) || !l.bytes.AllowN(now, size)
}

// allow says whether another message of a class may pass.
func (l *limits) allow(now time.Time, class message.Rate) bool {
	limiter := l.class[class]
	return limiter == nil || limiter.AllowN(now, 1)
}
