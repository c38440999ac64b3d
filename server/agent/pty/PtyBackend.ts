/**
 * The backend of a program without a protocol: each prompt starts it once on a pseudo-terminal, and what it shows is the
 * answer. The prompt stands in its arguments where they hold `{prompt}` and it fits, else it is typed. It keeps nothing between
 * prompts, asks nobody, and ends a turn by ending: with code 0 it has answered.
 */
import { Cause, Context, type Duration, Effect, Exit, Option, Queue, type Scope, Semaphore, Stream, SubscriptionRef } from "effect"
import type { BackendHealth, BackendState } from "../../../shared/Agent.ts"
import { contentText } from "../../../shared/Content.ts"
import { PartId } from "../../../shared/Ids.ts"
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import { type AgentBackend, type BackendHost, type BackendKey, StopNote, type TurnPrompt } from "../AgentBackend.ts"
import { withTranscript } from "../acp/Replay.ts"
import { AgentError } from "../AgentError.ts"
import * as Coalescer from "../Coalescer.ts"
import { OutputTail, plainText } from "../OutputTail.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import type { PtyExit } from "./PtyChild.ts"
import * as PtyProcess from "./PtyProcess.ts"
import { TerminalText } from "./TerminalText.ts"

export interface PtyBackendOptions {
  readonly key: BackendKey
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly host: BackendHost
  /** How long it may take to end after Ctrl-C. */
  readonly cancelGrace?: Duration.Input
}

const placeholder = "{prompt}"
/** Bytes of what it showed last, for the cause of a failure. */
const tailBytes = 8 * 1024
const partId = PartId.make("terminal")
/** For what nobody asked to end: the server is going. */
const hurry = "100 millis"

/** Bytes of one argument, with the NUL behind it. Source: execve(2), MAX_ARG_STRLEN of Linux. */
const argumentLimit = 128 * 1024

/**
 * The arguments with the prompt in them, and what is to be typed instead: all of it, also where it is longer than an
 * argument may be. Then the arguments that wanted it are left out.
 */
export const argumentsFor = (args: ReadonlyArray<string>, prompt: string): { readonly args: ReadonlyArray<string>; readonly typed: string } => {
  const typed = { args: args.filter((one) => !one.includes(placeholder)), typed: prompt }
  if (typed.args.length === args.length) return typed
  const filled = args.map((one) => one.replaceAll(placeholder, () => prompt))
  return filled.some((one) => Buffer.byteLength(one) >= argumentLimit) ? typed : { args: filled, typed: "" }
}

const endOf = ({ code, signal }: PtyExit, tail: OutputTail): TurnEnd =>
  code === 0 ? { cause: { _tag: "Answered" } } : { cause: { _tag: "ChildExited", code, signal, stderr: plainText(tail.text()).trimEnd() } }

/** What the program is given to read: what was said before, since it remembers nothing, and the prompt. */
const promptOf = ({ host }: PtyBackendOptions, { content, notice }: TurnPrompt) => Effect.map(Effect.zip(host.transcript, notice ?? Effect.succeed("")), ([before, news]) => {
  const told = withTranscript([], before).flatMap((block) => block.type === "text" ? [block.text] : [])
  return { text: [...told, ...(news === "" ? [] : [news]), contentText(content)].join("\n\n"), replayed: told.length > 0 }
})

const run = Effect.fnUntraced(function*(options: PtyBackendOptions, turn: TurnPrompt, shown: (pid: number) => Effect.Effect<void>) {
  const { cancelGrace = "5 seconds", command, env, host } = options
  const { cwd } = yield* Effect.mapError(host.prepare, (detail) => new AgentError({ reason: { _tag: "SpawnFailed", detail } }))
  const { replayed, text } = yield* promptOf(options, turn)
  const { args, typed } = argumentsFor(options.args, text)
  const screen = new TerminalText()
  const tail = new OutputTail(tailBytes)
  const said = yield* Queue.unbounded<string>() // never much: the screen keeps 60 KB at most
  const onOutput = (chunk: Uint8Array) => {
    tail.push(chunk)
    const more = screen.push(chunk)
    if (more !== "") Queue.offerUnsafe(said, more)
  }
  return yield* Effect.uninterruptibleMask((restore) => Effect.scoped(Effect.gen(function*() {
    let stopping = false
    const coalescer = yield* Coalescer.make(turn.sink.updates)
    const say = (words: string) => words === "" ? Effect.void : coalescer.push({ _tag: "Text", partId, kind: "text", text: words })
    const process = yield* restore(PtyProcess.spawn({
      command, args, env, cwd, onOutput, onStep: (step) => stopping ? turn.sink.step(step) : Effect.void
    }))
    yield* shown(process.pid)
    yield* host.note({
      _tag: "Bound", agentSessionId: process.lifeId, continuity: replayed ? "replayed" : "fresh", why: "This program keeps nothing between prompts."
    })
    yield* process.type(typed)
    yield* turn.sink.delivered
    yield* Stream.fromQueue(said).pipe(Stream.runForEach(say), Effect.forkScoped)
    const exit = yield* Effect.exit(restore(process.exited))
    const interrupted = Exit.isFailure(exit)
    stopping = interrupted && Option.isSome(Context.getOption(Cause.annotations(exit.cause), StopNote))
    if (interrupted) yield* coalescer.letGo
    if (stopping) {
      yield* turn.sink.step("cancel")
      yield* process.interrupt
      yield* Effect.timeoutOption(process.exited, cancelGrace)
    }
    yield* process.stop
    yield* Effect.forEach(yield* Queue.clear(said), say)
    yield* say(screen.end())
    yield* interrupted ? Effect.timeoutOption(coalescer.flush, stopping ? cancelGrace : hurry) : restore(coalescer.flush)
    return Exit.isSuccess(exit) ? endOf(exit.value, tail) : yield* Effect.failCause(exit.cause)
  })))
})

export const make = Effect.fnUntraced(function*(options: PtyBackendOptions): Effect.fn.Return<AgentBackend, never, ProcessLedger | Scope.Scope> {
  const { agent, chatId } = options.key
  const health = yield* SubscriptionRef.make<BackendHealth>({ chatId, agent, state: "gone", turns: 0, restarts: 0 })
  const ledger = yield* Effect.context<ProcessLedger>()
  const oneTurn = Semaphore.makeUnsafe(1)
  const show = (state: BackendState, more: Partial<BackendHealth> = {}) => SubscriptionRef.update(health, ({ turns }): BackendHealth =>
    ({ chatId, agent, state, restarts: 0, turns: state === "gone" ? turns + 1 : turns, ...more }))

  const prompt = (turn: TurnPrompt): Effect.Effect<TurnEnd> => oneTurn.withPermit(show("starting").pipe(
    Effect.andThen(run(options, turn, (pid) => show("busy", { pid }))),
    Effect.catch((error) => Effect.succeed<TurnEnd>({ cause: { _tag: "StartFailed", message: error.message } })),
    Effect.ensuring(show("gone")),
    Effect.provide(ledger)))

  return {
    health, prompt,
    // it says nothing unasked, and there is nothing to keep warm
    listen: () => Effect.succeed({ cause: { _tag: "Quiet" } }),
    warm: Effect.void
  }
})
