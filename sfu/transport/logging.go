package transport

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogger passes pion's lines on at debug level: what they warn of (a lost check, an SSRC nobody declared) is
// weather here, and a hostile peer could write one line per packet.
type pionLogger struct{ log *slog.Logger }

// NewLogger gives one scope of pion a logger.
func (l pionLogger) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{l.log.With("pion", scope)}
}

func (l pionLogger) Trace(string)          {}
func (l pionLogger) Tracef(string, ...any) {}
func (l pionLogger) Debug(string)          {}
func (l pionLogger) Debugf(string, ...any) {}
func (l pionLogger) Info(string)           {}
func (l pionLogger) Infof(string, ...any)  {}
func (l pionLogger) Warn(msg string)       { l.log.Debug(msg) }
func (l pionLogger) Error(msg string)      { l.log.Debug(msg) }

func (l pionLogger) Warnf(format string, args ...any)  { l.printf(format, args...) }
func (l pionLogger) Errorf(format string, args ...any) { l.printf(format, args...) }

func (l pionLogger) printf(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}
