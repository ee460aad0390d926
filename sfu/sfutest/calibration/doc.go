// Package calibration measures this machine, so that what a benchmark says can be compared with another machine's.
package calibration
