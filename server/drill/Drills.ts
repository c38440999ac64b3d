/**
 * Drills of installed agents, as a service: run one at a time, since each measures, and kept. What one teaches of an
 * agent's quirks goes into its row, beside what its user has changed of it.
 */
import { Clock, Context, Effect, FileSystem, Layer, Queue, Semaphore, Stream } from "effect"
import type { DrillNews, DrillReport } from "../../shared/Drill.ts"
import type { ChatError } from "../../shared/Errors.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { AgentCatalog } from "../agent/AgentCatalog.ts"
import type { FoundAgent } from "../agent/AgentRow.ts"
import { ProcessLedger } from "../agent/ProcessLedger.ts"
import { AgentRows } from "../store/AgentRows.ts"
import { DrillRows } from "../store/DrillRows.ts"
import { Git } from "../work/git/Git.ts"
import { drill, type Drilled, type DrillLimits } from "./Drill.ts"

export interface DrillsOptions {
  /** Ours, told to the agents. */
  readonly version: string
  readonly limits?: DrillLimits
  /** Of drills' directories alone: what a killed server has left in it goes at boot. */
  readonly folder?: string
}

export const reportOf = ({ row, version }: FoundAgent, { learnt, lines }: Drilled, at: number): DrillReport =>
  ({ agent: row.name, ...(version === undefined ? {} : { version }), at, lines, learnt: learnt.words })

/** Tells how a drill goes. Ending the stream ends the drill, and everything it has started. */
export const drillNews = (found: FoundAgent, options: DrillsOptions, keep: (drilled: Drilled, report: DrillReport) => Effect.Effect<void>) =>
  Stream.callback<DrillNews, never, FileSystem.FileSystem | Git | ProcessLedger>(Effect.fnUntraced(function*(queue) {
    const tell = (news: DrillNews) => Effect.asVoid(Queue.offer(queue, news))
    const drilled = yield* Effect.scoped(drill({ found, ...options }, tell)).pipe(Effect.orDie)
    const report = reportOf(found, drilled, yield* Clock.currentTimeMillis)
    yield* keep(drilled, report)
    yield* tell({ _tag: "Done", report })
    yield* Queue.end(queue)
  }))

const make = Effect.fnUntraced(function*(options: DrillsOptions) {
  const catalog = yield* AgentCatalog
  const rows = yield* DrillRows
  const edits = yield* AgentRows
  const needs = yield* Effect.context<FileSystem.FileSystem | Git | ProcessLedger>()
  const fs = yield* FileSystem.FileSystem
  if (options.folder !== undefined) yield* Effect.ignore(fs.remove(options.folder, { recursive: true, force: true }))
  const oneAtATime = Semaphore.makeUnsafe(1)

  const learn = Effect.fnUntraced(function*(agent: AgentName, { quirks }: Drilled["learnt"]) {
    if (Object.keys(quirks).length === 0) return
    const before = (yield* edits.all).find(({ name }) => name === agent)
    yield* edits.save({ ...before, name: agent, quirks: { ...before?.quirks, ...quirks } })
    yield* catalog.refresh
  })
  const keep = (drilled: Drilled, report: DrillReport) => Effect.andThen(learn(report.agent, drilled.learnt), rows.save(report)).pipe(
    Effect.catch((error) => Effect.logWarning(`The drill of ${report.agent} was not kept.`, error.message)))

  return Drills.of({
    all: Effect.orDie(rows.all),
    drill: (agent) => Stream.unwrap(Effect.gen(function*() {
      const found = yield* catalog.find(agent)
      yield* Effect.acquireRelease(oneAtATime.take(1), () => oneAtATime.release(1), { interruptible: true })
      return drillNews(found, options, keep)
    })).pipe(Stream.provideContext(needs))
  })
})

export class Drills extends Context.Service<Drills, {
  /** The newest of each agent. */
  readonly all: Effect.Effect<ReadonlyArray<DrillReport>>
  /** Begins when no other drill runs. Fails where there is no such agent, or it isn't ready. */
  readonly drill: (agent: AgentName) => Stream.Stream<DrillNews, ChatError>
}>()("boocode/drill/Drills") {
  static readonly layer = (options: DrillsOptions) => Layer.effect(Drills, make(options))
}
