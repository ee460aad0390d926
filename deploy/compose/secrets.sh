#!/usr/bin/env bash
# Makes the secrets of compose.yaml and cluster.yaml in the directory 'secrets' beside it, once: what is there already stays as it is.
set -euo pipefail
umask 077
dir=${1:-$(dirname "$0")/secrets}
mkdir -p "$dir"

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
keep() {
  [ -s "$dir/$1" ] || printf '%s\n' "$2" >"$dir/$1"
  # The accounts inside the containers read it; others outside do not get through the directory.
  chmod 644 "$dir/$1"
}

keep secret "$(random)"
keep admin-token "$(random)"
keep grafana-password "$(random)"
keep mysql-password "$(random)"
keep nats-passwords "PLENUM_PASSWORD: \"$(random)\""
keep nats-url "nats://plenum:$(cut -d'"' -f2 "$dir/nats-passwords")@nats:4222"
keep database "mysql://plenum:$(cat "$dir/mysql-password")@mysql:3306/plenum?tls=preferred"
