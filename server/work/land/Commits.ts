/**
 * Pending changes landed as one commit: on the branch of the project's own checkout, whose files and index follow, or on a
 * new branch, which touches no file. All of the changes or none; asked again it is not done again, after a kill either.
 *
 * ```
 *  merged into the last commit's tree ──▶ commit noted ──▶ files carried ──▶ index ──▶ branch moved ──▶ recorded
 * ```
 *
 * Up to the move of the branch everything is taken back where a step is refused. The branch is moved last, and only from the
 * commit that was merged with: what is committed meanwhile is never lost, and what a kill leaves is staged, not half.
 */
import { Context, Effect, Layer, Option } from "effect"
import type { PendingChange } from "../../../shared/Change.ts"
import { ProjectError } from "../../../shared/Errors.ts"
import type { SessionId } from "../../../shared/Ids.ts"
import type { LandOrder, LandResult, LandTargets } from "../../../shared/Land.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { trailersOf } from "../../../shared/Trailers.ts"
import { makeChangeBase } from "../decision/ChangeBase.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { makeCheckout } from "./Checkout.ts"
import { type LandAttempt, makeLandAttempts } from "./LandAttempts.ts"
import { Landing } from "./Landing.ts"
import { freeBranch, subjectOf, withTrailers } from "./LandMessage.ts"
import { type Clash, joined, makeLandPlan, type Plan } from "./LandPlan.ts"
import { makeLandSteps, type Steps } from "./LandSteps.ts"
import { type LandTarget, makeLandTarget } from "./LandTarget.ts"
import { baseOf, contentOf, sameEntry, union } from "../git/TreeFiles.ts"
import { oneAtATime } from "../git/OneAtATime.ts"
import { WorkError } from "../../../shared/WorkError.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"

interface Asked { readonly top: string; readonly worktree: Worktree; readonly order: LandOrder; readonly rows: ReadonlyArray<PendingChange>; readonly known: LandAttempt | undefined }

const tries = 3
/** Changes in an answer. */
const told = 200
const fail = (reason: WorkError["reason"]) => new WorkError({ reason })
const make = Effect.gen(function*() {
  const attempts = yield* makeLandAttempts
  const { moveBase } = yield* makeChangeBase
  const changes = yield* Changes
  const checkout = yield* makeCheckout
  const plans = yield* makeLandPlan
  const port = yield* ChangePort
  const { moveBranch, onCheckout } = yield* makeLandSteps
  const targetOf = yield* makeLandTarget
  const worktrees = yield* WorktreePort
  const one = oneAtATime<string>()

  const alone = <A, E>(top: string, effect: Effect.Effect<A, E>) => one(top)(Effect.uninterruptible(effect))

  const place = Effect.fnUntraced(function*(sessionId: SessionId) {
    const { archived, project, title, worktree } = yield* worktrees.find(sessionId)
    return { archived, project, title, worktree: Option.getOrUndefined(Option.filter(worktree, ({ state }) => state === "ready")) }
  })

  const landed = Effect.fnUntraced(function*(rows: ReadonlyArray<PendingChange>, { branch, commit }: Pick<LandAttempt, "branch" | "commit">) {
    return { _tag: "Landed", commit, branch, changes: yield* port.findAll(rows.slice(0, told).map(({ id }) => id)) } satisfies LandResult
  })

  const pending = (rows: ReadonlyArray<PendingChange>) => joined(rows.filter(({ state }) => state !== "applied")).rows

  /** The base moves on by what was landed and not applied before; a change that became another one since stands from there. */
  const record = Effect.fnUntraced(function*({ order, rows, top, worktree }: Asked, attempt: LandAttempt) {
    const { from, to } = attempt
    const ledger = yield* port.load(worktree.id)
    const isLanded = (row: PendingChange) => [...contentOf(row), ...baseOf(row)].every(([path]) => sameEntry(contentOf(row).get(path), to.get(path)))
    const settled = rows.filter((row) => row.state !== "applied" && isLanded(row)).map((row): PendingChange => ({ ...row, state: "applied", seq: ledger.last?.seq ?? 0 }))
    if (rows.some(({ state }) => state !== "applied")) yield* port.record(worktree.id, { base: yield* moveBase(worktree, ledger, order.id, from, to), decided: settled })
    yield* attempts.recorded(top, order.id)
    return yield* landed(rows, attempt)
  })

  /** As one commit upon `target`, noted before anything is touched. */
  const noted = Effect.fnUntraced(function*({ known, order, rows, top }: Asked, target: LandTarget, plan: Plan) {
    const staged = target.isNew ? { before: new Map(), after: new Map() } : yield* plans.ofIndex(top, joined(rows).rows, plan)
    const steps: Steps = { top, order, rows, plan, staged }
    const isSame = known !== undefined && known.branch === target.branch && (yield* checkout.commitOf(top, `${known.commit}^`)) === target.head
    if (isSame) return { steps, attempt: { ...known, staged: steps.staged } }
    if (known !== undefined) yield* attempts.forget(top, order.id)
    // what is committed already is no part of it
    const isPart = (row: PendingChange) => [...baseOf(row).keys(), ...contentOf(row).keys()].some((path) => plan.before.has(path) || plan.after.has(path))
    const message = withTrailers(order.message, trailersOf(rows.filter(isPart)))
    const attempt: LandAttempt = { ...sidesOf(rows), branch: target.branch, staged, commit: yield* plans.commit(top, plan.tree, target.head, message) }
    yield* attempts.keep(top, order, attempt)
    return { steps, attempt }
  })

  const sidesOf = (rows: ReadonlyArray<PendingChange>) => {
    const moving = pending(rows)
    return { from: union(moving.map(baseOf)), to: union(moving.map(contentOf)) }
  }

  const attempt = (asked: Asked, left: number): Effect.Effect<LandResult, WorkError | Clash> => Effect.gen(function*() {
    const { known, order, rows, top } = asked
    const target = yield* targetOf(top, order.branch)
    const plan = yield* plans.ofCommit(top, target.head, rows)
    if (!plan.isNew) {
      // somebody committed what a killed landing had staged
      if (known !== undefined) return yield* record(asked, { ...known, branch: target.branch, commit: target.head })
      return yield* fail({ _tag: "NothingToLand", branch: target.branch })
    }
    const { attempt: begun, steps } = yield* noted(asked, target, plan)
    const isOn = yield* (target.isNew ? moveBranch(top, target, begun.commit, order.message) : onCheckout(steps, target, begun.commit)).pipe(
      Effect.tapError(() => Effect.ignore(attempts.forget(top, order.id))))
    if (isOn) return yield* record(asked, begun)
    yield* attempts.forget(top, order.id)
    return left > 1 ? yield* attempt({ ...asked, known: undefined }, left - 1) : yield* fail({ _tag: "BranchMoved", branch: target.branch })
  })

  const find = Effect.fnUntraced(function*(worktree: Worktree, { changeIds }: LandOrder) {
    const ids = [...new Set(changeIds)]
    const rows = yield* port.findAll(ids)
    return rows.length === ids.length && rows.every(({ worktreeId }) => worktreeId === worktree.id) ? rows : yield* fail({ _tag: "UnknownChange" })
  })

  const land = Effect.fnUntraced(function*({ path: top }: Project, worktree: Worktree, order: LandOrder) {
    const rows = yield* find(worktree, order)
    const known = yield* attempts.find(top, order)
    if (known?._tag === "Other") return yield* fail({ _tag: "LandedOtherwise" })
    if (known?._tag === "Recorded") return yield* landed(rows, known)
    const asked: Asked = { top, worktree, order, rows, known: known?.attempt }
    if (known !== undefined && (yield* checkout.isAncestor(top, known.attempt.commit, checkout.refOf(known.attempt.branch)))) return yield* record(asked, known.attempt)
    const { live } = yield* port.load(worktree.id)
    const [moved] = [...rows.filter(({ id, state }) => state !== "applied" && (state === "rejected" || !live.some((one) => one.id === id))), ...joined(rows).apart]
    if (moved !== undefined) return yield* fail({ _tag: "ChangeMoved", path: moved.path })
    return yield* Effect.catchTag(attempt(asked, tries), "Clash", Effect.fnUntraced(function*({ rows }) {
      const applied = rows.find(({ state }) => state === "applied")
      if (applied !== undefined) return yield* fail({ _tag: "ChangedThere", path: applied.path })
      const conflicted = rows.map(({ id }) => id).flatMap((id) => asked.rows.find((row) => row.id === id) ?? []).map((row): PendingChange => ({ ...row, state: "conflicted" }))
      yield* port.record(worktree.id, { saved: conflicted })
      return { _tag: "Conflicted", changes: conflicted.slice(0, told) } satisfies LandResult
    }))
  })

  return Commits.of({
    targets: Effect.fn("Commits.targets")(function*(sessionId) {
      const { project: { path }, title } = yield* place(sessionId)
      const all = yield* Effect.all({ branch: checkout.branchOf(path), staged: checkout.isStaged(path), remotes: checkout.remotes(path), branches: checkout.branches(path) })
      const { branches, ...rest } = all
      return { ...rest, suggested: freeBranch(subjectOf(title), branches), message: subjectOf(title) }
    }),
    commit: Effect.fn("Commits.commit")(function*(order) {
      const { archived, project, worktree } = yield* place(order.sessionId)
      if (archived) return yield* new ProjectError({ reason: { _tag: "Archived", sessionId: order.sessionId } })
      if (worktree === undefined) return yield* fail({ _tag: "UnknownChange" })
      const result = yield* changes.alone(worktree.id, alone(project.path, land(project, worktree, order)))
      yield* changes.pulse(worktree.id)
      return result
    })
  })
})

export class Commits extends Context.Service<Commits, {
  readonly targets: (sessionId: SessionId) => Effect.Effect<LandTargets, WorkError>
  /** Conflicts are no failure: nothing was touched, and the changes are `conflicted`. */
  readonly commit: (order: LandOrder) => Effect.Effect<LandResult, WorkError | ProjectError>
}>()("boocode/work/Commits") {
  static readonly layer = Layer.effect(Commits, make).pipe(Layer.provide(Landing.layer))
}
