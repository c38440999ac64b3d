import { execFileSync } from "node:child_process"
import {
  closeSync, constants, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schema } from "effect"
import type { AgentRequest, RequestAnswer } from "../../../shared/AgentRequest.ts"
import { ProcessLedger } from "../ProcessLedger.ts"
import { linesOf } from "./ClientFiles.ts"
import * as ClientRequests from "./ClientRequests.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "boocode-client-")))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })))

const world = Effect.gen(function*() {
  const outer = yield* folder
  const root = join(outer, "worktree")
  mkdirSync(join(root, "src"), { recursive: true })
  mkdirSync(join(root, ".git"))
  writeFileSync(join(outer, "secret"), "not yours")
  writeFileSync(join(root, "src/a.txt"), "one\ntwo\nthree\nfour\n")
  symlinkSync(join(outer, "secret"), join(root, "out"))
  symlinkSync(outer, join(root, "up"))
  symlinkSync(join(root, "src"), join(root, "in"))
  const { onRequest } = yield* ClientRequests.make(root, Effect.undefined)
  return { outer, root, call: (method: string, params: unknown, withdrawn?: Effect.Effect<void>) => onRequest(method, params, withdrawn) }
})

const Created = Schema.decodeUnknownEffect(Schema.Struct({ terminalId: Schema.String }))

it.live("reads and writes in the worktree, through links that stay in it", () => Effect.gen(function*() {
  const { call, root } = yield* world
  assert.deepStrictEqual(yield* call("fs/read_text_file", { sessionId: "s", path: join(root, "src/a.txt"), line: 2, limit: 2 }), { content: "two\nthree" })
  assert.deepStrictEqual(yield* call("fs/read_text_file", { path: join(root, "in/a.txt"), limit: 1 }), { content: "one" })
  yield* call("fs/write_text_file", { path: join(root, "new/deep/b.txt"), content: "made" })
  assert.strictEqual(readFileSync(join(root, "new/deep/b.txt"), "utf8"), "made")
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("no path leads out: `..`, absolute, links to files and folders, and git's own folder is not written", () => Effect.gen(function*() {
  const { call, outer, root } = yield* world
  for (const path of ["../secret", "/etc/passwd", "out", "up/secret", join(outer, "secret"), "src/../../secret"]) {
    for (const method of ["fs/read_text_file", "fs/write_text_file"]) {
      const refused = yield* Effect.flip(call(method, { path: path.startsWith("/") ? path : `${root}/${path}`, content: "x" }))
      assert.include(refused.message, "outside the worktree", `${method} ${path}`)
    }
  }
  for (const path of [".git/hooks/post-checkout", ".GIT/config", "src/.git/x", "up/new.txt"]) {
    assert.strictEqual((yield* Effect.flip(call("fs/write_text_file", { path: join(root, path), content: "x" }))).code, -32602, path)
  }
  assert.strictEqual(readFileSync(join(outer, "secret"), "utf8"), "not yours")
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("a link that leads to nothing is not written through, wherever on the way it stands", () => Effect.gen(function*() {
  const { call, outer, root } = yield* world
  symlinkSync(join(outer, "made.txt"), join(root, "dangling"))
  symlinkSync(join(outer, "made"), join(root, "nowhere"))
  symlinkSync("dangling", join(root, "again"))
  for (const path of ["dangling", "nowhere/a.txt", "nowhere/deep/a.txt", "again"]) {
    const refused = yield* Effect.flip(call("fs/write_text_file", { path: join(root, path), content: "x" }))
    assert.include(refused.message, "leads to nothing", path)
  }
  assert.deepStrictEqual(readdirSync(outer).toSorted(), ["secret", "worktree"])
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("a file that isn't there is said to be just that: agents write new ones after asking", () => Effect.gen(function*() {
  const { call, root } = yield* world
  for (const path of ["new.txt", "src/a.txt/b"]) {
    const refused = yield* Effect.flip(call("fs/read_text_file", { path: join(root, path) }))
    assert.deepStrictEqual([refused.code, refused.message], [-32002, `Resource not found: ${join(root, path)} does not exist.`])
  }
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("pipes and folders are refused at once, and hold up nobody else", () => Effect.gen(function*() {
  const { call, root } = yield* world
  execFileSync("sh", ["-c", "mkfifo \"$1\"", "sh", join(root, "pipe")])
  const refusals = yield* Effect.forEach(Array.from({ length: 24 }, (_, index) => index), (index) =>
    Effect.flip(call(index % 2 === 0 ? "fs/read_text_file" : "fs/write_text_file", { path: join(root, "pipe"), content: "x" })),
  { concurrency: "unbounded" }).pipe(Effect.timeout("5 seconds"))
  for (const [index, { message }] of refusals.entries()) assert.match(message, index % 2 === 0 ? /no regular file/ : /can't be written/)
  assert.include((yield* Effect.flip(call("fs/read_text_file", { path: join(root, "src") }))).message, "no regular file")
  assert.deepStrictEqual(yield* call("fs/read_text_file", { path: join(root, "src/a.txt"), limit: 1 }), { content: "one" })
  // somebody reads the pipe: there is another end, and still nothing is written to it
  const reader = openSync(join(root, "pipe"), constants.O_RDONLY | constants.O_NONBLOCK)
  assert.include((yield* Effect.flip(call("fs/write_text_file", { path: join(root, "pipe"), content: "x" }))).message, "no regular file")
  closeSync(reader)
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("a file that is written again is as long as what was written, and a large one is not read", () => Effect.gen(function*() {
  const { call, root } = yield* world
  yield* call("fs/write_text_file", { path: join(root, "src/a.txt"), content: "ß" })
  assert.deepStrictEqual(yield* call("fs/read_text_file", { path: join(root, "src/a.txt") }), { content: "ß" })
  truncateSync(join(root, "src/a.txt"), 11 * 1024 * 1024)
  assert.include((yield* Effect.flip(call("fs/read_text_file", { path: join(root, "src/a.txt") }))).message, "has 11 MB")
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("a terminal runs in the worktree: output, exit, kill, release", () => Effect.gen(function*() {
  const { call, root } = yield* world
  const run = (params: object) => Effect.flatMap(call("terminal/create", params), Created)
  const hello = yield* run({ command: "sh", args: ["-c", "pwd; echo err >&2; echo $WORD; exit 3"], env: [{ name: "WORD", value: "hi" }] })
  assert.deepStrictEqual(yield* call("terminal/wait_for_exit", hello), { exitCode: 3, signal: null })
  assert.deepStrictEqual(yield* call("terminal/output", hello),
    { output: `${root}\nerr\nhi\n`, truncated: false, exitStatus: { exitCode: 3, signal: null } })
  const cut = yield* run({ command: "printf 'aé%.0s' 1 2 3 4 5 6 7 8", outputByteLimit: 7 })
  yield* call("terminal/wait_for_exit", cut)
  assert.deepInclude(yield* call("terminal/output", cut), { output: "aéaé", truncated: true })
  const long = yield* run({ command: "sleep", args: ["1000"] })
  const waiting = yield* Effect.forkChild(call("terminal/wait_for_exit", long))
  assert.strictEqual((yield* Effect.flip(call("terminal/wait_for_exit", long, Effect.void))).code, -32800)
  yield* call("terminal/kill", long)
  assert.isNotNull(waiting)
  yield* call("terminal/release", long)
  assert.include((yield* Effect.flip(call("terminal/output", long))).message, "no terminal")
  assert.include((yield* Effect.flip(run({ command: "true", cwd: "/" }))).message, "outside the worktree")
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped), 60_000)

it.live("there are so many terminals and no more, though all are asked for at once; and all end at once", () => Effect.gen(function*() {
  const { call } = yield* world
  const create = Effect.exit(call("terminal/create", { command: "sleep", args: ["1000"] }))
  const made = yield* Effect.all(Array.from({ length: 80 }, () => create), { concurrency: "unbounded" })
  assert.strictEqual(made.filter(Exit.isSuccess).length, 64)
  assert.include((yield* Effect.flip(call("terminal/create", { command: "true" }))).message, "64 terminals already")
  yield* call("terminal/release", { terminalId: "term_1" })
  yield* call("terminal/create", { command: "true" })
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped), 60_000)

it.live("questions go to the turn; without one, or when it closes, they are cancelled; the unknown is refused", () => Effect.gen(function*() {
  const { root } = yield* world
  const asked: Array<AgentRequest> = []
  const answers: Array<RequestAnswer> = [{ _tag: "Selected", optionId: "once" }, { _tag: "Accepted", content: `{"colour":"red"}` }, { _tag: "Declined" }]
  const closed = Deferred.makeUnsafe<void>()
  const turn: ClientRequests.AskingTurn = {
    closed, report: () => Effect.succeed({ title: "Write a file" }),
    ask: (request) => Effect.suspend(() => {
      asked.push(request)
      const answer = answers.shift()
      return answer === undefined ? Effect.never : Effect.succeed(answer)
    })
  }
  const { onRequest } = yield* ClientRequests.make(root, Effect.succeed(turn))
  const permission = { sessionId: "s", toolCall: { toolCallId: "t" }, options: [{ optionId: "once", name: "Once", kind: "allow_once" }] }
  assert.deepStrictEqual(yield* onRequest("session/request_permission", permission), { outcome: { outcome: "selected", optionId: "once" } })
  const form = { sessionId: "s", mode: "form", message: "Which?", requestedSchema: { type: "object", properties: { colour: { type: "string" } } } }
  assert.deepStrictEqual(yield* onRequest("elicitation/create", form), { action: "accept", content: { colour: "red" } })
  assert.deepStrictEqual(yield* onRequest("elicitation/create", form), { action: "decline" })
  yield* Deferred.succeed(closed, undefined)
  assert.deepStrictEqual(yield* onRequest("elicitation/create", form), { action: "cancel" })
  assert.deepStrictEqual(asked.map(({ _tag }) => _tag), ["Permission", "Elicitation", "Elicitation", "Elicitation"])
  assert.strictEqual((yield* Effect.flip(onRequest("craft/drainMidTurnQueue", {}))).code, -32601)
  assert.strictEqual((yield* Effect.flip(onRequest("constructor", {}))).code, -32601)
  const alone = yield* ClientRequests.make(root, Effect.undefined)
  assert.deepStrictEqual(yield* alone.onRequest("session/request_permission", permission), { outcome: { outcome: "cancelled" } })
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it.live("questions are held to a size, and to so many at once", () => Effect.gen(function*() {
  const { root } = yield* world
  const asked: Array<AgentRequest> = []
  const answered = Deferred.makeUnsafe<RequestAnswer>()
  const turn: ClientRequests.AskingTurn = {
    closed: Deferred.makeUnsafe(), report: () => Effect.succeed({ title: "T".repeat(3_000_000) }),
    ask: (request) => Effect.suspend(() => {
      asked.push(request)
      return Deferred.await(answered)
    })
  }
  const { onRequest } = yield* ClientRequests.make(root, Effect.succeed(turn))
  const form = (message: string, title: string) => onRequest("elicitation/create", { message, requestedSchema: { type: "object", properties: { a: { type: "string", title } } } })
  const options = Array.from({ length: 20_000 }, (_, index) => ({ optionId: `o${index}`, name: "N".repeat(1000), kind: "allow_once" }))
  const asking = yield* Effect.forkChild(Effect.all([
    form("M".repeat(6_000_000), "A"), onRequest("session/request_permission", { sessionId: "s", toolCall: { toolCallId: "t" }, options }),
    ...Array.from({ length: 40 }, () => form("Which?", "A"))
  ], { concurrency: "unbounded" }))
  const refused = yield* Effect.flip(form("Which?", "A".repeat(70_000)))
  assert.deepStrictEqual([refused.code, refused.message], [-32602, "A form has at most 64 KB; ask for less at once."])
  yield* Effect.sleep("50 millis")
  assert.strictEqual(asked.length, 16)
  for (const request of asked) assert.isAtMost(JSON.stringify(request).length, 20_000)
  yield* Deferred.succeed(answered, { _tag: "Declined" })
  const said = (yield* Fiber.join(asking)).map((answer) => JSON.stringify(answer))
  assert.deepStrictEqual([said.filter((one) => one.includes("decline")).length, said.filter((one) => one.includes(`"cancel"`)).length], [15, 26])
  assert.deepStrictEqual(yield* form("And now?", "A"), { action: "decline" })
}).pipe(Effect.provide(ProcessLedger.layerMemory), Effect.scoped))

it("lines are counted from 1", () => {
  assert.strictEqual(linesOf("a\nb\nc", 2, 1), "b")
  assert.strictEqual(linesOf("a\nb\nc", null, 2), "a\nb")
  assert.strictEqual(linesOf("a\nb\nc", 3, null), "c")
  assert.strictEqual(linesOf("a\nb", 9, 9), "")
})
