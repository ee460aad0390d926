package main

import "github.com/plenum-meet/plenum/cmd/plenum/tracing"

func (c serveCommand) tracing(node string) tracing.Config {
	return tracing.Config{Endpoint: c.TraceEndpoint, Ratio: c.TraceRatio, Version: versionOf(version), Node: node}
}

// startTracing is the first part to begin, so that it is the last to end: what the others say while they stop is sent.
func (n *node) startTracing() error {
	traces, err := tracing.New(n.cfg.tracing(n.id), n.log)
	if err != nil {
		return err
	}
	n.traces = traces
	n.onStop("tracing", traces.Close)
	return nil
}
