#!/bin/sh
# Types, Effect's diagnostics, lint with the import law, unused code and the lockfile: `npm run check`.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
use_bun
use_packages all
exec "$bun" "$root/scripts/check.ts"
