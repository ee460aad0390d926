#!/usr/bin/env bash
# Sees to it that the tests have a MariaDB server, Chromium, Python and a C compiler. On Debian and Ubuntu, as root or with sudo,
# it installs what is missing and says so; elsewhere it names what is missing and fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# The -core packages hold the programs alone: no server starts by itself, no system database is made.
missing=()
# The race detector links with a C compiler.
command -v "$(go env CC)" >/dev/null || missing+=(gcc libc6-dev)
# The page for receivers of webhooks has code in Python, which is tried.
command -v python3 >/dev/null || missing+=(python3)
if [ -z "${PLENUM_TEST_MYSQL:-}" ]; then
  PATH=$PATH:/usr/sbin command -v mariadbd >/dev/null || missing+=(mariadb-server-core)
  command -v mariadb >/dev/null || missing+=(mariadb-client-core)
  # The server of the tests speaks TLS, too.
  command -v openssl >/dev/null || missing+=(openssl)
fi
"$here/chromium.sh" >/dev/null 2>&1 || missing+=(chromium)
if ! command -v fc-list >/dev/null || [ -z "$(fc-list : family | head -n 1)" ]; then
  missing+=(fontconfig fonts-liberation fonts-noto-color-emoji)
fi
[ ${#missing[@]} -gt 0 ] || exit 0

manual() {
  cat >&2 <<TEXT
The tests need ${missing[*]} (names of Debian packages), and $1.
Install a MariaDB or MySQL server and Chromium by hand. PLENUM_TEST_MYSQL=mysql://root@127.0.0.1:3306/ makes the tests
use a server that already runs; CHROMIUM_PATH=/path/to/chromium names the browser.
TEXT
  exit 1
}

command -v apt-get >/dev/null || manual "this system has no apt-get"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || manual "installing them takes root or sudo"
  as_root=(sudo)
fi

echo "Installing for the tests: ${missing[*]}"
log=$(mktemp)
if ! {
  "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
} </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  rm -f "$log"
  manual "apt-get could not install them (its last lines are above)"
fi
rm -f "$log"
"$here/chromium.sh" >/dev/null
