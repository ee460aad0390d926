package loadtest

import (
	"context"
	"testing"
	"time"
)

func TestPacketsThatPassNoServerAreTimed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*directEvery)
	defer cancel()
	h, err := direct(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if h.Count() == 0 || h.Count() > 20 || h.Max() <= 0 || h.Max() > 10*time.Second {
		t.Errorf("%d packets, %v at most", h.Count(), h.Max())
	}
}
