/** The command line as people and scripts use it: what is printed where, and with which exit code it ends. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import { ChatEvent } from "../shared/ChatEvent.ts"
import { makeRepository } from "./support/Journey.ts"
import { clientOf, main, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

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
    const sessions = Effect.map(Stream.runHead(client["project.Watch"]()), (directory) => Option.getOrThrow(directory).sessions.length)
    yield* boocode(["run", "--data-dir", server.dataDir, "--project", project, "--agent", "scripted", "say one"])
    const before = yield* sessions
    const ended = yield* boocode(["run", "--data-dir", server.dataDir, "--project", project, "--agent", "goose", "say two"])
    assert.deepStrictEqual([ended.code, ended.stdout, yield* sessions], [1, "", before])
    assert.match(ended.stderr, /^The agent "goose" is not ready: .*\n$/)
  }))

  it.effect("without a server: one sentence, exit 3; bad arguments: one line, exit 2", () => Effect.gen(function*() {
    const { folder, project, server } = yield* World
    const nobody = yield* boocode(["run", "--data-dir", join(folder, "none"), "--project", project, "hello"])
    assert.deepStrictEqual([nobody.code, nobody.stderr.trim().split("\n").length, nobody.stdout], [3, 1, ""])
    for (const args of [["serve", "--port", "many"], ["serve", "--idle-ttl", "soon"], ["sing"], ["run"], ["run", "--agent", "No Such!", "hello"]]) {
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

  it.effect("token prints the owner's token", () => Effect.gen(function*() {
    const { server } = yield* World
    const ended = yield* boocode(["token", "--data-dir", server.dataDir])
    assert.deepStrictEqual([ended.code, ended.stdout.trim()], [0, server.token])
  }))
})
