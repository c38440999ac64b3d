/** Where the settings keep what a user changed of the catalogue. `store/` keeps it; this folder only asks. */
import { Context, Effect, Layer } from "effect"
import type { AgentEdit } from "./AgentEdit.ts"

export class AgentRowsPort extends Context.Service<AgentRowsPort, {
  /** Never fails: settings that can't be read are none, and say so in the log. */
  readonly all: Effect.Effect<ReadonlyArray<AgentEdit>>
}>()("boocode/agent/AgentRowsPort") {
  static readonly layerMemory = (edits: ReadonlyArray<AgentEdit> = []) =>
    Layer.succeed(AgentRowsPort, AgentRowsPort.of({ all: Effect.sync(() => edits) }))
}
