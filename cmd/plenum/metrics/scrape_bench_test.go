package metrics

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/plenum-meet/plenum/sfu"
	"github.com/plenum-meet/plenum/sfu/sfutest"
	"github.com/plenum-meet/plenum/signaling/room"
)

// BenchmarkScrape is one answer of /metrics by a node that carries so many people in meetings of 50, each with camera and microphone
// and a page of 16 places. Each participant's loop is asked, as on a live node; connections are fakes.
func BenchmarkScrape(b *testing.B) {
	for _, people := range []int{50, 1000} {
		b.Run(fmt.Sprintf("%d_participants", people), func(b *testing.B) {
			media := crowd(b, people, 50)
			registry := prometheus.NewRegistry()
			registry.MustRegister(NewTimes().collectors()...)
			registry.MustRegister(newCollector(func(ctx context.Context) *state {
				now := sample()
				now.media, now.signaling.Meetings = media.Load(ctx), make([]room.Load, people/50)
				return now
			}))
			handler, request := handlerOf(registry), httptest.NewRequest(http.MethodGet, "/metrics", nil)
			size, before := 0, ProcessorTime()
			for b.Loop() {
				recorder := httptest.NewRecorder()
				handler.ServeHTTP(recorder, request)
				size = recorder.Body.Len()
			}
			b.ReportMetric((ProcessorTime()-before).Seconds()*1e3/float64(b.N), "cpu-ms/scrape")
			b.ReportMetric(float64(size), "bytes/scrape")
		})
	}
}

// crowd is a media server with so many people, in meetings of so many.
func crowd(b *testing.B, people, each int) *sfu.Server {
	b.Helper()
	transport := &sfutest.Transport{}
	server, err := sfu.NewServer(sfu.Default(), transport, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	var slots []sfu.SlotSpec
	for i := range 16 {
		kind := sfu.VideoSlot
		if i < 3 {
			kind = sfu.AudioSlot
		}
		slots = append(slots, sfu.SlotSpec{MID: fmt.Sprint(i), Kind: kind})
	}
	for i := range people {
		meeting, place := i/each, i%each
		peer, err := server.Join(fmt.Sprintf("meeting-%d", meeting), fmt.Sprintf("p%d", place), func(sfu.Event) {})
		if err != nil {
			b.Fatal(err)
		}
		sends := []sfu.PublishedSource{
			{MID: "0", Source: sfu.Camera, Number: uint32(2*place + 1)}, {MID: "1", Source: sfu.Microphone, Number: uint32(2*place + 2)},
		}
		if _, err := peer.OfferUpstream(b.Context(), fmt.Sprintf("up of %d", i), sends); err != nil {
			b.Fatal(err)
		}
		if _, err := peer.OfferDownstream(b.Context(), fmt.Sprintf("down of %d", i), slots); err != nil {
			b.Fatal(err)
		}
		transport.Downstreams()[i].Open()
		var wishes []sfu.Wish
		for w := 3; w < len(slots); w++ {
			wishes = append(wishes, sfu.Wish{MID: fmt.Sprint(w), Participant: fmt.Sprintf("p%d", (place+w)%each), Source: sfu.Camera, Height: 180})
		}
		peer.Wish(wishes)
	}
	return server
}
