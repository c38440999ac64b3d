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
import { Context, Effect, Layer, Option, Semaphore } from "effect"
import type { PendingChange } from "../../shared/Change.ts"
import { ProjectError } from "../../shared/Errors.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { LandOrder, LandResult, LandTargets } from "../../shared/Land.ts"
import type { Project, Worktree } from "../../shared/Session.ts"
import { makeChangeBase } from "./ChangeBase.ts"
import { ChangePort } from "./ChangePort.ts"
import { Changes } from "./Changes.ts"
import { makeCheckout } from "./Checkout.ts"
import { Git } from "./Git.ts"
import { type LandAttempt, makeLandAttempts } from "./LandAttempts.ts"
import { Landing } from "./Landing.ts"
import { freeBranch, subjectOf, trailersOf, withTrailers } from "./LandMessage.ts"
import { type Clash, makeLandPlan, type Plan } from "./LandPlan.ts"
import { baseOf, contentOf, type Files, sameEntry, union } from "./TreeFiles.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { WorktreePort } from "./WorktreePort.ts"

/** Where it goes, and the commit it goes on. */
interface Target { readonly branch: string; readonly head: string; readonly isNew: boolean }

interface Asked { readonly top: string; readonly worktree: Worktree; readonly order: LandOrder; readonly rows: ReadonlyArray<PendingChange>; readonly known: LandAttempt | undefined }

const tries = 3
const fail = (reason: WorkError["reason"]) => new WorkError({ reason })
const absent = (of: Files, among: Files): ReadonlyArray<string> => [...of.keys()].filter((path) => !among.has(path))

const makeTargets = Effect.gen(function*() {
  const git = yield* Git
  const checkout = yield* makeCheckout

  const own = Effect.fnUntraced(function*(top: string) {
    const branch = yield* checkout.branchOf(top)
    if (branch === null) return yield* fail({ _tag: "Detached", path: top })
    yield* checkout.admit(top)
    const here = yield* git.toplevel(top)
    const path = (yield* checkout.worktreesOn(top, branch)).find((one) => one !== here)
    if (path !== undefined) return yield* fail({ _tag: "BranchShared", branch, path })
    return { branch, head: yield* git.head(top), isNew: false } satisfies Target
  })

  const fresh = Effect.fnUntraced(function*(top: string, branch: string) {
    const { code, stdout } = yield* git.attempt(top, { what: "read a branch's name", args: ["check-ref-format", "--branch", branch] })
    if (code !== 0 || stdout !== `${branch}\n`) return yield* fail({ _tag: "BadBranch", branch })
    const branches = yield* checkout.branches(top)
    if (branches.includes(branch)) return yield* fail({ _tag: "BranchTaken", branch, path: (yield* checkout.worktreesOn(top, branch))[0] ?? null })
    // git keeps branches as files: one can't be another's folder
    const taken = branches.find((one) => one.startsWith(`${branch}/`) || branch.startsWith(`${one}/`))
    if (taken !== undefined) return yield* fail({ _tag: "BranchTaken", branch: taken, path: null })
    return { branch, head: yield* git.head(top), isNew: true } satisfies Target
  })

  return (top: string, branch: string | undefined) => branch === undefined ? own(top) : fresh(top, branch)
})

/** The steps that write, each taken back where the next is refused. */
const makeSteps = Effect.gen(function*() {
  const checkout = yield* makeCheckout
  const git = yield* Git
  const landing = yield* Landing
  const plans = yield* makeLandPlan
  const { trees } = landing

  /** False where the branch, or the checkout's HEAD, is another by now. */
  const moveBranch = Effect.fnUntraced(function*(top: string, { branch, head, isNew }: Target, commit: string, subject: string) {
    if (!isNew && (yield* checkout.branchOf(top)) !== branch) return false
    const ref = checkout.refOf(branch), old = isNew ? "0".repeat(commit.length) : head
    const { code } = yield* git.attempt(top, { what: "move the branch", args: ["update-ref", "-m", `commit: ${subject}`, ref, commit, old] })
    return code === 0
  })

  const restage = Effect.fnUntraced(function*(top: string, staged: { readonly before: Files; readonly after: Files }) {
    const now = yield* trees.inIndex(top)
    const ours = [...new Set([...staged.before.keys(), ...staged.after.keys()])].filter((path) => sameEntry(now.get(path), staged.after.get(path)))
    const back = new Map([...staged.before].filter(([path]) => ours.includes(path)))
    yield* trees.stage(top, back, ours.filter((path) => !back.has(path)))
  })

  /** The checkout's files and its index follow, then the branch. False where it has moved meanwhile; nothing was touched then. */
  const onCheckout = Effect.fnUntraced(function*({ order, rows, top }: Asked, target: Target, plan: Plan, commit: string) {
    const { id } = order
    const staged = yield* plans.ofIndex(top, rows, plan)
    const carried = yield* landing.carry(top, { id, way: `land-${commit}`, from: plan.before, to: plan.after })
    if (carried._tag === "Conflicted") return yield* yield* plans.clashOnDisk(top, rows, plan)
    const back = landing.takeBack(top, id, carried.exchange)
    yield* Effect.tapError(trees.stage(top, staged.after, absent(staged.before, staged.after)), () => back)
    const unstaged = Effect.andThen(Effect.ignore(restage(top, staged)), back)
    const isMoved = yield* Effect.tapError(moveBranch(top, target, commit, subjectOf(order.message.trim().split("\n")[0] ?? "")), () => unstaged)
    if (!isMoved) {
      yield* unstaged
      return false
    }
    // so that git knows the files it need not read again
    yield* Effect.ignore(git.attempt(top, { what: "refresh the index", args: ["update-index", "-q", "--refresh"] }))
    return true
  })

  return { moveBranch, onCheckout }
})

const make = Effect.gen(function*() {
  const attempts = yield* makeLandAttempts
  const { moveBase } = yield* makeChangeBase
  const changes = yield* Changes
  const checkout = yield* makeCheckout
  const plans = yield* makeLandPlan
  const port = yield* ChangePort
  const { moveBranch, onCheckout } = yield* makeSteps
  const targetOf = yield* makeTargets
  const worktrees = yield* WorktreePort
  const queues = new Map<string, Semaphore.Semaphore>()

  const alone = <A, E>(top: string, effect: Effect.Effect<A, E>) => Effect.suspend(() => {
    const queue = queues.get(top) ?? Semaphore.makeUnsafe(1)
    queues.set(top, queue)
    return Semaphore.withPermit(queue, Effect.uninterruptible(effect))
  })

  const place = Effect.fnUntraced(function*(sessionId: SessionId) {
    const { archived, project, title, worktree } = yield* worktrees.find(sessionId)
    return { archived, project, title, worktree: Option.getOrUndefined(Option.filter(worktree, ({ state }) => state === "ready")) }
  })

  const landed = Effect.fnUntraced(function*(rows: ReadonlyArray<PendingChange>, { branch, commit }: Pick<LandAttempt, "branch" | "commit">) {
    return { _tag: "Landed", commit, branch, changes: yield* port.findAll(rows.map(({ id }) => id)) } satisfies LandResult
  })

  /** The base moves on by what was landed; a change that became another one since stands from there. */
  const record = Effect.fnUntraced(function*({ order, rows, top, worktree }: Asked, attempt: LandAttempt) {
    const { from, to } = attempt
    const ledger = yield* port.load(worktree.id)
    const isLanded = (row: PendingChange) => [...contentOf(row), ...baseOf(row)].every(([path]) => sameEntry(contentOf(row).get(path), to.get(path)))
    const settled = rows.filter((row) => row.state !== "applied" && isLanded(row)).map((row): PendingChange => ({ ...row, state: "applied", seq: ledger.last?.seq ?? 0 }))
    if (rows.some(({ state }) => state !== "applied")) yield* port.record(worktree.id, { base: yield* moveBase(worktree, ledger, order.id, from, to), decided: settled })
    yield* attempts.recorded(top, order.id)
    return yield* landed(rows, attempt)
  })

  const attempt = (asked: Asked, left: number): Effect.Effect<LandResult, WorkError | Clash> => Effect.gen(function*() {
    const { known, order, rows, top } = asked
    const target = yield* targetOf(top, order.branch)
    const plan = yield* plans.ofCommit(top, target.head, rows)
    const sides = { branch: target.branch, from: union(rows.map(baseOf)), to: union(rows.map(contentOf)) }
    if (!plan.isNew) {
      // somebody committed what a killed landing had staged
      if (known !== undefined) return yield* record(asked, { ...sides, commit: target.head })
      return yield* fail({ _tag: "NothingToLand", branch: target.branch })
    }
    const message = withTrailers(order.message, trailersOf(rows))
    const isSame = known !== undefined && known.branch === target.branch && (yield* checkout.commitOf(top, `${known.commit}^`)) === target.head
    const noted: LandAttempt = isSame ? { ...sides, commit: known.commit } : { ...sides, commit: yield* plans.commit(top, plan.tree, target.head, message) }
    if (!isSame) yield* attempts.keep(top, order, noted)
    const isOn = yield* (target.isNew ? moveBranch(top, target, noted.commit, subjectOf(order.message)) : onCheckout(asked, target, plan, noted.commit)).pipe(
      Effect.tapError(() => Effect.ignore(attempts.forget(top, order.id))))
    if (isOn) return yield* record(asked, noted)
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
    const moved = rows.find(({ id, state }) => state === "applied" || state === "rejected" || !live.some((one) => one.id === id))
    if (moved !== undefined) return yield* fail({ _tag: "ChangeMoved", path: moved.path })
    return yield* Effect.catchTag(attempt(asked, tries), "Clash", Effect.fnUntraced(function*({ rows }) {
      const conflicted = rows.map((row): PendingChange => ({ ...row, state: "conflicted" }))
      yield* port.record(worktree.id, { saved: conflicted })
      return { _tag: "Conflicted", changes: conflicted } satisfies LandResult
    }))
  })

  return Commits.of({
    targets: Effect.fn("Commits.targets")(function*(sessionId) {
      const { project: { path }, title, worktree } = yield* place(sessionId)
      const live = worktree === undefined ? [] : yield* changes.list(worktree.id)
      const all = yield* Effect.all({ branch: checkout.branchOf(path), staged: checkout.isStaged(path), remotes: checkout.remotes(path), branches: checkout.branches(path) })
      const { branches, ...rest } = all
      return { ...rest, suggested: freeBranch(subjectOf(title), branches), message: subjectOf(title), trailers: trailersOf(live) }
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
