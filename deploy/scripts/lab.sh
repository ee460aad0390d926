#!/usr/bin/env bash
# Joins a server behind a NAT from networks of every kind, each a network namespace of its own, and checks by which way
# media goes. Takes root, and nft. Nothing is skipped: what cannot be set up fails.
#   lab.sh PLENUM TEST
# PLENUM is the server's binary, TEST the compiled tests of cmd/plenum with the tag lab (`task lab` makes both). Bots join from
# every network, and Chromium (CHROMIUM_PATH) from those without UDP.
#
#                          203.0.113.0/24, 2001:db8::/64
#   server 10.90.1.2 ── NAT 203.0.113.7 ──┬── open        203.0.113.20    everything goes
#                └───── 2001:db8::7 ──────┼── noudp       203.0.113.30    no UDP
#                                         ├── tlsonly     203.0.113.40    TCP to the web and to TURN over TLS alone
#                                         ├── turnudp     203.0.113.70    TCP to the web and UDP to TURN alone
#                                         ├── turntcp     203.0.113.80    TCP to the web and to TURN alone
#                                         ├── six         2001:db8::50    no IPv4
#                                         └── NAT .60 ── symmetric 192.168.77.2    another port for every destination
set -euo pipefail
plenum=$1 tests=$2
for tool in ip nft curl; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed: the lab needs it (Debian: iproute2, nftables, curl)." >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "The lab makes networks, which takes root." >&2; exit 1; }

mark=lab$$ work=$(mktemp -d) server=
spaces=()
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  for space in "${spaces[@]}"; do ip netns del "$mark-$space" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

space() {
  ip netns add "$mark-$1"
  spaces+=("$1")
  ip -n "$mark-$1" link set lo up
}
within() { local space=$1; shift; ip netns exec "$mark-$space" "$@"; }

# join SPACE INTERFACE OTHER OTHERS-INTERFACE: a cable between two.
join() {
  ip link add "$2" netns "$mark-$1" type veth peer name "$4" netns "$mark-$3"
  ip -n "$mark-$1" link set "$2" up
  ip -n "$mark-$3" link set "$4" up
}

# onto SPACE INTERFACE ADDRESS…: a cable to the switch in the middle.
onto() {
  local space=$1 interface=$2
  shift 2
  join "$space" "$interface" middle "to-$space"
  ip -n "$mark-middle" link set "to-$space" master switch
  for address in "$@"; do
    # Without the wait that IPv6 makes before it uses an address.
    case $address in *:*) set -- nodad ;; *) set -- ;; esac
    ip -n "$mark-$space" addr add "$address" dev "$interface" "$@"
  done
}

space middle
ip -n "$mark-middle" link add switch type bridge
ip -n "$mark-middle" link set switch up

space server
space border
join server inside border inside
ip -n "$mark-server" addr add 10.90.1.2/24 dev inside
ip -n "$mark-server" route add default via 10.90.1.1
ip -n "$mark-border" addr add 10.90.1.1/24 dev inside
onto border outside 203.0.113.7/24
onto server six 2001:db8::7/64
within border sysctl -qw net.ipv4.ip_forward=1
within border nft -f - <<'END'
table ip nat {
  chain in {
    type nat hook prerouting priority -100
    iifname outside udp dport { 7882, 3478 } dnat to 10.90.1.2
    iifname outside tcp dport { 7882, 3478, 5349, 8443 } dnat to 10.90.1.2
  }
  chain out {
    type nat hook postrouting priority 100
    oifname outside masquerade
  }
}
END

space open
onto open net 203.0.113.20/24
space noudp
onto noudp net 203.0.113.30/24
within noudp nft -f - <<'END'
table inet wall {
  chain out {
    type filter hook output priority 0
    oifname net meta l4proto udp drop
  }
}
END
space tlsonly
onto tlsonly net 203.0.113.40/24
within tlsonly nft -f - <<'END'
table inet wall {
  chain out {
    type filter hook output priority 0
    oifname net tcp dport != { 5349, 8443 } drop
    oifname net meta l4proto udp drop
  }
}
END
space turnudp
onto turnudp net 203.0.113.70/24
within turnudp nft -f - <<'END'
table inet wall {
  chain out {
    type filter hook output priority 0
    oifname net tcp dport != 8443 drop
    oifname net udp dport != 3478 drop
  }
}
END
space turntcp
onto turntcp net 203.0.113.80/24
within turntcp nft -f - <<'END'
table inet wall {
  chain out {
    type filter hook output priority 0
    oifname net tcp dport != { 3478, 8443 } drop
    oifname net meta l4proto udp drop
  }
}
END
space six
onto six net 2001:db8::50/64
space home
space symmetric
onto home outside 203.0.113.60/24
join symmetric net home inside
ip -n "$mark-symmetric" addr add 192.168.77.2/24 dev net
ip -n "$mark-symmetric" route add default via 192.168.77.1
ip -n "$mark-home" addr add 192.168.77.1/24 dev inside
within home sysctl -qw net.ipv4.ip_forward=1
within home nft -f - <<'END'
table ip nat {
  chain out {
    type nat hook postrouting priority 100
    oifname outside masquerade random
  }
}
END

within server "$plenum" serve --data "$work/data" --listen '[::]:8443' --admin-listen off --tls-dev \
  --public-address 203.0.113.7 --public-address 2001:db8::7 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  within open curl -skf https://203.0.113.7:8443/healthz >/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.2
done
within open curl -skf https://203.0.113.7:8443/healthz >/dev/null || { cat "$work/log" >&2; exit 1; }

failed=0
# visit SPACE ADDRESS WAY: two bots of that network see each other, and their media goes that way.
visit() {
  if PLENUM_LAB_SERVER="https://$2:8443" PLENUM_LAB_TRUST="$work/data/dev-cert.pem" PLENUM_LAB_WAY="$3" \
    within "$1" timeout 120 "$tests" -test.run '^TestLab$' -test.count 1 >"$work/$1" 2>&1; then
    echo "$1: $3"
  else
    failed=1
    echo "$1: not by $3" >&2
    sed 's/^/  /' "$work/$1" >&2
  fi
}

# browse SPACE ADDRESS WAY: the same of a real browser, which says the way in its connection test.
browse() {
  if (cd webclient && PLENUM_LAB_SERVER="https://$2:8443" PLENUM_LAB_WAY="$3" within "$1" timeout 240 \
    npx playwright test -c playwright.lab.config.ts --output "$work/results") >"$work/$1-browser" 2>&1; then
    echo "$1, Chromium: $3"
  else
    failed=1
    echo "$1, Chromium: not by $3" >&2
    sed 's/^/  /' "$work/$1-browser" >&2
  fi
}

visit open 203.0.113.7 'host udp'
visit noudp 203.0.113.7 'host tcp'
visit noudp 203.0.113.7 'relay udp' # what is relayed is UDP, and the way to the relay TCP
visit tlsonly 203.0.113.7 'relay udp' # and here TLS
visit turnudp 203.0.113.7 'relay udp'
visit turntcp 203.0.113.7 'relay udp' # to the relay by TCP
visit six '[2001:db8::7]' 'host udp'
visit symmetric 203.0.113.7 'host udp'
browse noudp 203.0.113.7 'TCP, direct'
browse tlsonly 203.0.113.7 'TLS, relayed'
browse turnudp 203.0.113.7 'UDP, relayed'
browse turntcp 203.0.113.7 'TCP, relayed'
[ "$failed" = 0 ] || { echo "The server's log:" >&2; tail -n 40 "$work/log" >&2; exit 1; }
