/**
 * Real opencode under its backends, without the rest of the program: a scripted model, a home and a repository of the test's own,
 * and chats whose turns are recorded as the chat's side would get them.
 */
import { join } from "node:path"
import { Context, type Duration, Effect, Fiber, Layer, Option, type Scope, SubscriptionRef } from "effect"
import { type AgentBackend, type BackendHost, BackendKey, StopNote, type TurnSink } from "../../server/agent/AgentBackend.ts"
import { type AgentQuirks, plainQuirks } from "../../server/agent/AgentRow.ts"
import type { OnWire } from "../../server/agent/opencode/OpencodeApi.ts"
import * as OpencodeBackend from "../../server/agent/opencode/OpencodeBackend.ts"
import type { OpencodeLaunch, OpencodeServer } from "../../server/agent/opencode/OpencodeServer.ts"
import { OpencodeServers } from "../../server/agent/opencode/OpencodeServers.ts"
import { ProcessLedger } from "../../server/agent/ProcessLedger.ts"
import { endOf } from "../../server/chat/TurnRunner.ts"
import type { AgentRequest, RequestAnswer } from "../../shared/AgentRequest.ts"
import { AgentName, ChatId, TurnId, Who } from "../../shared/Ids.ts"
import type { AgentFact, TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { StopStep, TurnSettings } from "../../shared/Turn.ts"
import { makeRepository } from "./Journey.ts"
import { opencode } from "./RealAgents.ts"
import { temporaryFolder } from "./RunningServer.ts"
import { ScriptedModel } from "./ScriptedModel.ts"

/** A turn as it was recorded. */
export interface RecordedTurn {
  readonly updates: Array<TurnUpdate>
  readonly requests: Array<AgentRequest>
  readonly steps: Array<StopStep>
  readonly text: () => string
  /** Waits until something of the turn holds, looking at each update and request. */
  readonly until: (holds: (turn: RecordedTurn) => boolean) => Effect.Effect<void>
  readonly end: Effect.Effect<TurnEnd>
  /** As a person's stop does it. */
  readonly stop: Effect.Effect<TurnEnd>
}

export interface TurnOptions {
  readonly settings?: TurnSettings
  readonly answer?: (request: AgentRequest) => Effect.Effect<RequestAnswer>
}

export interface ChatOptions {
  readonly cwd?: string
  /** Remembered from an earlier life of the chat. */
  readonly agentSessionId?: string
  readonly server?: OpencodeServer
  readonly quirks?: AgentQuirks
  readonly onWire?: OnWire
  readonly cancelGrace?: Duration.Input
}

/** A chat's side of one backend. */
export interface RecordedChat {
  readonly cwd: string
  readonly facts: Array<AgentFact>
  readonly backend: AgentBackend
  readonly send: (text: string, options?: TurnOptions) => Effect.Effect<RecordedTurn>
  readonly ask: (text: string, options?: TurnOptions) => Effect.Effect<RecordedTurn & { readonly ended: TurnEnd }>
  readonly pid: Effect.Effect<number>
}

const recordTurn = (backend: AgentBackend, text: string, { answer = () => Effect.never, settings = {} }: TurnOptions): Effect.Effect<RecordedTurn> => Effect.gen(function*() {
  const watchers = new Set<() => void>()
  const turn = { updates: new Array<TurnUpdate>(), requests: new Array<AgentRequest>(), steps: new Array<StopStep>() }
  const tell = Effect.sync(() => { for (const watcher of watchers) watcher() })
  const sink: TurnSink = {
    delivered: Effect.void,
    updates: (updates) => Effect.andThen(Effect.sync(() => turn.updates.push(...updates)), tell),
    ask: (request) => Effect.sync(() => turn.requests.push(request)).pipe(Effect.andThen(tell), Effect.andThen(answer(request))),
    step: (step) => Effect.andThen(Effect.sync(() => turn.steps.push(step)), tell)
  }
  const fiber = yield* Effect.forkDetach(backend.prompt({ turnId: TurnId.make(crypto.randomUUID()), content: [{ type: "text", text }], settings, sink }))
  const end = Effect.map(Fiber.await(fiber), endOf)
  const stop = Effect.andThen(Fiber.interruptAs(fiber, undefined, Context.make(StopNote, { by: Who.make("tester") })), end)
  const recorded: RecordedTurn = {
    ...turn, end, stop,
    text: () => turn.updates.map((update) => update._tag === "Text" && update.kind === "text" ? update.text : "").join(""),
    until: (holds) => Effect.callback<void>((resume) => {
      const look = () => {
        if (!holds(recorded)) return
        watchers.delete(look)
        resume(Effect.void)
      }
      watchers.add(look)
      look()
    }).pipe(Effect.timeout("30 seconds"), Effect.orDie)
  }
  return recorded
})

export class OpencodeRig extends Context.Service<OpencodeRig, {
  readonly model: ScriptedModel
  readonly launch: OpencodeLaunch
  readonly folder: string
  readonly server: OpencodeServer
  /** A chat in the project that all share, unless told otherwise: what opencode loads for a directory takes a second. */
  readonly chat: (options?: ChatOptions) => Effect.Effect<RecordedChat, never, Scope.Scope>
}>()("test/OpencodeRig") {
  static readonly layer = Layer.effect(OpencodeRig, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
    const found = opencode({ model: model.url, home: join(folder, "home") })
    const launch: OpencodeLaunch = { ...Option.getOrThrow(Option.fromNullishOr(found)) }
    const shared = yield* (yield* OpencodeServers).get(launch)
    const project = makeRepository(folder)
    return OpencodeRig.of({
      model, launch, folder, server: shared,
      chat: ({ agentSessionId, cancelGrace = "5 seconds", cwd = project, onWire, quirks = plainQuirks, server = shared } = {}) => Effect.gen(function*() {
        const facts: Array<AgentFact> = []
        let remembered = agentSessionId
        const host: BackendHost = {
          prepare: Effect.sync(() => ({ cwd, ...(remembered === undefined ? {} : { agentSessionId: remembered }) })),
          note: (fact) => Effect.sync(() => {
            facts.push(fact)
            if (fact._tag === "Bound") remembered = fact.agentSessionId
          }),
          transcript: Effect.succeed(""),
          speaks: Effect.succeed(false)
        }
        const key = new BackendKey({ chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("opencode") })
        const backend = yield* OpencodeBackend.make({ key, host, server, cancelGrace, quirks, ...(onWire === undefined ? {} : { onWire }) })
        const send: RecordedChat["send"] = (text, options = {}) => recordTurn(backend, text, options)
        return {
          cwd, facts, backend, send,
          ask: (text, options) => Effect.flatMap(send(text, options), (turn) => Effect.map(turn.end, (ended) => ({ ...turn, ended }))),
          pid: Effect.map(SubscriptionRef.get(backend.health), ({ pid }) => pid ?? 0)
        }
      })
    })
  })).pipe(Layer.provide(OpencodeServers.layer()), Layer.provide(ProcessLedger.layerMemory))
}
