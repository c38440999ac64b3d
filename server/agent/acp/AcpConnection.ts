/**
 * One end of JSON-RPC 2.0 over lines of JSON, in a Scope: requests and notifications in both directions, over an agent's
 * process or any pair of byte streams. Knows no method and decodes no parameters: AcpTranslate does.
 *
 *   bytes ─▶ lines ─▶ messages ─┬─▶ answer        completes the request that waits for it
 *                               ├─▶ notification  handled in order; the next line is read when it is done: back-pressure
 *                               └─▶ request       handled in a fiber of its own, so that it never holds up the reader
 *
 * It ends once: when the output ends, the process is gone, or the scope closes. Then everybody who waits fails with the reason.
 */
import type {
  AgentNotificationMethod, AgentNotificationParamsByMethod, AgentRequestMethod, AgentRequestParamsByMethod
} from "@agentclientprotocol/sdk"
import { Cause, Deferred, Duration, Effect, Exit, Predicate, Schema, Scope, Stream } from "effect"
import { AgentError, type ProcessExit } from "../AgentError.ts"
import { internalError, parseMessage, type RpcError, type RpcId, type RpcMessage } from "./JsonRpc.ts"
import { LineSplitter } from "./LineSplitter.ts"

export const LINE_LIMIT = 16 * 1024 * 1024
/** For the exit of a process whose output has ended: it says more than the end of the output. */
const EXIT_GRACE = Duration.seconds(1)
/** For what a process that is gone has left in the pipe, where the handlers are slow. */
const DRAIN_LIMIT = Duration.seconds(5)

/** What is wrong with what came. None of them ends the connection. */
export type Fault =
  /** Was dropped, whatever it was: also an answer. */
  | { readonly _tag: "LineTooLong"; readonly bytes: number }
  /** No JSON-RPC message; `count` of them so far. `sample` is its beginning. */
  | { readonly _tag: "Garbage"; readonly sample: string; readonly count: number }

/** An AgentProcess is one; tests use pipes in memory. */
export interface Wire {
  readonly stdout: Stream.Stream<Uint8Array, AgentError>
  readonly write: (line: string) => Effect.Effect<void, AgentError>
  readonly exited?: Effect.Effect<ProcessExit>
}

export interface ConnectionOptions {
  readonly wire: Wire
  /** Waited for before the next message is read. */
  readonly onNotification: (method: string, params: unknown) => Effect.Effect<void>
  /**
   * `methodNotFound` refuses what isn't known. A defect is answered as an internal error. `withdrawn` completes when the
   * other end wants no answer any more; it gets one all the same.
   */
  readonly onRequest: (method: string, params: unknown, withdrawn: Effect.Effect<void>) => Effect.Effect<unknown, RpcError>
  readonly onFault?: (fault: Fault) => Effect.Effect<void>
  /** Sees every line, before it is read or written. Must be quick. */
  readonly onWire?: (direction: "in" | "out", line: string) => void
  /** Bytes. */
  readonly lineLimit?: number
}

export interface AcpConnection {
  /** Answers with the bare result. Interrupting it forgets the id and tells the agent nothing; a late answer is ignored. */
  readonly request: <Method extends AgentRequestMethod | (string & {})>(
    method: Method,
    params: Method extends AgentRequestMethod ? AgentRequestParamsByMethod[Method] : unknown,
    options?: { readonly timeout?: Duration.Input | undefined }
  ) => Effect.Effect<unknown, AgentError>
  /** Completes when it is written. An agent that reads no more never lets it: give it a time limit where that matters. */
  readonly notify: <Method extends AgentNotificationMethod | (string & {})>(
    method: Method,
    params: Method extends AgentNotificationMethod ? AgentNotificationParamsByMethod[Method] : unknown
  ) => Effect.Effect<void, AgentError>
  /** Completes, only ever by failing, when the connection is over. */
  readonly closed: Effect.Effect<never, AgentError>
  readonly isClosed: () => boolean
}

/** By which either end says that it wants no answer any more. */
const cancelRequest = "$/cancel_request"

const streamEnded = new AgentError({ reason: { _tag: "StreamEnded" } })
const exitedWith = (exit: ProcessExit) => new AgentError({ reason: { _tag: "Exited", ...exit } })

const isJson = Schema.is(Schema.Json)
const refusedWith = (method: string, { code, data, message }: RpcError) => new AgentError({ reason: {
  _tag: "Rpc", method, code, message, ...(isJson(data) ? { data } : {})
} })

/** The requests that wait for an answer, and what ends them all. */
class Waiting {
  readonly over = Deferred.makeUnsafe<never, AgentError>()
  readonly #waiting = new Map<number, { readonly method: string; readonly answer: Deferred.Deferred<unknown, AgentError> }>()
  #nextId = 1

  open(method: string): { readonly id: number; readonly answer: Deferred.Deferred<unknown, AgentError> } {
    const id = this.#nextId++
    const answer = Deferred.makeUnsafe<unknown, AgentError>()
    if (this.over.effect === undefined) this.#waiting.set(id, { method, answer })
    else Deferred.doneUnsafe(answer, this.over.effect)
    return { id, answer }
  }

  forget(id: number): void {
    this.#waiting.delete(id)
  }

  // Some agents send back the id as text.
  settle(message: RpcMessage & { readonly _tag: "Answer" | "Refusal" }): void {
    const id = Number(message.id ?? Number.NaN)
    const open = this.#waiting.get(id)
    if (open === undefined) return
    this.#waiting.delete(id)
    Deferred.doneUnsafe(open.answer, message._tag === "Answer"
      ? Effect.succeed(message.result)
      : Effect.fail(refusedWith(open.method, message.error)))
  }

  end(cause: Cause.Cause<AgentError>): void {
    if (!Deferred.doneUnsafe(this.over, Effect.failCause(cause))) return
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { answer } of all) Deferred.doneUnsafe(answer, Effect.failCause(cause))
  }
}

/** The requests of the other end that are being answered, and whether it still wants to know. */
class Answering {
  readonly #withdrawn = new Map<RpcId, Deferred.Deferred<void>>()

  /** Answers by `run`, which is told when the request is withdrawn. */
  during<A>(id: RpcId, run: (withdrawn: Effect.Effect<void>) => Effect.Effect<A>): Effect.Effect<A> {
    return Effect.suspend(() => {
      const withdrawn = Deferred.makeUnsafe<void>()
      this.#withdrawn.set(id, withdrawn)
      return Effect.ensuring(run(Deferred.await(withdrawn)), Effect.sync(() => {
        if (this.#withdrawn.get(id) === withdrawn) this.#withdrawn.delete(id)
      }))
    })
  }

  withdraw(params: unknown): void {
    const id = Predicate.isObject(params) && "requestId" in params ? params["requestId"] : undefined
    const withdrawn = typeof id === "string" || typeof id === "number" ? this.#withdrawn.get(id) : undefined
    if (withdrawn !== undefined) Deferred.doneUnsafe(withdrawn, Effect.void)
  }
}

type Send = (message: object) => Effect.Effect<void, AgentError>

const makeSend = ({ onWire, wire }: ConnectionOptions, over: Deferred.Deferred<never, AgentError>): Send => (message) =>
  Effect.suspend(() => {
    if (over.effect !== undefined) return Deferred.await(over)
    const line = JSON.stringify({ jsonrpc: "2.0", ...message })
    onWire?.("out", line)
    return wire.write(`${line}\n`)
  }).pipe(
    // A pipe breaks a moment before its process is known to be gone, which is the better reason.
    Effect.catch((broken) => Deferred.await(over).pipe(
      Effect.timeoutOrElse({ duration: EXIT_GRACE, orElse: () => Effect.fail(broken) })))
  )

/** Reads until the output ends. Messages are dispatched one after the other. */
const read = (options: ConnectionOptions, waiting: Waiting, answering: Answering, answer: (id: RpcId, method: string, params: unknown) => Effect.Effect<void>) => {
  const splitter = new LineSplitter(options.lineLimit ?? LINE_LIMIT)
  const onFault = options.onFault ?? (() => Effect.void)
  let garbage = 0

  const receive = (line: string, onGarbage: (line: string) => Effect.Effect<void> | undefined): Effect.Effect<void> | undefined => {
    if (line.trim() === "") return undefined
    options.onWire?.("in", line)
    const message = parseMessage(line)
    if (message === undefined) return onGarbage(line)
    switch (message._tag) {
      case "Notification":
        if (message.method !== cancelRequest) return options.onNotification(message.method, message.params)
        answering.withdraw(message.params)
        return undefined
      case "Request": return answer(message.id, message.method, message.params)
      default: waiting.settle(message)
    }
    return undefined
  }
  const reportGarbage = (line: string) => onFault({ _tag: "Garbage", sample: line.slice(0, 200), count: ++garbage })

  return Stream.runForEachArray(options.wire.stdout, Effect.fnUntraced(function*(chunks) {
    for (const chunk of chunks) {
      for (const line of splitter.push(chunk)) {
        const handling = typeof line === "string"
          ? receive(line, reportGarbage)
          : onFault({ _tag: "LineTooLong", bytes: line.bytes })
        if (handling !== undefined) yield* handling
      }
    }
  })).pipe(
    // Half a line is no fault of an agent that was just killed.
    Effect.andThen(Effect.suspend(() => receive(splitter.rest(), () => undefined) ?? Effect.void))
  )
}

/** Why the connection is over, once the reader is. */
const endReason = (
  exited: Effect.Effect<ProcessExit> | undefined,
  result: Exit.Exit<void, AgentError>
): Effect.Effect<Cause.Cause<AgentError>> => {
  if (Exit.isFailure(result) && Cause.hasDies(result.cause)) return Effect.succeed(result.cause)
  if (exited === undefined) return Effect.succeed(Cause.fail(streamEnded))
  return exited.pipe(
    Effect.map(exitedWith),
    Effect.timeoutOrElse({ duration: EXIT_GRACE, orElse: () => Effect.succeed(streamEnded) }),
    Effect.map((error) => Cause.fail(error))
  )
}

/** Lives in the caller's scope. Never fails by itself: what goes wrong is found out by those who use it. */
export const open = Effect.fn("AcpConnection.open")(function*(
  options: ConnectionOptions
): Effect.fn.Return<AcpConnection, never, Scope.Scope> {
  const { exited } = options.wire
  const scope = yield* Effect.scope
  const waiting = new Waiting()
  const answering = new Answering()
  const send = makeSend(options, waiting.over)
  yield* Effect.addFinalizer(() => Effect.sync(() => waiting.end(Cause.fail(streamEnded))))

  const answer = (id: RpcId, method: string, params: unknown) => answering.during(id, (withdrawn) => options.onRequest(method, params, withdrawn).pipe(
    Effect.match({ onSuccess: (result) => ({ id, result: result ?? null }), onFailure: (error) => ({ id, error }) }),
    Effect.catchDefect((defect) => Effect.as(Effect.logError(`The request ${method} of an agent failed`, defect), { id, error: internalError }))
  )).pipe(
    Effect.flatMap(send),
    Effect.ignore,
    Effect.forkIn(scope, { startImmediately: true }),
    Effect.asVoid
  )
  const drained = Deferred.makeUnsafe<void>()
  yield* read(options, waiting, answering, answer).pipe(
    Effect.exit,
    Effect.flatMap((result) => endReason(exited, result)),
    Effect.flatMap((cause) => Effect.sync(() => waiting.end(cause))),
    Effect.andThen(Deferred.succeed(drained, undefined)),
    Effect.forkIn(scope)
  )
  if (exited !== undefined) {
    yield* exited.pipe(
      Effect.tap(() => Effect.timeoutOption(Deferred.await(drained), DRAIN_LIMIT)),
      Effect.tap((exit) => Effect.sync(() => waiting.end(Cause.fail(exitedWith(exit))))),
      Effect.forkIn(scope)
    )
  }

  const request = (method: string, params: unknown, limits?: { readonly timeout?: Duration.Input | undefined }) => Effect.suspend(() => {
    const { answer, id } = waiting.open(method)
    const asked = Effect.andThen(send({ id, method, params }), Deferred.await(answer)).pipe(
      Effect.ensuring(Effect.sync(() => waiting.forget(id))))
    const timeout = limits?.timeout
    return timeout === undefined ? asked : Effect.timeoutOrElse(asked, {
      duration: timeout,
      orElse: () => Effect.fail(new AgentError({ reason: { _tag: "NoAnswer", method, seconds: Duration.toMillis(timeout) / 1000 } }))
    })
  })
  return {
    request,
    notify: (method, params) => send({ method, params }),
    closed: Deferred.await(waiting.over),
    isClosed: () => Deferred.isDoneUnsafe(waiting.over)
  }
})
