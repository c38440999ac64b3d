/**
 * The loop of an actor: one mailbox, a pure step, an append that is durable, then publish, replies and actions, in
 * this order and nowhere else. It takes all waiting messages, folds them over a working copy and appends once.
 *
 *   message ─▶ step (pure) ─▶ append ─▶ publish ─▶ reply ─▶ perform
 *
 * It owns mailbox and order. What messages mean, where entries go and what actions do is the behaviour's.
 */
import { Cause, Deferred, Effect, Exit, Queue, Schema, type Scope } from "effect"
import { supervise, type Intensity } from "./Supervisor.ts"

/** The actor was restarted, or closed, while a message waited or was at work: its outcome is unknown. */
export class ActorRestarted extends Schema.TaggedError<ActorRestarted>()("ActorRestarted", { closed: Schema.Boolean }) {}

export interface Step<State, Entry, Action, Reply, Failure> {
  readonly state: State
  readonly entries: ReadonlyArray<Entry>
  readonly actions: ReadonlyArray<Action>
  readonly reply: Exit.Exit<Reply, Failure>
}

export interface Behaviour<State, Message, Entry, Action, Reply, Failure, E> {
  /** The state as it is durable, at each start. */
  readonly recover: Effect.Effect<State, E, Scope.Scope>
  /** Handled before any other message of a life. */
  readonly started: () => Message
  /** Pure. */
  readonly step: (state: State, message: Message) => Step<State, Entry, Action, Reply, Failure>
  /** Durable when it succeeds. A failure ends this life of the actor. */
  readonly append: (before: State, entries: ReadonlyArray<Entry>, after: State) => Effect.Effect<void, E>
  /** Never blocks. */
  readonly publish: (state: State, entries: ReadonlyArray<Entry>) => void
  /** Forks what takes time into the scope, and reports back by cast. */
  readonly perform: (action: Action, self: ActorRef<Message, Reply, Failure>, scope: Scope.Scope) => Effect.Effect<void>
}

export interface ActorRef<Message, Reply, Failure> {
  /** Puts a message into the mailbox at once; the effect that it returns waits for the reply. */
  readonly send: (message: Message) => Effect.Effect<Reply, Failure | ActorRestarted>
  readonly ask: (message: Message) => Effect.Effect<Reply, Failure | ActorRestarted>
  readonly cast: (message: Message) => Effect.Effect<void>
  /** Waits until every message sent before this one has been handled, its actions begun. */
  readonly idle: Effect.Effect<void>
}

interface Envelope<Message, Reply, Failure> {
  readonly message: Message | undefined
  readonly reply: Deferred.Deferred<Reply, Failure | ActorRestarted> | undefined
  readonly seen: Deferred.Deferred<void> | undefined
}

const batchLimit = 64

export const make = Effect.fnUntraced(function*<State, Message, Entry, Action, Reply, Failure, E>(
  behaviour: Behaviour<State, Message, Entry, Action, Reply, Failure, E>,
  intensity: Intensity
): Effect.fn.Return<ActorRef<Message, Reply, Failure>, never, Scope.Scope> {
  type Mail = Envelope<Message, Reply, Failure>
  const mailbox = yield* Queue.unbounded<Mail>()
  let closed = false

  const send = (message: Message): Effect.Effect<Reply, Failure | ActorRestarted> => {
    if (closed) return Effect.fail(new ActorRestarted({ closed: true }))
    const reply = Deferred.makeUnsafe<Reply, Failure | ActorRestarted>()
    Queue.offerUnsafe(mailbox, { message, reply, seen: undefined })
    // whoever asked goes on later: the actions come first
    return Effect.ensuring(Deferred.await(reply), Effect.yieldNow)
  }
  const self: ActorRef<Message, Reply, Failure> = {
    send,
    ask: (message) => Effect.suspend(() => send(message)),
    cast: (message) => Effect.sync(() => { if (!closed) Queue.offerUnsafe(mailbox, { message, reply: undefined, seen: undefined }) }),
    idle: Effect.suspend(() => {
      if (closed) return Effect.void
      const seen = Deferred.makeUnsafe<void>()
      Queue.offerUnsafe(mailbox, { message: undefined, reply: undefined, seen })
      return Deferred.await(seen)
    })
  }

  const abandon = (mail: ReadonlyArray<Mail>, gone: boolean) => {
    for (const { reply, seen } of mail) {
      if (reply !== undefined) Deferred.doneUnsafe(reply, Exit.fail(new ActorRestarted({ closed: gone })))
      if (seen !== undefined) Deferred.doneUnsafe(seen, Exit.void)
    }
  }

  const tick = Effect.fnUntraced(function*(before: State, mail: ReadonlyArray<Mail>, scope: Scope.Scope) {
    let state = before
    const entries: Array<Entry> = []
    const actions: Array<Action> = []
    const replies: Array<() => void> = []
    for (const { message, reply } of mail) {
      if (message === undefined) continue
      const step = behaviour.step(state, message)
      state = step.state
      entries.push(...step.entries)
      actions.push(...step.actions)
      if (reply !== undefined) replies.push(() => Deferred.doneUnsafe(reply, step.reply))
    }
    if (entries.length > 0) {
      yield* behaviour.append(before, entries, state)
      behaviour.publish(state, entries)
    }
    for (const answer of replies) answer()
    for (const action of actions) yield* behaviour.perform(action, self, scope)
    for (const { seen } of mail) if (seen !== undefined) Deferred.doneUnsafe(seen, Exit.void)
    return state
  })

  const life = Effect.scoped(Effect.gen(function*() {
    const scope = yield* Effect.scope
    let state = yield* behaviour.recover
    behaviour.publish(state, [])
    state = yield* tick(state, [{ message: behaviour.started(), reply: undefined, seen: undefined }], scope)
    while (true) {
      const mail = yield* Queue.takeBetween(mailbox, 1, batchLimit)
      state = yield* tick(state, mail, scope).pipe(
        Effect.onExit((exit) => Effect.sync(() => { if (Exit.isFailure(exit)) abandon(mail, Cause.hasInterruptsOnly(exit.cause)) })))
    }
  }))

  yield* Effect.addFinalizer(() => Effect.suspend(() => {
    closed = true
    return Queue.clear(mailbox).pipe(Effect.map((mail) => abandon(mail, true)), Effect.ignore)
  }))
  const turnAway = Effect.forever(Effect.map(Queue.takeBetween(mailbox, 1, batchLimit), (mail) => abandon(mail, false)))
  yield* supervise(life, intensity).pipe(
    // the budget of restarts is spent: rest as long as it counts, then try anew; meanwhile answer everybody, hang nobody
    Effect.catchCause((cause) => Effect.andThen(
      Effect.logError("actor gave up for a while", Cause.pretty(cause)),
      Effect.timeoutOption(turnAway, intensity.within)
    )),
    Effect.forever,
    Effect.forkScoped({ startImmediately: true })
  )
  return self
})
