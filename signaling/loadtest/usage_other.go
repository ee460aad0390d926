//go:build !linux && !darwin

package loadtest

import (
	"errors"
	"time"
)

// ownCPU is not known here.
func ownCPU() time.Duration { return 0 }

func (system) files() (now, most uint64, err error) {
	return 0, 0, errors.New("this system has no limit of open files")
}

func (system) raise(uint64) error { return errors.New("this system has no limit of open files") }
