#!/bin/sh
# Everything that can say no, on a machine with nothing but Node and npm: `npm test`. Arguments choose test files.
TESTS_BEGAN=$(date +%s)
export TESTS_BEGAN
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"
. "$root/scripts/chromium.sh"
use_bun
use_packages all
use_chromium
(use_page) # its failure is a failed check, not the end
use_server
export SERVER_MAIN="$main"
PATH="$(dirname "$bun"):$PATH"
export PATH
exec "$bun" "$root/scripts/test.ts" "$@"
