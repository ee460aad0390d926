package client_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Every goroutine of a client ends with its Close.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
