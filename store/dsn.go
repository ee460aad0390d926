package store

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// The dialects, as Store.Dialect names them; the folders in migrate are called the same.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// source is a DSN taken apart: either file or my is set.
type source struct {
	dialect string
	file    string
	my      *mysql.Config
}

// name says where the records are, for messages; it holds no password.
func (s source) name() string {
	if s.dialect == SQLite {
		return "SQLite file " + s.file
	}
	return fmt.Sprintf("database %s at %s", s.my.DBName, s.my.Addr)
}

func parseDSN(c Config) (source, error) {
	if file, ok := strings.CutPrefix(c.DSN, "sqlite:"); ok {
		if c.CA != "" || c.Certificate != "" || c.Key != "" {
			return source{}, errors.New("store: authorities and certificates are for MySQL; SQLite is a file")
		}
		return parseSQLite(file)
	}
	if strings.HasPrefix(c.DSN, "mysql:") {
		return parseMySQL(c)
	}
	return source{}, errors.New(`store: the DSN must begin with "sqlite:" or "mysql:"`)
}

func parseSQLite(file string) (source, error) {
	if file == "" || strings.HasPrefix(file, ":memory:") || strings.ContainsAny(file, "?#") {
		return source{}, errors.New(`store: the DSN must name a file, as in "sqlite:/var/lib/plenum/plenum.db", without parameters`)
	}
	return source{dialect: SQLite, file: file}, nil
}

// sqliteDSN is the form that the driver takes. Every parameter is one the store's behaviour rests on.
func sqliteDSN(file string, busy time.Duration) string {
	parameters := url.Values{
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
			"journal_mode(WAL)",
			"synchronous(FULL)",
			"foreign_keys(1)",
		},
		"_txlock":      {"immediate"},
		"_time_format": {"sqlite"},
		"_timezone":    {"UTC"},
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: parameters.Encode()}).String()
}

func parseMySQL(c Config) (source, error) {
	u, err := url.Parse(c.DSN)
	if err != nil {
		// The error of url.Parse quotes what it was given, password and all.
		return source{}, errors.New(`store: the DSN is not of the form "mysql://user:password@host:port/database"; special characters must be percent-encoded`)
	}
	database := strings.TrimPrefix(u.Path, "/")
	if u.Host == "" || database == "" || strings.Contains(database, "/") {
		return source{}, errors.New(`store: the DSN must name a host and a database, as in "mysql://user:password@host:port/database"`)
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "3306")
	}
	// The driver's own parser reads the parameters, so that tls, serverPubKey and the rest are known to it.
	my, err := mysql.ParseDSN("tcp(" + address + ")/?" + u.RawQuery)
	if err != nil {
		return source{}, fmt.Errorf("store: parameters of the DSN: %w", err)
	}
	my.User = u.User.Username()
	my.Passwd, _ = u.User.Password()
	my.DBName = database
	my.ParseTime = true
	my.ClientFoundRows = true
	my.Loc = time.UTC
	my.Timeout = c.ConnectTimeout
	// Commit and rollback take no context; without these a silent server would hold them up for good.
	my.ReadTimeout, my.WriteTimeout = c.QueryTimeout, c.QueryTimeout
	my.Collation = "utf8mb4_bin"
	my.InterpolateParams = true
	// What it would print is in the error already.
	my.Logger = &mysql.NopLogger{}
	if my.Params == nil {
		my.Params = map[string]string{}
	}
	my.Params["time_zone"] = "'+00:00'"
	// The server gives up on a lock before the store gives up on the server: then the transaction can be tried again.
	my.Params["innodb_lock_wait_timeout"] = strconv.Itoa(max(1, int(c.QueryTimeout.Seconds())-1))
	if c.CA != "" {
		if my.TLSConfig != "" && my.TLSConfig != "true" {
			return source{}, fmt.Errorf("store: tls=%s of the DSN does not check what the authority is given for", my.TLSConfig)
		}
		if my.TLS, err = trusting(c.CA, u.Hostname()); err != nil {
			return source{}, err
		}
	}
	if c.Certificate != "" || c.Key != "" {
		if err := identify(c, my); err != nil {
			return source{}, err
		}
	}
	my.Params["sql_mode"] = "'TRADITIONAL,NO_ENGINE_SUBSTITUTION'"
	return source{dialect: MySQL, my: my}, nil
}
