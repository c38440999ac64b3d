/**
 * The live backends, by (chat, agent): started once for concurrent callers, held while a turn runs, ended after an idle
 * time, by hand, when the configuration of their agent has changed, or to make room under the cap: the least recently
 * used that is idle goes, never a busy one. No lock is shared between backends.
 */
import { Clock, Context, Deferred, type Duration, Effect, Layer, PubSub, Stream, SubscriptionRef } from "effect"
import type { BackendHealth } from "../../shared/Agent.ts"
import type { WireMessage } from "../../shared/Wire.ts"
import type { TurnEnd } from "../../shared/SessionUpdate.ts"
import * as Registry from "../actor/Registry.ts"
import type { AgentBackend, BackendHost, BackendKey, OwnTurn, TurnPrompt } from "./AgentBackend.ts"
import { AgentCatalog } from "./AgentCatalog.ts"
import type { FoundAgent } from "./AgentRow.ts"
import { backendOf } from "./BackendOf.ts"
import { fingerprintOf } from "./catalog/Fingerprint.ts"
import { secretsOf } from "./Redaction.ts"
import * as WireLog from "./WireLog.ts"
import { readMemory } from "./ProcessMemory.ts"
import { OpencodeServers } from "./opencode/OpencodeServers.ts"

export interface BackendsOptions {
  readonly idleTimeToLive: Duration.Input
  /** Live backends at most; busy ones may exceed it. */
  readonly cap: number
  /** Ours, told to the agents. */
  readonly version: string
  /** Kept out of the wire log, on top of those in the environment. */
  readonly secrets: ReadonlyArray<string>
}

interface Entry {
  readonly key: BackendKey
  readonly backend: AgentBackend
  readonly fingerprint: string
  usedAt: number
  turns: number
}

const nameOf = (key: BackendKey): string => `${key.chatId} ${key.agent}`
// the directory is the chat's for life
const configurationOf = ({ args, command, env, version }: FoundAgent): string => fingerprintOf({ args, command, env, version, directory: "" })
const memoryEvery = "5 seconds"
const unnoticed: TurnEnd = { cause: { _tag: "Quiet" } }

export class Backends extends Context.Service<Backends, {
  /** Runs a turn on the backend of that key, starting it if need be. How it ended is its value. */
  readonly run: (key: BackendKey, host: BackendHost, turn: TurnPrompt) => Effect.Effect<TurnEnd>
  /** Takes what the agent of that key says by itself into a turn. */
  readonly listen: (key: BackendKey, turn: OwnTurn) => Effect.Effect<TurnEnd>
  readonly health: Effect.Effect<ReadonlyArray<BackendHealth>>
  /** At once, after every change, and every few seconds for what they hold of memory. */
  readonly healthChanges: Stream.Stream<ReadonlyArray<BackendHealth>>
  /** Ends an idle backend. False where there is none, or it is busy. */
  readonly evict: (key: BackendKey) => Effect.Effect<boolean>
  /** Ends an idle backend and starts it anew, its session taken up again. False where there is none, or it is busy. */
  readonly restart: (key: BackendKey) => Effect.Effect<boolean>
  /** The newest messages that went over its wire, those with greater numbers than `after`; also for a while after its end. */
  readonly wire: (key: BackendKey, after: number) => Effect.Effect<ReadonlyArray<WireMessage>>
}>()("boocode/agent/Backends") {
  static readonly layer = (options: BackendsOptions) => Layer.effect(Backends, make(options)).pipe(Layer.provide(OpencodeServers.layer()))
}

const make = Effect.fnUntraced(function*({ cap, idleTimeToLive, secrets, version }: BackendsOptions) {
  const catalog = yield* AgentCatalog
  const clock = yield* Clock.Clock
  const wires = WireLog.make({ now: () => clock.currentTimeMillisUnsafe(), secrets: [...secrets, ...secretsOf(process.env)] })
  const hosts = new Map<string, BackendHost>()
  const live = new Map<string, Entry>()
  /** Told, by name, when the latest backend of that name is gone for good. */
  const gone = new Map<string, Deferred.Deferred<void>>()
  /** About to run a turn: they have a place already. */
  const coming = new Map<string, number>()
  /** Ended because their agent was configured otherwise: the next start says so. */
  const renewed = new Set<string>()
  const changed = yield* PubSub.sliding<void>(1)
  const tell = PubSub.publish(changed, undefined)

  /** One process a key: the next begins when the last is gone. */
  const alone = Effect.fnUntraced(function*(name: string) {
    const last = gone.get(name)
    const done = Deferred.makeUnsafe<void>()
    gone.set(name, done)
    yield* Effect.addFinalizer(() => Effect.suspend(() => {
      if (gone.get(name) === done) gone.delete(name)
      if (!coming.has(name)) hosts.delete(name)
      return Deferred.succeed(done, undefined)
    }))
    if (last !== undefined) yield* Deferred.await(last)
  })

  const start = Effect.fnUntraced(function*(key: BackendKey) {
    const name = nameOf(key)
    yield* alone(name)
    const host = hosts.get(name)
    if (host === undefined) return yield* Effect.die(new Error(`a backend without a host: ${name}`))
    const found = yield* catalog.find(key.agent)
    const fingerprint = configurationOf(found)
    const note: BackendHost["note"] = (fact) => host.note(fact._tag !== "Bound" ? fact : {
      ...fact, fingerprint, why: renewed.delete(name) ? `Its configuration was changed. ${fact.why}` : fact.why
    })
    const backend = yield* backendOf({ key, host: { ...host, note }, found, version, wire: wires.tap(name, secretsOf(found.env)) })
    const entry: Entry = { key, backend, fingerprint, usedAt: yield* Clock.currentTimeMillis, turns: 0 }
    live.set(name, entry)
    yield* Effect.addFinalizer(() => Effect.suspend(() => {
      live.delete(name)
      return tell
    }))
    yield* SubscriptionRef.changes(backend.health).pipe(Stream.runForEach(() => tell), Effect.forkScoped)
    return backend
  })
  const registry = yield* Registry.make({ start, idleTimeToLive })

  const isFree = ({ key, turns }: Entry) => turns === 0 && !coming.has(nameOf(key))
  /** Ends those whose agent is configured otherwise now, and lets the longest idle go while there are too many. */
  const makeRoom = Effect.fnUntraced(function*(key: BackendKey) {
    const name = nameOf(key)
    const entry = live.get(name)
    const found = yield* catalog.known(key.agent)
    if (entry !== undefined && entry.turns === 0 && found !== undefined && configurationOf(found) !== entry.fingerprint) {
      renewed.add(name)
      yield* registry.stop(key)
    }
    while (new Set([...live.keys(), ...coming.keys()]).size > cap) {
      const oldest = Array.from(live.values()).filter(isFree).sort((a, b) => a.usedAt - b.usedAt)[0]
      if (oldest === undefined) return
      yield* registry.stop(oldest.key)
    }
  })
  /** With what each holds of memory by now. */
  const health = Effect.gen(function*() {
    const states = yield* Effect.forEach(live.values(), ({ backend }) => SubscriptionRef.get(backend.health))
    const memory = yield* readMemory(states.flatMap(({ pid }) => pid ?? []))
    return states.map((state): BackendHealth => {
      const rss = state.pid === undefined ? undefined : memory.get(state.pid)
      return rss === undefined ? state : { ...state, rss }
    })
  })

  /** Held while a turn runs on it. */
  const holding = (key: BackendKey, turn: (backend: AgentBackend) => Effect.Effect<TurnEnd>) => registry.use(key, (backend) => {
    const entry = live.get(nameOf(key))
    if (entry !== undefined) entry.turns += 1
    return Effect.ensuring(turn(backend), Effect.map(Clock.currentTimeMillis, (now) => {
      if (entry === undefined) return
      entry.turns -= 1
      entry.usedAt = now
    }))
  }).pipe(Effect.catch((error) => Effect.succeed<TurnEnd>({ cause: { _tag: "StartFailed", message: error.message } })))

  const withPlace = (name: string) => <A>(turn: Effect.Effect<A>): Effect.Effect<A> => Effect.acquireUseRelease(
    Effect.sync(() => coming.set(name, (coming.get(name) ?? 0) + 1)), () => turn, () => Effect.sync(() => {
      const others = (coming.get(name) ?? 1) - 1
      if (others === 0) coming.delete(name)
      else coming.set(name, others)
    }))

  const evict = (key: BackendKey) => Effect.suspend(() => {
    const entry = live.get(nameOf(key))
    return entry === undefined || !isFree(entry) ? Effect.succeed(false) : Effect.as(registry.stop(key), true)
  })

  return Backends.of({
    run: (key, host, turn) => withPlace(nameOf(key))(Effect.suspend(() => {
      hosts.set(nameOf(key), host)
      return Effect.andThen(makeRoom(key), holding(key, (backend) => backend.prompt(turn)))
    })),
    listen: (key, turn) => Effect.suspend(() => live.has(nameOf(key))
      ? holding(key, (backend) => backend.listen(turn)) : Effect.succeed(unnoticed)),
    health,
    // subscribes before it reads, so that no change falls between
    healthChanges: Stream.unwrap(Effect.map(PubSub.subscribe(changed), (changes) => Stream.concat(Stream.fromEffect(health),
      Stream.fromSubscription(changes).pipe(Stream.debounce("50 millis"), Stream.merge(Stream.tick(memoryEvery)), Stream.mapEffect(() => health))))),
    evict,
    wire: (key, after) => Effect.sync(() => wires.read(nameOf(key), after)),
    restart: (key) => Effect.suspend(() => {
      const entry = live.get(nameOf(key))
      if (entry === undefined || !isFree(entry)) return Effect.succeed(false)
      const again = Effect.ignore(registry.use(key, (backend) => backend.warm))
      return Effect.as(withPlace(nameOf(key))(Effect.andThen(registry.stop(key), again)), true)
    })
  })
})
