#!/usr/bin/env bash
# Measures what the media path costs, and prints one table of it beside the figures that are asked. What the benchmarks
# themselves say goes to standard error and into .bin/bench.txt. Nothing else should run on the machine.
set -euo pipefail

results=.bin/bench.txt
mkdir -p .bin
{
  go test -run '^$' -bench '^BenchmarkForward$' -benchtime 1x ./sfu/core/forward
  bash deploy/scripts/bench-egress.sh
} | tee "$results" >&2
echo
go run ./deploy/benchtable "$results"
