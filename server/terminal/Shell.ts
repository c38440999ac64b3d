/** Which shell a person gets on this machine, and in what environment. Starts nothing. */
import { basename } from "node:path"
import { Effect, FileSystem } from "effect"
import type { Variables } from "../process/Environment.ts"

export interface Shell {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly title: string
  /** On top of the server's environment, without its own settings and secrets. */
  readonly env: Variables
}

/** Accounts of services have these. */
const noShells = ["nologin", "false", "true"]

/** What a terminal around the server has said of itself is not true of this one. */
const foreign: ReadonlyArray<string> = ["TMUX", "TMUX_PANE", "STY", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "WINDOWID", "VTE_VERSION", "NO_COLOR", "COLUMNS", "LINES", "PWD", "OLDPWD"]

export const terminalEnvironment = (server: Variables): Variables => ({
  ...Object.fromEntries(foreign.map((name) => [name, undefined])),
  TERM: "xterm-256color", COLORTERM: "truecolor",
  // whoever has said nothing of a language still wants to see more than ASCII
  ...(["LC_ALL", "LC_CTYPE", "LANG"].some((name) => (server[name] ?? "") !== "") ? {} : { LANG: "C.UTF-8" })
})

/**
 * `SHELL`, else bash, else sh. A login shell on macOS only, where programs are started without the user's PATH: elsewhere
 * `/etc/profile` would take away the one that the server was started with.
 */
export const userShell = Effect.fnUntraced(function*(server: Variables) {
  const fs = yield* FileSystem.FileSystem
  const isProgram = (path: string) => Effect.orElseSucceed(Effect.as(fs.access(path, { ok: true }), true), () => false)
  const wanted = server["SHELL"] ?? ""
  const candidates = [...(wanted.startsWith("/") && !noShells.includes(basename(wanted)) ? [wanted] : []), "/bin/bash", "/usr/bin/bash"]
  const found: Array<string> = yield* Effect.filter(candidates, isProgram)
  const command = found[0] ?? "/bin/sh"
  const shell: Shell = { command, title: basename(command), args: process.platform === "darwin" ? ["-l"] : [], env: terminalEnvironment(server) }
  return shell
})
