/** The command line as people and scripts use it: what is printed where, and with which exit code it ends. */
import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import { ChatEvent } from "../shared/ChatEvent.ts"
import { ParkedWork } from "../shared/Guard.ts"
import { Session } from "../shared/Session.ts"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { parkByHand } from "./support/Parked.ts"
import { clientOf, main, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"
import { untilWork } from "./support/Work.ts"

interface Ended { readonly code: number | null; readonly stdout: string; readonly stderr: string }

const boocode = (args: ReadonlyArray<string>, options: { readonly cwd?: string; readonly signalAfter?: (stdout: string) => boolean } = {}): Effect.Effect<Ended> =>
  Effect.callback<Ended>((resume) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] })
    let stdout = "", stderr = "", sent = false
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString()
      if (!sent && options.signalAfter?.(stdout) === true) {
        sent = true
        child.kill("SIGINT")
      }
    })
    child.stderr.on("data", (chunk: Buffer) => { stderr += chunk.toString() })
    child.once("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    return Effect.sync(() => { child.kill("SIGKILL") })
  })

class World extends Context.Service<World, { readonly server: RunningServer; readonly project: string; readonly folder: string }>()("test/CliWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    return World.of({ folder, project: makeRepository(folder), server: yield* runServer({ dataDir: join(folder, "data") }) })
  }))
}

const ParkedList = Schema.fromJsonString(Schema.Array(Schema.Struct({ ...ParkedWork.fields, name: Schema.String, project: Schema.NullOr(Schema.String) })))
const First = Schema.fromJsonString(Schema.Struct({ chatId: Schema.String, sessionId: Schema.String, turnId: Schema.String }))
const Line = Schema.fromJsonString(Schema.Struct({ seq: Schema.Int, event: ChatEvent }))

/** The JSON lines of a run, decoded. */
const linesOf = Effect.fnUntraced(function*({ stdout }: Ended) {
  const [head = "", ...rest] = stdout.trim().split("\n")
  return { first: yield* Schema.decodeUnknownEffect(First)(head), lines: yield* Effect.forEach(rest, (line) => Schema.decodeUnknownEffect(Line)(line)) }
})

const textIn = (lines: ReadonlyArray<typeof Line.Type>): string =>
  lines.map(({ event }) => event._tag === "TextAppended" ? event.text : "").join("")

layer(World.layer, { excludeTestServices: true, timeout: "60 seconds" })("boocode", (it) => {
  it.effect("run streams the answer and ends with 0", () => Effect.gen(function*() {
    const { project, server } = yield* World
    const ended = yield* boocode(["run", "--data-dir", server.dataDir, "--project", project, "--agent", "scripted", "say Hello from here"])
    assert.deepStrictEqual([ended.code, ended.stdout.trim()], [0, "Hello from here"], ended.stderr)
  }))

  it.effect("run --json twice with --chat: one process, one agent session, the second turn warm", () => Effect.gen(function*() {
    const { project, server } = yield* World
    const args = ["run", "--data-dir", server.dataDir, "--agent", "scripted", "--json"]
    const first = yield* linesOf(yield* boocode([...args, "--project", project, "pid"]))
    const second = yield* linesOf(yield* boocode([...args, "--chat", first.first.chatId, "pid"]))
    assert.strictEqual(second.first.chatId, first.first.chatId)
    assert.strictEqual(second.first.sessionId, first.first.sessionId)
    assert.strictEqual(second.lines.at(-1)?.event._tag, "TurnEnded")
    const pid = (text: string) => /\d+/.exec(text)?.[0]
    assert.strictEqual(pid(textIn(second.lines)), pid(textIn(first.lines)))
    const seqs = second.lines.map(({ seq }) => seq)
    assert.deepStrictEqual(seqs, seqs.toSorted((a, b) => a - b))
  }))

  it.effect("a failed turn ends with 1, a stopped one with 130", () => Effect.gen(function*() {
    const { project, server } = yield* World
    const args = ["run", "--data-dir", server.dataDir, "--project", project, "--agent", "scripted"]
    const failed = yield* boocode([...args, "crash 7"])
    assert.strictEqual(failed.code, 1)
    assert.include(failed.stderr, "exited with code 7")
    const stopped = yield* boocode([...args, "say started\nhang"], { signalAfter: (stdout) => stdout.includes("started") })
    assert.strictEqual(stopped.code, 130)
  }))

  it.effect("an agent that isn't ready: one sentence, and no session is left", () => Effect.gen(function*() {
    const { project, server } = yield* World
    const client = yield* clientOf(server)
    const one = yield* linesOf(yield* boocode(["run", "--data-dir", server.dataDir, "--project", project, "--agent", "scripted", "--json", "say one"]))
    const ended = yield* boocode(["run", "--data-dir", server.dataDir, "--project", project, "--agent", "goose", "say two"])
    assert.deepStrictEqual([ended.code, ended.stdout], [1, ""])
    // the lists follow a moment later
    const newest = client["project.Watch"]().pipe(Stream.map(({ sessions }) => sessions.toSorted((a, b) => b.createdAt - a.createdAt)[0]?.id))
    assert.isTrue(Option.isSome(yield* Stream.runHead(Stream.filter(newest, (id) => id === one.first.sessionId))))
    assert.match(ended.stderr, /^The agent "goose" is not ready: .*\n$/)
  }))

  it.effect("without a server: one sentence, exit 3; bad arguments: one line, exit 2", () => Effect.gen(function*() {
    const { folder, project, server } = yield* World
    const nobody = yield* boocode(["run", "--data-dir", join(folder, "none"), "--project", project, "hello"])
    assert.deepStrictEqual([nobody.code, nobody.stderr.trim().split("\n").length, nobody.stdout], [3, 1, ""])
    for (const args of [["parked"], ["unpark", "0b0c0de0"]]) {
      const alone = yield* boocode([...args, "--data-dir", join(folder, "none")])
      assert.deepStrictEqual([alone.code, alone.stderr, alone.stdout], [3, nobody.stderr, ""], args[0])
    }
    for (const args of [["serve", "--port", "many"], ["serve", "--idle-ttl", "soon"], ["sing"], ["run"], ["unpark"], ["run", "--agent", "No Such!", "hello"]]) {
      const bad = yield* boocode([...args, ...(args[0] === "run" && args.length > 1 ? ["--data-dir", server.dataDir] : [])])
      assert.deepStrictEqual([bad.code, bad.stderr.trim().split("\n").length], [2, 1], `${args.join(" ")}: ${bad.stderr}`)
    }
  }))

  it.effect("an unknown agent, project and chat: one sentence each, exit 1", () => Effect.gen(function*() {
    const { folder, project, server } = yield* World
    const args = ["run", "--data-dir", server.dataDir]
    for (const [rest, words] of [
      [["--project", project, "--agent", "nobody", "hello"], "nobody"],
      [["--project", join(folder, "nowhere"), "--agent", "scripted", "hello"], "not a directory"],
      [["--chat", "0b0c0de0-0000-4000-8000-000000000000", "hello"], "no chat"]
    ] as const) {
      const bad = yield* boocode([...args, ...rest])
      assert.deepStrictEqual([bad.code, bad.stderr.trim().split("\n").length], [1, 1], bad.stderr)
      assert.include(bad.stderr, words)
    }
  }))

  it.effect("a port in use is one sentence, exit 1; a server that is told to stop ends with 0", () => Effect.gen(function*() {
    const { folder, server } = yield* World
    const { port } = new URL(server.url)
    const taken = yield* boocode(["serve", "--port", port, "--data-dir", join(folder, "other")])
    assert.deepStrictEqual([taken.code, taken.stderr.trim().split("\n").length], [1, 1], taken.stderr)
    assert.include(taken.stderr, `Port ${port}`)
    const stopped = yield* boocode(["serve", "--port", "0", "--data-dir", join(folder, "other")], { signalAfter: (stdout) => stdout.includes("boocode ready") })
    assert.strictEqual(stopped.code, 0, stopped.stderr)
  }))

  it.effect("parked lists what is parked, of all projects or of one, and unpark makes a session with it again", () => Effect.gen(function*() {
    const { folder, project, server } = yield* World
    const client = yield* clientOf(server)
    const { id: chatId, sessionId } = yield* newChat(client, project, "scripted")
    yield* client["session.Rename"]({ sessionId, title: "Fix the \u202edoor" })
    yield* ask(client, chatId, "write a.txt by the agent")
    const { worktree } = yield* untilWork(client, sessionId, ({ changes, running }) => changes.length === 1 && running.length === 0)
    writeFileSync(join(worktree?.path ?? "", "own.txt"), "by hand")
    yield* untilWork(client, sessionId, ({ changes }) => changes.length === 2)
    const parked = yield* client["session.Delete"]({ sessionId, losses: "park" })
    const other = makeRepository(folder, "other")
    yield* client["project.Add"]({ path: other })
    parkByHand(other, Array.from({ length: 230 }, (_, nth) => ({ title: `Work ${nth}\u001b[2J`, at: 1_700_000_000 + Math.floor(nth / 2) })))
    const args = ["--data-dir", server.dataDir]

    const all = yield* boocode(["parked", ...args])
    const rows = all.stdout.trimEnd().split("\n")
    assert.deepStrictEqual([all.code, all.stderr, rows.length], [0, "", 232])
    assert.match(rows[1] ?? "", /^[0-9a-f]{8} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}project {2}Fix the .door {2,}2 {6,}scripted, manual$/)
    assert.notInclude(all.stdout, "\u001b")
    const listed = yield* Schema.decodeUnknownEffect(ParkedList)((yield* boocode(["parked", "--json", "--project", join(project, "."), ...args])).stdout)
    assert.deepStrictEqual(listed.map(({ files, id, makers, project, title }) => [String(id), title, project, files, makers]), [[parked?.id ?? "none", "Fix the \u202edoor", project, 2, ["scripted", "manual"]]])
    const nowhere = yield* boocode(["parked", "--project", folder, ...args])
    assert.deepStrictEqual([nowhere.code, nowhere.stdout, nowhere.stderr], [1, "", `${folder} lies in none of the server's projects.\n`])

    const name = listed[0]?.name ?? assert.fail("no name")
    const back = yield* boocode(["unpark", name, "--json", ...args])
    const session = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Session))(back.stdout)
    assert.deepStrictEqual([back.code, session.title, readFileSync(join(session.worktree ?? "", "own.txt"), "utf8"), readFileSync(join(session.worktree ?? "", "a.txt"), "utf8")],
      [0, "Fix the \u202edoor", "by hand", "by the agent"], back.stderr)
    assert.deepStrictEqual((yield* boocode(["parked", "--project", project, ...args])).stdout, "Nothing is parked.\n")
    const gone = yield* boocode(["unpark", name, ...args])
    assert.deepStrictEqual([gone.code, gone.stdout, gone.stderr], [1, "", `Nothing that is parked is called "${name}"; \`boocode parked\` lists what is.\n`])
  }), 60_000)

  it.effect("token prints the owner's token", () => Effect.gen(function*() {
    const { server } = yield* World
    const ended = yield* boocode(["token", "--data-dir", server.dataDir])
    assert.deepStrictEqual([ended.code, ended.stdout.trim()], [0, server.token])
  }))
})
