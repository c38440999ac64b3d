/** For tests: another server as a program that is killed, by the git that it calls or by the test. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

const work = dirname(import.meta.dirname)

/** Where such a program runs. */
export const root = dirname(dirname(work))

/** Where its modules lie, for the workers of the run. */
const variable = "KILLED_SERVER"

/** Called by Vitest before all tests and after them: some eighty such programs are started, and from the sources each would take a second. */
export const setup = (): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), "boocode-killed-"))
  process.env[variable] = folder
  return Bun.build({ entrypoints: [join(import.meta.dirname, "killedModules.ts")], outdir: folder, target: "bun" })
}
export const teardown = (): void => {
  const folder = process.env[variable]
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

/** What it begins with: `from("decision/Apply")` is that module, `of` the service that is called as its file. */
export const prelude = `
  const { Effect, Layer, NodeServices, modules } = await import(${JSON.stringify(join(process.env[variable] ?? "", "killedModules.js"))})
  const from = (name) => Promise.resolve(modules[name])
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
