#!/usr/bin/env bash
# Bots meet through Debian's coturn, which runs on the sample of deploy/coturn, and a TURN client aims at what coturn must refuse.
# coturn is downloaded and unpacked where it is not installed, and all of it runs in a network of its own.
#   coturn.sh TEST
# TEST are the compiled tests of cmd/plenum with the tag lab (`task turn:coturn` makes them).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tests=$(realpath "$1")
export PLENUM_DEBIAN=$here/../../.bin/debian
bash "$here/unpack.sh" "$PLENUM_DEBIAN" turnserver=coturn
cd "$here/../../cmd/plenum"
timeout 180 bash "$here/inside.sh" 203.0.113.7/24 203.0.113.8/24 203.0.113.9/24 169.254.169.254/16 10.1.2.3/8 2001:db8::7/64 2001:db8::9/64 -- \
  "$tests" -test.run '^TestCoturn$' -test.count 1 -test.v
