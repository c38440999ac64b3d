/**
 * What boocode adds to a turn. The same agent program, once driven directly over ACP and once through boocode, in
 * alternating pairs of one run, so that a busy machine is busy for both. opencode is reached over its server by boocode, which all
 * its chats share: cold is a new session there, against a process of its own.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Effect, type Scope, Stream } from "effect"
import { AgentName } from "../shared/Ids.ts"
import { isOpenTask } from "../shared/Task.ts"
import type { Launch } from "../test/support/AcpProbe.ts"
import { makeRepository } from "../test/support/Journey.ts"
import { goose, opencode, opencodeAcp, qwen } from "../test/support/RealAgents.ts"
import { temporaryFolder } from "../test/support/RunningServer.ts"
import { ScriptedModel } from "../test/support/ScriptedModel.ts"
import { startBare } from "./BareAgent.ts"
import { type Boocode, openChat, startBoocode } from "./Boocode.ts"
import { median, ms, now, quantile, ratio } from "./Figures.ts"
import { openFlush } from "./Flush.ts"
import { load } from "./Machine.ts"
import { render } from "./Table.ts"
import { delays, type Driven, firstDelta, whole } from "./TimedTurn.ts"

/** How many pairs of each kind. */
interface Pairs { readonly cold: number; readonly warm: number; readonly whole: number }
const full: Pairs = { cold: 10, warm: 200, whole: 20 }
const quick: Pairs = { cold: 3, warm: 30, whole: 3 }

const hello = "say hello"
const long = "clock 100 every 20"

/** What was measured of one agent, each list in the order of the pairs. */
interface Samples { readonly bare: Array<number>; readonly boocode: Array<number> }
const samples = (): Samples => ({ bare: [], boocode: [] })

/** One after the other, and the other first the next time. */
const alternate = (pairs: number, bare: Effect.Effect<void>, boocode: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.forEach(Array.from({ length: pairs }), (_, pair) => pair % 2 === 0 ? Effect.andThen(bare, boocode) : Effect.andThen(boocode, bare), { discard: true })

/** A start, and the first turn. Through boocode with a new session, so with a new worktree. */
const measureCold = Effect.fnUntraced(function*(boocode: Boocode, agent: string, launch: Launch, cwd: string, pairs: number) {
  const cold = samples()
  const bare = Effect.scoped(Effect.gen(function*() {
    const from = now()
    const turn = yield* (yield* startBare(launch, cwd)).turn(hello)
    cold.bare.push(turn.startedAt - from + firstDelta(turn))
  }))
  const through = Effect.scoped(Effect.gen(function*() {
    const chat = yield* openChat(boocode, agent)
    cold.boocode.push(firstDelta(yield* chat.turn(hello)))
    yield* boocode.client["agent.Evict"]({ chatId: chat.chatId, agent: AgentName.make(agent) })
  })).pipe(Effect.orDie)
  yield* alternate(pairs, bare, through)
  return cold
})

/** A turn whole on an agent that is started for it and ended: a bare process, and a task of boocode's with a worktree of its own. */
const measureOneShot = Effect.fnUntraced(function*({ client, project }: Boocode, agent: string, launch: Launch, cwd: string, pairs: number) {
  const oneShot = samples()
  const { id: projectId } = yield* client["project.Add"]({ path: project })
  const bare = Effect.scoped(Effect.gen(function*() {
    const from = now()
    const { endedAt } = yield* (yield* startBare(launch, cwd)).turn(hello)
    oneShot.bare.push(endedAt - from)
  }))
  const through = Effect.gen(function*() {
    const from = now()
    const { id } = yield* client["task.Create"]({ projectId, agent: AgentName.make(agent), input: hello })
    yield* client["task.Watch"]().pipe(
      Stream.filter((tasks) => tasks.some((task) => task.id === id && !isOpenTask(task))), Stream.runHead)
    oneShot.boocode.push(now() - from)
  }).pipe(Effect.orDie)
  yield* alternate(pairs, bare, through)
  return oneShot
}, (effect) => Effect.orDie(effect))

/** A person's pause, very short: what the turn before left to do is done, the agent's own too (qwen writes for 330 ms after its answer). */
const pause = Effect.sleep("500 millis")

/** Turns of a process that is there, and before each pair a lone append to the log. */
const measureWarm = Effect.fnUntraced(function*(bare: Driven, boocode: Driven, flush: Effect.Effect<number>, pairs: number) {
  const warm = samples(), warmWhole = samples()
  const flushes: Array<number> = []
  const flushed = Effect.map(Effect.andThen(pause, flush), (time) => { flushes.push(time) })
  const take = (driven: Driven, side: keyof Samples) => Effect.map(Effect.andThen(pause, driven.turn(hello)), (turn) => {
    warm[side].push(firstDelta(turn))
    warmWhole[side].push(whole(turn))
  })
  yield* alternate(5, Effect.asVoid(bare.turn(hello)), Effect.andThen(flush, boocode.turn(hello)))
  yield* alternate(pairs, Effect.andThen(flushed, take(bare, "bare")), take(boocode, "boocode"))
  return { warm, warmWhole, flushes }
})

/** Turns of a hundred pieces, twenty milliseconds apart, each of which says when it was sent. */
const measureWhole = Effect.fnUntraced(function*(bare: Driven, boocode: Driven, pairs: number) {
  const turns = samples()
  const onTheWay = samples()
  const take = (driven: Driven, side: keyof Samples) => Effect.map(driven.turn(long), (turn) => {
    turns[side].push(whole(turn))
    onTheWay[side].push(...delays(turn))
  })
  yield* alternate(pairs, take(bare, "bare"), take(boocode, "boocode"))
  return { turns, onTheWay }
})

const row = (name: string, { bare, boocode }: Samples, q: number): ReadonlyArray<string> => {
  const direct = quantile(bare, q), through = quantile(boocode, q)
  return [`${name}, p${q * 100}`, ms(direct), ms(through), ms(through - direct), ratio(through / direct)]
}

const measure = Effect.fnUntraced(function*(agent: string, launch: Launch, boocode: Boocode, folder: string, pairs: Pairs) {
  const cwd = makeRepository(folder, `bare-${agent}`)
  const cold = yield* measureCold(boocode, agent, launch, cwd, pairs.cold)
  const oneShot = yield* measureOneShot(boocode, agent, launch, cwd, pairs.cold)
  const bare = yield* startBare(launch, cwd)
  const chat = yield* openChat(boocode, agent)
  const other = yield* openChat(boocode, agent)
  const flush = yield* openFlush(boocode.server.dataDir, other.chatId)
  const { flushes, warm, warmWhole } = yield* measureWarm(bare, chat, flush, pairs.warm)
  const { onTheWay, turns } = yield* measureWhole(bare, chat, pairs.whole)
  const beyond = (q: number) => quantile(warm.boocode, q) - quantile(warm.bare, q) - 2 * quantile(flushes, q)
  const pairwise = turns.boocode.map((time, pair) => time / (turns.bare[pair] ?? time))
  yield* Effect.sync(() => console.log(render({
    title: `turn · ${agent} · ${pairs.cold} cold, ${pairs.warm} warm, ${pairs.whole} whole pairs · load now ${load()}`,
    head: ["", "bare", "boocode", "added", "ratio"],
    rows: [
      row("first delta, cold", cold, 0.5),
      row("one short turn, one-shot", oneShot, 0.5), row("one short turn, warm", warmWhole, 0.5),
      row("first delta, warm", warm, 0.5), row("first delta, warm", warm, 0.99),
      row("delay of a delta", onTheWay, 0.5), row("delay of a delta", onTheWay, 0.99),
      row("whole turn, 100 deltas", turns, 0.5)
    ],
    notes: [
      `log flush: p50 ${ms(quantile(flushes, 0.5))}, p99 ${ms(quantile(flushes, 0.99))}`,
      `first delta, warm, beyond bare and two flushes: p50 ${ms(beyond(0.5))} (reach: 5 ms), p99 ${ms(beyond(0.99))} (reach: 15 ms)`,
      `whole turn, median of the pairs' ratios: ${ratio(median(pairwise))} (reach: 1.03 ×)`
    ]
  })))
}, (effect): Effect.Effect<void, never, Scope.Scope> => Effect.orDie(effect))

const launches = (agent: string, model: string, home: string, isBare: boolean): Launch | undefined => {
  if (agent === "opencode") return (isBare ? opencodeAcp : opencode)({ model, home })
  if (agent === "goose") return goose({ model, home })
  if (agent === "qwen") return qwen({ model, home })
  return {
    command: process.execPath, args: [join(import.meta.dirname, "../server/main.ts"), "scripted-agent"],
    env: { BOOCODE_SCRIPTED_HOME: join(home, "scripted") }
  }
}

export const turn = Effect.fnUntraced(function*(agents: ReadonlyArray<string>, isQuick: boolean) {
  const folder = yield* temporaryFolder
  const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
  const homeOf = (name: string) => {
    const home = join(folder, name)
    mkdirSync(home)
    return home
  }
  for (const agent of agents) {
    const direct = launches(agent, model.url, homeOf(`${agent}-bare`), true)
    const through = launches(agent, model.url, homeOf(`${agent}-boocode`), false)
    if (direct === undefined || through === undefined) {
      console.log(`\nturn · ${agent}: it is not installed here`)
      continue
    }
    yield* Effect.scoped(Effect.flatMap(startBoocode(agent === "scripted" ? {} : { [agent]: through }), (boocode) =>
      measure(agent, direct, boocode, folder, isQuick ? quick : full)))
  }
})
