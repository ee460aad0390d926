package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// queryLog tells slog about slow questions. Errors are returned to the caller instead, and values never reach a log.
type queryLog struct {
	log  *slog.Logger
	slow time.Duration
}

func (q queryLog) LogMode(logger.LogLevel) logger.Interface { return q }

func (q queryLog) Info(context.Context, string, ...any)  {}
func (q queryLog) Warn(context.Context, string, ...any)  {}
func (q queryLog) Error(context.Context, string, ...any) {}

func (q queryLog) Trace(ctx context.Context, begin time.Time, query func() (string, int64), _ error) {
	took := time.Since(begin)
	if took < q.slow {
		return
	}
	text, rows := query()
	q.log.WarnContext(ctx, "slow query", "took", took, "query", text, "rows", rows)
}

// ParamsFilter is what GORM asks before it puts values into the text of a query.
func (q queryLog) ParamsFilter(_ context.Context, query string, _ ...any) (string, []any) {
	return query, nil
}
