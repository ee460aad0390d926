#!/usr/bin/env bash
# Measures what the sending of one packet costs: on loopback, and (as root, on Linux) into an ifb device in a network
# namespace of its own, which takes packets as a good network card does and nobody receives.
#   bench-egress.sh [options of go test]
set -euo pipefail

test=$(mktemp -d "${TMPDIR:-/tmp}/plenum-egress.XXXXXX")/egress.test
namespace=plenum-egress-$$
finish() {
  ip netns del "$namespace" 2>/dev/null || true
  rm -rf "$(dirname "$test")"
}
trap finish EXIT
go test -c -o "$test" ./sfu/egress
run=("$test" -test.run '^$' -test.bench '^BenchmarkEgress$' "$@")

echo "Over loopback: sending pays for the kernel's receiving too"
"${run[@]}"

if ! { [ "$(id -u)" -eq 0 ] && ip netns add "$namespace" && ip -n "$namespace" link add ifb0 type ifb; } 2>/dev/null; then
  echo "Sending alone was not measured: it takes root, network namespaces and an ifb device."
  exit 0
fi
ip -n "$namespace" link set lo up
ip -n "$namespace" addr add 10.9.0.1/16 dev ifb0
ip -n "$namespace" link set ifb0 up
echo "Into an ifb device: sending alone"
PLENUM_BENCH_ADDRESS=10.9.0.1 ip netns exec "$namespace" "${run[@]}"
