package store_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

func TestDefaultIsAFileInTheDataDirectory(t *testing.T) {
	cfg := store.Default("/data")
	if cfg.DSN != "sqlite:"+filepath.Join("/data", "plenum.db") {
		t.Errorf("DSN %q", cfg.DSN)
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateSaysWhatIsWrongButNotThePassword(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*store.Config)
		says   string // empty: nothing is wrong
	}{
		"a file":               {func(c *store.Config) { c.DSN = "sqlite:relative/place.db" }, ""},
		"a server":             {func(c *store.Config) { c.DSN = "mysql://plenum:p%40ss@db.example:3307/plenum?tls=true" }, ""},
		"a server, usual port": {func(c *store.Config) { c.DSN = "mysql://plenum@[2001:db8::1]/plenum" }, ""},
		"nothing":              {func(c *store.Config) { c.DSN = "" }, "must begin with"},
		"another database":     {func(c *store.Config) { c.DSN = "postgres://plenum:s3cret@db/plenum" }, "must begin with"},
		"no file":              {func(c *store.Config) { c.DSN = "sqlite:" }, "must name a file"},
		"memory":               {func(c *store.Config) { c.DSN = "sqlite::memory:" }, "must name a file"},
		"file with parameters": {func(c *store.Config) { c.DSN = "sqlite:x.db?_pragma=synchronous(OFF)" }, "must name a file"},
		"no database":          {func(c *store.Config) { c.DSN = "mysql://plenum:s3cret@db.example/" }, "host and a database"},
		"no host":              {func(c *store.Config) { c.DSN = "mysql:///plenum" }, "host and a database"},
		"raw special letters":  {func(c *store.Config) { c.DSN = "mysql://plenum:s3cret%zz@db.example/plenum" }, "percent-encoded"},
		"unknown tls":          {func(c *store.Config) { c.DSN = "mysql://plenum:s3cret@db.example/plenum?tls=perhaps" }, "parameters of the DSN"},
		"no connections":       {func(c *store.Config) { c.MaxConns = 0 }, "MaxConns"},
		"no time":              {func(c *store.Config) { c.QueryTimeout = 0 }, "timeout"},
	} {
		cfg := store.Default("/data")
		test.change(&cfg)
		err := cfg.Validate()
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
			t.Errorf("%s: %v; want it to say %q", name, err, test.says)
		case err != nil && strings.Contains(err.Error(), "s3cret"):
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}
