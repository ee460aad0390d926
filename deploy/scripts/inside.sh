#!/usr/bin/env bash
# Runs a command in a network of its own that has these addresses and leads nowhere. Takes Linux and iproute2, and root only where
# others may not make networks.
#   inside.sh ADDRESS/BITS… -- COMMAND…
set -euo pipefail
addresses=()
while [ "$1" != -- ]; do
  addresses+=("$1")
  shift
done
shift
user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
# shellcheck disable=SC2016 # the variables are those of the shell inside
exec unshare --net --mount "${user[@]}" bash -euc '
  ip link set lo up
  ip link add net0 type veth peer name net1
  ip link set net0 up
  ip link set net1 up
  for address in $1; do
    case $address in *:*) ip addr add "$address" dev net0 nodad ;; *) ip addr add "$address" dev net0 ;; esac
  done
  shift
  exec "$@"
' inside "${addresses[*]}" "$@"
