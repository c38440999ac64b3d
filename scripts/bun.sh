#!/bin/sh
# Runs a program of this checkout with its Bun and all packages: `sh scripts/bun.sh scripts/check.ts`.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
use_bun
use_packages all
exec "$bun" "$@"
