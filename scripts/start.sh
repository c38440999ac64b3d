#!/bin/sh
# Runs boocode from the checkout: `sh scripts/start.sh serve --demo`. Brings what is missing, then becomes the program, so
# that signals reach it.
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/toolchain.sh"

command -v git >/dev/null || die "git is missing: install it (Debian: apt-get install git)."
use_bun
use_packages serve
use_server
[ "$1" != serve ] || use_page
exec "$bun" --no-env-file "$main" "$@"
