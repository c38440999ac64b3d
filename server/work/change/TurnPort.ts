/**
 * Where it is remembered which turns may have written in a worktree: from the append that starts one until a checkpoint holds
 * what it did (`ChangePort`'s `covered`). `store/` keeps it; this folder only asks.
 */
import { Context, Effect, Layer } from "effect"
import type { TurnId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import type { WorktreeTurn } from "./Running.ts"

export interface LeftTurn {
  readonly turn: WorktreeTurn
  /** None where its session never had one. */
  readonly worktree: Worktree | undefined
}

export class TurnPort extends Context.Service<TurnPort, {
  /** Of this host. Asked at boot, before any turn begins: all are of dead servers. */
  readonly left: Effect.Effect<ReadonlyArray<LeftTurn>, WorkError>
  /** They have written nowhere. */
  readonly forget: (turnIds: ReadonlyArray<TurnId>) => Effect.Effect<void, WorkError>
}>()("boocode/work/TurnPort") {
  static readonly layerMemory = Layer.succeed(TurnPort, TurnPort.of({ left: Effect.succeed([]), forget: () => Effect.void }))
}
