/**
 * Files of sessions' worktrees, as a service: a folder as git sees it, files by their names, lines that hold something, single
 * files read and staged by hand. What is staged is a change like any other, made by hand.
 */
import { Cache, Context, Duration, Effect, Layer, Option, Stream } from "effect"
import { ProjectError } from "../../../shared/Errors.ts"
import type { FileContent, FileError, FileList, FoundFile, SearchFrame } from "../../../shared/File.ts"
import type { SessionId } from "../../../shared/Ids.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { Changes } from "../change/Changes.ts"
import { lookAt } from "../git/DiskBytes.ts"
import { findFiles } from "./FileFinding.ts"
import { listFolder } from "./FileListing.ts"
import { searchFiles, type SearchOrder } from "./FileSearching.ts"
import { admitted, makeStaging, readFile } from "./FileStaging.ts"
import { Git } from "../git/Git.ts"
import { splitNul, textOfPath } from "../git/PathText.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"
import { Worktrees } from "../worktree/Worktrees.ts"

const findLimit = 100
/** Whoever types a name asks again with every letter. */
const namesKept = Duration.seconds(3)

const make = Effect.gen(function*() {
  const changes = yield* Changes
  const git = yield* Git
  const port = yield* WorktreePort
  const worktrees = yield* Worktrees
  const { remove, write } = makeStaging()
  /** What an archived session has is only read, and nothing is brought back for that. */
  const placeOf = Effect.fnUntraced(function*(sessionId: SessionId, writes: boolean) {
    const { archived, worktree } = yield* port.find(sessionId)
    if (!archived) return yield* worktrees.ensure(sessionId)
    const isThere = Option.isSome(worktree) && worktree.value.state === "ready" && (yield* lookAt(Buffer.from(`${worktree.value.path}/.git`))) !== undefined
    return !writes && isThere ? worktree.value : yield* new ProjectError({ reason: { _tag: "Archived", sessionId } })
  })
  const topOf = (sessionId: SessionId) => Effect.map(placeOf(sessionId, false), ({ path }) => path)

  const names = yield* Cache.make({
    capacity: 16, timeToLive: namesKept,
    lookup: (top: string) => Effect.map(git.bytes(top, { what: "list the files", args: ["ls-files", "-z", "-c", "-o", "--exclude-standard", "--deduplicate"] }),
      (out): ReadonlyArray<string> => splitNul(out).filter((path) => path.at(-1) !== 0x2f).map(textOfPath))
  })

  return Files.of({
    list: Effect.fnUntraced(function*(sessionId, folder, ignored) {
      const top = yield* topOf(sessionId)
      return yield* listFolder(git, top, folder === "" ? Buffer.alloc(0) : yield* admitted(top, `${folder}`), ignored)
    }),
    find: (sessionId, query) => Effect.map(Effect.flatMap(topOf(sessionId), (top) => Cache.get(names, top)), (all) => findFiles(all, query, findLimit)),
    search: (sessionId, order) => Stream.unwrap(Effect.map(topOf(sessionId), (top) => searchFiles(git, top, order))),
    read: (sessionId, path) => Effect.flatMap(topOf(sessionId), (top) => readFile(top, path)),
    write: (sessionId, path, text, expected) => Effect.flatMap(placeOf(sessionId, true), (worktree) =>
      changes.byHand(worktree, write(worktree.path, path, text, expected), (hash) => hash === expected ? [] : [path])),
    remove: (sessionId, path, expected) => Effect.flatMap(placeOf(sessionId, true), (worktree) =>
      changes.byHand(worktree, remove(worktree.path, path, expected), () => [path]))
  })
})

type Failure = FileError | WorkError | ProjectError

export class Files extends Context.Service<Files, {
  readonly list: (sessionId: SessionId, folder: string, ignored: boolean) => Effect.Effect<FileList, Failure>
  readonly find: (sessionId: SessionId, query: string) => Effect.Effect<ReadonlyArray<FoundFile>, Failure>
  readonly search: (sessionId: SessionId, order: SearchOrder) => Stream.Stream<SearchFrame, Failure>
  readonly read: (sessionId: SessionId, path: string) => Effect.Effect<FileContent, Failure>
  /** Answers the new hash; `expected` is null for a file that is not there yet. */
  readonly write: (sessionId: SessionId, path: string, text: string, expected: string | null) => Effect.Effect<string, Failure>
  readonly remove: (sessionId: SessionId, path: string, expected: string) => Effect.Effect<void, Failure>
}>()("boocode/work/Files") {
  static readonly layer = Layer.effect(Files, make)
}
