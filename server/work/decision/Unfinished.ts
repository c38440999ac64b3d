/**
 * What a killed server had begun in the checkouts of projects, as its notes there say: at boot it is finished, as if it had
 * been asked for again, and where that is refused it is taken back, so that no file and no index is ahead of what is known.
 *
 * ```
 *  noted ──▶ recorded already ──────────────▶ note dropped
 *    ├─────▶ asked again: landed, applied ──▶
 *    └─────▶ refused: files and index back ─▶
 * ```
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { ChangeId, type PendingChange } from "../../../shared/Change.ts"
import { LandId } from "../../../shared/Land.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { Apply } from "./Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Commits } from "../land/Commits.ts"
import { Git } from "../git/Git.ts"
import { type Begun, makeLandAttempts } from "../land/LandAttempts.ts"
import { type Exchange, Landing } from "../land/Landing.ts"
import { makeLandSteps } from "../land/LandSteps.ts"
import type { KnownWorktree } from "../worktree/Reconcile.ts"
import { baseOf, type Files, pick, sameEntry } from "../git/TreeFiles.ts"

/** Nothing new is taken up after that: the server is to answer soon. What is left is found at the next boot, or asked for again. */
const limit = "20 seconds"
const listing = "5 seconds"
const projectsAtOnce = 4

interface Place { readonly top: string; readonly known: ReadonlyArray<KnownWorktree> }

interface Carrying { readonly id: ChangeId; readonly way: "apply" | "reject" | "revert" }

const isWay = Schema.is(Schema.Literals(["apply", "reject", "revert"]))
const isChange = Schema.is(ChangeId)
const isLanding = Schema.is(LandId)

const begunIn = (refs: ReadonlyArray<string>) => ({
  landings: refs.flatMap((ref) => {
    const [, id] = /^refs\/boocode\/landed\/([^/]+)\/begun$/.exec(ref) ?? []
    return isLanding(id) ? [id] : []
  }),
  carries: refs.flatMap((ref): ReadonlyArray<Carrying> => {
    const [, id, way] = /^refs\/boocode\/landing\/([^/]+)\/([^/]+)$/.exec(ref) ?? []
    return isChange(id) && isWay(way) ? [{ id, way }] : []
  })
})

const stateAfter = { apply: "applied", reject: "rejected", revert: "reverted" } as const

const make = Effect.gen(function*() {
  const apply = yield* Apply
  const attempts = yield* makeLandAttempts
  const commits = yield* Commits
  const git = yield* Git
  const landing = yield* Landing
  const port = yield* ChangePort
  const { unstage } = yield* makeLandSteps

  const filesAt = (top: string, ref: string) => Effect.map(landing.trees.filesAt(top, ref), (files): Files => files ?? new Map())

  /** What was committed since is nobody's to take back: it is as it came there, or another than `was`. */
  const uncommitted = Effect.fnUntraced(function*(top: string, { after, before }: Exchange, was?: Files) {
    const head = yield* filesAt(top, "HEAD")
    const isCommitted = (path: string) => was === undefined ? sameEntry(head.get(path), after.get(path)) : !sameEntry(head.get(path), was.get(path))
    const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !isCommitted(path))
    return { before: pick(before, paths), after: pick(after, paths) } satisfies Exchange
  })

  const landedAgain = Effect.fnUntraced(function*({ top }: Place, { id, note }: Begun) {
    const result = note === undefined ? undefined : yield* Effect.option(commits.commit(note.order))
    if (result !== undefined && Option.isSome(result) && result.value._tag === "Landed") {
      return yield* Effect.logInfo(`A landing in ${top} that was under way when the server died is finished: ${result.value.commit} on ${result.value.branch}.`)
    }
    if (note !== undefined) {
      const { commit, staged } = note.attempt
      const was = yield* filesAt(top, `${commit}^`)
      const exchange = yield* landing.noted(top, { id, way: `land-${commit}` })
      if (exchange !== undefined) yield* landing.takeBack(top, id, yield* uncommitted(top, exchange, was))
      yield* unstage(top, yield* uncommitted(top, staged, was))
    }
    yield* attempts.forget(top, id)
    yield* Effect.logWarning(`A landing in ${top} that was under way when the server died can't be finished; it was taken back. Land the changes again.`)
  })

  /** A resolved conflict goes the way of a rejection, to another end. */
  const isWhole = (row: PendingChange, { way }: Carrying, { after }: Exchange) =>
    way !== "reject" || [...after.keys(), ...baseOf(row).keys()].every((path) => sameEntry(after.get(path), baseOf(row).get(path)))

  const decidedAgain = ({ project, worktree }: KnownWorktree, { id, way }: Carrying): Effect.Effect<unknown, WorkError> => {
    switch (way) {
      case "apply": return apply.apply(project, worktree, id)
      case "reject": return apply.reject(worktree, [id])
      case "revert": return apply.revert(project, worktree, id)
    }
  }

  const carriedAgain = Effect.fnUntraced(function*({ known, top }: Place, carrying: Carrying) {
    const { id, way } = carrying
    const isDecided = Effect.map(port.find(id), (row) => row?.state === stateAfter[way])
    const done = landing.done(top, [carrying])
    if (yield* isDecided) return yield* done
    const row = yield* port.find(id)
    const place = known.find(({ worktree }) => worktree.id === row?.worktreeId)
    const exchange = yield* landing.noted(top, carrying)
    if (row !== undefined && place !== undefined && exchange !== undefined && isWhole(row, carrying, exchange)) {
      yield* Effect.ignore(decidedAgain(place, carrying))
      if (yield* isDecided) return yield* Effect.logInfo(`${row.path} in ${top} is ${stateAfter[way]}, as was under way when the server died.`)
    }
    const at = way === "reject" ? place?.worktree.path : top
    // of chosen hunks of a worktree nobody knows whose; they are one file, which is the old or the new one
    if (exchange !== undefined && at !== undefined) yield* landing.takeBack(at, id, way === "reject" ? exchange : yield* uncommitted(at, exchange))
    yield* done
  })

  const guarded = (what: string) => <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E>) =>
    Effect.catch(effect, ({ message }) => Effect.logWarning(what, message))

  const inProject = Effect.fnUntraced(function*(place: Place) {
    const { top } = place
    const refs = yield* git.run(top, { what: "look for what was begun", deadline: listing, args: ["for-each-ref", "--format=%(refname)", "refs/boocode/landing/", "refs/boocode/landed/*/begun"] })
    const { carries, landings } = begunIn(refs.split("\n"))
    const again = guarded(`What was begun in ${top} is not finished; ask for it again.`)
    for (const begun of yield* attempts.begun(top, landings)) yield* again(landedAgain(place, begun))
    for (const carrying of carries) yield* again(carriedAgain(place, carrying))
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
