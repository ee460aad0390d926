#!/usr/bin/env bash
# Measures what the sending of one packet costs: on loopback, and (as root, on Linux) into an ifb device in a network
# namespace of its own, which takes packets as a good network card does and nobody receives.
#   bench-egress.sh [options of go test]
# With EGRESS_TEST set to a test binary of sfu/egress, that one is measured.
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/plenum-egress.XXXXXX")
namespace=plenum-egress-$$
finish() {
  ip netns del "$namespace" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
test=${EGRESS_TEST:-$work/egress.test}
if [ -z "${EGRESS_TEST:-}" ]; then
  go test -c -o "$test" ./sfu/egress
fi
run=("$test" -test.run '^$' -test.bench '^BenchmarkEgress' -test.benchtime 1x "$@")

echo "# variant loopback"
"${run[@]}"

if ! { [ "$(id -u)" -eq 0 ] && ip netns add "$namespace" && ip -n "$namespace" link add ifb0 type ifb; } 2>/dev/null; then
  echo "Sending alone was not measured: it takes root, network namespaces and an ifb device." >&2
  exit 0
fi
ip -n "$namespace" link set lo up
ip -n "$namespace" addr add 10.9.0.1/16 dev ifb0
ip -n "$namespace" link set ifb0 up
echo "# variant ifb"
PLENUM_BENCH_ADDRESS=10.9.0.1 ip netns exec "$namespace" "${run[@]}"
