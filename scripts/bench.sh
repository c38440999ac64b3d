#!/bin/sh
# The measurements, of the program as `npm start` runs it: `npm run bench -- turn`.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
. "$root/scripts/chromium.sh"
use_bun
use_packages all
use_server
export SERVER_MAIN="$main"
case "$1" in diff-page) use_chromium; (use_page) ;; esac
exec "$bun" "$root/bench/main.ts" "$@"
