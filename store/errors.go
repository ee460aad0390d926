package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"modernc.org/sqlite"
)

// The errors a caller can tell apart with errors.Is. Everything else is a fault of the program.
var (
	// ErrNotFound: no such record, or what a new record points to does not exist.
	ErrNotFound = errors.New("not found")
	// ErrTaken: a value that must be unique (an e-mail address, a meeting code) belongs to another record.
	ErrTaken = errors.New("taken")
	// ErrConflict: somebody else was first (the number of a message).
	ErrConflict = errors.New("conflict")
	// ErrInvalid: a value does not fit its column.
	ErrInvalid = errors.New("invalid value")
	// ErrUnavailable: the database does not answer, or not in time; the same question may succeed later.
	ErrUnavailable = errors.New("database unavailable")
)

// https://mariadb.com/kb/en/mariadb-error-codes/
const (
	mysqlTooManyConns   = 1040
	mysqlDenied         = 1045
	mysqlShutdown       = 1053
	mysqlDuplicate      = 1062
	mysqlLockWait       = 1205
	mysqlDeadlock       = 1213
	mysqlReadOnly       = 1290
	mysqlWrongValue     = 1366
	mysqlDataTooLong    = 1406
	mysqlNoParent       = 1452
	mysqlOutOfRange     = 1264
	mysqlKilled         = 1927
	mysqlReadOnlyTx     = 1836
	mysqlCheckViolated  = 3819
	mariadbCheckViolate = 4025
)

// https://www.sqlite.org/rescode.html
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteIO       = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26

	sqliteCheck      = 275
	sqliteNoParent   = 787
	sqliteNotNull    = 1299
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
)

// classify puts the sentinel that a caller can act on before err; own is the context with the store's time limit, made from the caller's.
func classify(own, caller context.Context, err error) error {
	if sentinel := sentinelOf(err); sentinel != nil {
		return fmt.Errorf("%w: %w", sentinel, err)
	}
	// The driver reports a deadline in its own words, so the contexts are asked.
	if own.Err() != nil && caller.Err() == nil {
		return fmt.Errorf("%w: no answer in time: %w", ErrUnavailable, err)
	}
	return err
}

func sentinelOf(err error) error {
	for _, known := range []error{ErrNotFound, ErrTaken, ErrConflict, ErrInvalid, ErrUnavailable} {
		if errors.Is(err, known) {
			return nil
		}
	}
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return ErrNotFound
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, sql.ErrConnDone):
		return ErrUnavailable
	}
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return sentinelOfMySQL(my.Number)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return sentinelOfSQLite(lite.Code())
	}
	if network, ok := errors.AsType[net.Error](err); ok && !errors.Is(network, context.DeadlineExceeded) {
		return ErrUnavailable
	}
	return nil
}

func sentinelOfMySQL(number uint16) error {
	switch number {
	case mysqlDuplicate:
		return ErrTaken
	case mysqlNoParent:
		return ErrNotFound
	case mysqlWrongValue, mysqlDataTooLong, mysqlOutOfRange, mysqlCheckViolated, mariadbCheckViolate:
		return ErrInvalid
	// An account is denied whose password has changed on one side and not yet on the other.
	case mysqlTooManyConns, mysqlDenied, mysqlShutdown, mysqlLockWait, mysqlDeadlock, mysqlReadOnly, mysqlReadOnlyTx, mysqlKilled:
		return ErrUnavailable
	}
	return nil
}

func sentinelOfSQLite(code int) error {
	switch code {
	case sqlitePrimaryKey, sqliteUnique:
		return ErrTaken
	case sqliteNoParent:
		return ErrNotFound
	case sqliteCheck, sqliteNotNull:
		return ErrInvalid
	}
	// The low byte is the primary code, the rest says more about it.
	switch code & 0xff {
	case sqliteBusy, sqliteLocked, sqliteReadOnly, sqliteIO, sqliteCorrupt, sqliteFull, sqliteCantOpen, sqliteNotADB:
		return ErrUnavailable
	}
	return nil
}

// worthRetrying is true when the database itself has rolled back so that another could go on.
func worthRetrying(err error) bool {
	my, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && (my.Number == mysqlDeadlock || my.Number == mysqlLockWait)
}
