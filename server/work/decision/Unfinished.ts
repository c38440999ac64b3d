/**
 * What a killed server had begun in the checkouts of projects, as its notes there say: at boot it is finished, as if it had
 * been asked for again, and where that is refused it is taken back, so that no file and no index is ahead of what is known.
 *
 * ```
 *  noted ──▶ recorded already ──────────────▶ note dropped
 *    ├─────▶ asked again: landed, applied ──▶
 *    ├─────▶ its agent went on since: left ─▶
 *    └─────▶ refused: files and index back ─▶
 * ```
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import type { ChangeId, PendingChange } from "../../../shared/Change.ts"
import { LandId } from "../../../shared/Land.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { Apply } from "./Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Commits } from "../land/Commits.ts"
import { Git } from "../git/Git.ts"
import { type Begun, makeLandAttempts } from "../land/LandAttempts.ts"
import { Landing } from "../land/Landing.ts"
import { begunOf, type Exchange, type NotedExchange } from "../land/LandingNotes.ts"
import { makeLandSteps } from "../land/LandSteps.ts"
import type { KnownWorktree } from "../worktree/Reconcile.ts"
import { baseOf, type Files, sameEntry } from "../git/TreeFiles.ts"
import { namesIn, stateAfter, uncommitted } from "./TakenBack.ts"
import { pathsIn } from "./WholeDecisions.ts"

/** Nothing new is taken up after that: the server is to answer soon. What is left is found at the next boot, or asked for again. */
const limit = "20 seconds"
const listing = "5 seconds"
const projectsAtOnce = 4

interface Place { readonly top: string; readonly known: ReadonlyArray<KnownWorktree> }

type Carrying = ReturnType<typeof begunOf>["carries"][number]

const isLanding = Schema.is(LandId)

const begunIn = (refs: ReadonlyArray<string>) => ({
  landings: refs.flatMap((ref) => {
    const [, id] = /^refs\/boocode\/landed\/([^/]+)\/begun$/.exec(ref) ?? []
    return isLanding(id) ? [id] : []
  }),
  ...begunOf(refs)
})

/** Whose files those are. */
const isInWorktree = (way: Carrying["way"]) => way === "reject" || way === "bring-back"

const make = Effect.gen(function*() {
  const apply = yield* Apply
  const attempts = yield* makeLandAttempts
  const commits = yield* Commits
  const git = yield* Git
  const landing = yield* Landing
  const port = yield* ChangePort
  const { unstage } = yield* makeLandSteps

  const filesAt = (top: string, ref: string) => Effect.map(landing.trees.filesAt(top, ref), (files): Files => files ?? new Map())

  const landedAgain = Effect.fnUntraced(function*({ top }: Place, { id, note }: Begun) {
    const result = note === undefined ? undefined : yield* Effect.option(commits.commit(note.order))
    if (result !== undefined && Option.isSome(result) && result.value._tag === "Landed") {
      return yield* Effect.logInfo(`A landing in ${top} that was under way when the server died is finished: ${result.value.commit} on ${result.value.branch}.`)
    }
    if (note !== undefined) {
      const { commit, staged } = note.attempt
      const was = yield* filesAt(top, `${commit}^`), head = yield* filesAt(top, "HEAD")
      const exchange = yield* landing.noted(top, { id, way: `land-${commit}` })
      if (exchange !== undefined) yield* landing.takeBack(top, id, uncommitted(head, exchange, was))
      yield* unstage(top, uncommitted(head, staged, was))
    }
    yield* attempts.forget(top, id)
    yield* Effect.logWarning(`A landing in ${top} that was under way when the server died can't be finished; it was taken back. Land the changes again.`)
  })

  /** A resolved conflict goes the way of a rejection, to another end. */
  const isWhole = (row: PendingChange, { way }: Carrying, exchange: Exchange | undefined) => exchange !== undefined
    && (way !== "reject" || [...exchange.after.keys(), ...baseOf(row).keys()].every((path) => sameEntry(exchange.after.get(path), baseOf(row).get(path))))

  const decidedAgain = ({ project, worktree }: KnownWorktree, { way }: Carrying, ids: ReadonlyArray<ChangeId>): Effect.Effect<unknown, WorkError> => {
    switch (way) {
      case "apply": return apply.applyAll(project, worktree, ids)
      case "reject": return apply.reject(worktree, ids)
      case "revert": return apply.revertAll(project, worktree, ids)
      case "bring-back": return apply.bringBack(worktree, ids)
    }
  }

  const exchangesOf = (top: string, carrying: Carrying) => carrying.isTogether ? landing.notedTogether(top, carrying)
    : Effect.map(landing.noted(top, carrying), (one) => new Map(one === undefined ? [] : [[carrying.id, one]]))

  /** Of what was to be applied: not decided, and other changes stand in its stead. Its server lived on, and its agent went on in the same files. */
  const supersededOf = Effect.fnUntraced(function*(way: Carrying["way"], rows: ReadonlyArray<PendingChange>) {
    const [first] = rows
    if (way !== "apply" || first === undefined) return new Set<ChangeId>()
    const { live } = yield* port.load(first.worktreeId)
    const standing = new Set(live.map(({ id }) => id)), taken = new Set(live.flatMap(pathsIn))
    return new Set(rows.filter((row) => row.state !== "applied" && !standing.has(row.id) && pathsIn(row).some((path) => taken.has(path))).map(({ id }) => id))
  })

  /** What was not decided after all. It is one file of a worktree, the old or the new one, where nobody knows whose worktree that is (`at`). */
  const refused = Effect.fnUntraced(function*(at: string | undefined, way: Carrying["way"], rows: ReadonlyArray<PendingChange>, exchanges: ReadonlyMap<ChangeId, NotedExchange>) {
    if (at === undefined || exchanges.size === 0) return
    const superseded = yield* supersededOf(way, rows)
    const left = new Map([...exchanges].filter(([id]) => superseded.has(id)))
    if (left.size > 0) yield* Effect.logWarning(`${namesIn(left)} in ${at} was written to be applied, which was never recorded, and its agent has gone on in it since: it is left as it is.`)
    const head = isInWorktree(way) ? undefined : yield* filesAt(at, "HEAD")
    const back = new Map([...exchanges].filter(([id]) => !superseded.has(id)).map(([id, exchange]) => [id, head === undefined ? exchange : uncommitted(head, exchange)]))
    const staying = yield* landing.takeBackAll(at, back)
    const gone = new Map([...back].filter(([id, { after, before }]) => !staying.has(id) && before.size + after.size > 0))
    if (gone.size > 0) yield* Effect.logWarning(`${namesIn(gone)} in ${at} was to be ${stateAfter[way]} and can't be: it was taken back, but for what changed there since. Ask for it again.`)
  })

  const carriedAgain = Effect.fnUntraced(function*({ known, top }: Place, carrying: Carrying) {
    const { way } = carrying
    const noted = yield* exchangesOf(top, carrying)
    const isDecided = (row: PendingChange) => row.state === stateAfter[way]
    const counts = yield* port.decisionsOf([...noted.keys()])
    const all = yield* port.findAll([...noted.keys()])
    // of what a person decided on since, the note is an old one that could not be dropped
    const isStale = (row: PendingChange) => !isDecided(row) && (noted.get(row.id)?.decisions ?? counts.get(row.id)) !== counts.get(row.id)
    const stale = new Set(all.filter(isStale).map(({ id }) => id))
    const exchanges = new Map([...noted].filter(([id]) => !stale.has(id)))
    const rows = all.filter(({ id }) => !stale.has(id))
    const place = known.find(({ worktree }) => worktree.id === rows[0]?.worktreeId)
    // what was brought back is to be looked at as such, recorded or not
    const left = rows.filter((row) => (way === "bring-back" || !isDecided(row)) && isWhole(row, carrying, exchanges.get(row.id))).map(({ id }) => id)
    if (place !== undefined && left.length > 0) yield* Effect.ignore(decidedAgain(place, carrying, left))
    const decided = (yield* port.findAll([...exchanges.keys()])).filter(isDecided)
    for (const { id, path } of decided) if (left.includes(id)) yield* Effect.logInfo(`${path} in ${top} is ${stateAfter[way]}, as was under way when the server died.`)
    const at = isInWorktree(way) ? place?.worktree.path : top
    const isOver = new Set(decided.map(({ id }) => id))
    yield* refused(at, way, rows.filter(({ id }) => !isOver.has(id)), new Map([...exchanges].filter(([id]) => !isOver.has(id))))
    yield* landing.forget(top, carrying, carrying.isTogether)
  })

  const guarded = (what: string) => <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E>) =>
    Effect.catch(effect, ({ message }) => Effect.logWarning(what, message))

  const inProject = Effect.fnUntraced(function*(place: Place) {
    const { top } = place
    const refs = yield* git.run(top, { what: "look for what was begun", deadline: listing, args: ["for-each-ref", "--format=%(refname)", "refs/boocode/landing/", "refs/boocode/landed/*/begun"] })
    const { carries, landings, together } = begunIn(refs.split("\n"))
    const again = guarded(`What was begun in ${top} is not finished; ask for it again.`)
    for (const begun of yield* attempts.begun(top, landings)) yield* again(landedAgain(place, begun))
    for (const carrying of [...carries, ...together]) yield* again(carriedAgain(place, carrying))
    for (const path of [top, ...place.known.map(({ worktree }) => worktree.path)]) yield* landing.sweep(path)
  })

  return Unfinished.of({
    recover: Effect.fn("Unfinished.recover")(function*(known) {
      const tops = [...new Set(known.map(({ project }) => project.path))]
      // a project that can't be reached is left as it is
      const all = Effect.forEach(tops, (top) => guarded(`${top} was not asked for what was begun there.`)(
        inProject({ top, known: known.filter(({ project }) => project.path === top) })), { concurrency: projectsAtOnce, discard: true })
      const over = yield* Effect.timeoutOption(all, limit)
      if (Option.isNone(over)) yield* Effect.logWarning("There is more that a killed server had begun than could be finished at once; ask for it again.")
    })
  })
})

export class Unfinished extends Context.Service<Unfinished, {
  /** Before anybody asks for anything, and bounded in time. */
  readonly recover: (known: ReadonlyArray<KnownWorktree>) => Effect.Effect<void>
}>()("boocode/work/Unfinished") {
  static readonly layer = Layer.effect(Unfinished, make).pipe(Layer.provide(Landing.layer))
}
