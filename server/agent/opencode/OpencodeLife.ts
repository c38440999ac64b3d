/**
 * One life of a backend on opencode's server: the chat's session in it, and the directory's events, of which those of the session
 * go to the turn at work. At most one turn is active; where there is none only facts about the session count.
 */
import { realpath } from "node:fs/promises"
import { Clock, Deferred, Effect, type Latch, Predicate, type Scope, Semaphore } from "effect"
import { boundedRequest, schemaLimit } from "../../../shared/ItemBounds.ts"
import { AgentError } from "../AgentError.ts"
import type { BackendHost, TurnSink } from "../AgentBackend.ts"
import type { Coalescer, RawUpdate } from "../Coalescer.ts"
import { tagStripper } from "../TagStripper.ts"
import { type OnWire, type OpencodeApi, tapped } from "./OpencodeApi.ts"
import { announcementOf, type Catalogue, emptyCatalogue } from "./OpencodeCatalogue.ts"
import type { OpencodeEvent, SessionInfo } from "./OpencodeEvent.ts"
import * as OpencodeFeed from "./OpencodeFeed.ts"
import type { Chosen } from "./OpencodePrompt.ts"
import type { Asked } from "./OpencodeRequest.ts"
import type { OpencodeServer, ServerLife } from "./OpencodeServer.ts"
import { askCatalogue, chosenOf, open } from "./OpencodeSession.ts"
import { afterGap, newView, translate, type Translated, type TurnView } from "./OpencodeTranslate.ts"

/** The turn that a life is at work on. */
export interface ActiveTurn {
  view: TurnView
  readonly coalescer: Coalescer
  readonly sink: TurnSink
  readonly scope: Scope.Scope
  /** Done when the turn is being stopped or is over: what it asked is asked no more. */
  readonly closed: Deferred.Deferred<void>
  /** Fails when opencode refuses what it had taken. */
  readonly refused: Deferred.Deferred<never, AgentError>
  /** Opened when something came that may mean the turn's end. */
  readonly look: Latch.Latch
  /** Events were missed. */
  gap: boolean
  /** Of its model, in tokens, as far as it is known. */
  readonly contextSize: () => number | undefined
  /** What opencode asked in it, each done when somebody else has answered. */
  readonly asked: Map<string, Deferred.Deferred<void>>
  /** How many of them wait for an answer. */
  asking: number
}

/** Questions of one turn that are open at once, at most: opencode is told of more that nobody answers. */
const questionsLimit = 16

export interface OpencodeLife {
  readonly server: ServerLife
  readonly directory: string
  readonly sessionId: string
  /** Requests about the session's directory. */
  readonly ask: OpencodeApi["request"]
  readonly begin: (turn: ActiveTurn) => void
  readonly end: () => void
  readonly active: () => ActiveTurn | undefined
  /** Takes in an event as if it had just come. `past`: it was asked for. */
  readonly take: (event: OpencodeEvent, past?: boolean) => Effect.Effect<void>
  /** What was said before, until a prompt that tells it was taken; empty where opencode knows. */
  readonly history: Effect.Effect<string>
  readonly taken: () => void
  readonly chosen: () => Chosen
  /** Known soon after the start. */
  readonly catalogue: Effect.Effect<Catalogue>
  readonly known: () => Catalogue
  readonly over: Effect.Effect<never, AgentError>
  readonly isOver: () => boolean
  /** Ends this life: its session can't go on. */
  readonly lose: (error: AgentError) => Effect.Effect<void>
  /** It may be at work on an earlier turn, which was left before opencode had ended it. */
  unsettled: boolean
}

export interface LifeOptions {
  readonly server: OpencodeServer
  readonly host: BackendHost
  readonly stripTags: ReadonlyArray<string> | undefined
  /** The session that was left at work on a prompt that was stopped. */
  readonly abandoned: () => string | undefined
  readonly onWire: OnWire | undefined
  /** The model doesn't answer and is asked again. */
  readonly onRetrying: (what: string) => Effect.Effect<void>
}

const realDirectory = (path: string): Effect.Effect<string> =>
  Effect.orElseSucceed(Effect.tryPromise(() => realpath(path)), () => path)

/** What the session is called and stands at, told on where it changed. */
const makeFacts = (host: BackendHost, opened: SessionInfo) => {
  let catalogue = emptyCatalogue
  let chosen = chosenOf(opened)
  let title: string | undefined
  const announce = Effect.suspend(() => host.note({ _tag: "Announced", announcement: announcementOf(catalogue, chosen) }))
  return {
    chosen: () => chosen,
    catalogue: () => catalogue,
    offer: (found: Catalogue) => {
      catalogue = found
      return announce
    },
    /** Of our session. */
    updated: (info: SessionInfo) => {
      const next = chosenOf(info)
      if (next.mode === chosen.mode && next.model === chosen.model && next.thinking === chosen.thinking) return Effect.void
      chosen = next
      return catalogue === emptyCatalogue ? Effect.void : announce
    },
    note: (facts: Translated["facts"]) => Effect.forEach(facts, (fact) => {
      if (fact._tag === "Titled") {
        if (fact.title === title) return Effect.void
        title = fact.title
      }
      return host.note(fact)
    }, { discard: true })
  }
}

/** Whether an event, as it came, is about a session: its id stands at one of four places. */
const isAbout = (event: unknown, sessionId: string): boolean => {
  const properties = Predicate.isObject(event) && Predicate.isObject(event["properties"]) ? event["properties"] : {}
  const { info, part } = properties
  return properties["sessionID"] === sessionId || [info, part].some((one) => Predicate.isObject(one) && (one["id"] === sessionId || one["sessionID"] === sessionId))
}

const withContext = (update: RawUpdate, contextSize: number | undefined): RawUpdate =>
  update._tag === "Usage" && contextSize !== undefined ? { ...update, usage: { ...update.usage, contextSize } } : update

/** Asks a person for as long as the turn is open and nobody else has answered. */
const askPerson = (turn: ActiveTurn, asked: Asked, reply: (asked: Asked, answer: Parameters<Asked["reply"]>[0]) => Effect.Effect<void>) => Effect.suspend(() => {
  if (turn.asked.has(asked.id)) return Effect.void
  const { request } = asked
  // a form that is too large to be shown is nobody's to fill in
  if (turn.asking >= questionsLimit || (request._tag === "Elicitation" && request.schema.length > schemaLimit)) {
    turn.asked.set(asked.id, Deferred.makeUnsafe())
    return Effect.asVoid(Effect.forkIn(reply(asked, { _tag: "Cancelled" }), turn.scope))
  }
  const withdrawn = Deferred.makeUnsafe<void>()
  turn.asked.set(asked.id, withdrawn)
  const gone = Effect.as(Effect.raceFirst(Deferred.await(turn.closed), Deferred.await(withdrawn)), undefined)
  turn.asking += 1
  return turn.coalescer.flush.pipe(
    Effect.andThen(Effect.raceFirst(turn.sink.ask(boundedRequest(request)), gone)),
    Effect.ensuring(Effect.sync(() => { turn.asking -= 1 })),
    Effect.flatMap((answer) => answer === undefined ? Effect.void : reply(asked, answer)),
    Effect.forkIn(turn.scope), Effect.asVoid)
})

export const start = Effect.fn("OpencodeLife.start")(function*(
  { abandoned, host, onRetrying, onWire, server: servers, stripTags }: LifeOptions
): Effect.fn.Return<OpencodeLife, AgentError, Scope.Scope> {
  const clock = yield* Clock.Clock
  const scope = yield* Effect.scope
  const { agentSessionId, cwd, forked = false } = yield* host.prepare.pipe(
    Effect.mapError((detail) => new AgentError({ reason: { _tag: "SpawnFailed", detail } })))
  const server = yield* servers.ready
  const request = onWire === undefined ? server.api.request : tapped(server.api.request, onWire)
  const { continuity, info, why } = yield* open(request, yield* realDirectory(cwd), { remembered: agentSessionId, abandoned: abandoned(), forked })
  const { directory, id: sessionId } = info
  const facts = makeFacts(host, info)
  const lost = Deferred.makeUnsafe<never, AgentError>()
  const one = Semaphore.makeUnsafe(1)
  const idle = newView({ sessionId, promptId: "", stripper: tagStripper(stripTags) })
  let active: ActiveTurn | undefined
  let replaying = continuity === "replayed"

  const ask: OpencodeApi["request"] = (method, path, options) => request(method, path, { directory, ...options })
  const reply = (asked: Asked, answer: Parameters<Asked["reply"]>[0]) => {
    const { body, path } = asked.reply(answer)
    return Effect.ignore(ask("POST", path, { body }))
  }
  const pass = (turn: ActiveTurn | undefined, { asked, facts: noted, look, updates, view, withdrawn }: Translated) => {
    if (turn === undefined) {
      // nobody is there to ask
      return Effect.andThen(facts.note(noted), Effect.forEach(asked, (each) => Effect.forkIn(reply(each, { _tag: "Cancelled" }), scope), { discard: true }))
    }
    turn.view = view
    for (const id of withdrawn) Deferred.doneUnsafe(turn.asked.get(id) ?? Deferred.makeUnsafe<void>(), Effect.void)
    return Effect.forEach(updates, (update) => turn.coalescer.push(withContext(update, turn.contextSize())), { discard: true }).pipe(
      Effect.andThen(facts.note(noted)),
      Effect.andThen(Effect.forEach(asked, (each) => askPerson(turn, each, reply), { discard: true })),
      Effect.andThen(Effect.sync(() => { if (look) turn.look.openUnsafe() })))
  }
  const take = (event: OpencodeEvent, past = false) => one.withPermit(Effect.suspend(() => {
    const passed = pass(active, translate(active?.view ?? idle, event, clock.currentTimeMillisUnsafe(), past))
    if (event.type === "session.updated" && event.properties.info.id === sessionId) return Effect.andThen(passed, facts.updated(event.properties.info))
    if (event.type !== "session.status" || event.properties.sessionID !== sessionId || event.properties.status.type !== "retry") return passed
    return Effect.andThen(passed, onRetrying(event.properties.status.message || "The model does not answer."))
  }))
  const onGap = Effect.sync(() => {
    if (active === undefined) return
    active.view = afterGap(active.view)
    active.gap = true
    active.look.openUnsafe()
  })

  yield* OpencodeFeed.follow({
    api: server.api, directory, onEvent: (event) => take(event), onGap,
    onWire: (value) => { if (onWire !== undefined && isAbout(value, sessionId)) onWire("in", JSON.stringify(value)) }
  })
  yield* host.note({ _tag: "Bound", agentSessionId: sessionId, continuity, why })
  const known = Deferred.makeUnsafe<Catalogue>()
  yield* askCatalogue(ask).pipe(
    Effect.tap(facts.offer), Effect.flatMap((found) => Deferred.succeed(known, found)), Effect.forkScoped)

  return {
    server, directory, sessionId, ask, take,
    begin: (turn) => { active = turn }, end: () => { active = undefined }, active: () => active,
    history: Effect.suspend(() => replaying ? host.transcript : Effect.succeed("")),
    taken: () => { replaying = false },
    chosen: facts.chosen, catalogue: Deferred.await(known), known: facts.catalogue,
    over: Effect.raceFirst(server.over, Deferred.await(lost)),
    isOver: () => server.isOver() || Deferred.isDoneUnsafe(lost),
    lose: (error) => Effect.asVoid(Deferred.fail(lost, error)),
    unsettled: continuity === "resumed"
  }
})
