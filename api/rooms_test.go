package api_test

import (
	"log/slog"

	"github.com/plenum-meet/plenum/signaling"
)

func newRooms(w *world, log *slog.Logger) *signaling.Server {
	return signaling.NewServer(signaling.Default("node"), w.store, nil, w.grants, log)
}
