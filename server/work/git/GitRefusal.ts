/**
 * What git means when it refuses. git has one exit code for everything and says the rest in words: they are read here,
 * once, in the locale that every call runs in, and become a reason.
 */
import type { WorkReason } from "../../../shared/WorkError.ts"

const lockOf = /Unable to create '(.+\.lock)': File exists/s

const firstLine = (stderr: string): string => {
  const lines = stderr.trim().split("\n").filter((line) => line.trim() !== "")
  const fatal = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? "it ended without a word."
  return fatal.replace(/^(fatal|error): /, "")
}

/** `what` completes "git could not …"; `directory` is where git ran. */
export const gitRefusal = (stderr: string, what: string, directory: string): WorkReason => {
  if (/(No space left on device|Out of diskspace|Disk quota exceeded)/i.test(stderr)) return { _tag: "DiskFull", path: directory }
  const lock = lockOf.exec(stderr)?.[1]
  if (lock !== undefined) return { _tag: "Locked", lock }
  const filter = /(?:smudge|clean) filter '?([\w.-]+)'? failed/.exec(stderr)?.[1]
  if (filter !== undefined) return { _tag: "FilterFailed", filter }
  if (stderr.includes("detected dubious ownership")) return { _tag: "NotOwned", path: directory }
  if (stderr.includes("not a git repository")) return { _tag: "NotARepository", path: directory }
  if (stderr.includes("must be run in a work tree")) return { _tag: "NoCheckout", path: directory, bare: false }
  if (/(Permission denied|Read-only file system)/.test(stderr)) return { _tag: "Denied", path: directory }
  return { _tag: "GitFailed", what, detail: firstLine(stderr) }
}
