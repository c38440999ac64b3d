/**
 * The drill: what an installed agent does from its start to its resumption after a crash, on its real backend, as its user
 * has configured it. It works in a directory of its own, ends what it has started and keeps no file. Whether an agent's
 * model is on the internet is the agent's business; the drill needs none.
 */
import { Clock, type Duration, Effect, type FileSystem, Layer, type Scope, SubscriptionRef } from "effect"
import { type DrillLine, type DrillNews, type DrillStep, drillSteps } from "../../shared/Drill.ts"
import { ChatId } from "../../shared/Ids.ts"
import { type AgentBackend, BackendKey } from "../agent/AgentBackend.ts"
import type { FoundAgent } from "../agent/AgentRow.ts"
import { backendOf } from "../agent/BackendOf.ts"
import { drillFiles, type DrillPrompts, filled, plainPrompts } from "../agent/catalog/DrillPrompts.ts"
import { OpencodeServers } from "../agent/opencode/OpencodeServers.ts"
import { ProcessLedger } from "../agent/ProcessLedger.ts"
import type { Git } from "../work/git/Git.ts"
import type { WorkError } from "../../shared/WorkError.ts"
import { type Learnt, learnt, type Lessons } from "./Learnt.ts"
import { type Player, playerOf, type PlayLimits, readWire, reject, type WireReading } from "./Play.ts"
import { makeStage, type Stage } from "./Stage.ts"
import {
  afterCancelVerdict, cancelAskingVerdict, cancelVerdict, crashVerdict, notOffered, permissionVerdict, promptVerdict, resumeVerdict, type Seen,
  startVerdict, toolVerdict, type Verdict
} from "./Verdicts.ts"

export interface DrillOptions {
  readonly found: FoundAgent
  /** Ours. */
  readonly version: string
  readonly limits?: DrillLimits
  /** Where its directory is made; among the system's temporary files where this is left out. */
  readonly folder?: string | undefined
}

export interface DrillLimits extends PlayLimits {
  readonly start: Duration.Input
  /** For the processes of a killed agent to be gone. */
  readonly gone: Duration.Input
}

export const drillLimits: DrillLimits = { start: "60 seconds", turn: "2 minutes", stop: "20 seconds", gone: "10 seconds" }

export interface Drilled {
  readonly lines: ReadonlyArray<DrillLine>
  readonly learnt: Learnt
}

type Tell = (news: Exclude<DrillNews, { _tag: "Done" }>) => Effect.Effect<void>

/** What the steps share. */
interface Bench {
  readonly backend: AgentBackend
  readonly stage: Stage
  readonly player: Player
  readonly wire: WireReading
  readonly limits: DrillLimits
  /** One of the row's prompts, with a word where it wants one. */
  readonly prompt: (name: keyof DrillPrompts, word?: string) => string
  readonly lessons: { cancelled: Array<Seen>; rejected?: Seen; way?: Lessons["way"] }
  readonly words: { readonly file: string; readonly kept: string }
}

const words = ["walnut", "harbour", "velvet", "lantern", "meadow", "copper", "glacier", "saffron", "thimble", "orchard"]
const someWord = (): string => `${words[Math.floor(Math.random() * words.length)] ?? ""}${Math.floor(Math.random() * 900) + 100}`

const pidOf = ({ backend }: Bench) => Effect.map(SubscriptionRef.get(backend.health), ({ pid }) => pid)

/** What has no protocol has no such thing, and is not asked for it. */
const withoutProtocol = notOffered("a program on a terminal has none")
const terminalLacks: ReadonlyArray<DrillStep> = ["tool", "permission", "cancel while it asks", "resume"]

const start = Effect.fnUntraced(function*({ backend, limits }: Bench) {
  const from = yield* Clock.currentTimeMillis
  const ready = yield* Effect.timeoutOption(backend.warm, limits.start)
  const { detail, state } = yield* SubscriptionRef.get(backend.health)
  const problem = ready._tag === "None" ? "it did not start in time" : state === "failed" || state === "crashed" ? detail ?? "it does not start" : undefined
  return startVerdict({ ms: (yield* Clock.currentTimeMillis) - from, problem })
})

const runs: Record<DrillStep, (bench: Bench) => Effect.Effect<Verdict>> = {
  start,
  prompt: Effect.fnUntraced(function*(bench) {
    const { player, prompt, stage, words: { kept } } = bench
    const cold = yield* player.play(prompt("answer", someWord()))
    const before = yield* pidOf(bench)
    const warm = yield* player.play(prompt("remember", kept))
    const after = yield* pidOf(bench)
    stage.said(prompt("remember", kept), warm.text)
    return promptVerdict(cold, warm, kept, before === undefined ? undefined : before === after)
  }),
  tool: ({ player, prompt, words: { file } }) => Effect.map(player.play(prompt("tool", file)), (seen) => toolVerdict(seen, file)),
  permission: Effect.fnUntraced(function*({ lessons, player, prompt, stage }) {
    const rejected = yield* player.play(prompt("rejected"), reject)
    lessons.rejected = rejected
    const allowed = yield* player.play(prompt("allowed"))
    return permissionVerdict(rejected, allowed, {
      rejected: yield* stage.isThere(drillFiles.rejected), allowed: yield* stage.isThere(drillFiles.allowed)
    })
  }),
  cancel: Effect.fnUntraced(function*({ lessons, player, prompt }) {
    const seen = yield* player.stopWhen(prompt("long"), "speaks")
    lessons.cancelled.push(seen)
    return cancelVerdict(seen)
  }),
  "cancel while it asks": Effect.fnUntraced(function*({ lessons, player, prompt, stage }) {
    const seen = yield* player.stopWhen(prompt("rejected"), "asks")
    if (seen.asked.length > 0) lessons.cancelled.push(seen)
    return cancelAskingVerdict(seen, yield* stage.isThere(drillFiles.rejected))
  }),
  "prompt right after a cancel": Effect.fnUntraced(function*({ player, prompt }) {
    const word = someWord()
    const stopped = yield* player.stopWhen(prompt("long"), "speaks")
    return afterCancelVerdict(stopped, yield* player.play(prompt("answer", word)), word)
  }),
  crash: Effect.fnUntraced(function*({ limits, player, prompt, stage }) {
    stage.bound()
    const seen = yield* player.killWhenSpeaking(prompt("long"), stage.kill)
    const gone = Effect.gen(function*() { while ((yield* stage.survivors) > 0) yield* Effect.sleep("50 millis") })
    yield* Effect.timeoutOption(gone, limits.gone)
    return crashVerdict(seen, yield* stage.survivors)
  }),
  resume: Effect.fnUntraced(function*({ lessons, player, prompt, stage, wire, words: { kept } }) {
    const seen = yield* player.play(prompt("recall"))
    const bound = stage.bound()
    if (bound?.continuity === "resumed") lessons.way = wire.way()
    return resumeVerdict(seen, kept, bound)
  })
}

const runAll = Effect.fnUntraced(function*(bench: Bench, terminal: boolean, tell: Tell) {
  const lines: Array<DrillLine> = []
  for (const step of drillSteps) {
    yield* tell({ _tag: "Began", step })
    const verdict = lines[0]?.verdict === "failed" ? notOffered("not tried: it did not start")
      : terminal && terminalLacks.includes(step) ? withoutProtocol : yield* runs[step](bench)
    const line: DrillLine = { step, ...verdict }
    lines.push(line)
    yield* tell({ _tag: "Ended", line })
  }
  return lines
})

/** Fails only where there is no place to do it. */
export const drill = Effect.fn("drill")(function*(
  { folder, found, limits = drillLimits, version }: DrillOptions, tell: Tell
): Effect.fn.Return<Drilled, WorkError, FileSystem.FileSystem | Git | ProcessLedger | Scope.Scope> {
  const kept = { file: someWord(), kept: someWord() }
  const stage = yield* makeStage(kept.file, folder).pipe(Effect.catchTag("PlatformError", Effect.die))
  const wire = readWire()
  const prompts = { ...plainPrompts, ...found.row.drill }
  const lessons: Bench["lessons"] = { cancelled: [] }
  const lines = yield* Effect.scoped(Effect.gen(function*() {
    const key = new BackendKey({ chatId: ChatId.make(crypto.randomUUID()), agent: found.row.name })
    const backend = yield* backendOf({ found, key, host: stage.host, version, wire: wire.tap })
    const player = yield* playerOf(backend, wire, limits)
    const bench: Bench = {
      backend, stage, player, wire, limits, lessons, words: kept, prompt: (name, word = "") => filled(prompts[name], word)
    }
    return yield* runAll(bench, found.row.protocol === "pty", tell)
  })).pipe(
    // servers of its own: killing one must hit nobody else's chats
    Effect.provide(Layer.fresh(OpencodeServers.layer())),
    Effect.provideService(ProcessLedger, stage.ledger))
  return { lines, learnt: learnt(found.row.quirks, lessons) }
})
