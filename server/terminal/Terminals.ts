/**
 * The terminals, as a service: opened in a session's worktree, watched, typed into, closed. They end with their session, when
 * it is archived or gone, and with the server. What one shows is `LiveTerminal`'s.
 */
import { Context, Effect, FileSystem, Layer, Semaphore, Stream, SubscriptionRef } from "effect"
import { ProjectError } from "../../shared/Errors.ts"
import type { SessionId } from "../../shared/Ids.ts"
import { type Terminal, TerminalError, type TerminalFrame, type TerminalId, type TerminalSize } from "../../shared/Terminal.ts"
import type { WorkError } from "../../shared/WorkError.ts"
import { ProcessLedger } from "../agent/ProcessLedger.ts"
import { Environment } from "../process/Environment.ts"
import { Projects } from "../project/Projects.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { type LiveTerminal, open as openTerminal } from "./LiveTerminal.ts"
import { userShell } from "./Shell.ts"

/** Of one session. */
const limit = 8

export interface TerminalOrder {
  readonly sessionId: SessionId
  readonly size: TerminalSize
  readonly instead?: TerminalId | undefined
}

type All = ReadonlyMap<TerminalId, LiveTerminal>

const fail = (reason: TerminalError["reason"]) => new TerminalError({ reason })

const listOf = (all: All, sessionId: SessionId): ReadonlyArray<Terminal> => [...all.values()].map((one) => one.terminal())
  .filter((terminal) => terminal.sessionId === sessionId).toSorted((a, b) => a.number - b.number)

const sameList = (a: ReadonlyArray<Terminal>, b: ReadonlyArray<Terminal>): boolean =>
  a.length === b.length && a.every(({ end, id }, at) => id === b[at]?.id && end === b[at]?.end)

/** The lowest number that is free, or the one of a terminal that makes room. */
const placeFor = (list: ReadonlyArray<Terminal>, instead: TerminalId | undefined): { readonly number: number; readonly leaving: Terminal | undefined } | undefined => {
  const ended = list.filter(({ end }) => end !== null)
  const leaving = ended.find(({ id }) => id === instead) ?? (list.length < limit ? undefined : ended[0])
  if (list.length >= limit && leaving === undefined) return undefined
  const taken = new Set(list.map(({ number }) => number))
  const free = Array.from({ length: limit }, (_, at) => at + 1).find((number) => !taken.has(number))
  return { number: leaving?.number ?? free ?? limit, leaving }
}

const make = Effect.gen(function*() {
  const projects = yield* Projects
  const worktrees = yield* Worktrees
  const ledger = yield* ProcessLedger
  const fs = yield* FileSystem.FileSystem
  const environment = yield* Environment
  const all = yield* SubscriptionRef.make<All>(new Map())
  const one = Semaphore.makeUnsafe(1)

  const find = (id: TerminalId) => Effect.flatMap(SubscriptionRef.get(all), (terminals) => {
    const found = terminals.get(id)
    return found === undefined ? Effect.fail(fail({ _tag: "UnknownTerminal" })) : Effect.succeed(found)
  })
  const put = (terminal: LiveTerminal) => SubscriptionRef.update(all, (before) => new Map(before).set(terminal.terminal().id, terminal))
  /** At once out of every list; its processes are seen to their end. */
  const drop = (gone: ReadonlyArray<LiveTerminal>) => SubscriptionRef.update(all, (before) => {
    const ids = new Set(gone.map((one) => one.terminal().id))
    return new Map([...before].filter(([id]) => !ids.has(id)))
  }).pipe(Effect.andThen(Effect.forEach(gone, ({ close }) => close, { concurrency: "unbounded", discard: true })), Effect.uninterruptible)

  const refuseClosed = Effect.fnUntraced(function*(sessionId: SessionId) {
    if ((yield* projects.session(sessionId)).archivedAt !== null) return yield* new ProjectError({ reason: { _tag: "Archived", sessionId } })
  })

  const open = Effect.fn("Terminals.open")(function*({ instead, sessionId, size }: TerminalOrder) {
    yield* refuseClosed(sessionId)
    const { path } = yield* worktrees.ensure(sessionId)
    const shell = yield* userShell(environment).pipe(Effect.provideService(FileSystem.FileSystem, fs))
    const terminal = yield* one.withPermit(Effect.gen(function*() {
      const before = yield* SubscriptionRef.get(all)
      const place = placeFor(listOf(before, sessionId), instead)
      if (place === undefined) return yield* fail({ _tag: "TooMany", limit })
      const opened = yield* openTerminal({ sessionId, number: place.number, cwd: path, size, shell, onEnd: SubscriptionRef.update(all, (now) => new Map(now)) }).pipe(
        Effect.provideService(ProcessLedger, ledger))
      yield* put(opened)
      const leaving = place.leaving === undefined ? undefined : before.get(place.leaving.id)
      if (leaving !== undefined) yield* drop([leaving])
      return opened
    }).pipe(Effect.uninterruptible))
    // whoever archives it later finds the terminal in the list
    yield* Effect.onError(refuseClosed(sessionId), () => drop([terminal]))
    yield* projects.changed
    return terminal.terminal()
  })

  /** Those of sessions that are archived, or not there any more. */
  const closed = (open: ReadonlySet<SessionId>) => Effect.flatMap(SubscriptionRef.get(all), (terminals) =>
    drop([...terminals.values()].filter((one) => !open.has(one.terminal().sessionId))))
  yield* projects.directory.pipe(
    Stream.runForEach(({ sessions }) => closed(new Set(sessions.filter(({ archivedAt }) => archivedAt === null).map(({ id }) => id)))), Effect.forkScoped)
  yield* Effect.addFinalizer(() => Effect.flatMap(SubscriptionRef.get(all), (terminals) => drop([...terminals.values()])))

  return Terminals.of({
    open,
    watch: (sessionId) => SubscriptionRef.changes(all).pipe(Stream.map((terminals) => listOf(terminals, sessionId)), Stream.changesWith(sameList)),
    attach: (id, cursor) => Stream.unwrap(Effect.map(find(id), ({ attach }) => attach(cursor))),
    write: (id, keys) => Effect.flatMap(find(id), ({ write }) => write(keys)),
    resize: (id, size) => Effect.flatMap(find(id), ({ resize }) => resize(size)),
    close: (id) => Effect.flatMap(find(id), (terminal) => drop([terminal]))
  })
})

export class Terminals extends Context.Service<Terminals, {
  readonly open: (order: TerminalOrder) => Effect.Effect<Terminal, TerminalError | ProjectError | WorkError>
  /** By number, at once and after every change. */
  readonly watch: (sessionId: SessionId) => Stream.Stream<ReadonlyArray<Terminal>>
  /** Goes on until it is closed; its shell's end is told and ends nothing. */
  readonly attach: (id: TerminalId, cursor: number | undefined) => Stream.Stream<TerminalFrame, TerminalError>
  readonly write: (id: TerminalId, keys: string) => Effect.Effect<void, TerminalError>
  readonly resize: (id: TerminalId, size: TerminalSize) => Effect.Effect<void, TerminalError>
  readonly close: (id: TerminalId) => Effect.Effect<void, TerminalError>
}>()("boocode/terminal/Terminals") {
  static readonly layer = Layer.effect(Terminals, make)
}
