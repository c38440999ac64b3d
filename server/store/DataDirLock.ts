/**
 * Keeps a second server off a data directory. The lock is the file `server.lock.N` with the highest N: it names its
 * owner, or says that it was released.
 *
 * ```
 *  server.lock.7 ── owner lives ──────────────▶ refused, with the owner's pid
 *        └───────── owner is gone, or released ─▶ link(server.lock.8): one of all takers wins, the others look again
 * ```
 *
 * A stale lock is never removed before a higher one stands, and nobody makes a lower one: so no two takers can both
 * believe that they won, whatever the order of their steps.
 */
import { Effect, FileSystem, Option, Schema } from "effect"
import { ProcessIdentity, isSameProcess, processIdentity } from "./ProcessIdentity.ts"
import { StoreError } from "./StoreError.ts"

const Held = Schema.fromJsonString(Schema.Struct({ owner: Schema.NullOr(ProcessIdentity) }))
const decodeHeld = Schema.decodeUnknownOption(Held)
const encodeHeld = Schema.encodeSync(Held)

const prefix = "server.lock."
const generations = (names: ReadonlyArray<string>) =>
  names.filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length))).sort((a, b) => b - a)

/** Holds the data directory until the scope closes; fails with `DataDirInUse` when a live server holds it. */
export const lockDataDir = Effect.fn("lockDataDir")(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const me = Option.getOrElse(yield* processIdentity(process.pid), () => ({ pid: process.pid, startTime: "", machineBoot: "" }))
  const file = (generation: number) => `${dataDir}/${prefix}${generation}`
  const list = Effect.map(fs.readDirectory(dataDir), generations)
  /** An unreadable or half-written lock counts as released: it is written whole before it is linked. */
  const ownerOf = (generation: number) => Effect.map(fs.readFileString(file(generation)), (text) =>
    Option.getOrNull(Option.map(decodeHeld(text), ({ owner }) => owner))).pipe(Effect.orElseSucceed(() => null))

  /** The generation now held, or none when another taker was quicker: look again. */
  const take = Effect.gen(function*() {
    const newest = (yield* list)[0] ?? 0
    const owner = newest === 0 ? null : yield* ownerOf(newest)
    if (owner !== null && (yield* isSameProcess(owner))) {
      return yield* new StoreError({ reason: { _tag: "DataDirInUse", path: dataDir, pid: owner.pid } })
    }
    const mine = newest + 1
    const draft = yield* fs.makeTempFileScoped({ directory: dataDir, prefix: "server.lock-" })
    yield* fs.writeFileString(draft, encodeHeld({ owner: me }))
    const linked = yield* fs.link(draft, file(mine)).pipe(Effect.as(true),
      Effect.catchIf((error) => error.reason._tag === "AlreadyExists", () => Effect.succeed(false)))
    if (!linked) return Option.none<number>()
    const now = yield* list
    if ((now[0] ?? 0) > mine) { // ours was an old number that others had already passed
      yield* fs.remove(file(mine), { force: true })
      return Option.none<number>()
    }
    yield* Effect.forEach(now.filter((generation) => generation < mine), (old) => fs.remove(file(old), { force: true }))
    return Option.some(mine)
  }).pipe(Effect.scoped)

  const acquire = Effect.map(Effect.repeat(take, { until: Option.isSome }), Option.getOrThrow)
  yield* Effect.acquireRelease(acquire, (generation) => {
    const released = `${dataDir}/${prefix}released`
    return fs.writeFileString(released, encodeHeld({ owner: null })).pipe(
      Effect.andThen(fs.rename(released, file(generation))), Effect.ignore)
  })
})
