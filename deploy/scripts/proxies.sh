#!/usr/bin/env bash
# Puts nginx, HAProxy and Caddy of Debian before a server, each on its sample of deploy/proxy, and sends pages, REST, sockets and streams
# through them. What is not installed is downloaded and unpacked, and all of it runs in a network of its own, on the usual ports.
#   proxies.sh TEST
# TEST are the compiled tests of cmd/plenum with the tag lab (`task proxies` makes them).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tests=$(realpath "$1")
export PLENUM_DEBIAN=$here/../../.bin/debian
bash "$here/unpack.sh" "$PLENUM_DEBIAN" nginx=nginx haproxy=haproxy caddy=caddy
cd "$here/../../cmd/plenum"
timeout 240 bash "$here/inside.sh" 203.0.113.7/24 203.0.113.9/24 203.0.113.20/24 203.0.113.21/24 -- \
  "$tests" -test.run '^TestProxies$' -test.count 1 -test.v
