/**
 * Test support for the ACP backend: a real agent, the scripted one as a process of its own, with a home and a chat that remembers
 * its session, and turns whose updates and questions the test sees. States no law.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Cause, Context, Deferred, Effect, Exit, Fiber, Option, type Scope, SubscriptionRef } from "effect"
import type { AgentRequest, RequestAnswer } from "../../shared/AgentRequest.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import { AgentName, ChatId, TurnId, Who } from "../../shared/Ids.ts"
import type { AgentFact, TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { StopStep, TurnSettings } from "../../shared/Turn.ts"
import { type AgentBackend, type BackendHost, BackendKey, StopNote, type TurnSink } from "../../server/agent/AgentBackend.ts"
import { plainQuirks } from "../../server/agent/AgentRow.ts"
import { ProcessLedger } from "../../server/agent/ProcessLedger.ts"
import { parseStat } from "../../server/agent/ProcessTree.ts"
import * as AcpBackend from "../../server/agent/acp/AcpBackend.ts"

export const ada = Who.make("ada")
const key = new BackendKey({ chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("scripted") })
const program = join(import.meta.dirname, "../../server/agent/scripted/run.ts")

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "boocode-backend-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })))

/** Where agents live: their home, and the chat that remembers their session. */
export const place = Effect.gen(function*() {
  const cwd = yield* folder
  const facts: Array<AgentFact> = []
  const said = { before: "" }
  const speaking = { asked: 0, allowed: true }
  let agentSessionId: string | undefined
  const host: BackendHost = {
    prepare: Effect.sync(() => ({ cwd, ...(agentSessionId === undefined ? {} : { agentSessionId }) })),
    note: (fact) => Effect.sync(() => {
      facts.push(fact)
      if (fact._tag === "Bound") agentSessionId = fact.agentSessionId
    }),
    transcript: Effect.sync(() => said.before),
    speaks: Effect.sync(() => {
      speaking.asked += 1
      return speaking.allowed
    })
  }
  const open = (options: Partial<AcpBackend.AcpBackendOptions> = {}) => AcpBackend.make({
    key, host, version: "0.0.0", command: process.execPath, args: [program], quirks: plainQuirks, cancelGrace: "5 seconds",
    ...options, env: { BOOCODE_SCRIPTED_HOME: cwd, ...options.env }
  })
  const bound = () => facts.flatMap((fact) => fact._tag === "Bound" ? [`${fact.continuity}: ${fact.why}`] : [])
  const announced = () => facts.flatMap((fact) => fact._tag === "Announced" ? [fact.announcement] : [])
  return { cwd, facts, host, open, bound, announced, said, speaking }
})

/** One turn and what comes of it. The taker of updates can be held up; questions wait for the test. */
export const makeTurn = () => {
  const updates: Array<TurnUpdate> = []
  const steps: Array<StopStep> = []
  const asked: Array<{ readonly request: AgentRequest; readonly answer: Deferred.Deferred<RequestAnswer>; withdrawn: boolean; takenBack: boolean }> = []
  const state = { delivered: false, heldUp: false, holdUp: false }
  const sink: TurnSink = {
    delivered: Effect.sync(() => { state.delivered = true }),
    updates: (some) => Effect.suspend(() => {
      state.heldUp = state.holdUp
      if (!state.holdUp) updates.push(...some)
      return state.holdUp ? Effect.never : Effect.void
    }),
    ask: (request, withdrawn = Effect.never) => Effect.suspend(() => {
      const question = { request, answer: Deferred.makeUnsafe<RequestAnswer>(), withdrawn: false, takenBack: false }
      asked.push(question)
      const takenBack = Effect.as(withdrawn, { _tag: "Cancelled" } as const).pipe(Effect.tap(() => Effect.sync(() => { question.takenBack = true })))
      return Effect.onInterrupt(Effect.raceFirst(Deferred.await(question.answer), takenBack), () => Effect.sync(() => { question.withdrawn = true }))
    }),
    step: (step) => Effect.sync(() => { steps.push(step) })
  }
  const text = () => updates.map((one) => one._tag === "Text" ? one.text : "").join("")
  return { sink, updates, steps, asked, state, text }
}

export const start = Effect.fnUntraced(function*(backend: AgentBackend, script: string, settings: TurnSettings = {}) {
  const turn = makeTurn()
  const content: ReadonlyArray<ContentBlock> = [{ type: "text", text: script }]
  const fiber = yield* Effect.forkScoped(
    backend.prompt({ turnId: TurnId.make(crypto.randomUUID()), content, settings, sink: turn.sink }), { startImmediately: true })
  return { ...turn, fiber }
})
export type Turn = Effect.Success<ReturnType<typeof start>>

/** To its end. */
export const play = Effect.fnUntraced(function*(backend: AgentBackend, script: string, settings: TurnSettings = {}) {
  const turn = yield* start(backend, script, settings)
  return { ...turn, end: yield* Fiber.join(turn.fiber) }
})
/** As a person stops it: who comes with the interrupt, and out of it. */
export const stop = Effect.fnUntraced(function*({ fiber }: Turn) {
  yield* Fiber.interruptAs(fiber, undefined, Context.make(StopNote, { by: ada }))
  const exit = yield* Fiber.await(fiber)
  assert(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
  return Option.getOrUndefined(Context.getOption(Cause.annotations(exit.cause), StopNote))?.by
})

export const until = (fact: string, is: () => boolean) => Effect.gen(function*() { while (!is()) yield* Effect.sleep(5) }).pipe(
  Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.die(new Error(`not within 10 s: ${fact}`)) }))
export const hasSaid = (turn: Turn, words: string) => until(`the agent says ${words}`, () => turn.text().includes(words))
export const health = ({ health }: AgentBackend) => SubscriptionRef.getUnsafe(health)
export const isIn = (backend: AgentBackend, state: string) => until(`it is ${state}`, () => health(backend).state === state)
const isAlive = (pid: number) => Effect.map(Effect.promise(() => readFile(`/proc/${pid}/stat`, "latin1").catch(() => "")), (stat) => {
  const state = parseStat(stat)?.state
  return state !== undefined && state !== "Z" && state !== "X"
})
export const areGone = (...pids: ReadonlyArray<number | undefined>) => Effect.forEach(pids, (pid) =>
  Effect.gen(function*() { while (yield* isAlive(pid ?? 0)) yield* Effect.sleep(10) }).pipe(
    Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.die(new Error(`process ${pid} is still there`)) })))
export const pidIn = (text: string, word: string) => Number(new RegExp(`${word} (\\d+)`).exec(text)?.[1])
export const within = (millis: number) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.gen(function*() {
  const from = performance.now()
  const result = yield* effect
  assert.isBelow(performance.now() - from, millis)
  return result
})
export const completed: TurnEnd = { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" }

export const live = (name: string, test: Effect.Effect<void, unknown, ProcessLedger | Scope.Scope>, limit = 30_000) =>
  it.live(name, () => Effect.provide(test, ProcessLedger.layerMemory), limit)
