/**
 * Taking worktrees away whose time has come: what would be lost with one is parked first, what somebody is at work in is left.
 * Each step may be the last of this server: the next one goes on from what git and the rows say.
 *
 * ```
 *  park ─▶ parked again: the same? ─▶ row says it goes ─▶ folder out of its place, at once ─▶ git forgets it ─▶ files go
 * ```
 */
import { Context, Effect, FileSystem, Layer } from "effect"
import type { ParkedWork } from "../../shared/Guard.ts"
import type { Project, Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { type Ended, GuardRows } from "../store/GuardRows.ts"
import type { StoreError } from "../store/StoreError.ts"
import { refsOf } from "../work/change/Checkpoints.ts"
import { Git } from "../work/git/Git.ts"
import { occupantOf } from "../work/worktree/Occupants.ts"
import { keptRefs } from "../work/parking/ParkedNote.ts"
import { Parking } from "../work/parking/Parking.ts"
import { WorktreePort } from "../work/worktree/WorktreePort.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"

export interface Taken { readonly parked: ParkedWork | undefined; readonly isGone: boolean }

const tries = 3
const what = "forget a worktree"

const make = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const parking = yield* Parking
  const port = yield* WorktreePort
  const rows = yield* GuardRows
  const worktrees = yield* Worktrees
  const isThere = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)

  /** Nothing changed between the last two looks. */
  const parkStill = (worktree: Worktree, project: Project, title: string, last: ParkedWork | undefined | null, left: number): Effect.Effect<ParkedWork | undefined, WorkError> =>
    Effect.gen(function*() {
      const occupant = yield* occupantOf(worktree.path)
      if (occupant !== undefined) return yield* new WorkError({ reason: { _tag: "StillBusy", path: worktree.path, detail: occupant } })
      const parked = yield* parking.park(worktree, project, { title, sessionId: worktree.sessionId })
      if (last !== null && parked?.commit === last?.commit) return parked
      if (left === 0) return yield* new WorkError({ reason: { _tag: "Restless", path: worktree.path } })
      return yield* parkStill(worktree, project, title, parked, left - 1)
    })

  /** Of a worktree that nobody has again: its checkpoints, and the trees that its changes were counted from. */
  const dropRefs = Effect.fnUntraced(function*({ id }: Worktree, project: Project) {
    const found = yield* git.run(project.path, { what, args: ["for-each-ref", "--format=delete %(refname)", `${refsOf(id)}/`, `refs/boocode/bases/${id}/`, `${keptRefs(id)}/`] })
    if (found !== "") yield* git.bytes(project.path, { what, args: ["update-ref", "--stdin"], input: Buffer.from(found) })
  })

  const forget = Effect.fnUntraced(function*({ project, why, worktree }: Ended) {
    if (worktree.sessionId !== null) return
    yield* Effect.ignore(dropRefs(worktree, project))
    if (why === "task") yield* port.save({ ...worktree, state: "removed" })
    else yield* rows.forgetWorktree(worktree.id)
  })

  const take = Effect.fn("Taking.take")(function*(ended: Ended): Effect.fn.Return<Taken, WorkError | StoreError> {
    const { discarded, project, title, worktree } = ended
    const { id, path, sessionId } = worktree
    // of one that has vanished its last checkpoint is parked
    if (!(yield* discarded ? isThere(path) : worktrees.present(worktree, project))) {
      if (sessionId === null) yield* forget(ended)
      return { parked: undefined, isGone: true }
    }
    let parked: ParkedWork | undefined
    const before = Effect.gen(function*() {
      // half made: no agent has been in it
      const isWork = worktree.state === "ready" || worktree.state === "parked"
      parked = discarded || !isWork ? undefined : yield* parkStill(worktree, project, title, null, tries)
      return sessionId === null ? true : yield* rows.leaves(id, sessionId, parked !== undefined)
    })
    const isGone = yield* worktrees.remove(worktree, project, before)
    if (isGone) yield* forget(ended)
    return { parked, isGone }
  })

  return Taking.of({ take, occupantOf })
})

export class Taking extends Context.Service<Taking, {
  /** Not gone: its session was reopened, or it lies where no worktree of ours is. Fails where it is busy or can't be parked. */
  readonly take: (ended: Ended) => Effect.Effect<Taken, WorkError | StoreError>
  readonly occupantOf: (path: string) => Effect.Effect<string | undefined>
}>()("boocode/guard/Taking") {
  static readonly layer = Layer.effect(Taking, make)
}
