#!/usr/bin/env bash
# Prints the path of the Chromium or Chrome that the browser tests drive.
set -euo pipefail

if [ -n "${CHROMIUM_PATH:-}" ]; then
  [ -x "$CHROMIUM_PATH" ] || {
    echo "CHROMIUM_PATH names $CHROMIUM_PATH, which cannot be run." >&2
    exit 1
  }
  echo "$CHROMIUM_PATH"
  exit
fi

for name in chromium chromium-browser google-chrome-stable google-chrome; do
  # Ubuntu's chromium is a script that asks for a snap: only a browser that answers counts.
  if path=$(command -v "$name") && "$path" --version >/dev/null 2>&1; then
    echo "$path"
    exit
  fi
done
echo "No Chromium or Chrome was found: install one, or set CHROMIUM_PATH." >&2
exit 1
