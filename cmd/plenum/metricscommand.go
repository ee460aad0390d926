package main

//go:generate sh -c "go run . metrics > ../../deploy/docs/metrics.md"

import "github.com/plenum-meet/plenum/cmd/plenum/metrics"

// metricsCommand prints what there is to scrape.
type metricsCommand struct{}

func (metricsCommand) Run(to terminal) error { return metrics.Reference(to.out) }
