/** The steps of a landing that write, each taken back where the next is refused: the checkout's files, its index, and last its branch. */
import { Effect } from "effect"
import type { PendingChange } from "../../../shared/Change.ts"
import type { LandOrder } from "../../../shared/Land.ts"
import { makeCheckout } from "./Checkout.ts"
import { Git } from "../git/Git.ts"
import { Landing } from "./Landing.ts"
import type { Exchange } from "./LandingNotes.ts"
import { subjectOf } from "./LandMessage.ts"
import { basesOf, joined, makeLandPlan, type Plan } from "./LandPlan.ts"
import type { LandTarget } from "./LandTarget.ts"
import { type Files, pick, sameEntry } from "../git/TreeFiles.ts"

/** The changes as they were asked for, what lands, and how the index follows. */
export interface Steps { readonly top: string; readonly order: LandOrder; readonly rows: ReadonlyArray<PendingChange>; readonly plan: Plan; readonly staged: Exchange }

const absent = (of: Files, among: Files): ReadonlyArray<string> => [...of.keys()].filter((path) => !among.has(path))

export const makeLandSteps = Effect.gen(function*() {
  const checkout = yield* makeCheckout
  const git = yield* Git
  const landing = yield* Landing
  const plans = yield* makeLandPlan
  const { trees } = landing

  /** False where the branch, or the checkout's HEAD, is another by now. */
  const moveBranch = Effect.fnUntraced(function*(top: string, { branch, head, isNew }: LandTarget, commit: string, message: string) {
    if (!isNew && (yield* checkout.branchOf(top)) !== branch) return false
    const ref = checkout.refOf(branch), old = isNew ? "0".repeat(commit.length) : head
    const subject = subjectOf(message.trim().split("\n")[0] ?? "")
    const { code } = yield* git.attempt(top, { what: "move the branch", args: ["update-ref", "-m", `commit: ${subject}`, ref, commit, old] })
    return code === 0
  })

  /** The index as it was before, but for what somebody staged since. */
  const unstage = Effect.fnUntraced(function*(top: string, staged: Exchange) {
    const now = yield* trees.inIndex(top)
    const ours = [...new Set([...staged.before.keys(), ...staged.after.keys()])].filter((path) => sameEntry(now.get(path), staged.after.get(path)))
    const back = new Map([...staged.before].filter(([path]) => ours.includes(path)))
    yield* trees.stage(top, back, ours.filter((path) => !back.has(path)))
  })

  /** What was applied before stays on disk as the person has it by now; where it is not there at all, it comes. */
  const ofDisk = Effect.fnUntraced(function*(top: string, rows: ReadonlyArray<PendingChange>, { after, before, tried }: Plan) {
    if (rows.every(({ state }) => state !== "applied")) return { before, after }
    const paths = [...new Set([...before.keys(), ...after.keys()])]
    const disk = yield* trees.onDisk(top, paths, before)
    const base = basesOf(before, tried, paths, (path) => !sameEntry(disk.get(path), before.get(path)))
    const moving = paths.filter((path) => !sameEntry(base.get(path), after.get(path)))
    return { before: pick(base, moving), after: pick(after, moving) }
  })

  /** The checkout's files and its index follow, then the branch. False where it has moved meanwhile; nothing was touched then. */
  const onCheckout = Effect.fnUntraced(function*({ order, plan, rows, staged, top }: Steps, target: LandTarget, commit: string) {
    const { id } = order
    const sides = yield* ofDisk(top, rows, plan)
    const carried = yield* landing.carry(top, { id, way: `land-${commit}`, from: sides.before, to: sides.after })
    if (carried._tag === "Conflicted") return yield* yield* plans.clashOnDisk(top, joined(rows.filter(({ state }) => state !== "applied")).rows, sides)
    const back = landing.takeBack(top, id, carried.exchange)
    yield* Effect.tapError(trees.stage(top, staged.after, absent(staged.before, staged.after)), () => back)
    const unstaged = Effect.andThen(Effect.ignore(unstage(top, staged)), back)
    const isMoved = yield* Effect.tapError(moveBranch(top, target, commit, order.message), () => unstaged)
    if (!isMoved) {
      yield* unstaged
      return false
    }
    // so that git knows the files it need not read again
    yield* Effect.ignore(git.attempt(top, { what: "refresh the index", args: ["update-index", "-q", "--refresh"] }))
    return true
  })

  return { moveBranch, onCheckout, unstage }
})
