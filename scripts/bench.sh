#!/bin/sh
# The measurements, of the program as `npm start` runs it: `npm run bench -- turn`.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
use_bun
use_packages all
use_server
export SERVER_MAIN="$main"
exec "$bun" "$root/bench/main.ts" "$@"
