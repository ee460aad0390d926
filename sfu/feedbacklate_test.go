package sfu_test

import (
	"testing"
	"time"

	"github.com/plenum-meet/plenum/sfu/sfutest/link"
)

// A link on which nothing arrives at first is measured as soon as something does.
func TestFeedbackThatComesLateIsFeedback(t *testing.T) {
	inCall(t, func(c *call) {
		_, stop := c.filming(nil)
		defer stop()
		c.settle(2 * time.Second)
		grace, path := c.watches("grace", link.Always(link.Conditions{Delay: 20, Rate: 300_000, Queue: 300, Loss: 1}))
		defer path.Close()
		c.settle(5 * time.Second)
		path.Change(narrow(300_000))
		c.settle(20 * time.Second)
		since := time.Now()
		c.settle(5 * time.Second)
		if got := rate(path.Sent(since), 5*time.Second); got > 330_000 {
			t.Errorf("%.0f bit/s are sent on 300 kbit/s", got)
		}
		if got := grace.shows("v0"); got != 0 {
			t.Errorf("300 kbit/s show layer %d", got)
		}
	})
}
