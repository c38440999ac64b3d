#!/bin/sh
# Builds dist/boocode, the one file, from a checkout: `npm run build`.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
use_bun
use_packages serve
exec "$bun" "$root/scripts/build-binary.ts" "$@"
