/**
 * One terminal: a shell on a pseudo-terminal, supervised as agents' processes are, and what it has shown. Whoever watches
 * pulls: nothing is queued for a page, so that a flood costs no memory and no page can hold it up.
 *
 *   open ──▶ its shell runs ──(exit)──▶ ended: what it has shown stays ──close──▶ gone
 *                     └──────────────────close───────────────────────────────────▶
 */
import { Clock, Deferred, Duration, Effect, Exit, Scope, Stream } from "effect"
import type { SessionId } from "../../shared/Ids.ts"
import { type Terminal, type TerminalEnd, TerminalError, type TerminalFrame, TerminalId, type TerminalSize } from "../../shared/Terminal.ts"
import type { AgentError } from "../agent/AgentError.ts"
import { launchPty, type PtyChild } from "../agent/pty/PtyChild.ts"
import type { ProcessLedger } from "../agent/ProcessLedger.ts"
import { supervise } from "../agent/Supervision.ts"
import { Scrollback } from "./Scrollback.ts"
import type { Shell } from "./Shell.ts"

/** What comes within this of the last frame waits to go with more: a page draws 60 times a second. */
const outputPace = 16
/** A page that stands so far behind has enough to draw for a while. */
const snapshotPace = 150
const frameSize = 64 * 1024
/** Bytes that may wait for the program to take them. */
const inputLimit = 1024 * 1024
/** A shell that is hung up on ends at once; what doesn't is not waited for long. */
const ladder = { stdin: "500 millis", term: "500 millis", orphans: "200 millis", kill: "1 second" } as const

export interface LiveTerminal {
  readonly terminal: () => Terminal
  readonly attach: (cursor: number | undefined) => Stream.Stream<TerminalFrame, TerminalError>
  readonly write: (keys: string) => Effect.Effect<void, TerminalError>
  readonly resize: (size: TerminalSize) => Effect.Effect<void, TerminalError>
  /** Ends what runs in it; whoever watches is told that it is gone. */
  readonly close: Effect.Effect<void>
}

export interface LiveTerminalOptions {
  readonly sessionId: SessionId
  readonly number: number
  readonly cwd: string
  readonly size: TerminalSize
  readonly shell: Shell
  /** Its shell has ended by itself. */
  readonly onEnd: Effect.Effect<void>
}

const fail = (reason: TerminalError["reason"]) => new TerminalError({ reason })

const detailOf = ({ message, reason }: AgentError): string => {
  if (reason._tag === "NotInstalled") return `${reason.command} is not there.`
  return reason._tag === "SpawnFailed" ? reason.detail : message
}

/** Where a watcher stands, when it was sent something last, and whether it knows of the end. */
interface Standing { readonly cursor: number | undefined; readonly due: number; readonly told: boolean }

/** Frames for one watcher after another, from what is held and news of it. */
const feedOf = (scrollback: Scrollback) => {
  let news = Deferred.makeUnsafe<void>()
  let end: TerminalEnd | undefined
  let isClosed = false

  const tell = () => {
    const waiting = news
    news = Deferred.makeUnsafe<void>()
    Deferred.doneUnsafe(waiting, Effect.void)
  }
  const frame = ({ cursor, told }: Standing): TerminalFrame | undefined => {
    if (cursor === scrollback.end) return end === undefined || told ? undefined : { _tag: "Exited", ...end }
    const text = cursor === undefined ? undefined : scrollback.since(cursor, frameSize)
    return cursor === undefined || text === undefined ? { _tag: "Snapshot", ...scrollback.snapshot() } : { _tag: "Output", from: cursor, text }
  }
  const after = (sent: TerminalFrame, before: Standing, now: number): Standing => {
    switch (sent._tag) {
      case "Snapshot": return { cursor: sent.to, due: now + (sent.text.length > frameSize ? snapshotPace : outputPace), told: false }
      case "Output": return { cursor: sent.from + sent.text.length, due: now + outputPace, told: false }
      case "Exited": return { ...before, told: true }
    }
  }
  const next = (standing: Standing): Effect.Effect<readonly [TerminalFrame, Standing], TerminalError> => Effect.gen(function*() {
    for (;;) {
      if (isClosed) return yield* fail({ _tag: "UnknownTerminal" })
      if (frame(standing) === undefined) yield* Deferred.await(news)
      else {
        const early = standing.due - (yield* Clock.currentTimeMillis)
        if (early > 0) yield* Effect.sleep(Duration.millis(early))
        const ready = frame(standing)
        if (ready !== undefined) return [ready, after(ready, standing, yield* Clock.currentTimeMillis)] as const
      }
    }
  })
  return {
    end: () => end,
    tell,
    ended: (how: TerminalEnd) => {
      end = how
      tell()
    },
    closed: () => {
      isClosed = true
      tell()
    },
    attach: (cursor: number | undefined) => Stream.unfold<Standing, TerminalFrame, TerminalError, never>({ cursor, due: 0, told: false }, next)
  }
}

/** A process of its own with a scope of its own; who opens it has to close it. */
export const open = Effect.fn("LiveTerminal.open")(function*(
  { cwd, number, onEnd, sessionId, shell, size }: LiveTerminalOptions
): Effect.fn.Return<LiveTerminal, TerminalError, ProcessLedger> {
  const scrollback = new Scrollback()
  const feed = feedOf(scrollback)
  const scope = yield* Scope.make()
  const onOutput = (chunk: Uint8Array) => {
    scrollback.push(chunk)
    feed.tell()
  }
  const options = { command: shell.command, args: shell.args, cwd, env: shell.env, ladder }
  const { child, stop } = yield* supervise<PtyChild>(options, (_, life) => launchPty({ ...options, size, echo: true, onOutput }, life)).pipe(
    Scope.provide(scope), Effect.mapError((error) => fail({ _tag: "NotStarted", detail: detailOf(error) })),
    Effect.onError(() => Scope.close(scope, Exit.void)))
  const opened: Omit<Terminal, "end"> = {
    id: TerminalId.make(crypto.randomUUID()), sessionId, number, title: shell.title, pid: child.pid, openedAt: yield* Clock.currentTimeMillis
  }
  yield* child.exited.pipe(
    Effect.tap(({ code, signal }) => Effect.sync(() => {
      scrollback.finish()
      feed.ended({ code, signal })
    })),
    Effect.andThen(onEnd),
    // what was started in it is no person's any more
    Effect.andThen(stop), Effect.andThen(Effect.sync(() => child.close())), Effect.forkIn(scope))
  const running = <A>(act: () => A) => Effect.suspend(() => child.hasExited ? Effect.fail(fail({ _tag: "Ended" })) : Effect.succeed(act()))
  return {
    terminal: () => ({ ...opened, end: feed.end() ?? null }),
    attach: feed.attach,
    write: (keys) => child.untaken > inputLimit ? Effect.fail(fail({ _tag: "NotTaken" })) : running(() => child.write(keys)),
    resize: (next) => running(() => child.resize(next)),
    close: Effect.suspend(() => {
      feed.closed()
      return Effect.ensuring(Scope.close(scope, Exit.void), Effect.sync(() => child.close()))
    })
  }
})
