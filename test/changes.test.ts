/** Pending changes through the whole program: several agents and a person in one session, decided by the typed client. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Schedule, Stream } from "effect"
import { ChangeId } from "../shared/Change.ts"
import { AgentName, SessionId } from "../shared/Ids.ts"
import type { Work } from "../shared/Work.ts"
import { ask, endedTurn, makeRepository, prompt, until } from "./support/Journey.ts"
import { clientOf, main, runServer, temporaryFolder } from "./support/RunningServer.ts"
import { told, untilWork } from "./support/Work.ts"

const lines = (...changed: ReadonlyArray<readonly [number, string]>) =>
  Array.from({ length: 40 }, (_, at) => `${changed.find(([line]) => line === at + 1)?.[1] ?? `line ${at + 1}`}\n`).join("")
const asStep = (text: string) => text.replaceAll("\n", "\\n")
const id = () => ChangeId.make(crypto.randomUUID())

/** Two agents that do as their prompts say, `heron` and `wren`, in one session of a repository with a few files. */
const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { mode: 0o711 })
  const scripted = (name: string) => ({ name, command: process.execPath, args: [main, "scripted-agent"], env: { BOOCODE_SCRIPTED_HOME: join(folder, name) } })
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [scripted("heron"), scripted("wren")] }))
  const project = makeRepository(folder)
  writeFileSync(join(project, "shared.txt"), lines())
  writeFileSync(join(project, "other.txt"), "x\n")
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-C", project, "-c", "user.name=t", "-c", "user.email=t@t", ...args], { encoding: "utf8" })
  git("add", "-A")
  git("commit", "-q", "-m", "files")
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  const { id: projectId } = yield* client["project.Add"]({ path: project })
  const session = yield* client["session.Create"]({ projectId })
  const chat = (agent: string) => Effect.map(client["chat.Create"]({ sessionId: session.id, agent: AgentName.make(agent) }), (row) => row.id)
  const chats = { heron: yield* chat("heron"), wren: yield* chat("wren") }
  const when = (is: (work: Work) => boolean) => untilWork(client, session.id, is)
  const changed = (...wanted: ReadonlyArray<string>) => when(({ changes }) => JSON.stringify(told(changes)) === JSON.stringify(wanted))
  return { folder, dataDir, project, git, server, client, sessionId: session.id, chats, when, changed, mine: (name: string) => readFileSync(join(project, name), "utf8") }
})

it.live("two agents and a person in one session: each is named, and what is decided is done, once (P19)", () => Effect.gen(function*() {
  const { changed, chats, client, mine, sessionId, when } = yield* world
  const early = yield* when(() => true)
  assert.deepStrictEqual([early.worktree, early.changes, early.decided], [null, [], 0])
  yield* client["change.Look"]({ sessionId })
  yield* ask(client, chats.heron, `write shared.txt ${asStep(lines([3, "heron"]))}\nwrite new.txt 1`)
  const alone = yield* changed("create new.txt +1 -0 heron", "edit shared.txt +1 -1 heron")
  const top = alone.worktree?.path ?? ""
  yield* ask(client, chats.wren, `write shared.txt ${asStep(lines([3, "heron"], [20, "wren"]))}\nwrite other.txt y\\n`)
  yield* changed("create new.txt +1 -0 heron", "edit other.txt +1 -1 wren", "edit shared.txt +2 -2 heron,wren")
  // nobody tells the server of this
  writeFileSync(join(top, "shared.txt"), lines([3, "heron"], [20, "wren"], [38, "by hand"]))
  writeFileSync(join(top, "by hand.txt"), "z\n")
  const all = yield* changed("create by hand.txt +1 -0 manual", "create new.txt +1 -0 heron", "edit other.txt +1 -1 wren", "edit shared.txt +3 -3 heron,wren,manual")
  const of = (work: Work, path: string) => {
    const change = work.changes.find((one) => one.path === path)
    assert.isDefined(change)
    return change
  }

  const part = id()
  for (let twice = 0; twice < 2; twice++) {
    const { change, problem } = yield* client["change.ApplyHunks"]({ sessionId, changeId: of(all, "shared.txt").id, part, hunks: [1] })
    assert.deepStrictEqual([change.id, change.state, change.added, problem], [part, "applied", 1, null])
  }
  assert.strictEqual(mine("shared.txt"), lines([20, "wren"]))
  const rest = yield* when(({ decided }) => decided === 1)
  assert.deepStrictEqual(told(rest.changes)[3], "edit shared.txt +2 -2 heron,wren,manual")
  const cut = yield* client["change.RejectHunks"]({ sessionId, changeId: of(rest, "shared.txt").id, part: id(), hunks: [1] })
  assert.deepStrictEqual([cut.change.state, cut.problem], ["rejected", null])
  assert.strictEqual(readFileSync(join(top, "shared.txt"), "utf8"), lines([3, "heron"], [20, "wren"]))

  const [rejected] = yield* client["change.Reject"]({ sessionId, changeIds: [of(rest, "other.txt").id] })
  assert.strictEqual(rejected?.change.state, "rejected")
  assert.strictEqual(readFileSync(join(top, "other.txt"), "utf8"), "x\n")
  const left = yield* changed("create by hand.txt +1 -0 manual", "create new.txt +1 -0 heron", "edit shared.txt +1 -1 heron,wren,manual")
  const ids = left.changes.map((change) => change.id)
  const twice = [yield* client["change.Apply"]({ sessionId, changeIds: ids }), yield* client["change.Apply"]({ sessionId, changeIds: ids })]
  for (const decided of twice) assert.deepStrictEqual(decided.map(({ change, problem }) => [change.path, change.state, problem]), left.changes.map(({ path }) => [path, "applied", null]))
  assert.deepStrictEqual([mine("shared.txt"), mine("by hand.txt"), mine("other.txt")], [lines([3, "heron"], [20, "wren"]), "z\n", "x\n"])
  yield* changed()
  const [reverted] = yield* client["change.Revert"]({ sessionId, changeIds: [of(left, "new.txt").id] })
  assert.deepStrictEqual([reverted?.change.state, reverted?.problem], ["reverted", null])
  const after = yield* changed("create new.txt +1 -0 heron")
  assert.strictEqual(after.decided, 7)
  const page = yield* client["change.Decided"]({ sessionId, limit: 3 })
  const next = yield* client["change.Decided"]({ sessionId, limit: 3, before: page.at(-1)?.id ?? id() })
  assert.deepStrictEqual([...page, ...next].map(({ path, state }) => `${state} ${path}`), [
    "applied shared.txt", "applied by hand.txt", "rejected other.txt", "rejected shared.txt", "applied shared.txt"
  ])
  const chat = yield* until(client, chats.wren, () => true)
  const turn = chat.turns[0]
  assert.isDefined(turn)
  const ofTurn = yield* client["change.OfTurn"]({ sessionId, turnId: turn.turnId, limit: 1 })
  const more = yield* client["change.OfTurn"]({ sessionId, turnId: turn.turnId, limit: 1, after: ofTurn.files[0]?.path ?? "" })
  assert.deepStrictEqual([ofTurn, more].map(({ files, ...rest }) => [files.map(({ path }) => path), rest]), [
    [["other.txt"], { count: 2, added: 2, removed: 2 }], [["shared.txt"], { count: 2, added: 2, removed: 2 }]])
  const checkpoints = yield* client["change.Checkpoints"]({ sessionId, limit: 200 })
  assert.isTrue(checkpoints.every(({ seq }, nth) => seq === checkpoints.length - nth))
  assert.deepStrictEqual(checkpoints.filter(({ agents }) => agents.length > 0).map(({ agents }) => agents.join()).filter((name, nth, names) => name !== names[nth - 1]), ["wren", "heron"])
}).pipe(Effect.scoped), 120_000)

it.live("a conflict touches nothing and has three ways out", () => Effect.gen(function*() {
  const { chats, client, mine, project, sessionId, when } = yield* world
  const conflict = Effect.fnUntraced(function*(line: number) {
    yield* ask(client, chats.heron, `write shared.txt ${asStep(lines([line, "heron"]))}`)
    writeFileSync(join(project, "shared.txt"), lines([line, "mine"]))
    const { changes: [change], worktree } = yield* when(({ changes }) => changes.length === 1)
    assert.isDefined(change)
    const [decided] = yield* client["change.Apply"]({ sessionId, changeIds: [change.id] })
    assert.deepStrictEqual([decided?.change.state, decided?.problem, mine("shared.txt")], ["conflicted", null, lines([line, "mine"])])
    return { id: change.id, there: () => readFileSync(join(worktree?.path ?? "", "shared.txt"), "utf8") }
  })
  const first = yield* conflict(5)
  const sides = yield* client["change.Conflict"]({ sessionId, changeId: first.id })
  assert.deepStrictEqual([sides.base, sides.mine, sides.theirs, sides.cut], [lines(), lines([5, "mine"]), lines([5, "heron"]), false])
  assert.match(sides.marked ?? "", /<<<<<<< .*\nmine\n=======\nheron\n>>>>>>> /)
  assert.strictEqual((yield* client["change.Resolve"]({ sessionId, changeId: first.id, way: "theirs" })).change.state, "applied")
  assert.strictEqual(mine("shared.txt"), lines([5, "heron"]))

  const second = yield* conflict(9)
  const kept = yield* client["change.Resolve"]({ sessionId, changeId: second.id, way: "mine" })
  assert.deepStrictEqual([kept.change.state, second.there(), mine("shared.txt")], ["rejected", lines([9, "mine"]), lines([9, "mine"])])
  yield* when(({ changes }) => changes.length === 0)

  const third = yield* conflict(12)
  const met = yield* client["change.Resolve"]({ sessionId, changeId: third.id, way: "worktree" })
  assert.strictEqual(met.problem, null)
  assert.match(third.there(), /<<<<<<< .*\nmine\n=======\nheron\n>>>>>>> /)
  assert.strictEqual(mine("shared.txt"), lines([12, "mine"]))
  yield* ask(client, chats.wren, `write shared.txt ${asStep(lines([12, "both"]))}`)
  const { changes: [resolved] } = yield* when(({ changes }) => changes[0]?.added === 1)
  assert.deepStrictEqual(told(resolved === undefined ? [] : [resolved]), ["edit shared.txt +1 -1 heron,wren"])
  assert.strictEqual((yield* client["change.Apply"]({ sessionId, changeIds: [resolved?.id ?? id()] }))[0]?.change.state, "applied")
  assert.strictEqual(mine("shared.txt"), lines([12, "both"]))
}).pipe(Effect.scoped), 120_000)

it.live("a rejection waits for the turn that runs, is seen to wait, and may be given up", () => Effect.gen(function*() {
  const { changed, chats, client, sessionId, when } = yield* world
  yield* ask(client, chats.heron, "write new.txt 1\\n")
  const { changes: [change], worktree } = yield* changed("create new.txt +1 -0 heron")
  assert.isDefined(change)
  yield* prompt(client, chats.wren, "hang")
  yield* when(({ running }) => running.includes(AgentName.make("wren")))
  const reject = client["change.Reject"]({ sessionId, changeIds: [change.id] })
  const first = yield* Effect.forkChild(reject)
  yield* when(({ waiting }) => waiting.includes(change.id))
  yield* Fiber.interrupt(first)
  yield* when(({ waiting }) => waiting.length === 0)
  const second = yield* Effect.forkChild(reject)
  yield* when(({ waiting }) => waiting.length === 1)
  assert.isTrue(existsSync(join(worktree?.path ?? "", "new.txt")))
  yield* client["chat.Stop"]({ chatId: chats.wren })
  assert.strictEqual((yield* Fiber.join(second))[0]?.change.state, "rejected")
  assert.isFalse(existsSync(join(worktree?.path ?? "", "new.txt")))
  yield* when(({ running, waiting }) => running.length + waiting.length === 0)
}).pipe(Effect.scoped), 90_000)

it.live("what waits for a turn's end when its session is archived is refused, and touches nothing", () => Effect.gen(function*() {
  const { changed, chats, client, sessionId, when } = yield* world
  yield* ask(client, chats.heron, "write kept.txt 1\\n\nwrite gone.txt 1\\n")
  const { changes, worktree } = yield* changed("create gone.txt +1 -0 heron", "create kept.txt +1 -0 heron")
  const [gone, kept] = changes.map(({ id }) => id)
  assert.isDefined(gone)
  assert.isDefined(kept)
  assert.strictEqual((yield* client["change.Reject"]({ sessionId, changeIds: [gone] }))[0]?.change.state, "rejected")
  yield* prompt(client, chats.wren, "hang")
  yield* when(({ running }) => running.length === 1)
  const waits = yield* Effect.forEach([client["change.Reject"]({ sessionId, changeIds: [kept] }), client["change.BringBack"]({ sessionId, changeIds: [gone] })],
    (decision) => Effect.forkChild(Effect.flip(decision)))
  yield* when(({ waiting }) => waiting.length === 2)
  yield* client["session.Archive"]({ sessionId, archived: true })
  for (const { message } of yield* Effect.forEach(waits, Fiber.join)) assert.strictEqual(message, "This session is archived; reopen it first.")
  assert.deepStrictEqual(["kept.txt", "gone.txt"].map((name) => existsSync(join(worktree?.path ?? "", name))), [true, false])
  yield* client["session.Archive"]({ sessionId, archived: false })
  const after = yield* when(({ running, waiting }) => running.length + waiting.length === 0)
  assert.deepStrictEqual([told(after.changes), after.decided], [["create kept.txt +1 -0 heron"], 1])
}).pipe(Effect.scoped), 90_000)

it.live("kill -9 of the server in mid-turn: what its agents wrote is theirs after boot, and what comes then is by hand", () => Effect.gen(function*() {
  const { changed, chats, client, dataDir, server, sessionId, when } = yield* world
  yield* ask(client, chats.heron, "write before.txt 1\\n")
  const { worktree } = yield* changed("create before.txt +1 -0 heron")
  const top = worktree?.path ?? ""
  yield* prompt(client, chats.wren, "write in the turn.txt 1\\n\nhang")
  yield* when(({ running }) => running.length === 1)
  yield* Effect.sync(() => existsSync(join(top, "in"))).pipe(Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("20 millis") }), Effect.timeout("20 seconds"))
  yield* server.kill("SIGKILL")
  const after = yield* clientOf(yield* runServer({ dataDir }))
  writeFileSync(join(top, "later.txt"), "z\n")
  const { running } = yield* untilWork(after, sessionId, ({ changes }) => changes.length === 3)
  assert.deepStrictEqual(running, [])
  const { changes } = yield* untilWork(after, sessionId, () => true)
  assert.deepStrictEqual(told(changes), ["create before.txt +1 -0 heron", "create in +1 -0 wren", "create later.txt +1 -0 manual"])
  const chat = yield* until(after, chats.wren, (one) => endedTurn(one, 0) !== undefined)
  assert.strictEqual(chat.turns[0]?.outcome, "interrupted")
}).pipe(Effect.scoped), 120_000)

it.live("who decides nothing, of what isn't there, is told so in words", () => Effect.gen(function*() {
  const { chats, client, sessionId } = yield* world
  const why = <A, E extends { readonly message: string }>(call: Effect.Effect<A, E>) => Effect.map(Effect.flip(call), ({ message }) => message)
  const apply = client["change.Apply"]({ sessionId, changeIds: [id()] })
  assert.match(yield* why(apply), /no such change/)
  yield* ask(client, chats.heron, "write new.txt 1\\n")
  assert.match(yield* why(apply), /no such change/)
  const { changes: [change], worktree } = yield* untilWork(client, sessionId, ({ changes }) => changes.length === 1)
  yield* client["session.Archive"]({ sessionId, archived: true })
  assert.match(yield* why(client["change.Apply"]({ sessionId, changeIds: [change?.id ?? id()] })), /archived; reopen it first/)
  assert.strictEqual((yield* untilWork(client, sessionId, () => true)).changes.length, 1)
  yield* client["session.Archive"]({ sessionId, archived: false })
  execFileSync("rm", ["-rf", worktree?.path ?? "/nonexistent"])
  assert.match(yield* why(client["change.Look"]({ sessionId })), /worktree is gone from/)
  assert.match(yield* why(client["change.Apply"]({ sessionId, changeIds: [change?.id ?? id()] })), /worktree is gone from/)
  const vanished = yield* untilWork(client, sessionId, ({ problem }) => problem !== null)
  assert.strictEqual(vanished.changes.length, 1)
  assert.match(vanished.problem?.sentence ?? "", /worktree is gone from/)
  const unknown = yield* Effect.flip(Stream.runDrain(client["change.Watch"]({ sessionId: SessionId.make(chats.heron) })))
  assert.match(unknown.message, /no such session/)
}).pipe(Effect.scoped), 90_000)
