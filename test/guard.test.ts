/** How sessions end: archived, parked, deleted, restored. Nothing is lost that nobody gave up, whatever is killed when. */
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import type { Directory, Session } from "../shared/Session.ts"
import type { ParkedWork } from "../shared/Guard.ts"
import { type SessionId } from "../shared/Ids.ts"
import { ask, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"
import { parkByHand } from "./support/Parked.ts"
import { told, untilWork } from "./support/Work.ts"

const lists = Effect.fnUntraced(function*(client: Client, hold: (directory: Directory) => boolean) {
  return Option.getOrThrow(yield* client["project.Watch"]().pipe(Stream.filter(hold), Stream.runHead, Effect.timeout("60 seconds")))
})
const sessionOf = Effect.fnUntraced(function*(client: Client, id: SessionId) {
  const { sessions } = yield* lists(client, (all) => all.sessions.some((one) => one.id === id))
  const found = sessions.find((one) => one.id === id)
  return found ?? assert.fail("no session")
})
const worktreeOf = ({ worktree }: Session): string => worktree ?? assert.fail("no worktree")
const git = (cwd: string, ...args: ReadonlyArray<string>) => execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.invalid", ...args], { cwd, encoding: "utf8", stdio: "pipe" })

/** A session whose worktree holds a file that git knows nothing of, an edit, and a commit. */
const worked = Effect.fn("worked")(function*(client: Client, path: string) {
  const chat = yield* newChat(client, path, "scripted")
  yield* ask(client, chat.id, "write notes.txt precious\nwrite README.md changed\nsay done")
  const worktree = worktreeOf(yield* sessionOf(client, chat.sessionId))
  // the turn's files are told: what comes now is by hand
  yield* untilWork(client, chat.sessionId, ({ changes, running }) => changes.length === 2 && running.length === 0)
  writeFileSync(join(worktree, "own"), "own")
  git(worktree, "add", "own")
  git(worktree, "commit", "-q", "-m", "its own", "own")
  return { ...chat, worktree }
})
const textsIn = (worktree: string) => ["notes.txt", "README.md", "own"].map((name) => readFileSync(join(worktree, name), "utf8").trim())
const texts = ["precious", "changed", "own"]

it.live("a session with untracked files is archived, parked and reopened, deleted and restored: nothing is lost (P18, drill 11)", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const server = yield* runServer({ dataDir: join(folder, "data") })
  const client = yield* clientOf(server)
  const repository = makeRepository(folder)
  const { id: chatId, sessionId, worktree } = yield* worked(client, repository)
  const losses = yield* client["session.Losses"]({ sessionId })
  assert.deepStrictEqual([losses.uncommitted.names, losses.untracked.names, losses.commits.count, losses.running, losses.nested.count],
    [["README.md"], ["notes.txt"], 1, 0, 0])
  assert.isAbove(losses.bytes ?? 0, 0)
  // archiving takes nothing away
  yield* client["session.Archive"]({ sessionId, archived: true })
  assert.deepStrictEqual(textsIn(worktree), texts)
  const parked = yield* client["session.Park"]({ sessionId })
  assert.isFalse(existsSync(worktree))
  assert.deepStrictEqual([parked?.sessionId, git(repository, "rev-parse", `${parked?.ref}`).trim()], [sessionId, parked?.commit])
  yield* client["session.Archive"]({ sessionId, archived: false })
  assert.include((yield* ask(client, chatId, "read notes.txt")).text, "precious")
  assert.deepStrictEqual(textsIn(worktree), texts)
  assert.deepStrictEqual(yield* client["session.Parked"]({ limit: 200 }), [])

  const makers = ["edit README.md +1 -1 scripted", "create notes.txt +1 -0 scripted", "create own +1 -0 manual"]
  yield* untilWork(client, sessionId, ({ changes }) => JSON.stringify(told(changes)) === JSON.stringify(makers))
  const gone = yield* client["session.Delete"]({ sessionId, losses: "park" })
  yield* lists(client, ({ chats, sessions }) => sessions.length === 0 && chats.length === 0)
  assert.isFalse(existsSync(worktree))
  assert.strictEqual(git(repository, "branch", "--list", "boocode*"), "")
  assert.strictEqual((yield* Effect.flip(prompt(client, chatId, "say no")))._tag, "ChatError")
  assert.deepStrictEqual((yield* client["session.Parked"]({ limit: 200 })).map(({ id }) => id), [gone?.id])
  yield* server.kill("SIGKILL")
  const after = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const parkedId = gone?.id ?? assert.fail("nothing was parked")
  const restored = yield* after["session.Restore"]({ parkedId })
  assert.deepStrictEqual(textsIn(worktreeOf(restored)), texts)
  assert.include(git(worktreeOf(restored), "status", "--porcelain"), "?? notes.txt")
  yield* untilWork(after, restored.id, ({ changes }) => JSON.stringify(told(changes)) === JSON.stringify(makers))
  assert.strictEqual((yield* Effect.flip(after["session.Restore"]({ parkedId })))._tag, "WorkError")
  assert.isNull(yield* after["session.Delete"]({ sessionId: restored.id, losses: "discard" }))
  assert.deepStrictEqual([existsSync(worktreeOf(restored)), yield* after["session.Parked"]({ limit: 200 })], [false, []])
}).pipe(Effect.scoped), 180_000)

it.live("a session whose worktree's folder was deleted by hand has lost nothing: it is told what is kept, prompted on, archived and reopened, deleted and restored", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const repository = makeRepository(folder)
  const { id: chatId, sessionId, worktree } = yield* worked(client, repository)
  const makers = JSON.stringify(["edit README.md +1 -1 scripted", "create notes.txt +1 -0 scripted", "create own +1 -0 manual"])
  const stands = (id: SessionId) => untilWork(client, id, ({ changes, problem }) => problem === null && JSON.stringify(told(changes)) === makers)
  yield* stands(sessionId)
  const away = () => rmSync(worktree, { recursive: true })

  away()
  const losses = yield* client["session.Losses"]({ sessionId })
  assert.deepStrictEqual([losses.worktree, losses.unapplied.names, losses.uncommitted.names, losses.commits.names.map((one) => one.replace(/^\w+ /, ""))],
    [worktree, ["README.md", "notes.txt", "own"], ["README.md", "notes.txt"], ["its own"]])
  assert.strictEqual(losses.vanished?.keptAt, (yield* client["change.Checkpoints"]({ sessionId, limit: 1 }))[0]?.takenAt)
  // to be told of it brings nothing back
  assert.isFalse(existsSync(worktree))
  const { problem } = yield* untilWork(client, sessionId, (work) => work.problem !== null)
  assert.match(problem?.sentence ?? "", /is gone from .*its next prompt brings it back from its last checkpoint/)
  assert.include((yield* ask(client, chatId, "read notes.txt")).text, "precious")
  yield* stands(sessionId)
  assert.deepStrictEqual([textsIn(worktree), git(worktree, "log", "--format=%s", "-n", "1")], [texts, "its own\n"])

  away()
  const archived = yield* client["session.Park"]({ sessionId })
  assert.deepStrictEqual([archived?.files, existsSync(worktree)], [2, false])
  yield* client["session.Archive"]({ sessionId, archived: false })
  assert.include((yield* ask(client, chatId, "read notes.txt")).text, "precious")
  yield* stands(sessionId)

  away()
  // git itself has forgotten it
  git(repository, "worktree", "prune")
  const deleted = yield* client["session.Delete"]({ sessionId, losses: "park" })
  yield* lists(client, ({ sessions }) => sessions.length === 0)
  const restored = yield* client["session.Restore"]({ parkedId: deleted?.id ?? assert.fail("nothing was parked") })
  assert.deepStrictEqual(textsIn(worktreeOf(restored)), texts)
  yield* stands(restored.id)
  rmSync(worktreeOf(restored), { recursive: true })
  assert.isNull(yield* client["session.Delete"]({ sessionId: restored.id, losses: "discard" }))
  assert.deepStrictEqual([existsSync(worktreeOf(restored)), yield* client["session.Parked"]({ limit: 200 })], [false, []])
}).pipe(Effect.scoped), 180_000)

it.live("a session that may not go is as open as before; parked work that is asked for twice at once is had once", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const repository = makeRepository(folder)
  const { id: chatId, sessionId, worktree } = yield* worked(client, repository)
  const sleeper = spawn("sleep", ["600"], { cwd: worktree, stdio: "ignore" })
  yield* Effect.addFinalizer(() => Effect.sync(() => { sleeper.kill("SIGKILL") }))
  for (const refused of [client["session.Delete"]({ sessionId, losses: "park" }), client["session.Park"]({ sessionId })]) {
    assert.match((yield* Effect.flip(refused)).message, /^sleep \(pid \d+\) is still at work/)
    yield* lists(client, ({ sessions }) => sessions.some(({ archivedAt, id }) => id === sessionId && archivedAt === null))
  }
  assert.include((yield* ask(client, chatId, "say still here")).text, "still here")
  writeFileSync(join(repository, ".git/info/exclude"), "made/\n")
  for (const name of ["new/p", "new/q", "made/deep/1", "made/deep/2"]) {
    mkdirSync(join(worktree, name, ".."), { recursive: true })
    writeFileSync(join(worktree, name), "x")
  }
  // the project has what was applied; what is untracked is told file by file, what is ignored is not
  const { changes } = yield* untilWork(client, sessionId, (work) => work.changes.length === 5)
  yield* client["change.Apply"]({ sessionId, changeIds: changes.flatMap(({ id, path }) => path === "own" || path.startsWith("new/") ? [] : [id]) })
  const { ignored, unapplied, uncommitted, untracked } = yield* client["session.Losses"]({ sessionId })
  assert.deepStrictEqual([unapplied.names, uncommitted.names, untracked, ignored],
    [["new/p", "new/q", "own"], [], { count: 2, names: ["new/p", "new/q"] }, { count: 1, names: ["made/"] }])
  sleeper.kill("SIGKILL")
  const parked = yield* client["session.Delete"]({ sessionId, losses: "park" })
  const parkedId = parked?.id ?? assert.fail("nothing was parked")
  const restored = yield* Effect.all([1, 2, 3].map(() => Effect.exit(client["session.Restore"]({ parkedId }))), { concurrency: 3 })
  const had = new Set(restored.flatMap((exit) => Exit.isSuccess(exit) ? [exit.value.id] : []))
  assert.strictEqual(had.size, 1)
  assert.deepStrictEqual((yield* lists(client, ({ sessions }) => sessions.some(({ id }) => had.has(id)))).sessions.map(({ id }) => id), [...had])
}).pipe(Effect.scoped), 180_000)

it.live("parked work comes in pages, the newest first, of all projects or of one, though what a page ended with is gone", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const here = makeRepository(folder, "here"), there = makeRepository(folder, "there")
  const { id: projectId } = yield* client["project.Add"]({ path: here })
  yield* client["project.Add"]({ path: there })
  // git's times are whole seconds: some are parked in the same one
  const work = (...ats: ReadonlyArray<number>) => ats.map((at) => ({ title: `Work of ${at}`, at: 1_700_000_000 + at }))
  const made = [[here, work(8, 8, 6, 5)], [there, work(9, 8, 7)]] as const
  const ids = made.flatMap(([path, parkings]) => parkByHand(path, parkings).map((id, nth) => ({ id, at: parkings[nth]?.at ?? 0 })))
    .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1)).map(({ id }) => id)
  const page = (limit: number, before?: ParkedWork) => client["session.Parked"]({ limit, ...before === undefined ? {} : { before: { parkedAt: before.parkedAt, id: before.id } } })
  const first = yield* page(3), last = first.at(-1)
  assert.isDefined(last)
  yield* client["session.DiscardParked"]({ parkedId: last.id })
  const second = yield* page(3, last), third = yield* page(3, second.at(-1))
  assert.deepStrictEqual([first, second, third].map((one) => one.map(({ id }) => id)), [ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)])
  const ours = yield* client["session.Parked"]({ projectId, limit: 200 })
  assert.deepStrictEqual([ours.length, ours.every((one) => one.projectId === projectId)], [last.projectId === projectId ? 3 : 4, true])
}).pipe(Effect.scoped), 120_000)

it.live("a session is deleted in the middle of a turn", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const { id: chatId, sessionId, worktree } = yield* worked(client, makeRepository(folder))
  yield* prompt(client, chatId, "write last.txt x\nsay on it\nhang")
  yield* until(client, chatId, (chat) => chat.items.some((item) => item._tag === "Text" && item.text.includes("on it")))
  assert.strictEqual((yield* client["session.Losses"]({ sessionId })).running, 1)
  // what waits for the turn's end takes nothing out of what is parked
  const { changes } = yield* untilWork(client, sessionId, (work) => work.running.length === 1)
  const changeIds = changes.flatMap(({ id, path }) => path === "notes.txt" ? [id] : [])
  assert.strictEqual(changeIds.length, 1)
  const rejecting = yield* Effect.forkChild(Effect.flip(client["change.Reject"]({ sessionId, changeIds })))
  yield* untilWork(client, sessionId, ({ waiting }) => waiting.length === 1)
  const parked = yield* client["session.Delete"]({ sessionId, losses: "park" })
  assert.strictEqual((yield* Fiber.join(rejecting)).message, "This session is archived; reopen it first.")
  assert.isFalse(existsSync(worktree))
  const restored = yield* client["session.Restore"]({ parkedId: parked?.id ?? assert.fail("nothing was parked") })
  assert.strictEqual(readFileSync(join(worktreeOf(restored), "last.txt"), "utf8").trim(), "x")
  assert.deepStrictEqual(textsIn(worktreeOf(restored)), texts)
}).pipe(Effect.scoped), 120_000)

it.live("worktrees of what has ended go after their grace, their work parked; one in which somebody works stays", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  const args = ["--archived-grace", "0s", "--deleted-grace", "0s"]
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  const repository = makeRepository(folder)
  const archived = yield* worked(client, repository)
  const clean = yield* newChat(client, repository, "scripted")
  yield* ask(client, clean.id, "say nothing")
  const cleanTree = worktreeOf(yield* sessionOf(client, clean.sessionId))
  const open = yield* worked(client, repository)
  for (const { sessionId } of [archived, clean]) yield* client["session.Archive"]({ sessionId, archived: true })
  yield* server.kill("SIGKILL")
  // as if it had died while it took one away
  mkdirSync(join(dataDir, "worktrees", ".half.leaving", "x"), { recursive: true })
  const again = yield* runServer({ dataDir, args })
  const after = yield* clientOf(again)
  const names = () => readdirSync(join(dataDir, "worktrees"))
  yield* Effect.repeat(Effect.suspend(() => Effect.sleep("50 millis")), { until: () => !existsSync(cleanTree) && !existsSync(archived.worktree) && names().length === 1 }).pipe(Effect.timeout("60 seconds"))
  assert.deepStrictEqual([names().map((name) => join(dataDir, "worktrees", name)), textsIn(open.worktree)], [[open.worktree], texts])
  assert.deepStrictEqual((yield* after["session.Parked"]({ limit: 200 })).map((one) => one.sessionId), [archived.sessionId])
  assert.include(again.stderr(), "is parked on refs/boocode/parked/")
  for (const { sessionId } of [archived, clean]) yield* after["session.Archive"]({ sessionId, archived: false })
  yield* ask(after, archived.id, "say back")
  yield* ask(after, clean.id, "say back")
  assert.deepStrictEqual(textsIn(archived.worktree), texts)
}).pipe(Effect.scoped), 180_000)
