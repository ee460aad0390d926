package sfu

import (
	"time"

	"github.com/plenum-meet/plenum/sfu/egress"
)

// PublicationOf gives tests the publication of that number.
func (s *Server) PublicationOf(code string, number uint32) *Publication {
	room, found := s.Room(code), make(chan *Publication, 1)
	room.do(func(time.Time) { found <- room.publications[number] })
	return <-found
}

// Clock gives tests the report by which slots place the publication's first stream on the server's timeline.
func (p *Publication) Clock() *egress.Report { return p.feed.Load().Reports[0].Load() }
