/** Terminals with real shells on real pseudo-terminals; sessions and worktrees are these of memory. */
import { readdirSync, readFileSync } from "node:fs"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option, Schedule, type Scope, Stream, SubscriptionRef } from "effect"
import { ProjectError } from "../../shared/Errors.ts"
import { ProjectId, SessionId, WorktreeId } from "../../shared/Ids.ts"
import type { Directory, Session } from "../../shared/Session.ts"
import type { TerminalFrame, TerminalId } from "../../shared/Terminal.ts"
import { type LedgerEntry, ProcessLedger } from "../agent/ProcessLedger.ts"
import { Environment } from "../process/Environment.ts"
import { Projects } from "../project/Projects.ts"
import { temporaryFolder } from "../work/git/temporaryRepository.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { Terminals } from "./Terminals.ts"

const size = { cols: 80, rows: 24 }
const projectId = ProjectId.make(crypto.randomUUID())
const newSession = (): Session => ({ id: SessionId.make(crypto.randomUUID()), projectId, title: "s", createdAt: 0, archivedAt: null })

class World extends Context.Service<World, {
  readonly folder: string
  readonly session: Session
  readonly archive: Effect.Effect<void>
  readonly ledger: ReadonlyMap<number, LedgerEntry>
}>()("test/TerminalsWorld") {}

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const session = newSession()
  const directory = yield* SubscriptionRef.make<Directory>({ projects: [], sessions: [session], chats: [] })
  const entries = new Map<number, LedgerEntry>()
  const projects = Layer.mock(Projects, {
    changed: Effect.void, directory: SubscriptionRef.changes(directory),
    session: (sessionId) => Effect.flatMap(SubscriptionRef.get(directory), ({ sessions }) => {
      const found = sessions.find(({ id }) => id === sessionId)
      return found === undefined ? Effect.fail(new ProjectError({ reason: { _tag: "UnknownSession", sessionId } })) : Effect.succeed(found)
    })
  })
  const worktrees = Layer.mock(Worktrees, {
    ensure: (sessionId) => Effect.succeed({ id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId, path: folder, branch: "b", baseCommit: "c", state: "ready" })
  })
  const terminals = Layer.fresh(Terminals.layer).pipe(
    Layer.provide(Layer.mergeAll(projects, worktrees, Layer.succeed(ProcessLedger, ProcessLedger.memory(entries)))),
    Layer.provide(Layer.succeed(Environment, { SHELL: "/bin/sh" })))
  const archive = SubscriptionRef.update(directory, (before) => ({ ...before, sessions: [{ ...session, archivedAt: 1 }] }))
  return Layer.merge(terminals, Layer.succeed(World, World.of({ folder, session, archive, ledger: entries })))
})

const live = (name: string, test: Effect.Effect<void, unknown, Terminals | World | Scope.Scope>) =>
  it.live(name, () => Effect.gen(function*() {
    yield* Effect.provide(test, yield* world)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), 30_000)

const openShell = Effect.gen(function*() {
  const { session } = yield* World
  return yield* (yield* Terminals).open({ sessionId: session.id, size })
})

/** What a page shows that attaches now, until it holds the words. */
const shown = Effect.fnUntraced(function*(id: TerminalId, words: string | RegExp, cursor?: number) {
  let text = ""
  const holds = () => typeof words === "string" ? text.includes(words) : words.test(text)
  const frames: Array<TerminalFrame> = []
  yield* (yield* Terminals).attach(id, cursor).pipe(Stream.runForEachWhile((frame) => Effect.sync(() => {
    frames.push(frame)
    if (frame._tag === "Snapshot") text = frame.text
    if (frame._tag === "Output") text += frame.text
    return !holds()
  })), Effect.timeout("15 seconds"))
  return { text, frames, place: frames.reduce((at, frame) => frame._tag === "Snapshot" ? frame.to : frame._tag === "Output" ? frame.from + frame.text.length : at, cursor ?? 0) }
})
/** The shell waits for keys: what is typed ahead is echoed before its prompt, and an interrupt takes it away. */
const prompted = (id: TerminalId) => shown(id, /[#$] $/)
const type = (id: TerminalId, keys: string) => Effect.flatMap(Terminals, ({ write }) => write(id, keys))
const ended = (id: TerminalId) => Effect.flatMap(Terminals, ({ attach }) => attach(id, undefined).pipe(
  Stream.filter((frame) => frame._tag === "Exited"), Stream.runHead, Effect.map(Option.getOrThrow)))

const processesWith = (text: string) => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && ["environ", "cmdline"].some((file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1").includes(text) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1"))
  } catch {
    return false
  }
}))
const noneWith = (text: string) => Effect.sync(() => processesWith(text)).pipe(
  Effect.repeat({ until: (left) => left.length === 0, schedule: Schedule.spaced("20 millis") }), Effect.timeout("10 seconds"))

describe("a terminal", () => {
  live("is an interactive shell in the worktree, on a terminal of its own with colours, without the server's secrets", Effect.gen(function*() {
    process.env["BOOCODE_TOKEN_OF_TEST"] = "secret-of-the-server"
    yield* Effect.addFinalizer(() => Effect.sync(() => { delete process.env["BOOCODE_TOKEN_OF_TEST"] }))
    const { folder, ledger } = yield* World
    const { end, id, number, pid, title } = yield* openShell
    assert.deepStrictEqual([end, number, title], [null, 1, "sh"])
    assert.strictEqual(ledger.get(pid)?.command, "/bin/sh")
    yield* prompted(id)
    yield* type(id, "pwd; tty; stty size; echo \"$TERM $COLORTERM $-\"; env | grep -c BOOCODE_TOKEN; echo do''ne\n")
    const { text } = yield* shown(id, "done")
    assert.include(text, `\r\n${folder}\r\n/dev/pts/`)
    assert.include(text, "24 80")
    assert.match(text, /xterm-256color truecolor \w*i/)
    assert.include(text, "\r\n0\r\n")
    assert.notInclude(text, "secret-of-the-server")
  }))

  live("takes keys one after another, Ctrl-C too, and a new size", Effect.gen(function*() {
    const { id } = yield* openShell
    yield* prompted(id)
    yield* type(id, "sh -c 'echo run''ning; exec sleep 300'\n")
    yield* shown(id, "running")
    yield* type(id, "\u0003")
    yield* prompted(id)
    yield* (yield* Terminals).resize(id, { cols: 101, rows: 33 })
    for (const key of "stty size\n") yield* type(id, key)
    yield* shown(id, "33 101")
  }))

  live("goes on without a page; one that comes again has what it missed, from its place on", Effect.gen(function*() {
    const { id } = yield* openShell
    yield* type(id, "echo fi''rst\n")
    const { place } = yield* shown(id, "first")
    yield* type(id, "echo sec''ond\n")
    const again = yield* shown(id, "second", place)
    assert.isTrue(again.frames.every(({ _tag }) => _tag === "Output"))
    assert.notInclude(again.text, "first")
    const [whole] = (yield* shown(id, "second")).frames
    assert.strictEqual(whole?._tag, "Snapshot")
  }))

  live("keeps a character whole whose bytes come apart", Effect.gen(function*() {
    const { id } = yield* openShell
    yield* type(id, "printf '<\\342'; sleep 0.2; printf '\\202\\254>'; echo; echo do''ne\n")
    assert.include((yield* shown(id, "done")).text, "<€>")
  }))

  live("that floods costs neither memory nor the time of others, and a page that falls behind is given the newest", Effect.gen(function*() {
    const flooding = yield* openShell, other = yield* openShell
    const started = performance.now()
    yield* type(flooding.id, "yes 'a line of a flood'\n")
    const seen = { frames: 0, snapshots: 0, size: 0 }
    const watching = yield* (yield* Terminals).attach(flooding.id, undefined).pipe(Stream.runForEach((frame) => Effect.sync(() => {
      seen.frames += 1
      if (frame._tag === "Snapshot") seen.snapshots += 1
      if (frame._tag !== "Exited") seen.size = Math.max(seen.size, frame.text.length)
    })), Effect.forkScoped)
    // another that never takes a second frame
    yield* (yield* Terminals).attach(flooding.id, undefined).pipe(Stream.runForEach(() => Effect.never), Effect.forkScoped)
    while (seen.snapshots < 5) yield* Effect.sleep(10)
    const before = process.memoryUsage().rss
    for (let turn = 0; turn < 10; turn += 1) {
      yield* type(other.id, `echo an''swer ${turn}\n`)
      yield* shown(other.id, `answer ${turn}`)
    }
    while (seen.snapshots < 15) yield* Effect.sleep(10)
    assert.isBelow((process.memoryUsage().rss - before) / 1_048_576, 64)
    assert.isAtMost(seen.size, 512 * 1024)
    // no more often than a page can draw, whatever comes
    assert.isBelow(seen.frames, (performance.now() - started) / 15 + 10)
    yield* type(flooding.id, "\u0003")
    yield* prompted(flooding.id)
    yield* type(flooding.id, "echo still he''re\n")
    yield* shown(flooding.id, "still here")
    yield* Fiber.interrupt(watching)
  }))

  live("does not wait for a program that takes no keys, and says so when it is too much", Effect.gen(function*() {
    const { id } = yield* openShell
    yield* type(id, "stty raw -echo; echo re''ady; sleep 300\n")
    yield* shown(id, "ready")
    const piece = "x".repeat(64 * 1024)
    const refusal = yield* Effect.flip(Effect.forever(type(id, piece)))
    assert.strictEqual(refusal._tag === "TerminalError" ? refusal.reason._tag : refusal, "NotTaken")
  }))

  live("that has ended says how, keeps what it showed, leaves nothing running, and is started again in its place", Effect.gen(function*() {
    const { session } = yield* World
    const mark = crypto.randomUUID()
    yield* openShell
    const second = yield* openShell
    yield* type(second.id, `MARK=${mark} sleep 300 & setsid env MARK=${mark} sleep 300 & echo la''st; exit 3\n`)
    assert.deepStrictEqual(yield* ended(second.id), { _tag: "Exited", code: 3, signal: null })
    assert.include((yield* shown(second.id, "last")).text, "last")
    yield* noneWith(mark)
    const refusal = yield* Effect.flip(type(second.id, "x"))
    assert.strictEqual(refusal._tag, "TerminalError")
    const again = yield* (yield* Terminals).open({ sessionId: session.id, size, instead: second.id })
    assert.strictEqual(again.number, 2)
    const list = Option.getOrThrow(yield* Stream.runHead((yield* Terminals).watch(session.id)))
    assert.deepStrictEqual(list.map(({ end, id, number }) => [number, end, id === second.id]), [[1, null, false], [2, null, false]])
  }))

  live("is one of eight of its session; one that has ended makes room", Effect.gen(function*() {
    const opened = yield* Effect.forEach(Array.from({ length: 8 }), () => openShell)
    assert.deepStrictEqual(opened.map(({ number }) => number), [1, 2, 3, 4, 5, 6, 7, 8])
    const refusal = yield* Effect.flip(openShell)
    assert.strictEqual(refusal.message, "The session has 8 terminals already; close one first.")
    const third = opened[2]?.id
    assert.isDefined(third)
    yield* type(third, "exit\n")
    yield* ended(third)
    assert.strictEqual((yield* openShell).number, 3)
  }))

  live("is gone with everything in it when it is closed, also what ignores signals and has left its group", Effect.gen(function*() {
    const { ledger } = yield* World
    const mark = crypto.randomUUID()
    const { id, pid } = yield* openShell
    yield* type(id, `export MARK=${mark}; setsid sh -c "trap '' HUP TERM; sleep 300" & (trap '' HUP TERM; sleep 300 &) ; echo u''p\n`)
    yield* shown(id, "up")
    const watching = yield* Effect.forkScoped(Effect.flip(Stream.runDrain((yield* Terminals).attach(id, undefined))))
    yield* (yield* Terminals).close(id)
    assert.deepStrictEqual(processesWith(mark), [])
    assert.isFalse(ledger.has(pid))
    assert.strictEqual((yield* Fiber.join(watching)).reason._tag, "UnknownTerminal")
    assert.strictEqual((yield* Effect.flip(Stream.runDrain((yield* Terminals).attach(id, undefined)))).reason._tag, "UnknownTerminal")
  }))

  live("ends with its session, and none is opened in one that is archived", Effect.gen(function*() {
    const { archive, session } = yield* World
    const mark = crypto.randomUUID()
    const { id } = yield* openShell
    yield* type(id, `MARK=${mark} sleep 300 & echo u''p\n`)
    yield* shown(id, "up")
    yield* archive
    yield* (yield* Terminals).watch(session.id).pipe(Stream.takeUntil((list) => list.length === 0), Stream.runDrain)
    yield* noneWith(mark)
    assert.strictEqual((yield* Effect.flip(openShell)).message, "This session is archived; reopen it first.")
  }))
})

it.live("no terminal outlives the server", () => Effect.gen(function*() {
  const mark = crypto.randomUUID()
  yield* Effect.gen(function*() {
    const { id } = yield* openShell
    yield* type(id, `MARK=${mark} setsid sleep 300 & echo u''p\n`)
    yield* shown(id, "up")
  }).pipe(Effect.provide(yield* world), Effect.scoped)
  assert.deepStrictEqual(processesWith(mark), [])
}).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), 20_000)
