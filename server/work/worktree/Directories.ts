/** Directories on the server's disk as somebody types a path: what could come next. Reads names only, and nothing that may not be read. */
import { Duration, Effect, FileSystem } from "effect"
import { Environment, expandHome, homeOf } from "../../process/Environment.ts"

export interface DirectoryHint {
  /** Absolute, without a slash at its end. */
  readonly path: string
  /** A git repository's top folder. */
  readonly repository: boolean
}

const hintLimit = 50
/** A network disk that doesn't answer gives nothing. */
const deadline = Duration.seconds(3)

/** The folder to look in and the start of the names to look for. What doesn't begin at the root begins at home. */
export const splitPrefix = (typed: string, home: string): { readonly folder: string; readonly start: string } => {
  const expanded = typed === "~" ? `${expandHome(typed, home)}/` : expandHome(typed, home)
  const absolute = expanded.startsWith("/") ? expanded : `${home}/${expanded}`
  const slash = absolute.lastIndexOf("/")
  return { folder: absolute.slice(0, slash + 1), start: absolute.slice(slash + 1) }
}

const byName = (a: string, b: string): number => a.localeCompare(b, "en", { sensitivity: "base", numeric: true }) || (a < b ? -1 : 1)

/**
 * Directories whose path begins with what was typed, by name, at most 50. Upper and lower case are told apart only where
 * something upper was typed; hidden ones come only where a dot was.
 */
export const completeDirectories = Effect.fn("completeDirectories")(function*(typed: string) {
  const fs = yield* FileSystem.FileSystem
  if (typed.includes("\0")) return []
  const { folder, start } = splitPrefix(typed, homeOf(yield* Environment))
  const fold = start === start.toLowerCase() ? (name: string) => name.toLowerCase() : (name: string) => name
  const names = (yield* fs.readDirectoryEntries(folder))
    .filter(({ name, type }) => fold(name).startsWith(start) && (start.startsWith(".") || !name.startsWith("."))
      && (type === "Directory" || type === "SymbolicLink" || type === "Unknown"))
    .toSorted((a, b) => byName(a.name, b.name))
  const hints: Array<DirectoryHint> = []
  for (const { name, type } of names) {
    if (hints.length === hintLimit) break
    const path = `${folder}${name}`
    const isDirectory = type === "Directory" || (yield* Effect.orElseSucceed(Effect.map(fs.stat(path), (file) => file.type === "Directory"), () => false))
    if (isDirectory) hints.push({ path, repository: yield* Effect.orElseSucceed(fs.exists(`${path}/.git`), () => false) })
  }
  return hints
}, Effect.timeout(deadline), Effect.orElseSucceed((): ReadonlyArray<DirectoryHint> => []))
