#!/usr/bin/env bash
# Renews cmd/plenum/default.pgo, by which the compiler knows what of the server is hot: profiles of the benchmarks of
# forwarding and sending, merged.
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/plenum-pgo.XXXXXX")
trap 'rm -rf "$work"' EXIT
for package in egress core/forward; do
  name=$(basename $package)
  go test -c -pgo=off -o "$work/$name.test" "./sfu/$package"
  "$work/$name.test" -test.run '^$' -test.bench '^BenchmarkEgress$|^BenchmarkEgressLive$|^BenchmarkForward$' -test.benchtime 1x \
    -test.cpuprofile "$work/$name.prof" >&2
done
go tool pprof -proto "$work/egress.prof" "$work/forward.prof" >"$work/default.pgo"
mv "$work/default.pgo" cmd/plenum/default.pgo
