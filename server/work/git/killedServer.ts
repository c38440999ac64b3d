/** For tests: another server as a program that is killed, by the git that it calls or by the test. */
import { dirname } from "node:path"

const work = dirname(import.meta.dirname)

/** Where such a program runs. */
export const root = dirname(dirname(work))

/** What it begins with: `from("decision/Apply")` is that module, `of` the service that is called as its file. */
export const prelude = `
  const { Effect, Layer } = await import("effect")
  const { NodeServices } = await import("@effect/platform-node")
  const from = (name) => import(${JSON.stringify(work)} + "/" + name + ".ts")
  const of = (name) => from(name).then((module) => module[name.split("/")[1]])
`

/** A git that kills who called it, before or after the call that `KILL_AT` names, as `KILL_WHEN` says. */
export const killer = (git: string): string => `#!/bin/sh
case "$*" in
  *"$KILL_AT"*)
    if [ "$KILL_WHEN" = before ]; then kill -9 $PPID; exit 1; fi
    ${git} "$@"; kill -9 $PPID; exit 1 ;;
esac
exec ${git} "$@"
`
