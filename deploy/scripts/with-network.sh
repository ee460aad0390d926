#!/usr/bin/env bash
# Runs a command in a network of its own: loopback, and an interface with an address and a default route, without which
# Firefox finds no way for its media. Takes root. E2E_MEDIA_ADDRESS is the address in there.
set -euo pipefail
network=plenum-$$

ip netns add "$network"
trap 'ip netns del "$network"' EXIT
ip -n "$network" link set lo up
ip link add veth0 netns "$network" type veth peer name veth1 netns "$network"
ip -n "$network" addr add 10.77.0.2/24 dev veth0
ip -n "$network" link set veth0 up
ip -n "$network" link set veth1 up
ip -n "$network" route add default via 10.77.0.1
E2E_MEDIA_ADDRESS=10.77.0.2 ip netns exec "$network" "$@"
