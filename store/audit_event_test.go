package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plenum-meet/plenum/store"
)

func TestAuditEventsAreFilteredNewestFirst(t *testing.T) {
	onEach(t, func(w *world) {
		meeting := store.NewID(epoch)
		for i, e := range []store.AuditEvent{
			{Actor: "ada", Action: "sign_in", Result: "ok"},
			{Actor: "mallory", Action: "sign_in", Result: "refused"},
			{Actor: "ada", Action: "meeting_end", MeetingID: meeting, Result: "ok"},
			{Actor: strings.Repeat("x", 1000), Action: "sign_in", Target: "\xff", Result: "refused"},
		} {
			e.At = epoch.Add(time.Duration(i) * time.Second)
			w.must(w.AddAuditEvent(w.Context(), &e))
		}
		all, err := w.AuditEvents(w.Context(), store.AuditFilter{})
		w.must(err)
		if len(all) != 4 || len(all[0].Actor) != 254 || all[3].Actor != "ada" || all[3].At != epoch {
			w.Fatalf("all: %+v", all)
		}
		for name, test := range map[string]struct {
			filter store.AuditFilter
			want   []store.AuditEvent
		}{
			"by actor":   {store.AuditFilter{Actor: "ada"}, []store.AuditEvent{all[1], all[3]}},
			"by action":  {store.AuditFilter{Action: "sign_in", Limit: 2}, []store.AuditEvent{all[0], all[2]}},
			"by meeting": {store.AuditFilter{MeetingID: meeting}, []store.AuditEvent{all[1]}},
			"older":      {store.AuditFilter{Before: all[1].ID}, []store.AuditEvent{all[2], all[3]}},
			"since":      {store.AuditFilter{Since: epoch.Add(2 * time.Second)}, []store.AuditEvent{all[0], all[1]}},
			"between":    {store.AuditFilter{Since: epoch.Add(time.Second), Until: epoch.Add(2 * time.Second)}, []store.AuditEvent{all[2]}},
			"nobody":     {store.AuditFilter{Actor: "' OR 1=1 --"}, nil},
		} {
			got, err := w.AuditEvents(w.Context(), test.filter)
			if err != nil || !slices.Equal(got, test.want) {
				w.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	})
}
