#!/usr/bin/env bash
# Runs a command beside a private MariaDB server and stops the server afterwards, whatever the command did.
#   with-mariadb.sh go test ./store/...
# The server has its own data directory, socket and free port. The command finds it in
# PLENUM_TEST_MYSQL=mysql://root@127.0.0.1:PORT/ and makes its own databases there. It speaks TLS too, with a certificate for
# 127.0.0.1 alone by the authority in PLENUM_TEST_MYSQL_CA. It takes certificates of clients by the same authority, whose key is in
# PLENUM_TEST_MYSQL_CA_KEY.
# Where PLENUM_TEST_MYSQL is set already, that server is used and none is started.
set -euo pipefail

if [ -n "${PLENUM_TEST_MYSQL:-}" ]; then
  exec "$@"
fi
PATH=$PATH:/usr/sbin

dir=$(mktemp -d "${TMPDIR:-/tmp}/plenum-mariadb.XXXXXX")
log=$dir/server.log
server=
finish() {
  local code=$?
  trap '' INT TERM
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

options=(--no-defaults --datadir="$dir/data")
mkdir "$dir/data"
if ! openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=MariaDB of the tests" \
  -addext "subjectAltName=IP:127.0.0.1" -keyout "$dir/key.pem" -out "$dir/ca.pem" >"$log" 2>&1; then
  cat "$log" >&2
  echo "openssl could not make a certificate." >&2
  exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
  # mariadbd refuses to run as root unless told; an account that owns nothing is better.
  owner=mysql
  id mysql >/dev/null 2>&1 || owner=nobody
  chmod 755 "$dir"
  chown "$owner" "$dir" "$dir/data" "$dir/key.pem"
  options+=(--user="$owner")
fi

if ! mariadb-install-db "${options[@]}" --auth-root-authentication-method=normal --skip-test-db >"$log" 2>&1; then
  cat "$log" >&2
  echo "MariaDB could not lay out its data directory." >&2
  exit 1
fi

# Asks the server by its socket, and for its own process, so that nothing else is mistaken for it.
answers() {
  mariadb --no-defaults --socket="$dir/my.sock" -uroot -e 'SELECT 1' >/dev/null 2>&1
}

# A port that was free a moment ago may be taken by now: try another.
for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 12000))
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    continue
  fi
  # Durability is of no use here: the data goes away with the tests.
  mariadbd "${options[@]}" --socket="$dir/my.sock" --pid-file="$dir/my.pid" --bind-address=127.0.0.1 --port="$port" \
    --ssl-ca="$dir/ca.pem" --ssl-cert="$dir/ca.pem" --ssl-key="$dir/key.pem" --skip-name-resolve --skip-log-bin --character-set-server=utf8mb4 --max-connections=300 \
    --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0 \
    --innodb-log-file-size=32M --innodb-buffer-pool-size=128M >"$log" 2>&1 </dev/null &
  server=$!
  for _ in $(seq 1 600); do
    if answers; then
      break 2
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
done
if [ -z "$server" ]; then
  tail -n 20 "$log" >&2
  echo "MariaDB did not start." >&2
  exit 1
fi

export PLENUM_TEST_MYSQL="mysql://root@127.0.0.1:$port/" PLENUM_TEST_MYSQL_CA="$dir/ca.pem" PLENUM_TEST_MYSQL_CA_KEY="$dir/key.pem"
"$@"
