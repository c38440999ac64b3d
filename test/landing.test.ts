/** Diffs read, changes landed and branches pushed through the whole program, by the typed client. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import type { PendingChange } from "../shared/Change.ts"
import { AgentName } from "../shared/Ids.ts"
import { LandId, type LandOrder } from "../shared/Land.ts"
import type { Work } from "../shared/Work.ts"
import { ask, makeRepository } from "./support/Journey.ts"
import { clientOf, main, runServer, type ServerOptions, temporaryFolder } from "./support/RunningServer.ts"
import { untilWork } from "./support/Work.ts"

const lines = (...changed: ReadonlyArray<readonly [number, string]>) =>
  Array.from({ length: 30 }, (_, at) => `${changed.find(([line]) => line === at + 1)?.[1] ?? `line ${at + 1}`}\n`).join("")
const asStep = (text: string) => text.replaceAll("\n", "\\n")
const why = <A, E extends { readonly message: string }>(call: Effect.Effect<A, E>) => Effect.map(Effect.flip(call), ({ message }) => message)

/** A session of two agents in a repository of a person whom git knows, with a bare repository to push to. */
const world = Effect.fnUntraced(function*(folder: string, options: Partial<ServerOptions> = {}) {
  const dataDir = join(folder, "data"), bare = join(folder, "remote")
  const agent = (name: string) => ({ name, command: process.execPath, args: [main, "scripted-agent"], env: { BOOCODE_SCRIPTED_HOME: join(folder, name) } })
  execFileSync("mkdir", ["-m", "711", dataDir])
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [agent("heron"), agent("wren")] }))
  const project = makeRepository(folder)
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-C", project, ...args], { encoding: "utf8" }).trimEnd()
  git("config", "user.name", "Robin")
  git("config", "user.email", "robin@example.invalid")
  writeFileSync(join(project, "shared.txt"), lines())
  git("add", "-A")
  git("commit", "-q", "-m", "Files")
  git("init", "-q", "--bare", bare)
  git("remote", "add", "origin", bare)
  const server = yield* runServer({ dataDir, ...options })
  const client = yield* clientOf(server)
  const { id: projectId } = yield* client["project.Add"]({ path: project })
  const { id: sessionId } = yield* client["session.Create"]({ projectId })
  const chat = (name: string) => Effect.map(client["chat.Create"]({ sessionId, agent: AgentName.make(name) }), ({ id }) => id)
  const chats = { heron: yield* chat("heron"), wren: yield* chat("wren") }
  const when = (is: (work: Work) => boolean) => untilWork(client, sessionId, is)
  const order = (rows: ReadonlyArray<PendingChange>, more: Partial<LandOrder> = {}): LandOrder =>
    ({ sessionId, id: LandId.make(crypto.randomUUID()), changeIds: rows.map(({ id }) => id), message: "Sing", ...more })
  return { folder, dataDir, project, bare, git, server, client, sessionId, chats, when, order, mine: (name: string) => readFileSync(join(project, name), "utf8") }
})

/** Processes of git that a process started and that are alive. */
const gitsOf = (parent: number): number => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
  try {
    return new RegExp(`^\\d+ \\(git\\) [^Z] ${parent} `).test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    // it ended while it was looked at
    return false
  }
}).length

const fact = (is: () => boolean) => Effect.sync(is).pipe(Effect.repeat({ until: (held) => held, schedule: Schedule.spaced("20 millis") }), Effect.timeout("20 seconds"))

it.live("changes land on the branch and on a new one, name their agents, and are pushed", () => Effect.gen(function*() {
  const { bare, chats, client, git, mine, order, project, sessionId, when } = yield* world(yield* temporaryFolder)
  yield* ask(client, chats.heron, `write shared.txt ${asStep(lines([3, "heron"]))}\nwrite heron.txt h\\n`)
  yield* ask(client, chats.wren, `write shared.txt ${asStep(lines([3, "heron"], [20, "wren"]))}\nwrite wren.txt w\\n`)
  const { changes } = yield* when((work) => work.changes.length === 3)
  const of = (path: string) => changes.filter((change) => change.path === path)
  const [edit] = of("shared.txt")
  const frames = yield* Stream.runCollect(client["diff.Diff"]({ sessionId, path: "shared.txt", baseBlob: edit?.baseBlob ?? null, blob: edit?.blob ?? null }))
  assert.deepStrictEqual(frames.map(({ _tag }) => _tag)[0], "Head")
  assert.deepStrictEqual(frames.flatMap((frame) => frame._tag === "Hunks" ? frame.hunks : []).flatMap((hunk) => hunk.lines.filter(({ sign }) => sign !== " ").map(({ sign, text }) => sign + text)),
    ["-line 3", "+heron", "-line 20", "+wren"])
  assert.deepStrictEqual((yield* client["land.Targets"]({ sessionId })).branch, "main")

  writeFileSync(join(project, "shared.txt"), lines([28, "dirty"]))
  const first = order(of("shared.txt"), { message: "Sing\n\nTogether." })
  const [landed, again] = [yield* client["land.Commit"](first), yield* client["land.Commit"](first)]
  assert.deepStrictEqual(again, landed)
  assert.deepStrictEqual(landed._tag === "Landed" && [landed.branch, landed.commit], ["main", git("rev-parse", "main")])
  assert.strictEqual(git("log", "-1", "--format=%an%n%B"),
    "Robin\nSing\n\nTogether.\n\nCo-authored-by: heron <heron@agents.boocode.invalid>\nCo-authored-by: wren <wren@agents.boocode.invalid>")
  assert.deepStrictEqual([git("status", "--porcelain"), mine("shared.txt")], [" M shared.txt", lines([3, "heron"], [20, "wren"], [28, "dirty"])])
  yield* when((work) => work.changes.length === 2 && work.decided === 1)

  const aside = yield* client["land.Commit"](order(of("wren.txt"), { branch: "nest" }))
  assert.strictEqual(aside._tag === "Landed" && aside.commit, git("rev-parse", "nest"))
  assert.strictEqual(git("log", "-1", "--format=%(trailers:key=Co-authored-by,valueonly)", "nest"), "wren <wren@agents.boocode.invalid>")
  assert.deepStrictEqual([git("diff", "--name-only", "main", "nest"), git("status", "--porcelain")], ["wren.txt", " M shared.txt"])
  for (const branch of ["main", "nest"]) yield* client["land.Push"]({ sessionId, branch, remote: "origin" })
  assert.strictEqual(execFileSync("git", ["-C", bare, "for-each-ref", "--format=%(refname:short)"], { encoding: "utf8" }), "main\nnest\n")
  assert.strictEqual(git("rev-parse", "origin/nest"), git("rev-parse", "nest"))
  git("commit", "-q", "--amend", "-am", "rewritten")
  assert.include(yield* why(client["land.Push"]({ sessionId, branch: "main", remote: "origin" })), "origin didn't take main")
}).pipe(Effect.scoped), 120_000)

it.live("what can't land is told in words, and nothing is touched", () => Effect.gen(function*() {
  const { chats, client, git, mine, order, project, sessionId, when } = yield* world(yield* temporaryFolder)
  yield* ask(client, chats.heron, `write shared.txt ${asStep(lines([3, "heron"]))}\nwrite heron.txt h\\n`)
  const { changes } = yield* when((work) => work.changes.length === 2)
  const head = git("rev-parse", "HEAD")
  writeFileSync(join(project, "shared.txt"), lines([3, "mine"]))
  const conflict = yield* client["land.Commit"](order(changes))
  assert.deepStrictEqual([conflict._tag, conflict.changes.map(({ path, state }) => `${path} ${state}`)], ["Conflicted", ["shared.txt conflicted"]])
  assert.deepStrictEqual([git("rev-parse", "HEAD"), mine("shared.txt"), git("status", "--porcelain")], [head, lines([3, "mine"]), " M shared.txt"])
  const rest = order(changes.filter(({ path }) => path === "heron.txt"))
  assert.match(yield* why(client["land.Commit"]({ ...rest, branch: "main" })), /is a branch main already/)
  assert.match(yield* why(client["land.Commit"]({ ...rest, branch: "a..b" })), /can't be the name/)
  git("checkout", "-q", "--detach")
  assert.match(yield* why(client["land.Commit"](rest)), /on no branch/)
  git("checkout", "-q", "main")
  yield* client["session.Archive"]({ sessionId, archived: true })
  assert.match(yield* why(client["land.Commit"](rest)), /archived/)
  yield* client["session.Archive"]({ sessionId, archived: false })
  assert.match(yield* why(client["land.Push"]({ sessionId, branch: "main", remote: "nowhere" })), /nowhere/)
  assert.strictEqual((yield* client["land.Commit"](rest))._tag, "Landed")
  assert.match(yield* why(client["land.Commit"]({ ...rest, changeIds: changes.map(({ id }) => id) })), /asked for before with other changes/)
}).pipe(Effect.scoped), 120_000)

it.live("kill -9 of the server in the midst of a landing: the next one has finished it before anybody asks, and a change is landed that was only applied", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder, armed = join(folder, "armed")
  mkdirSync(join(folder, "bin"))
  // kills its server when the branch is about to move
  writeFileSync(join(folder, "bin", "git"), `#!/bin/sh\ncase "$*" in *"update-ref -m commit:"*) if [ -e ${armed} ]; then rm ${armed}; kill -9 $PPID; exit 1; fi ;; esac\nexec ${Bun.which("git")} "$@"\n`, { mode: 0o755 })
  const { chats, client, dataDir, git, order, project, server, sessionId, when } = yield* world(folder, { env: { PATH: `${join(folder, "bin")}:${process.env["PATH"]}` } })
  yield* ask(client, chats.heron, `write shared.txt ${asStep(lines([3, "heron"]))}\nwrite heron.txt h\\n`)
  const { changes } = yield* when((work) => work.changes.length === 2)
  const [created, edited] = [changes.filter(({ path }) => path === "heron.txt"), changes.filter(({ path }) => path === "shared.txt")]
  const landing = order(created)
  writeFileSync(armed, "")
  yield* Effect.forkChild(Effect.exit(client["land.Commit"](landing)))
  yield* fact(() => !existsSync(armed))
  yield* server.kill("SIGKILL")
  assert.deepStrictEqual([git("log", "-1", "--format=%s"), git("status", "--porcelain")], ["Files", "A  heron.txt"])
  const next = yield* clientOf(yield* runServer({ dataDir }))
  assert.deepStrictEqual([git("log", "-1", "--format=%s"), git("status", "--porcelain")], ["Sing", ""])
  yield* untilWork(next, sessionId, (work) => work.changes.length === 1 && work.decided === 1)
  const landed = yield* next["land.Commit"](landing)
  assert.strictEqual(landed._tag === "Landed" && landed.commit, git("rev-parse", "main"))

  yield* next["change.Apply"]({ sessionId, changeIds: edited.map(({ id }) => id) })
  writeFileSync(join(project, "shared.txt"), lines([3, "heron"], [25, "dirty"]))
  assert.strictEqual((yield* next["land.Commit"](order(edited, { message: "Now for good" })))._tag, "Landed")
  assert.deepStrictEqual([git("show", "HEAD:shared.txt"), git("status", "--porcelain"), readFileSync(join(project, "shared.txt"), "utf8")],
    [lines([3, "heron"]).trimEnd(), " M shared.txt", lines([3, "heron"], [25, "dirty"])])
}).pipe(Effect.scoped), 120_000)

it.live("a diff that nobody reads on ends its git", () => Effect.gen(function*() {
  const { client, git, project, server, sessionId } = yield* world(yield* temporaryFolder)
  const keep = (mark: string) => {
    writeFileSync(join(project, "big"), Array.from({ length: 600_000 }, (_, at) => `${mark} ${at}\n`).join(""))
    return git("hash-object", "-w", "big")
  }
  const big = client["diff.Diff"]({ sessionId, path: "big", baseBlob: keep("a"), blob: keep("b"), anyway: true })
  const seen = yield* big.pipe(Stream.tap(() => Effect.sync(() => { assert.isAbove(gitsOf(server.pid), 0) })), Stream.take(2), Stream.runCollect)
  assert.deepStrictEqual(seen.map(({ _tag }) => _tag), ["Head", "Hunks"])
  yield* fact(() => gitsOf(server.pid) === 0)
}).pipe(Effect.scoped), 90_000)
