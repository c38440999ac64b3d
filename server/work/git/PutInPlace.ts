/**
 * A file put where another one is, so that at any moment there is the old or the new one, and no write of somebody else's goes
 * with the old one. A checkout is a person's: their editor asks nobody.
 *
 * No system call that we have says "unless it is another by now". So the old file gets a second name, is looked at, and gives
 * way in one step of this process, with nothing awaited between; and once more is it looked at under its second name when the new
 * one is on disk. What was written to it until then, as by an editor that had it open, takes its place back, and the change is
 * merged with that. What remains are the microseconds between the look and the rename, for a file that is not written to but put
 * there by a rename; and a server killed between the rename and that last look: what was written to the old file meanwhile
 * by who had it open has its second name only, and the next boot clears that away.
 */
import { Clock, Context, Duration, Effect } from "effect"
import { linkSync, lstatSync, renameSync, type Stats } from "node:fs"
import { link, unlink } from "node:fs/promises"
import { lookAt } from "./DiskBytes.ts"

/** Nothing about it is another. */
export const sameStat = (a: Stats | undefined, b: Stats | undefined): boolean =>
  sameContent(a, b) && a?.ctimeMs === b?.ctimeMs && a?.mode === b?.mode

/** Nobody has written to it: a second name is no write. */
export const sameContent = (a: Stats | undefined, b: Stats | undefined): boolean =>
  a?.ino === b?.ino && a?.size === b?.size && a?.mtimeMs === b?.mtimeMs

/** A disk's clock stands still for so long, in milliseconds: of two writes in that time the second doesn't show. */
const tick = 20

/** Looks, and where something was written just now once more, when the next write will show. */
export const lookWhenItShows = <E, R>(look: Effect.Effect<ReadonlyMap<string, Stats | undefined>, E, R>) => Effect.gen(function*() {
  const found = yield* look
  const now = yield* Clock.currentTimeMillis
  const isFresh = [...found.values()].some((stat) => stat !== undefined && stat.mtimeMs <= now && now - stat.mtimeMs < tick)
  return isFresh ? yield* Effect.delay(look, Duration.millis(tick)) : found
})

export interface Put<E> {
  readonly target: Buffer
  /** What is put there; on the same disk. */
  readonly staged: Buffer
  /** Where nothing is; on the same disk. */
  readonly aside: Buffer
  /** What was there when it was looked at. */
  readonly before: Stats
  /** Follows the new file. */
  readonly onDisk: Effect.Effect<unknown, E>
  readonly refused: (cause: unknown) => E
}

/** Run between the last look and the rename: what tests put there, somebody else may do. */
export const LastMoment = Context.Reference<(target: Buffer) => void>("boocode/work/LastMoment", { defaultValue: () => () => undefined })

/** False where somebody was at work on the old one: it is there then, as they left it. */
export const putInPlace = Effect.fnUntraced(function*<E>({ aside, before, onDisk, refused, staged, target }: Put<E>) {
  const lastMoment = yield* LastMoment
  const put = yield* Effect.try({
    try: () => {
      // a second name of a symlink may be one of what it leads to; nobody writes to a symlink. Some disks have no second names
      if (before.isFile()) orNot(() => linkSync(target, aside))
      const found = orNot(() => lstatSync(target)), { ino } = lstatSync(staged)
      if (!sameContent(before, found) || before.mode !== found?.mode) return undefined
      lastMoment(target)
      renameSync(staged, target)
      return ino
    },
    catch: refused
  })
  if (put === undefined) return false
  yield* onDisk
  const old = yield* lookAt(aside)
  if (old === undefined || sameContent(before, old)) return true
  // unless somebody has put another there since
  orNot(() => { if (lstatSync(target).ino === put) renameSync(aside, target) })
  return false
})

/** What was taken aside is where it was again, unless somebody has put another there since. Some disks have no second names. */
export const backFromAside = (aside: Buffer, target: Buffer, secondName: (of: Buffer, name: Buffer) => Promise<void> = link): Promise<void> =>
  secondName(aside, target).then(() => unlink(aside), (cause: unknown) => {
    // nothing is awaited between the look and the rename
    if (orNot(() => lstatSync(target)) !== undefined) return Promise.reject(cause instanceof Error ? cause : new Error("the disk refused."))
    return renameSync(aside, target)
  })

const orNot = <A>(run: () => A): A | undefined => {
  try {
    return run()
  } catch {
    return undefined
  }
}
