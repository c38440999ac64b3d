/**
 * A change carried into a checkout: merged three ways with what is there, and written so that each file is the old or the
 * new one at any moment, never half of either. What changed since it was looked at is not written over: it is looked at
 * again. Carrying the same twice is carrying it once, after a kill too. Whose change it is, and what it means, is `Apply`'s.
 */
import { Context, Effect, FileSystem, Layer, Result } from "effect"
import type { Stats } from "node:fs"
import { chmod, link, mkdir, open, rename, rmdir, unlink } from "node:fs/promises"
import type { ChangeId } from "../../../shared/Change.ts"
import { foldersOf, isBehindSymlink, lookAt, within } from "../git/DiskBytes.ts"
import { oneAtATime } from "../git/OneAtATime.ts"
import { bytesOfPath } from "../git/PathText.ts"
import { Git } from "../git/Git.ts"
import { type Files, makeTreeFiles, pick, sameEntry, union } from "../git/TreeFiles.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { backFromAside, lookWhenItShows, putInPlace, sameContent, sameStat } from "../git/PutInPlace.ts"
import { isOutside } from "../git/WorktreePath.ts"
import { type Exchange, makeLandingNotes, type Noted, type NotedExchange, type Way } from "./LandingNotes.ts"
import { stagingOf, sweepStaging } from "./Staging.ts"

export interface Carry extends Noted {
  /** What the change begins and ends with. */
  readonly from: Files
  readonly to: Files
  /** Where both sides changed the same: the change's, without asking. */
  readonly force?: boolean
  /** How often the change had been decided on, for who finds it begun. */
  readonly decisions?: number | undefined
}

/** Where both changed the same nothing was touched, and `tree` has the files with git's marks. */
export type Carried = { readonly _tag: "Carried"; readonly exchange: Exchange } | { readonly _tag: "Conflicted"; readonly tree: string }

/** Some paths, and what they are to have. */
interface Part { readonly paths: ReadonlyArray<string>; readonly result: Files }

const tries = 3
const pathsOf = ({ from, to }: Pick<Carry, "from" | "to">) => [...new Set([...from.keys(), ...to.keys()])]
/** What is there is the one side or the other: nothing is to be merged, and what a kill left of it is as good as nothing. */
const isPlain = ({ from, to }: Pick<Carry, "from" | "to">, ours: Files) => (path: string) =>
  sameEntry(ours.get(path), to.get(path)) || sameEntry(ours.get(path), from.get(path))
const fail = (reason: WorkError["reason"]) => new WorkError({ reason })

const refusedBy = (path: string) => (cause: unknown) => fail({ _tag: "GitFailed", what: `write ${path}`, detail: cause instanceof Error ? cause.message : "the disk refused." })
const staysThere = (top: string, id: Carry["id"]) => ({ message }: WorkError) => Effect.logWarning(`What was written of ${id} in ${top} stays there.`, message)
const io = <A>(path: string, run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: refusedBy(path) })

const synced = (path: Buffer) => open(path, "r").then((file) => file.sync().finally(() => file.close()))

/** Resting where it is written: a person's own mode, but for who may run it. */
const modeOf = (found: Stats, mode: string): number => mode === "100755" ? found.mode | ((found.mode & 0o444) >> 2) : found.mode & ~0o111

const make = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const trees = yield* makeTreeFiles
  const one = oneAtATime<string>()
  const notes = yield* makeLandingNotes

  const admit = Effect.fnUntraced(function*(top: string, paths: ReadonlyArray<string>) {
    for (const path of paths) {
      const bytes = bytesOfPath(path)
      if (isOutside(bytes) || (yield* isBehindSymlink(top, bytes))) return yield* fail({ _tag: "Outside", path })
      for (const folder of foldersOf(bytes)) {
        const found = yield* lookAt(within(top, folder))
        if (found !== undefined && !found.isDirectory()) return yield* fail({ _tag: "InTheWay", path: folder.toString("utf8") })
      }
      const found = yield* lookAt(within(top, bytes))
      if (found !== undefined && !found.isFile() && !found.isSymbolicLink()) return yield* fail({ _tag: "InTheWay", path })
    }
  })

  const statsOf = (top: string, paths: ReadonlyArray<string>) => Effect.map(
    Effect.forEach(paths, (path) => Effect.map(lookAt(within(top, bytesOfPath(path))), (found) => [path, found] as const)), (entries) => new Map(entries))

  /** None for what only git could tell apart, and could not. `written` before a kill: what it says again would be to merge a change with itself. */
  const resultOf = Effect.fnUntraced(function*(top: string, carry: Carry, written: Files | undefined, ours: Files, paths: ReadonlyArray<string>) {
    const { force, from, to } = carry
    const isWritten = (path: string) => written !== undefined && sameEntry(written.get(path), ours.get(path))
    if (written !== undefined && paths.every(isWritten)) return { clean: true as const, files: written }
    const isEither = isPlain(carry, ours)
    if (force === true || paths.every(isEither)) return { clean: true as const, files: to }
    if (written !== undefined && paths.every((path) => isWritten(path) || isEither(path))) {
      return { clean: true as const, files: new Map([...pick(to, paths.filter((path) => !isWritten(path))), ...pick(written, paths.filter(isWritten))]) }
    }
    return yield* trees.merge(top, from, ours, to)
  })

  const replace = Effect.fnUntraced(function*(top: string, path: string, staged: Buffer, aside: Buffer, mode: string, before: Stats | undefined) {
    const target = within(top, bytesOfPath(path))
    if (before?.isFile() === true && mode !== "120000") yield* io(path, () => chmod(staged, modeOf(before, mode)))
    if (mode !== "120000") yield* io(path, () => synced(staged))
    const folder = target.subarray(0, target.lastIndexOf(0x2f))
    yield* io(path, () => mkdir(folder, { recursive: true }))
    if ((yield* isBehindSymlink(top, bytesOfPath(path))) || !sameStat(before, yield* lookAt(target))) return false
    const onDisk = io(path, () => synced(folder))
    if (before !== undefined) return yield* putInPlace({ target, staged, aside, before, onDisk, refused: refusedBy(path) })
    // a link takes no place that somebody took meanwhile
    const isPut = yield* Effect.orElseSucceed(io(path, () => link(staged, target).then(() => unlink(staged)).then(() => true)), () => false)
    yield* onDisk
    return isPut
  })

  /** Taken aside and looked at there, so that nothing goes that was written a moment ago. */
  const remove = Effect.fnUntraced(function*(top: string, path: string, aside: Buffer, before: Stats | undefined) {
    const bytes = bytesOfPath(path), target = within(top, bytes)
    if (!sameStat(before, yield* lookAt(target))) return false
    yield* io(path, () => rename(target, aside))
    const taken = yield* lookAt(aside)
    if (!sameContent(taken, before)) {
      yield* io(path, () => backFromAside(aside, target))
      return false
    }
    for (const folder of foldersOf(bytes).toReversed()) {
      if (!(yield* Effect.orElseSucceed(io(path, () => rmdir(within(top, folder)).then(() => true)), () => false))) break
    }
    return true
  })

  /** Each part whole or not at all, by itself; answers of each the path that somebody else was at work on. */
  const writeAll = Effect.fnUntraced(function*(top: string, id: Carry["id"], ours: Files, parts: ReadonlyArray<Part>, stats: ReadonlyMap<string, Stats | undefined>) {
    const staging = yield* stagingOf(yield* trees.folderOf(top), top, id)
    const clear = Effect.ignore(fs.remove(staging, { recursive: true, force: true }))
    yield* clear
    const differing = parts.map(({ paths, result }) => ({ result, paths: paths.filter((path) => !sameEntry(ours.get(path), result.get(path))) }))
    const coming = union(differing.map(({ paths, result }) => pick(result, paths)))
    yield* io("the change", () => mkdir(staging, { recursive: true }))
    let asides = 0
    const write = Effect.fnUntraced(function*({ paths, result }: Part) {
      for (const [path, { mode }] of pick(result, paths)) {
        if (!(yield* replace(top, path, within(`${staging}/new`, bytesOfPath(path)), Buffer.from(`${staging}/old-${asides++}`), mode, stats.get(path)))) return path
      }
      for (const path of paths.filter((path) => !result.has(path))) {
        if (!(yield* remove(top, path, Buffer.from(`${staging}/old-${asides++}`), stats.get(path)))) return path
      }
      return undefined
    })
    return yield* Effect.ensuring(Effect.andThen(coming.size > 0 ? trees.checkOut(top, coming, `${staging}/new`) : Effect.void,
      Effect.forEach(differing, (part) => Effect.result(write(part)))), clear)
  })

  const write = (top: string, id: Carry["id"], ours: Files, result: Files, stats: ReadonlyMap<string, Stats | undefined>) =>
    Effect.flatMap(writeAll(top, id, ours, [{ paths: [...stats.keys()], result }], stats), ([only]) => only === undefined ? Effect.undefined : Effect.fromResult(only))

  const takeBackAtOnce = Effect.fnUntraced(function*(top: string, all: ReadonlyMap<Carry["id"], Exchange>) {
    const exchanges = [...all].map(([id, { after, before }]) => ({ id, after, before, paths: [...new Set([...before.keys(), ...after.keys()])] }))
    const [first] = exchanges
    if (first === undefined) return new Set<Carry["id"]>()
    const paths = [...new Set(exchanges.flatMap((one) => one.paths))]
    const stats = yield* lookWhenItShows(statsOf(top, paths))
    const now = yield* trees.onDisk(top, paths, union(exchanges.map(({ after }) => after)))
    const parts = exchanges.map(({ after, before, paths }): Part => {
      const isOurs = (path: string) => sameEntry(now.get(path), after.get(path))
      return { paths, result: new Map([...pick(before, paths.filter(isOurs)), ...pick(now, paths.filter((path) => !isOurs(path)))]) }
    })
    const written = yield* writeAll(top, first.id, now, parts, stats)
    const staying = new Set<Carry["id"]>()
    for (const [nth, { id }] of exchanges.entries()) {
      const one = written[nth]
      if (one === undefined || Result.isSuccess(one)) continue
      staying.add(id)
      yield* staysThere(top, id)(one.failure)
    }
    return staying
  })

  /** What was written of exchanges that have no path in common is as it was again; what somebody changed since is left alone. Answers those of which that could not be done. */
  const takeBackAll = Effect.fn("Landing.takeBackAll")(function*(top: string, all: ReadonlyMap<Carry["id"], Exchange>) {
    // one that can't be looked at hinders no other
    const each = Effect.forEach(all, ([id, exchange]) => Effect.catch(takeBackAtOnce(top, new Map([[id, exchange]])), (error) => Effect.as(staysThere(top, id)(error), new Set([id]))))
    return yield* Effect.catch(takeBackAtOnce(top, all), () => Effect.map(each, (some) => new Set(some.flatMap((ids) => [...ids]))))
  })

  const takeBack = (top: string, id: Carry["id"], exchange: Exchange) => Effect.asVoid(takeBackAll(top, new Map([[id, exchange]])))

  /** The first attempt's, but what somebody changed between two of them. */
  const since = (earlier: Exchange | undefined, { after, before }: Exchange, paths: ReadonlyArray<string>): Exchange => earlier === undefined ? { before, after } : {
    after, before: new Map([...pick(before, paths.filter((path) => !sameEntry(before.get(path), earlier.after.get(path)))),
      ...pick(earlier.before, paths.filter((path) => sameEntry(before.get(path), earlier.after.get(path))))])
  }

  /** Of a file that is as neither side has it there is no other copy: it is kept before anything is put in its place. */
  const keep = Effect.fnUntraced(function*(top: string, { from, id, to, way }: Carry, ours: Files) {
    const own = new Map([...ours].filter(([path, entry]) => !sameEntry(entry, from.get(path)) && !sameEntry(entry, to.get(path))))
    if (own.size === 0) return
    const tree = yield* trees.treeOf(top, own)
    yield* git.run(top, { what: "keep what is there", args: ["update-ref", `refs/boocode/kept/${id}/${way}/${tree}`, tree] })
  })

  /** Of those that are to go to the project: whose marks a merge left, and nobody has resolved. */
  const unmerged = Effect.fnUntraced(function*(top: string, carries: ReadonlyArray<Pick<Carry, "from" | "to" | "way">>) {
    const applied = carries.filter(({ way }) => way === "apply")
    return yield* trees.newlyMarked(top, union(applied.map(({ from }) => from)), union(applied.map(({ to }) => to)))
  })

  const attempt = (top: string, carry: Carry, left: number, earlier?: Exchange): Effect.Effect<Carried, WorkError> => Effect.gen(function*() {
    const paths = pathsOf(carry)
    yield* admit(top, paths)
    const stats = yield* lookWhenItShows(statsOf(top, paths))
    const ours = yield* trees.onDisk(top, paths, carry.from)
    const [unresolved] = earlier === undefined ? yield* unmerged(top, [carry]) : []
    if (unresolved !== undefined) return yield* fail({ _tag: "Unmerged", path: unresolved })
    const begun = earlier ?? (yield* notes.noted(top, carry))
    const result = yield* resultOf(top, carry, begun?.after, ours, paths)
    if (!result.clean) return { _tag: "Conflicted", tree: result.tree } as const
    yield* admit(top, [...result.files.keys()])
    const exchange = since(begun, { before: ours, after: result.files }, [...new Set([...paths, ...result.files.keys()])])
    yield* notes.note(top, carry, exchange)
    yield* keep(top, carry, ours)
    const restless = yield* Effect.tapError(write(top, carry.id, ours, result.files, stats), () => takeBack(top, carry.id, exchange))
    if (restless === undefined) return { _tag: "Carried", exchange } as const
    if (left > 1) return yield* attempt(top, carry, left - 1, exchange)
    yield* takeBack(top, carry.id, exchange)
    return yield* fail({ _tag: "Restless", path: restless })
  })

  /** All that need no merge and that nothing hinders, at once; what it answers nothing for was not carried. */
  const attemptAll = Effect.fnUntraced(function*(top: string, carries: ReadonlyArray<Carry>) {
    const refs = yield* notes.refsIn(top)
    const isAlone = notes.isNoted(refs)
    const marked = yield* unmerged(top, carries)
    const isRefused = (carry: Carry) => isAlone(carry) || marked.some((path) => carry.to.has(path))
    const fit = yield* Effect.filter(carries, (carry) => isRefused(carry) ? Effect.succeed(false) : Effect.isSuccess(admit(top, pathsOf(carry))))
    const paths = fit.flatMap(pathsOf)
    const stats = yield* lookWhenItShows(statsOf(top, paths))
    const ours = paths.length === 0 ? new Map() : yield* trees.onDisk(top, paths, union(fit.map(({ from }) => from)))
    const plain = fit.filter((carry) => pathsOf(carry).every(isPlain(carry, ours)))
    const [first] = plain
    if (first === undefined) return new Map<Carry, Carried>()
    const earlier: ReadonlyMap<string, Exchange> = yield* notes.allTogether(top, refs, first.way)
    const all = plain.map((carry) => ({ carry, exchange: since(earlier.get(carry.id), { before: pick(ours, pathsOf(carry)), after: carry.to }, pathsOf(carry)) }))
    yield* notes.noteTogether(top, all)
    const written = yield* Effect.tapError(writeAll(top, first.id, ours, plain.map((carry) => ({ paths: pathsOf(carry), result: carry.to })), stats), () => notes.noteTogether(top, [], first))
    const isWritten = (nth: number) => { const one = written[nth]; return one !== undefined && Result.isSuccess(one) && one.success === undefined }
    const failed = all.filter((_, nth) => !isWritten(nth)), carried = all.filter((_, nth) => isWritten(nth))
    yield* takeBackAll(top, new Map(failed.map(({ carry, exchange }) => [carry.id, exchange])))
    if (failed.length > 0) yield* notes.noteTogether(top, carried, first)
    return new Map(carried.map(({ carry, exchange }): [Carry, Carried] => [carry, { _tag: "Carried", exchange }]))
  })

  /** No two of them have a path in common. */
  const carryAll = Effect.fn("Landing.carryAll")(function*(top: string, carries: ReadonlyArray<Carry>) {
    const done = carries.length < 2 ? new Map<Carry, Carried>() : yield* Effect.orElseSucceed(attemptAll(top, carries), () => new Map<Carry, Carried>())
    return yield* Effect.forEach(carries, (carry): Effect.Effect<Result.Result<Carried, WorkError>> => {
      const carried = done.get(carry)
      return carried === undefined ? Effect.result(attempt(top, carry, tries)) : Effect.succeed(Result.succeed(carried))
    })
  })

  const alone = <A, E>(top: string, effect: Effect.Effect<A, E>) => one(top)(Effect.uninterruptible(effect))

  return Landing.of({
    admit, trees, noted: notes.noted, notedTogether: notes.notedTogether, begun: notes.begun, done: notes.done, forget: notes.forget,
    carry: Effect.fn("Landing.carry")((top, carry) => alone(top, attempt(top, carry, tries))),
    carryAll: (top, carries) => alone(top, carryAll(top, carries)),
    sweep: (top) => Effect.ignore(Effect.flatMap(trees.folderOf(top), (own) => sweepStaging(fs, own, top))),
    takeBack: (top, id, exchange) => alone(top, takeBack(top, id, exchange)),
    takeBackAll: (top, all) => alone(top, takeBackAll(top, all)),
  })
})

export class Landing extends Context.Service<Landing, {
  /** Refused where one of them isn't a file's place in the checkout: outside of it, in git's own folder, behind a link. */
  readonly admit: (top: string, paths: ReadonlyArray<string>) => Effect.Effect<void, WorkError>
  readonly trees: Effect.Success<typeof makeTreeFiles>
  /** One at a time in each checkout; not given up half-way. Refused, it leaves every file as it was. */
  readonly carry: (top: string, carry: Carry) => Effect.Effect<Carried, WorkError>
  /** As `carry`, of several that have no path in common: each whole or not at all, whatever becomes of the others. Answers one for each, in order. */
  readonly carryAll: (top: string, carries: ReadonlyArray<Carry>) => Effect.Effect<ReadonlyArray<Result.Result<Carried, WorkError>>>
  /** Those of which something was begun one way that nobody was done with: their server died, or could not record it. */
  readonly begun: (top: string, way: Way) => Effect.Effect<ReadonlySet<ChangeId>, WorkError>
  /** At boot: away with what killed servers were about to put there. */
  readonly sweep: (top: string) => Effect.Effect<void>
  /** As if it had not been carried, but for what somebody changed since. */
  readonly takeBack: (top: string, id: Carry["id"], exchange: Exchange) => Effect.Effect<void>
  /** The same of many that have no path in common, each by itself. Answers those of which something stays there, because the disk refused. */
  readonly takeBackAll: (top: string, all: ReadonlyMap<Carry["id"], Exchange>) => Effect.Effect<ReadonlySet<Carry["id"]>>
  /** What one that was begun, and not done with, found and was to leave. */
  readonly noted: (top: string, carry: Noted) => Effect.Effect<NotedExchange | undefined, WorkError>
  /** The same of many that were written together, called as one of them. */
  readonly notedTogether: (top: string, first: Noted) => Effect.Effect<ReadonlyMap<ChangeId, NotedExchange>, WorkError>
  /** They are recorded: nothing of them is to be picked up any more, whichever way it was begun; or one way, where one is given. */
  readonly done: (top: string, ids: ReadonlyArray<ChangeId>, way?: Way) => Effect.Effect<void>
  /** One note, by itself or of many, with whatever is left in it. */
  readonly forget: (top: string, note: Noted, isTogether: boolean) => Effect.Effect<void>
}>()("boocode/work/Landing") {
  static readonly layer = Layer.effect(Landing, make)
}
