package api

import "context"

// OccupyHasher takes a worker that hashes passwords, until release is called.
func (s *Server) OccupyHasher(ctx context.Context) (release func(), err error) {
	return s.hasher.acquire(ctx)
}
