package api

import "context"

// HasherQueue is how many wait for a worker that hashes passwords.
func (s *Server) HasherQueue() int { return int(s.hasher.waiting.Load()) }

// OccupyHasher takes a worker that hashes passwords, until release is called.
func (s *Server) OccupyHasher(ctx context.Context) (release func(), err error) {
	return s.hasher.acquire(ctx)
}
