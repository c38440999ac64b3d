/**
 * The live backends, by (chat, agent): started once for concurrent callers, held while a turn runs, ended after an idle
 * time, by hand, or to make room under the cap: the least recently used that is idle goes, never a busy one. No lock is
 * shared between backends.
 */
import { Clock, Context, type Duration, Effect, Layer, PubSub, Stream, SubscriptionRef } from "effect"
import type { BackendHealth } from "../../shared/Agent.ts"
import type { TurnEnd } from "../../shared/SessionUpdate.ts"
import * as Registry from "../actor/Registry.ts"
import * as AcpBackend from "./acp/AcpBackend.ts"
import type { AgentBackend, BackendHost, BackendKey, TurnPrompt } from "./AgentBackend.ts"
import { AgentCatalog } from "./AgentCatalog.ts"

export interface BackendsOptions {
  readonly idleTimeToLive: Duration.Input
  /** Live backends at most; busy ones may exceed it. */
  readonly cap: number
  /** Ours, told to the agents. */
  readonly version: string
}

interface Entry {
  readonly key: BackendKey
  readonly backend: AgentBackend
  usedAt: number
  turns: number
}

const nameOf = (key: BackendKey): string => `${key.chatId} ${key.agent}`

export class Backends extends Context.Service<Backends, {
  /** Runs a turn on the backend of that key, starting it if need be. How it ended is its value. */
  readonly run: (key: BackendKey, host: BackendHost, turn: TurnPrompt) => Effect.Effect<TurnEnd>
  /** Whether its agent is there and can be asked at once. */
  readonly isLive: (key: BackendKey) => Effect.Effect<boolean>
  readonly health: Effect.Effect<ReadonlyArray<BackendHealth>>
  /** At once, and after every change. */
  readonly healthChanges: Stream.Stream<ReadonlyArray<BackendHealth>>
  /** Ends an idle backend. False where there is none, or it is busy. */
  readonly evict: (key: BackendKey) => Effect.Effect<boolean>
}>()("boocode/agent/Backends") {
  static readonly layer = (options: BackendsOptions) => Layer.effect(Backends, make(options))
}

const make = Effect.fnUntraced(function*({ cap, idleTimeToLive, version }: BackendsOptions) {
  const catalog = yield* AgentCatalog
  const hosts = new Map<string, BackendHost>()
  const live = new Map<string, Entry>()
  const changed = yield* PubSub.sliding<void>(1)
  const tell = PubSub.publish(changed, undefined)

  const start = Effect.fnUntraced(function*(key: BackendKey) {
    const name = nameOf(key)
    const host = hosts.get(name)
    if (host === undefined) return yield* Effect.die(new Error(`a backend without a host: ${name}`))
    const found = yield* catalog.find(key.agent)
    const backend = yield* AcpBackend.make({
      key, host, version, command: found.command, args: found.args, env: found.env, quirks: found.row.quirks
    })
    live.set(name, { key, backend, usedAt: yield* Clock.currentTimeMillis, turns: 0 })
    yield* Effect.addFinalizer(() => Effect.suspend(() => {
      live.delete(name)
      hosts.delete(name)
      return tell
    }))
    yield* SubscriptionRef.changes(backend.health).pipe(Stream.runForEach(() => tell), Effect.forkScoped)
    return backend
  })
  const registry = yield* Registry.make({ start, idleTimeToLive })

  /** Lets the longest idle go while there are too many. */
  const makeRoom = (key: BackendKey) => Effect.suspend(() => {
    if (live.has(nameOf(key)) || live.size < cap) return Effect.void
    const idle = Array.from(live.values()).filter(({ turns }) => turns === 0).sort((a, b) => a.usedAt - b.usedAt)[0]
    return idle === undefined ? Effect.void : registry.stop(idle.key)
  })
  const health = Effect.suspend(() => Effect.forEach(live.values(), ({ backend }) => SubscriptionRef.get(backend.health)))

  return Backends.of({
    run: (key, host, turn) => Effect.gen(function*() {
      yield* makeRoom(key)
      hosts.set(nameOf(key), host)
      return yield* registry.use(key, (backend) => {
        const entry = live.get(nameOf(key))
        if (entry !== undefined) entry.turns += 1
        return Effect.ensuring(backend.prompt(turn), Effect.map(Clock.currentTimeMillis, (now) => {
          if (entry === undefined) return
          entry.turns -= 1
          entry.usedAt = now
        }))
      })
    }).pipe(Effect.catch((error) => Effect.succeed<TurnEnd>({ cause: { _tag: "StartFailed", message: error.message } }))),
    isLive: (key) => Effect.sync(() => {
      const entry = live.get(nameOf(key))
      const state = entry === undefined ? "gone" : SubscriptionRef.getUnsafe(entry.backend.health).state
      return state === "ready" || state === "busy"
    }),
    health,
    healthChanges: Stream.fromPubSub(changed).pipe(
      Stream.debounce("50 millis"), Stream.mapEffect(() => health), (news) => Stream.concat(Stream.fromEffect(health), news)),
    evict: (key) => Effect.suspend(() => {
      const entry = live.get(nameOf(key))
      return entry === undefined || entry.turns > 0 ? Effect.succeed(false) : Effect.as(registry.stop(key), true)
    })
  })
})
