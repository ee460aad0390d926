package egress

import (
	"time"

	"github.com/pion/rtcp"
)

// refresh puts the slot on the lists of the feeds that it needs, and asks for a key frame if it waits for one.
func (s *Shard) refresh(now time.Time, slot *Slot) {
	s.list(slot)
	slot.tell()
	s.wake(now, slot)
}

// wake asks for the key frame that a slot waits for, as often as the forwarder says.
func (s *Shard) wake(now time.Time, slot *Slot) {
	if publication, stream, ok := slot.forward.KeyFrameWanted(now); ok {
		if feed := slot.feed(publication); feed != nil {
			feed.Publisher.RequestKeyFrame(now, 0, stream)
		}
	}
	if deadline, ok := slot.forward.Deadline(); ok {
		s.arm(now, deadline)
	}
	s.arm(now, slot.reportDue)
}

func (s *Shard) arm(now, due time.Time) {
	if due.Before(s.due) {
		s.due = due
		s.timer.Reset(max(due.Sub(now), time.Millisecond))
	}
}

// housekeep does what is due by time and arms the timer for the next.
func (s *Shard) housekeep(now time.Time) {
	next := now.Add(reportInterval)
	for peer := range s.peers {
		due := s.housekeepPeer(now, peer)
		if due.Before(next) {
			next = due
		}
	}
	if soon := now.Add(housekeepGap); next.Before(soon) {
		next = soon
	}
	s.due = next
	s.timer.Reset(max(next.Sub(now), time.Millisecond))
}

// step is the first moment from then on at which many slots report: who looks for one looks at all of them.
func (s *Shard) step(from time.Time) time.Time {
	if s.steps.IsZero() {
		s.steps = from
	}
	if rest := from.Sub(s.steps) % reportStep; rest > 0 {
		return from.Add(reportStep - rest)
	}
	return from
}

func (s *Shard) housekeepPeer(now time.Time, peer *Peer) (next time.Time) {
	defer s.recovered(peer)
	next = now.Add(reportInterval)
	if peer.gone.Load() {
		s.remove(peer)
		return next
	}
	var reports []rtcp.Packet
	for _, slot := range peer.slots {
		if len(slot.feeds) == 0 {
			continue
		}
		if deadline, ok := slot.forward.Deadline(); ok {
			if !deadline.After(now) {
				s.wake(now, slot)
				deadline, ok = slot.forward.Deadline()
			}
			// A deadline that stays in the past waits for packets, not for time.
			ok = ok && deadline.After(now)
			if ok && deadline.Before(next) {
				next = deadline
			}
		}
		if !slot.reportDue.After(now) {
			slot.reportDue = s.step(now.Add(reportInterval))
			slot.measure()
			if report, ok := slot.report(now); ok {
				reports = append(reports, report)
			} else {
				slot.reportDue = now.Add(reportInterval / 10)
			}
		}
		if slot.reportDue.Before(next) {
			next = slot.reportDue
		}
	}
	if peer.history != nil && !peer.waitingDue.After(now) {
		peer.waitingDue = now.Add(reportInterval)
		if unanswered := peer.history.Unanswered(now); unanswered > reportInterval {
			peer.owner.Waiting(now, unanswered)
		}
	}
	if len(reports) > 0 {
		if err := peer.owner.WriteRTCP(reports); err != nil {
			s.log.Debug("sender reports not sent", "error", err)
		}
	}
	return next
}
