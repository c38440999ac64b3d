/** When a rewind looks at its session. How it moves files and tells chats is in `test/rewind.test.ts`. */
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { ProjectId, SessionId, Who, WorktreeId } from "../../shared/Ids.ts"
import { CheckpointId } from "../../shared/Operation.ts"
import type { Worktree } from "../../shared/Session.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { EventLog } from "../store/EventLog.ts"
import { RewindRows } from "../store/RewindRows.ts"
import { ChangePort } from "../work/change/ChangePort.ts"
import { Changes } from "../work/change/Changes.ts"
import { Checkpoints } from "../work/change/Checkpoints.ts"
import { makeGate } from "../work/change/Gate.ts"
import { TurnsAtWork } from "../work/change/TurnsAtWork.ts"
import { Work } from "../work/Work.ts"
import { Chats } from "./Chats.ts"
import { Rewinds } from "./Rewinds.ts"

it.effect("a rewind that waits while its session is archived is refused, and touches nothing", () => Effect.gen(function*() {
  const sessionId = SessionId.make(crypto.randomUUID())
  const project = { id: ProjectId.make(crypto.randomUUID()), path: "/project", name: "project", addedAt: 0 }
  const worktree: Worktree = { id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId: project.id, path: "/worktree", branch: "b", baseCommit: "c", state: "ready" }
  let archived = false
  const gate = makeGate(() => Effect.void)
  // whatever else it would call is a defect
  const rest = Layer.mergeAll(Layer.mock(Changes, {}), Layer.mock(Chats, {}), Layer.mock(ChatRows, {}), Layer.mock(Checkpoints, {}), Layer.mock(EventLog, {}), Layer.mock(RewindRows, { all: Effect.succeed([]) }),
    Layer.mock(ChangePort, { checkpoints: () => Effect.succeed([{ seq: 1, at: { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) }, tree: "t", ref: "", skipped: [], turns: [], files: [], takenAt: 0 }]) }),
    Layer.mock(TurnsAtWork, { aloneNow: gate.aloneNow, running: gate.running, isIn: () => false }),
    Layer.mock(Work, { place: () => Effect.sync(() => ({ archived, project, worktree })) }))
  const { rewind } = yield* Effect.provide(Rewinds, Layer.provide(Rewinds.layer, rest))
  const done = yield* Deferred.make<void>()
  yield* Effect.forkChild(gate.alone(sessionId, Deferred.await(done)), { startImmediately: true })
  const waiting = yield* Effect.forkChild(Effect.flip(rewind(sessionId, 1, Who.make("owner"))), { startImmediately: true })
  archived = true
  yield* Deferred.succeed(done, undefined)
  assert.strictEqual((yield* Fiber.join(waiting)).message, "This session is archived; reopen it first.")
}))
